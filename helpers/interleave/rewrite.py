"""A function's source with a call before each statement, so that the explorer can stop a thread there.

    def work():                      def work():
        while not items:                 try:
            wait()                           while HEAD(1) or not items:
                              ->                 STEP(2)
                                                 wait()
                                         finally:
                                             LEAVE()

The calls are to hooks, by names that no program has. They return nothing of value, so what the program computes stays
as it is. Where accesses are wanted too, see rewrite_accesses.
"""

from __future__ import annotations

import ast
from typing import Any

from helpers.interleave.hook_calls import before, call, do
from helpers.interleave.scopes import Scope, Scopes, is_generator
from helpers.interleave.statements import Numbers


class Rewriter(ast.NodeTransformer):
    """Puts a hook before each statement of every function. first: the first statement of each, by name and line."""

    def __init__(self, file: str, lines: list[str], tree: ast.Module, steps: bool = True) -> None:
        """lines: the file's text; tree: what is rewritten; steps: False for library code, where only accesses count."""
        self.tree, self.steps = tree, steps
        self.scopes: dict[ast.AST, Scope] = Scopes(tree).of
        self.scope = self.scopes[tree]
        self.function = ("", 0)
        self.first: dict[tuple[str, int], int] = {}
        self.numbers = Numbers(file, lines, tree)

    def rewrite(self) -> None:
        """Put the hooks in."""
        self.tree.body = self.body(self.tree.body)
        ast.fix_missing_locations(self.tree)

    def number(self, node: Any, leaving: bool = False) -> int:
        """The number of a statement: the same whether or not accesses have hooks as well."""
        return self.numbers.number(node, self.function, leaving)

    def register(self, node: Any, text: str, assigns: frozenset[str] = frozenset()) -> int:
        """A number for a step with this text."""
        return self.numbers.register(node, self.function, text, assigns=assigns)

    # ---- functions ----------------------------------------------------------------------------------------------

    def inside(self, node: ast.AST, name: str, line: int) -> tuple[Scope, tuple[str, int]]:
        """Enter a function; what is returned belongs to leave."""
        outer = self.scope, self.function
        self.scope, self.function = self.scopes[node], (name, line)
        return outer

    def leave(self, outer: tuple[Scope, tuple[str, int]]) -> None:
        """Back to the function around it."""
        self.scope, self.function = outer

    def visit_FunctionDef(self, node: Any) -> Any:
        """A function's body gets hooks, and says when it is left."""
        node.decorator_list = [self.decorator(part) for part in node.decorator_list]
        self.defaults(node.args)
        line = min([node.lineno, *(part.lineno for part in node.decorator_list)])
        outer = self.inside(node, node.name, line)
        start = 1 if ast.get_docstring(node, clean=False) is not None else 0
        body = self.body(node.body[start:])
        if self.steps and body and not is_generator(node):
            body = [ast.copy_location(ast.Try(body, [], [], [do(call("leave", at=node.body[-1]))]), node.body[-1])]
        node.body[start:] = body
        self.leave(outer)
        return node

    visit_AsyncFunctionDef = visit_FunctionDef

    def decorator(self, node: ast.expr) -> ast.expr:
        """A decorator is called where the function is defined."""
        return self.visit(node)

    def defaults(self, arguments: ast.arguments) -> None:
        """Default values belong to the scope around the function."""
        arguments.defaults = [self.visit(default) for default in arguments.defaults]
        arguments.kw_defaults = [default and self.visit(default) for default in arguments.kw_defaults]

    def visit_Lambda(self, node: ast.Lambda) -> ast.Lambda:
        """A lambda's expression is a statement of its own."""
        self.defaults(node.args)
        outer = self.inside(node, "<lambda>", node.lineno)
        number = self.number(node.body) if self.steps else 0
        self.first.setdefault(self.function, number)
        node.body = self.visit(node.body)
        if self.steps:
            node.body = before(call("step", number, at=node.body), node.body)
        self.leave(outer)
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> Any:
        """A class: its statements take steps if a function makes it."""
        node.decorator_list = [self.decorator(part) for part in node.decorator_list]
        node.bases = [self.visit(base) for base in node.bases]
        node.keywords = [self.visit(keyword) for keyword in node.keywords]
        outer = self.scope
        self.scope = self.scopes[node]
        start = 1 if ast.get_docstring(node, clean=False) is not None else 0
        node.body[start:] = self.body(node.body[start:])
        self.scope = outer
        return node

    # ---- statements ---------------------------------------------------------------------------------------------

    def body(self, body: list[ast.stmt]) -> list[ast.stmt]:
        """Statements, each with its hook before it."""
        new: list[ast.stmt] = []
        hooked = self.steps and self.scope.in_function
        for statement in body:
            number = 0
            if hooked and not isinstance(statement, ast.Global | ast.Nonlocal):
                number = self.number(statement)
                self.first.setdefault(self.function, number)
                if not isinstance(statement, ast.While) or _is_endless(statement):
                    new.append(do(call("step", number, at=statement)))
            changed = self.statement(statement, number)
            new += changed if isinstance(changed, list) else [changed]
        return new

    def statement(self, node: ast.stmt, number: int) -> Any:
        """A statement with the hooks inside it; number: its own, 0 outside functions and in library code."""
        if isinstance(node, ast.While):
            self.rewrite_while(node, number)
        elif isinstance(node, ast.For):
            node.iter = self.rounds(number, node.iter, node.target)
            node.target = self.visit(node.target)
            node.body, node.orelse = self.body(node.body), self.body(node.orelse)
        elif isinstance(node, ast.With | ast.AsyncWith):
            self.rewrite_with(node, number)
        elif isinstance(node, ast.Try) or type(node).__name__ == "TryStar":
            for handler in node.handlers:
                self.rewrite_handler(handler, number)
            node.body, node.orelse = self.body(node.body), self.body(node.orelse)
            node.finalbody = self.body(node.finalbody)
        elif isinstance(node, ast.Match):
            node.subject = self.visit(node.subject)
            for case in node.cases:
                case.guard = case.guard and self.visit(case.guard)
                case.body = self.body(case.body)
        elif isinstance(node, ast.If):
            node.test = self.test(node.test)
            node.body, node.orelse = self.body(node.body), self.body(node.orelse)
        elif isinstance(node, ast.AsyncFor):
            node.iter = self.visit(node.iter)
            node.body, node.orelse = self.body(node.body), self.body(node.orelse)
        else:
            return self.visit(node)
        return node

    def rewrite_while(self, node: ast.While, number: int) -> None:
        """A step at each look at the condition. One that is always true is looked at once, and its rounds are noted."""
        endless = _is_endless(node)
        node.test = self.test(node.test)
        node.body, node.orelse = self.body(node.body), self.body(node.orelse)
        if not number:
            return
        if endless:
            node.body.insert(0, do(call("round", number, at=node)))
        else:
            node.test = before(call("head", number, at=node.test), node.test)

    def rounds(self, number: int, iterable: ast.expr, target: ast.expr) -> ast.expr:
        """An iterable that takes a step before each item but the first; target: what the items are assigned to."""
        iterable = self.visit(iterable)
        return call("rounds", number, iterable, at=iterable) if number else iterable

    def rewrite_with(self, node: Any, number: int) -> None:
        """Leaving the block is a step."""
        for item in node.items:
            item.context_expr = self.manager(item.context_expr)
            if item.optional_vars is not None:
                item.optional_vars = self.visit(item.optional_vars)
        node.body = self.body(node.body)
        if not number:
            return
        leaving = call("leaving", self.number(node, leaving=True), at=node.items[-1].context_expr)
        item = ast.withitem(leaving)
        if isinstance(node, ast.With):
            node.items.append(item)
        else:
            node.body = [ast.copy_location(ast.With([item], node.body), node)]

    def rewrite_handler(self, handler: ast.ExceptHandler, number: int) -> None:
        """A step at each handler that is tried."""
        own = self.number(handler) if number else 0
        if handler.type is not None:
            handler.type = self.visit(handler.type)
        handler.body = self.body(handler.body)
        if own and handler.type is not None:
            handler.type = before(call("step", own, at=handler.type), handler.type)
        elif own:
            handler.body.insert(0, do(call("step", own, at=handler)))

    # ---- expressions --------------------------------------------------------------------------------------------

    def test(self, node: ast.expr) -> ast.expr:
        """An expression that is asked for its truth."""
        return self.visit(node)

    def manager(self, node: ast.expr) -> ast.expr:
        """The manager of a with block."""
        return self.visit(node)

    def visit_comprehension_of(self, node: Any, *elements: str) -> Any:
        """A comprehension: a step before each further item."""
        hooked = self.steps and self.scope.in_function
        number = self.number(node) if hooked else 0
        scopes = self.scope, self.scopes[node]
        for position, generator in enumerate(node.generators):
            self.scope = scopes[position > 0]  # the first goes over something of the scope around
            if generator.is_async:
                generator.iter = self.visit(generator.iter)
            else:
                generator.iter = self.rounds(number, generator.iter, generator.target)
            self.scope = scopes[1]
            generator.target = self.visit(generator.target)
            generator.ifs = [self.test(test) for test in generator.ifs]
        for name in elements:
            setattr(node, name, self.element(self.visit(getattr(node, name)), node))
        self.scope = scopes[0]
        return node

    def element(self, node: ast.expr, comprehension: Any) -> ast.expr:
        """What a comprehension makes in each round."""
        return node

    def visit_ListComp(self, node: ast.ListComp) -> Any:
        """[... for ...]."""
        return self.visit_comprehension_of(node, "elt")

    visit_SetComp = visit_GeneratorExp = visit_ListComp

    def visit_DictComp(self, node: ast.DictComp) -> Any:
        """{...: ... for ...}."""
        return self.visit_comprehension_of(node, "key", "value")


def _is_endless(node: ast.While) -> bool:
    return isinstance(node.test, ast.Constant) and bool(node.test.value)
