"""The statements of the reader's code, by number: a hook is given the number, which says where a thread stands."""

from __future__ import annotations

import ast
from typing import Any, NamedTuple


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


class Numbers:
    """Gives numbers to the steps of one file."""

    def __init__(self, file: str, lines: list[str], tree: ast.Module) -> None:
        """lines: the file's text; tree: what it says."""
        self.file, self.lines = file, lines
        self.crowded = _lines_with_several(tree)

    def number(self, node: Any, function: tuple[str, int], leaving: bool = False) -> int:
        """The number of a statement: the same whether or not accesses have hooks as well."""
        text = self._text(node) + ("  (leaving)" if leaving else "")
        key = self.file, node.lineno, node.col_offset, node.end_lineno, node.end_col_offset, text, function
        if key not in _numbers:
            _numbers[key] = self.register(node, function, text, leaving, assigned(node))
        return _numbers[key]

    def register(
        self,
        node: Any,
        function: tuple[str, int],
        text: str,
        leaving: bool = False,
        assigns: frozenset[str] = frozenset(),
    ) -> int:
        """A number for a step with this text."""
        statements.append(Statement(self.file, node.lineno, text, function, leaving, assigns))
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
