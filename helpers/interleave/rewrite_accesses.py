"""Statements with a call at each read and write of what another thread could reach, too."""

from __future__ import annotations

import ast
from typing import Any

from helpers.interleave.hook_calls import call, do
from helpers.interleave.rewrite_expressions import names_bound_by
from helpers.interleave.rewrite_operators import OperatorRewriter

# What these read they read while they have their lock, whose turns are known; but for these methods, which take none.
_READ_UNDER_LOCK = ("Condition", "Semaphore", "BoundedSemaphore", "Event", "Barrier", "Queue", "Future")
_READ_WITHOUT = ("is_set", "n_waiting", "broken", "parties", "filled", "__repr__")


class AccessRewriter(OperatorRewriter):
    """Puts hooks before statements and at accesses."""

    def body(self, body: list[ast.stmt]) -> list[ast.stmt]:
        """A module's own statements have run already; in classes and functions, accesses count."""
        if self.scope.in_function:
            return super().body(body)
        new = []
        for statement in body:
            plain = not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            new.append(_OnlyLambdas(self).visit(statement) if plain else self.visit(statement))
        return new

    def statement(self, node: ast.stmt, number: int) -> Any:
        """A statement with its hooks; names that it binds otherwise than by assigning are reported in it or after."""
        if isinstance(node, ast.Match):
            number_of_subject = self.access(node, f"match {self.text(node.subject)}")
            new = super().statement(node, number)
            node.subject = call("matched", number_of_subject, node.subject, at=node)
            names = {name for case in node.cases for name in names_bound_by(case.pattern)}
            for case in node.cases:
                case.body[:0] = self.wrote(names, node)
            return new
        if isinstance(node, ast.For | ast.AsyncFor | ast.With | ast.AsyncWith):
            targets = [node.target] if hasattr(node, "target") else [i.optional_vars for i in node.items]
            names = {name for target in targets if target is not None for name in names_bound_by(target)}
            new = super().statement(node, number)
            node.body[:0] = self.wrote(names, node)
            return new
        return super().statement(node, number)

    def rewrite_handler(self, handler: ast.ExceptHandler, number: int) -> None:
        """An exception's name is written when it is caught."""
        super().rewrite_handler(handler, number)
        if handler.name and (wrote := self.wrote({handler.name}, handler)):
            deletes = self.wrote({handler.name}, handler)  # at the end of the handler, however that comes
            handler.body = [*wrote, ast.copy_location(ast.Try(handler.body, [], [], deletes), handler)]

    def visit_FunctionDef(self, node: Any) -> Any:
        """Defining a function writes its name."""
        reads, self.reads = self.reads, self.reads or node.name in _READ_WITHOUT
        new = super().visit_FunctionDef(node)
        self.reads = reads
        return [new, *self.wrote({node.name}, node)] if self.scope.in_function else new

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_ClassDef(self, node: ast.ClassDef) -> Any:
        """Defining a class writes its name."""
        reads, self.reads = self.reads, self.steps or node.name not in _READ_UNDER_LOCK
        new = super().visit_ClassDef(node)
        self.reads = reads
        return [new, *self.wrote({node.name}, node)] if self.scope.in_function else new

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> list[ast.stmt]:
        """An import may run a module."""
        names = {name.asname or name.name.partition(".")[0] for name in node.names}
        return [do(call("anything", self.access(node, self.text(node)), at=node)), node, *self.wrote(names, node)]

    visit_ImportFrom = visit_Import

    def visit_Assign(self, node: ast.Assign) -> list[ast.stmt]:
        """Assigning: the value first, then each target."""
        unpacks = any(_goes_through(target) for target in node.targets)
        node.value = self.use(node.value) if unpacks else self.visit(node.value)
        leaves = [leaf for target in node.targets for leaf in _leaves(target)]
        if self.steps and len(leaves) > 1 and any(isinstance(x, ast.Name) and self.scope.shared(x.id) for x in leaves):
            return self._one_by_one(node)
        plain = {target.id for target in node.targets if isinstance(target, ast.Name)}
        unpacked = set().union(*(names_bound_by(target) for target in node.targets)) - plain
        for name in sorted(plain):
            node.value = self.name_hook("write", name, node, node.value) or node.value
        node.targets = [self.visit(target) for target in node.targets]
        return [node, *self.wrote(unpacked, node)]

    def _one_by_one(self, node: ast.Assign) -> list[ast.stmt]:
        """a, b = c = value, by way of names of its own, so that another thread can come between two writes."""
        parts: list[tuple[str, ast.expr]] = []

        def apart(target: ast.expr) -> ast.expr:
            if isinstance(target, ast.Tuple | ast.List):
                target.elts = [apart(element) for element in target.elts]
            elif isinstance(target, ast.Starred):
                target.value = apart(target.value)
            else:
                parts.append((f"__interleave_{len(parts)}__", target))
                return ast.copy_location(ast.Name(parts[-1][0], ast.Store()), target)
            return target

        node.targets = [apart(target) for target in node.targets]
        new: list[ast.stmt] = [node]
        for name, target in parts:
            value: ast.expr = ast.copy_location(ast.Name(name, ast.Load()), target)
            if isinstance(target, ast.Name):
                value = self.name_hook("write", target.id, node, value) or value
            new.append(ast.copy_location(ast.Assign([self.visit(target)], value), node))
        temporary: list[ast.expr] = [ast.copy_location(ast.Name(name, ast.Del()), node) for name, _ in parts]
        return [*new, ast.copy_location(ast.Delete(temporary), node)]

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        """As an assignment; the annotation stays."""
        if node.value is not None:
            node.value = self.visit(node.value)
            if isinstance(node.target, ast.Name):
                node.value = self.name_hook("write", node.target.id, node, node.value) or node.value
        node.target = self.visit(node.target)
        return node

    def visit_Delete(self, node: ast.Delete) -> list[ast.stmt]:
        """Deleting writes."""
        new: list[ast.stmt] = []
        for target in node.targets:
            if isinstance(target, ast.Name) and (hook := self.name_hook("write", target.id, node, ast.Constant(None))):
                new.append(do(hook))
            new.append(ast.copy_location(ast.Delete([self.visit(target)]), node))
        return new

    def visit_Assert(self, node: ast.Assert) -> ast.stmt:
        """A test."""
        node.test = self.test(node.test)
        node.msg = node.msg and self.visit(node.msg)
        return node


def _leaves(target: ast.expr) -> list[ast.expr]:
    """The names, attributes and items that a target assigns."""
    if isinstance(target, ast.Tuple | ast.List):
        return [leaf for element in target.elts for leaf in _leaves(element)]
    return _leaves(target.value) if isinstance(target, ast.Starred) else [target]


def _goes_through(target: ast.expr) -> bool:
    """Whether assigning to it goes through the value: a, b = value, or a[:] = value."""
    return isinstance(target, ast.Tuple | ast.List) or isinstance(getattr(target, "slice", None), ast.Slice)


class _OnlyLambdas(ast.NodeTransformer):
    """In a module's own statements only lambdas will be called."""

    def __init__(self, rewriter: AccessRewriter) -> None:
        self.rewriter = rewriter

    def visit_Lambda(self, node: ast.Lambda) -> ast.expr:
        return self.rewriter.visit_Lambda(node)

    def generic_visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            return self.rewriter.visit(node)
        if isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            outer, self.rewriter.scope = self.rewriter.scope, self.rewriter.scopes[node]
            try:
                return super().generic_visit(node)
            finally:
                self.rewriter.scope = outer
        return super().generic_visit(node)
