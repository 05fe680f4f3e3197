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
from typing import Any, NamedTuple

from helpers.interleave.scopes import FUNCTIONS, Scope, Scopes


class Statement(NamedTuple):
    """A step of the reader's: a statement, the head of one that has a body, or an access in it.

    function: the name and first line of the function it is in; leaving: the end of a with block; assigns: the names,
    and attributes as ".name", that it assigns
    """

    file: str
    line: int
    text: str
    function: tuple[str, int]
    leaving: bool = False
    assigns: frozenset[str] = frozenset()


NOWHERE = Statement("", 0, "", ("", 0))
statements: list[Statement] = [NOWHERE]  # by number: a hook is given the number


_numbers: dict[tuple, int] = {}  # of the statements, by place and text


def hook_name(hook: str) -> str:
    """The name under which rewritten code finds a hook among the builtins."""
    return f"__interleave_{hook}__"


def call(hook: str, *arguments: ast.expr | int | str, at: ast.AST) -> ast.Call:
    """A call of a hook, at the position of a node."""
    parts = [part if isinstance(part, ast.AST) else ast.Constant(part) for part in arguments]
    new = ast.Call(ast.Name(hook_name(hook), ast.Load()), parts, [])
    return ast.copy_location(new, at)  # rewrite sees to its parts


def before(hook: ast.expr, value: ast.expr) -> ast.expr:
    """An expression that calls a hook first. It must return nothing."""
    return ast.copy_location(ast.BoolOp(ast.Or(), [hook, value]), value)


def do(hook: ast.Call) -> ast.Expr:
    """The call as a statement."""
    return ast.copy_location(ast.Expr(hook), hook)


_PLAIN = (ast.Global, ast.Nonlocal)  # declarations, which do nothing


