"""Operators with a call before each, when all operands are there: another thread can come while they are evaluated."""

from __future__ import annotations

import ast
from typing import Any

from helpers.interleave.hook_calls import call
from helpers.interleave.rewrite_expressions import ExpressionRewriter


class OperatorRewriter(ExpressionRewriter):
    """Puts hooks at operators with two operands, of which the first is kept until the second is there."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        """Operators read their operands."""
        node.left, node.right = self.both(node.left, node.right)
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        """Comparisons read what they compare; `is` does not."""
        if all(isinstance(op, ast.Is | ast.IsNot) for op in node.ops):
            node.left, node.comparators = self.visit(node.left), [self.visit(side) for side in node.comparators]
        elif len(node.comparators) == 1:
            node.left, node.comparators[0] = self.both(node.left, node.comparators[0])
        else:
            node.left, node.comparators = self.use(node.left), [self.use(side) for side in node.comparators]
        return node

    def both(self, left: ast.expr, right: ast.expr) -> tuple[ast.expr, ast.expr]:
        """Two operands that are looked at together."""
        if not self.steps or self.is_there(right) or not self.worth(left):
            return self.use(left), self.use(right)
        first = self.access(left, f"read {self.text(left)}")
        second = self.access(right, f"read {self.text(left)}, {self.text(right)}")
        return (
            call("later", first, self.visit(left), at=left),
            call("both", second, first, self.visit(right), at=right),
        )

    def is_there(self, node: ast.expr) -> bool:
        """Whether nobody can come while this is evaluated."""
        return isinstance(node, ast.Constant) or (isinstance(node, ast.Name) and self.scope.shared(node.id) is None)

    def visit_AugAssign(self, node: ast.AugAssign) -> Any:
        """x += y reads x, then evaluates y, then changes or writes x: another thread can come in between."""
        target, text = node.target, self.text(node.target)
        there = self.is_there(node.value)
        node.value = self.use(node.value)
        read, write = self.access(node, f"read {text}"), self.access(node, f"write {text}")
        if isinstance(target, ast.Name):
            value: ast.expr = ast.copy_location(ast.Name(target.id, ast.Load()), target)
            hook = self.name_hook("read", target.id, node)
            node.value = call("in_place_now", read, node.value, value, at=node)
            if hook is None:
                return node
            node.value = self.name_hook("write", target.id, node, node.value)
            return [ast.copy_location(ast.Expr(hook), node), node]
        if isinstance(target, ast.Attribute):
            cell = call("attribute", read, write, self.visit(target.value), self.mangled(target.attr), there, at=node)
        else:
            cell = call("item_cell", read, write, self.visit(target.value), self.key(target.slice), there, at=node)
        if not there:
            node.value = call("in_place", read, node.value, at=node)
        node.target = ast.copy_location(ast.Subscript(cell, ast.Constant(None), ast.Store()), node)
        return node
