"""Which code is the reader's: only that is stepped through."""

from __future__ import annotations

import contextlib
import functools
import linecache
import sysconfig
from collections.abc import Callable, Iterable, Iterator
from inspect import CO_OPTIMIZED
from pathlib import Path
from types import CodeType, FrameType, ModuleType
from typing import Any, TypeVar

_HELPERS = str(Path(__file__).parents[1])
_READERS = str(Path(__file__).parents[1] / "workers")  # workers belong to a lesson, so they count as the reader's
_OWN = str(Path(__file__).parent)
_LIBRARIES = tuple({sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")})

READER, LIBRARY, OWN = "reader", "library", "own"

stepped_into: set[str] = set()  # files of libraries that count as the reader's, while an exploration says so

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


def kind_of(code: CodeType) -> str:
    """Whose the code is. Code made by exec from a string (dataclasses and named tuples do that) is the library's."""
    return kind_of_file(code.co_filename)


def is_installed(file: str) -> bool:
    """Whether a file belongs to Python, to an installed package, or to no source at all, and is not stepped into."""
    return file not in stepped_into and _is_of_library(file)


@functools.cache
def _is_of_library(file: str) -> bool:
    return file.startswith(("<frozen", *_LIBRARIES)) or file == "<string>"


@functools.cache
def _kind(file: str) -> str:
    if file.startswith(_OWN):
        return OWN
    if _is_of_library(file):
        return LIBRARY
    if file.startswith(_HELPERS) and not file.startswith(_READERS):
        return LIBRARY
    return READER


def kind_of_file(file: str) -> str:
    """Whose the code in a file is."""
    return READER if file in stepped_into else _kind(file)


@contextlib.contextmanager
def stepping_into(modules: Iterable[ModuleType]) -> Iterator[None]:
    """Count these modules' code as the reader's."""
    files = {file for module in modules if (file := getattr(module, "__file__", None))}
    stepped_into.update(files)
    try:
        yield
    finally:
        stepped_into.difference_update(files)


def text_of(file: str, line: int) -> str:
    """A line of the source, stripped."""
    return linecache.getline(file, line).strip()


def locals_of(frame: FrameType) -> dict[str, Any]:
    """A copy of a frame's local variables. Up to 3.12 the frame keeps what it has shown, and would keep it alive."""
    shown = frame.f_locals
    values = dict(shown)
    if isinstance(shown, dict) and frame.f_code.co_flags & CO_OPTIMIZED:
        shown.clear()
    return values


def attributes_of(thing: Any) -> dict[str, Any]:
    """An object's own attributes, without calling any code of the program's."""
    try:
        return object.__getattribute__(thing, "__dict__")
    except AttributeError:
        return {}
