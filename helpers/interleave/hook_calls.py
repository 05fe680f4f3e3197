"""How rewritten code calls a hook: by a name among the builtins that no program has."""

from __future__ import annotations

import ast


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