class Rewriter(ast.NodeTransformer):
    """Puts a hook before each statement of every function. first: the first statement of each, by name and line."""

    def __init__(self, file: str, lines: list[str], tree: ast.Module, steps: bool = True) -> None:
        """lines: the file's text; tree: what is rewritten; steps: False for library code, where only accesses count."""
        self.file, self.lines, self.tree, self.steps = file, lines, tree, steps
        self.scopes: dict[ast.AST, Scope] = Scopes(tree).of
        self.scope = self.scopes[tree]
        self.function = ("", 0)
        self.first: dict[tuple[str, int], int] = {}
        self.crowded = _lines_with_several(tree)

    def rewrite(self) -> None:
        """Put the hooks in."""
        self.tree.body = self.body(self.tree.body)
        ast.fix_missing_locations(self.tree)

    # ---- numbers ------------------------------------------------------------------------------------------------

    def number(self, node: Any, leaving: bool = False) -> int:
        """The number of a statement: the same whether or not accesses have hooks as well."""
        text = self._text(node) + ("  (leaving)" if leaving else "")
        key = self.file, node.lineno, node.col_offset, node.end_lineno, node.end_col_offset, text, self.function
        if key not in _numbers:
            _numbers[key] = self.register(node, text, leaving, assigned(node))
        return _numbers[key]

    def register(self, node: Any, text: str, leaving: bool = False, assigns: frozenset[str] = frozenset()) -> int:
        """A number for a step with this text."""
        statements.append(Statement(self.file, node.lineno, text, self.function, leaving, assigns))
        return len(statements) - 1

    def _text(self, node: Any) -> str:
        """The statement's first line; only its own part where several share that line."""
        line = self.lines[node.lineno - 1] if node.lineno <= len(self.lines) else ""
        if node.lineno not in self.crowded:
            return line.strip()
        body = getattr(node, "body", None)
        end = len(line)
        encoded = line.encode()
        if isinstance(body, list) and body and body[0].lineno == node.lineno:
            end = body[0].col_offset
        elif not isinstance(body, list) and node.end_lineno == node.lineno:
            end = node.end_col_offset
        return encoded[node.col_offset : end].decode().strip()

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
        if self.steps and body and not _yields(node):
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
        self._note_first(number)
        node.body = self.visit(node.body)
        if self.steps:
            node.body = before(call("step", number, at=node.body), node.body)
        self.leave(outer)
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> Any:
        """A class: its statements take steps if a function makes it."""
        node.decorator_list = [self.decorator(part) for part in node.decorator_list]
        node.bases = [self.visit(base) for base in node.bases]
        for keyword in node.keywords:
            keyword.value = self.visit(keyword.value)
        outer = self.scope
        self.scope = self.scopes[node]
        start = 1 if ast.get_docstring(node, clean=False) is not None else 0
        node.body[start:] = self.body(node.body[start:])
        self.scope = outer
        return node

    # ---- statements ---------------------------------------------------------------------------------------------

    @property
    def in_function(self) -> bool:
        """Whether this code belongs to a function: a module's has run already."""
        scope = self.scope
        while scope is not None and not isinstance(scope.node, FUNCTIONS):
            scope = scope.parent
        return scope is not None

    def body(self, body: list[ast.stmt]) -> list[ast.stmt]:
        """Statements, each with its hook before it."""
        new: list[ast.stmt] = []
        hooked = self.steps and self.in_function
        for statement in body:
            number = 0
            if hooked and not isinstance(statement, _PLAIN):
                number = self.number(statement)
                self._note_first(number)
                if not isinstance(statement, ast.While) or _is_endless(statement):
                    new.append(do(call("step", number, at=statement)))
            changed = self.statement(statement, number)
            new += changed if isinstance(changed, list) else [changed]
        return new

    def _note_first(self, number: int) -> None:
        self.first.setdefault(self.function, number)

    def statement(self, node: ast.stmt, number: int) -> Any:
        """A statement with the hooks inside it; number: its own, 0 outside functions and in library code."""
        if isinstance(node, ast.While):
            self.rewrite_while(node, number)
        elif isinstance(node, ast.For):
            node.iter = self.rounds(number, node.iter)
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

    def rounds(self, number: int, iterable: ast.expr) -> ast.expr:
        """An iterable that takes a step before each item but the first."""
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
        hooked = self.steps and self.in_function
        number = self.number(node) if hooked else 0
        scopes = self.scope, self.scopes[node]
        for position, generator in enumerate(node.generators):
            if position == 0:
                generator.iter = self.iterable(number, generator)
            self.scope = scopes[1]
            if position:
                generator.iter = self.iterable(number, generator)
            generator.target = self.visit(generator.target)
            generator.ifs = [self.test(test) for test in generator.ifs]
        for name in elements:
            setattr(node, name, self.element(self.visit(getattr(node, name)), node))
        self.scope = scopes[0]
        return node

    def iterable(self, number: int, generator: ast.comprehension) -> ast.expr:
        """What a comprehension goes over."""
        return self.visit(generator.iter) if generator.is_async else self.rounds(number, generator.iter)

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


def _yields(function: Any) -> bool:
    """Whether it is a generator, which a pause may leave for good."""
    pending = list(function.body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            pending += ast.iter_child_nodes(node)
    return False


def _lines_with_several(tree: ast.Module) -> set[int]:
    """The lines on which more than one statement begins."""
    lines: set[int] = set()
    several: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt | ast.ExceptHandler):
            (several if node.lineno in lines else lines).add(node.lineno)
    return several


def assigned(node: ast.AST) -> frozenset[str]:
    """What a statement assigns itself, not in its body."""
    targets: list[ast.AST] = list(getattr(node, "targets", [])) + [node] * isinstance(node, ast.Attribute)
    targets += [getattr(node, "target", None), *(item.optional_vars for item in getattr(node, "items", []))]
    found: set[str] = set()
    for target in targets:
        for part in ast.walk(target) if target is not None else ():
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store | ast.Del):
                found.add(part.id)
            elif isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Store | ast.Del):
                found.add(f".{part.attr}")
    return frozenset(found)
