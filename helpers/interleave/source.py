"""Which code is the reader's, and where its statements begin: a step is a statement, whatever lines it spans."""

from __future__ import annotations

import ast
import ctypes
import linecache
import sys
import sysconfig
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, NamedTuple

_HELPERS = str(Path(__file__).parents[1])
_READERS = str(Path(__file__).parents[1] / "workers")  # workers belong to a lesson, so they count as the reader's
_OWN = str(Path(__file__).parent)
_LIBRARIES = tuple({sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")})
_COMPREHENSIONS = {"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"}  # inlined since 3.12, so no frame counts steps

READER, LIBRARY, OWN, COMPREHENSION = "reader", "library", "own", "comprehension"


def kind_of(code: CodeType) -> str:
    """Whose the code is: only the reader's is stepped through.

    Code made by exec from a string (dataclasses and named tuples do that) counts as library code.
    """
    kind = kind_of_file(code.co_filename)
    return COMPREHENSION if kind is READER and code.co_name in _COMPREHENSIONS else kind


def kind_of_file(file: str) -> str:
    """Whose the code in a file is."""
    if file.startswith(_OWN):
        return OWN
    if file.startswith(("<frozen", *_LIBRARIES)) or file == "<string>":
        return LIBRARY
    if file.startswith(_HELPERS) and not file.startswith(_READERS):
        return LIBRARY
    return READER


class Statement(NamedTuple):
    """A statement of the source, or the head of one that has a body."""

    line: int
    end_line: int


def _head(node: ast.stmt) -> Statement:
    """The lines before the body; the whole statement if it has none."""
    body = getattr(node, "body", None) or getattr(node, "cases", None)
    if not body:
        return Statement(node.lineno, node.end_lineno or node.lineno)
    first = body[0].pattern.lineno if isinstance(body[0], ast.match_case) else body[0].lineno
    return Statement(node.lineno, max(node.lineno, first - 1))


_maps: dict[str, dict[int, int]] = {}


def first_lines(file: str) -> dict[int, int]:
    """For each line of a file, the line on which its statement begins. Empty where the source is not known."""
    text = "".join(linecache.getlines(file))
    if not text:
        return {}
    if text not in _maps:
        _maps[text] = _map(text)
    return _maps[text]


_holding: dict[str, set[int]] = {}


def holds_a_value(file: str, line: int) -> bool:
    """Whether a statement keeps a value out of sight while other statements of its function run.

    `return x` does, inside a with block or before a finally; match does with its subject, a decorator until the
    definition is complete. Where the source is not known, any statement may.
    """
    text = "".join(linecache.getlines(file))
    if not text:
        return True
    if text not in _holding:
        try:
            tree = ast.parse(text)
        except SyntaxError:
            return True
        definitions = ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef
        lines: set[int] = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Return) and node.value is not None:
                lines.add(node.lineno)
            elif isinstance(node, ast.Match):
                lines |= {node.lineno, *(case.pattern.lineno for case in node.cases)}
            elif isinstance(node, definitions) and (node.decorator_list or isinstance(node, ast.ClassDef)):
                lines |= {node.lineno, *(decorator.lineno for decorator in node.decorator_list)}
        _holding[text] = lines
    return line in _holding[text]


def _map(text: str) -> dict[int, int]:
    try:
        tree = ast.parse(text)
    except SyntaxError:  # a cell with a magic command: its lines stand for themselves
        return {}
    lines: dict[int, int] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt):
            head = _head(node)
            for line in range(head.line, head.end_line + 1):
                lines[line] = head.line
    return lines


def text_of(file: str, line: int) -> str:
    """The statement's first line, stripped."""
    return linecache.getline(file, line).strip()


def locals_of(frame: FrameType) -> dict[str, Any]:
    """A copy of a frame's local variables.

    Up to 3.12, a look at f_locals makes the trace function's return write them all back, also the closure's variables
    that other threads have changed in the meantime (python/cpython#74929). Writing them back at once disarms that.
    """
    values = dict(frame.f_locals)
    if sys.version_info < (3, 13):
        ctypes.pythonapi.PyFrame_LocalsToFast(ctypes.py_object(frame), 0)
    return values


def first_statement(code: CodeType) -> int:
    """The line at which a function's first statement begins: where a thread stands that has not run yet."""
    starts = [line for _, _, line in code.co_lines() if line and line > code.co_firstlineno]
    line = min(starts, default=code.co_firstlineno)
    return first_lines(code.co_filename).get(line, line)
