"""Which names of a function other functions can reach: globals, and variables that closures share."""

from __future__ import annotations

import ast
from typing import Any, NamedTuple

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class Variable(NamedTuple):
    """A name that is shared: of a module (scope None), or of the function whose scope has that number."""

    name: str
    scope: int | None


class Scope:
    """A module, class, function or comprehension, and the names that it binds."""

    def __init__(self, node: ast.AST, parent: Scope | None, number: int) -> None:
        """Nothing is bound yet; Scopes fills it in."""
        self.node, self.parent, self.number = node, parent, number
        self.bound: set[str] = set()
        self.declared: dict[str, str] = {}  # name -> "global" or "nonlocal"
        self.captured: set[str] = set()
        self.used: set[str] = set()

    @property
    def in_function(self) -> bool:
        """Whether this code belongs to a function: a module's has run already."""
        return isinstance(self.node, FUNCTIONS) or (self.parent is not None and self.parent.in_function)

    def shared(self, name: str) -> Variable | None:
        """The variable that a name stands for here, or None where no other function can reach it."""
        scope = self._binding(name)
        if scope is None:
            return Variable(name, None)
        if isinstance(scope.node, ast.ClassDef) or name not in scope.captured:
            return None
        return Variable(name, scope.number)

    def _binding(self, name: str) -> Scope | None:
        """The scope that binds a name; None for a module's."""
        if self.declared.get(name) == "global" or isinstance(self.node, ast.Module):
            return None
        if name in self.bound and name not in self.declared:
            return self
        scope = self.parent
        while scope is not None and not isinstance(scope.node, ast.Module):
            if scope.declared.get(name) == "global":
                return None
            if not isinstance(scope.node, ast.ClassDef) and name in scope.bound and name not in scope.declared:
                return scope
            scope = scope.parent
        return None


class Scopes(ast.NodeVisitor):
    """The scopes of a module, by their nodes."""

    def __init__(self, tree: ast.Module) -> None:
        """Read all names of the tree."""
        self.of: dict[ast.AST, Scope] = {}
        self.scope = self._new(tree, None)
        self.generic_visit(tree)
        for scope in self.of.values():
            for name in scope.used:
                binding = scope._binding(name)
                if binding is not None and binding is not scope:
                    binding.captured.add(name)

    def _new(self, node: ast.AST, parent: Scope | None) -> Scope:
        scope = self.of[node] = Scope(node, parent, len(self.of))
        return scope

    def _inside(self, node: ast.AST, parts: list) -> None:
        outer, self.scope = self.scope, self._new(node, self.scope)
        for part in parts:
            self.visit(part)
        self.scope = outer

    def _bind(self, name: str) -> None:
        self.scope.bound.add(name)
        self.scope.used.add(name)

    def visit_Name(self, node: ast.Name) -> None:
        """A name is used, or bound."""
        self.scope.used.add(node.id)
        if not isinstance(node.ctx, ast.Load):
            self.scope.bound.add(node.id)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        """In a comprehension, := binds in the function around it."""
        self.visit(node.value)
        scope = self.scope
        scope.used.add(node.target.id)
        while isinstance(scope.node, COMPREHENSIONS):
            scope = scope.parent
        scope.bound.add(node.target.id)
        scope.used.add(node.target.id)

    def visit_Global(self, node: ast.Global) -> None:
        """Names of the module."""
        self.scope.declared.update(dict.fromkeys(node.names, "global"))

    def visit_Nonlocal(self, node: ast.Nonlocal) -> None:
        """Names of a function around this one."""
        self.scope.declared.update(dict.fromkeys(node.names, "nonlocal"))
        self.scope.used.update(node.names)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """A function: its decorators and defaults belong to the scope around it."""
        self._bind(node.name)
        for part in [*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)]:
            self.visit(part)
        self._inside(node, [node.args, *node.body])

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda) -> None:
        """As a function."""
        for part in [*node.args.defaults, *filter(None, node.args.kw_defaults)]:
            self.visit(part)
        self._inside(node, [node.args, node.body])

    def visit_arguments(self, node: ast.arguments) -> None:
        """The parameters, without their defaults."""
        every = [*node.posonlyargs, *node.args, *node.kwonlyargs, node.vararg, node.kwarg]
        self.scope.bound.update(argument.arg for argument in every if argument is not None)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """A class: its methods do not see its names."""
        self._bind(node.name)
        for part in [*node.decorator_list, *node.bases, *node.keywords]:
            self.visit(part)
        self._inside(node, node.body)

    def _comprehension(self, node: ast.AST, elements: list) -> None:
        first = node.generators[0]
        self.visit(first.iter)
        parts = [first.target, *first.ifs]
        for generator in node.generators[1:]:
            parts += [generator.iter, generator.target, *generator.ifs]
        self._inside(node, [*parts, *elements])

    def visit_ListComp(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> None:
        """A comprehension: its first iterable belongs to the scope around it."""
        self._comprehension(node, [node.elt])

    visit_SetComp = visit_GeneratorExp = visit_ListComp

    def visit_DictComp(self, node: ast.DictComp) -> None:
        """As a list's."""
        self._comprehension(node, [node.key, node.value])

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        """Except ... as name."""
        if node.name:
            self._bind(node.name)
        self.generic_visit(node)

    def visit_alias(self, node: ast.alias) -> None:
        """An import binds the first part of a dotted name."""
        self._bind(node.asname or node.name.partition(".")[0])

    def _pattern(self, node: ast.AST) -> None:
        name = getattr(node, "name", None) or getattr(node, "rest", None)
        if name:
            self._bind(name)
        self.generic_visit(node)

    visit_MatchAs = visit_MatchStar = visit_MatchMapping = _pattern


def is_generator(function: Any) -> bool:
    """Whether it is a generator, which a pause may leave for good."""
    pending = list(function.body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            pending += ast.iter_child_nodes(node)
    return False
