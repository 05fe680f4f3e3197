"""Which code is the reader's, and where its statements begin: a step is a statement, whatever lines it spans."""

from __future__ import annotations

import ast
import ctypes
import dis
import functools
import itertools
import linecache
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, NamedTuple, TypeVar

_HELPERS = str(Path(__file__).parents[1])
_READERS = str(Path(__file__).parents[1] / "workers")  # workers belong to a lesson, so they count as the reader's
_OWN = str(Path(__file__).parent)
_LIBRARIES = tuple({sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")})
_COMPREHENSIONS = {"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"}  # inlined since 3.12, so no frame counts steps

READER, LIBRARY, OWN, COMPREHENSION = "reader", "library", "own", "comprehension"

Answer = TypeVar("Answer")


def per_code(judge: Callable[[CodeType], Answer]) -> Callable[[CodeType], Answer]:
    """Remember the answer for each code object, by identity: to hash a code object is to read all its bytecode."""
    known: dict[int, tuple[CodeType, Answer]] = {}  # with the code, so that its id stays its own

    @functools.wraps(judge)
    def look_up(code: CodeType) -> Answer:
        entry = known.get(id(code))
        if entry is None:
            entry = known[id(code)] = code, judge(code)
        return entry[1]

    return look_up


_numbers = itertools.count()


@per_code
def number_of(code: CodeType) -> int:
    """A number that stands for a code object wherever states are compared."""
    return next(_numbers)


@per_code
def kind_of(code: CodeType) -> str:
    """Whose the code is: only the reader's is stepped through.

    Code made by exec from a string (dataclasses and named tuples do that) counts as library code.
    """
    kind = kind_of_file(code.co_filename)
    return COMPREHENSION if kind is READER and code.co_name in _COMPREHENSIONS else kind


def is_installed(file: str) -> bool:
    """Whether a file belongs to Python, to an installed package, or to no source at all."""
    return file.startswith(("<frozen", *_LIBRARIES)) or file == "<string>"


def kind_of_file(file: str) -> str:
    """Whose the code in a file is."""
    if file.startswith(_OWN):
        return OWN
    if is_installed(file):
        return LIBRARY
    if file.startswith(_HELPERS) and not file.startswith(_READERS):
        return LIBRARY
    return READER


def instructions_by_line(code: CodeType) -> dict[int, list[dis.Instruction]]:
    """The bytecode of each line of a function; a line's instructions need not be next to each other."""
    by_line: dict[int, list[dis.Instruction]] = {}
    for instruction in dis.get_instructions(code):
        line = instruction.positions.lineno if instruction.positions else None
        if line is not None:
            by_line.setdefault(line, []).append(instruction)
    return by_line


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


class Source:
    """What the text of a file says about its lines."""

    def __init__(self, lines: list[str]) -> None:
        """lines: the text, as linecache has it. Lines of a cell with a magic command stand for themselves."""
        self.text = lines
        self.first_lines: dict[int, int] = {}  # for each line, the one on which its statement begins
        self.holding: set[int] | None = None  # statements that keep a value out of sight; None if not known
        try:
            tree = ast.parse("".join(lines)) if lines else None
        except SyntaxError:
            tree = None
        if tree is not None:
            self.holding = set()
            for node in ast.walk(tree):
                self._read(node)

    def _read(self, node: ast.AST) -> None:
        if isinstance(node, ast.stmt):
            head = _head(node)
            for line in range(head.line, head.end_line + 1):
                self.first_lines[line] = head.line
        if isinstance(node, ast.Return) and node.value is not None:
            self.holding.add(node.lineno)
        elif isinstance(node, ast.Match):
            self.holding |= {node.lineno, *(case.pattern.lineno for case in node.cases)}
        elif isinstance(node, ast.ClassDef) or getattr(node, "decorator_list", None):
            self.holding |= {node.lineno, *(decorator.lineno for decorator in node.decorator_list)}


_sources: dict[str, Source] = {}


def of_file(file: str) -> Source:
    """What is known about a file's lines; nothing where its source is not known."""
    lines = linecache.getlines(file)
    known = _sources.get(file)
    changed = known is None or known.text is not lines  # linecache keeps one list while the file stays as it is
    if changed and (lines or known is None):
        known = _sources[file] = Source(lines)
    return known


def holds_a_value(file: str, line: int) -> bool:
    """Whether a statement keeps a value out of sight while other statements of its function run.

    `return x` does, inside a with block or before a finally; match does with its subject, a decorator until the
    definition is complete. Where the source is not known, any statement may.
    """
    holding = of_file(file).holding
    return holding is None or line in holding


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
    return of_file(code.co_filename).first_lines.get(line, line)
