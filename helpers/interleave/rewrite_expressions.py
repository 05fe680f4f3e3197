"""Expressions with a call at each read and write of what another thread could reach.

    box.value = items[0] + 1    ->    STORE(1, box).value = (USE(2, ITEM(3, (READ(4) or items), 0))) + 1

A hook comes right before what it reports, when all parts have been evaluated, so that another thread can go first.
"""

from __future__ import annotations

import ast
from typing import Any

from helpers.interleave.hook_calls import before, call, do
from helpers.interleave.rewrite import Rewriter
from helpers.interleave.scopes import Variable
from helpers.interleave.statements import assigned

# These look at the frame that calls them, so nothing may stand between.
_LOOKS_AT_CALLER = ("super", "locals", "globals", "vars", "dir", "eval", "exec")
_LOOK_AT_FRAMES = ("_getframe", "currentframe", "stack", "warn")
_GIVES_DICTIONARY = ("vars", "locals", "globals")
_VALUES = (ast.Name, ast.Attribute, ast.Subscript, ast.Call, ast.Await, ast.NamedExpr, ast.IfExp, ast.BoolOp)

variables: dict[int, Variable] = {}  # of the hooks that report a name


class ExpressionRewriter(Rewriter):
    """Puts hooks at the accesses in expressions."""

    reads = True  # whether reads are reported

    def access(self, node: Any, text: str) -> int:
        """The number of an access; it stands for a step where accesses are steps."""
        if not self.steps:
            return self.register(node, "")
        return self.register(node, text, assigns=assigned(node) if text.startswith("write ") else frozenset())

    def text(self, node: ast.AST) -> str:
        """The source of a node, for steps; library code takes none."""
        return ast.unparse(node) if self.steps else ""

    def use(self, node: ast.expr, deep: bool = True) -> ast.expr:
        """A value whose contents are looked at; deep: also those of what it holds."""
        original, worth = self.text(node), self.worth(node)
        new = self.visit(node)
        if not worth:
            return new
        return call("use", self.access(node, f"read {original}"), new, deep, at=node)

    def worth(self, node: ast.expr) -> bool:
        """Whether looking at this value counts: one that has just been made is nobody else's."""
        return self.reads and isinstance(node, _VALUES)

    # ---- names --------------------------------------------------------------------------------------------------

    def name_hook(self, hook: str, name: str, at: Any, *more: Any) -> ast.Call | None:
        """The hook for a name that another function can reach."""
        variable = self.scope.shared(name)
        if variable is None:
            return None
        number = self.access(at, f"{hook} {name}")
        variables[number] = variable
        return call(hook, number, *more, at=at)

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """A name that is read."""
        if not isinstance(node.ctx, ast.Load) or not self.reads:
            return node
        hook = self.name_hook("read", node.id, node)
        return node if hook is None else before(hook, node)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> ast.expr:
        """(name := value)."""
        node.value = self.visit(node.value)
        node.value = self.name_hook("write", node.target.id, node, node.value) or node.value
        return node

    def wrote(self, names: set[str], at: Any) -> list[ast.stmt]:
        """Statements that report names which something else than an assignment has written."""
        hooks = [self.name_hook("wrote", name, at) for name in sorted(names)]
        return [do(hook) for hook in hooks if hook is not None]

    # ---- attributes and items -----------------------------------------------------------------------------------

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        """An attribute that is read, written or deleted."""
        text = self.text(node)
        node.value = self.visit(node.value)
        if isinstance(node.ctx, ast.Load) and not self.reads:
            return node
        hook, verb = ("load", "read") if isinstance(node.ctx, ast.Load) else ("store", "write")
        node.value = call(hook, self.access(node, f"{verb} {text}"), node.value, self.mangled(node.attr), at=node)
        return node

    def mangled(self, name: str) -> str:
        """A private name as the class stores it."""
        if not name.startswith("__") or name.endswith("__"):
            return name
        scope = self.scope
        while scope is not None and not isinstance(scope.node, ast.ClassDef):
            scope = scope.parent
        owner = scope.node.name.lstrip("_") if scope is not None else ""
        return f"_{owner}{name}" if owner else name

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        """An item that is read, written or deleted."""
        if isinstance(node.ctx, ast.Load) and not self.reads:
            return self.generic_visit(node)
        text = self.text(node)
        value, key = self.visit(node.value), self.key(node.slice)
        if isinstance(node.ctx, ast.Load):
            return call("item", self.access(node, f"read {text}"), value, key, at=node)
        cell = call("cell", self.access(node, f"write {text}"), value, key, at=node)
        return ast.copy_location(ast.Subscript(cell, ast.copy_location(ast.Constant(None), node), node.ctx), node)

    def key(self, node: ast.expr) -> ast.expr:
        """An index; a slice as the object that it makes."""
        if isinstance(node, ast.Slice):
            parts = [part and self.visit(part) for part in (node.lower, node.upper, node.step)]
            return call("slice", *(part if part is not None else ast.Constant(None) for part in parts), at=node)
        if isinstance(node, ast.Tuple):
            node.elts = [self.key(element) for element in node.elts]
            return node
        return self.visit(node)

    # ---- calls --------------------------------------------------------------------------------------------------

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """A call: what it reads and writes depends on what is called, and with which arguments."""
        text = self.text(node)
        name = getattr(node.func, "id", None) or getattr(node.func, "attr", "")
        looks = name in (_LOOKS_AT_CALLER if isinstance(node.func, ast.Name) else _LOOK_AT_FRAMES)
        late = bool(node.keywords) and len(node.args) == 1 and isinstance(node.args[0], ast.Starred) and not looks
        node.args = [self.visit(argument.value if late else argument) for argument in node.args]
        node.keywords = [self.visit(keyword) for keyword in node.keywords]
        if not looks:
            hook = call("call_with_all" if late else "call", self.access(node, text), self.visit(node.func), at=node)
            hook.args += node.args
            hook.keywords = node.keywords
            return hook
        if name != "super":
            hook = "exposed" if name in _GIVES_DICTIONARY else "anything"
            node.func = before(call(hook, self.access(node, text), at=node), self.visit(node.func))
        return node

    def visit_keyword(self, node: ast.keyword) -> ast.keyword:
        """A named argument; ** reads what holds several."""
        node.value = self.visit(node.value) if node.arg else self.use(node.value, deep=False)
        return node

    def decorator(self, node: ast.expr) -> ast.expr:
        """A decorator is called with the function."""
        if not self.scope.in_function:
            return self.visit(node)
        return call("decorator", self.access(node, f"@{self.text(node)}"), self.visit(node), at=node)

    def visit_Await(self, node: ast.Await) -> ast.expr:
        """Whatever is awaited may do anything."""
        number = self.access(node, self.text(node))
        node.value = before(call("anything", number, at=node), self.visit(node.value))
        return node

    # ---- values that are looked at ------------------------------------------------------------------------------

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        """An operator reads its operand."""
        node.operand = self.use(node.operand, deep=not isinstance(node.op, ast.Not))
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        """All but the last are asked for their truth."""
        node.values = [*(self.test(value) for value in node.values[:-1]), self.visit(node.values[-1])]
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        """... if ... else ..."""
        node.test, node.body, node.orelse = self.test(node.test), self.visit(node.body), self.visit(node.orelse)
        return node

    def visit_FormattedValue(self, node: ast.FormattedValue) -> ast.expr:
        """A value in an f-string."""
        node.value = self.use(node.value)
        node.format_spec = node.format_spec and self.visit(node.format_spec)
        return node

    def visit_Starred(self, node: ast.Starred) -> ast.expr:
        """*values, which are gone through; as a target it takes what is left."""
        node.value = self.use(node.value) if isinstance(node.ctx, ast.Load) else self.visit(node.value)
        return node

    def visit_YieldFrom(self, node: ast.YieldFrom) -> ast.expr:
        """Another generator goes on."""
        node.value = self.use(node.value)
        return node

    def visit_Dict(self, node: ast.Dict) -> ast.expr:
        """** reads another."""
        node.values = [
            self.visit(value) if key is not None else self.use(value)
            for key, value in zip(node.keys, node.values, strict=True)
        ]
        node.keys = [key and self.visit(key) for key in node.keys]
        return node

    def element(self, node: ast.expr, comprehension: Any) -> ast.expr:
        """The variables of a comprehension may be shared with functions that it makes."""
        for generator in comprehension.generators:
            for hook in self.wrote(names_bound_by(generator.target), comprehension):
                node = before(hook.value, node)
        return node

    def test(self, node: ast.expr) -> ast.expr:
        """Truth reads a container's length."""
        return self.use(node, deep=False)

    def manager(self, node: ast.expr) -> ast.expr:
        """What a manager does on entering and leaving counts."""
        if not self.reads:
            return self.visit(node)
        return call("manager", self.access(node, f"with {self.text(node)}"), self.visit(node), at=node)

    def rounds(self, number: int, iterable: ast.expr, target: ast.expr) -> ast.expr:
        """Each round reads what the loop goes over, and its items if it unpacks them; library code takes no steps."""
        if not self.reads:
            return self.visit(iterable)
        original = self.text(iterable)
        access = self.access(iterable, f"next of {original}")
        deep = isinstance(target, ast.Tuple | ast.List)
        return call("rounds", number, self.visit(iterable), access, deep, at=iterable)


def names_bound_by(target: ast.AST) -> set[str]:
    """The names that a target or a pattern binds."""
    found = {part.id for part in ast.walk(target) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
    found |= {part.name for part in ast.walk(target) if isinstance(part, ast.MatchAs | ast.MatchStar) and part.name}
    return found | {part.rest for part in ast.walk(target) if isinstance(part, ast.MatchMapping) and part.rest}
