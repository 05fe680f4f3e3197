"""The same with hooks at the places where this interpreter can hand over its global lock, see switches."""

from __future__ import annotations

import ast
from typing import Any

from helpers.interleave import switches
from helpers.interleave.hook_calls import before, call, do
from helpers.interleave.rewrite_accesses import AccessRewriter

_NAMES = {
    ast.ListComp: "<listcomp>",
    ast.SetComp: "<setcomp>",
    ast.DictComp: "<dictcomp>",
    ast.GeneratorExp: "<genexpr>",
}


class SwitchRewriter(AccessRewriter):
    """Puts hooks before statements, at accesses, and at switches. places: those of the same file."""

    places: switches.Places

    # ---- where a function begins or goes on ---------------------------------------------------------------------

    def visit_FunctionDef(self, node: Any) -> Any:
        """A function begins with a switch."""
        start = 1 if ast.get_docstring(node, clean=False) is not None else 0
        new = super().visit_FunctionDef(node)
        number = self.first.get((node.name, min([node.lineno, *(part.lineno for part in node.decorator_list)])), 0)
        node.body.insert(start, do(call("begin", number, at=node.body[-1])))
        return new

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda) -> ast.Lambda:
        """So does a lambda."""
        new = super().visit_Lambda(node)
        new.body = before(call("begin", self.number(node.body), at=new.body), new.body)
        return new

    def visit_ClassDef(self, node: ast.ClassDef) -> Any:
        """So does a class's body; and what has called it is written in C."""
        new = super().visit_ClassDef(node)
        if not self.scope.in_function:
            return new
        node.body.insert(0, do(call("begin", 0, at=node)))
        return [new[0], do(call("switch", at=node)), *new[1:]]

    def visit_comprehension_of(self, node: Any, *elements: str) -> Any:
        """So does a comprehension that is a function of its own."""
        new = super().visit_comprehension_of(node, *elements)
        first = new.generators[0]
        if (
            self.scope.in_function
            and not first.is_async
            and (node.lineno, _NAMES[type(node)]) in self.places.comprehensions
        ):
            hook = "resuming" if isinstance(node, ast.GeneratorExp) else "entering"
            first.iter = call(hook, first.iter, at=first.iter)
        return new

    def visit_Yield(self, node: ast.Yield) -> ast.expr:
        """A generator goes on with one."""
        node.value = node.value and self.visit(node.value)
        return call("resumed", node, at=node)

    # ---- where a loop comes round -------------------------------------------------------------------------------

    def rewrite_while(self, node: ast.While, number: int) -> None:
        """Before the next look at the condition, or after it where the interpreter looks once more behind the body."""
        super().rewrite_while(node, number)
        if not number:
            return
        turn = call("turn", number, at=node.test)
        if isinstance(node.test, ast.Constant):
            node.body.insert(0, do(turn))
        elif switches.ROTATES:
            node.test = ast.copy_location(ast.BoolOp(ast.And(), [node.test, turn]), node.test)
        else:
            node.test = ast.copy_location(ast.BoolOp(ast.And(), [turn, node.test]), node.test)

    def body(self, body: list[ast.stmt]) -> list[ast.stmt]:
        """A loop that begins has not come round yet."""
        loops = [statement for statement in body if isinstance(statement, ast.While)]
        new = super().body(body)
        for loop in loops if self.scope.in_function else ():
            new.insert(new.index(loop), do(call("first_turn", self.number(loop), at=loop)))
        return new

    def rewrite_handler(self, handler: ast.ExceptHandler, number: int) -> None:
        """Where handlers are behind the rest, their ends jump back as a loop does."""
        last = handler.body[-1]
        super().rewrite_handler(handler, number)
        if (
            number
            and (last.end_lineno, last.end_col_offset) in self.places.jumps
            and not isinstance(last, ast.Continue)
        ):
            handler.body.append(do(call("switch", at=last)))

    # ---- where a call has returned ------------------------------------------------------------------------------

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """A call of what is not written in Python."""
        looks = (node.end_lineno, node.end_col_offset) in self.places.calls
        new = super().visit_Call(node)
        if looks and new is not node:
            switches.calls.add(new.args[0].value)
        return new

    def decorator(self, node: ast.expr) -> ast.expr:
        """Decorating is a call."""
        new = super().decorator(node)
        return call("decorating", new, at=node) if self.scope.in_function else new

    def manager(self, node: ast.expr) -> ast.expr:
        """Entering and leaving a with block are calls."""
        return call("managed", super().manager(node), at=node)
