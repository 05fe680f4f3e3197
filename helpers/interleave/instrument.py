"""Functions run code compiled from the same source with hooks in it, for as long as an exploration takes.

A function's code is compared whole with what its source says now. What differs (a file changed since it was imported,
a test rewritten by pytest) has no hooks that would fit, and is refused by name.
"""

from __future__ import annotations
import __future__

import ast
import gc
import importlib.util
import linecache
import marshal
import struct
import sys
import warnings
from collections import defaultdict
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any, Literal, NamedTuple

from helpers.interleave import switches
from helpers.interleave.errors import Uncontrolled
from helpers.interleave.rewrite import Rewriter
from helpers.interleave.rewrite_accesses import AccessRewriter
from helpers.interleave.rewrite_switches import SwitchRewriter
from helpers.interleave.source import attributes_of

Hooks = Literal["steps", "accesses", "switches"]  # each with all that is before it

_FUTURE = 0
for _name in __future__.all_feature_names:
    _FUTURE |= getattr(__future__, _name).compiler_flag


class Twins(NamedTuple):
    """The code objects of a file, each with its hooked twin.

    lines: the text that they come from; first: the number of the first statement of a function, by name and line
    """

    lines: list[str]
    hooked: dict[CodeType, CodeType]
    first: dict[tuple[str, int], int]


_REWRITERS = {"steps": Rewriter, "accesses": AccessRewriter, "switches": SwitchRewriter}
_files: dict[tuple[str, int, Hooks, bool], Twins] = {}
_hooked: dict[int, CodeType] = {}  # by identity, all that there are
_first: dict[int, int] = {}


def is_hooked(code: CodeType) -> bool:
    """Whether code has hooks."""
    return id(code) in _hooked


def first_statement(code: CodeType) -> int:
    """The number of the statement at which a function begins; 0 for code without hooks."""
    return _first.get(id(code), 0)


def twin_of(code: CodeType, hooks: Hooks, steps: bool = True) -> CodeType | None:
    """The same code with hooks, or None where the source is not known or says something else."""
    for fresh in (False, True):
        if fresh:
            linecache.checkcache(code.co_filename)
        twins = _twins(code, hooks, steps)
        if twins is not None and code in twins.hooked:
            return twins.hooked[code]
    return None


def _twins(code: CodeType, hooks: Hooks, steps: bool) -> Twins | None:
    file, flags = code.co_filename, code.co_flags & _FUTURE
    lines = linecache.getlines(file)
    key = file, flags, hooks, steps
    known = _files.get(key)
    if known is not None and known.lines is lines:
        return known
    if not lines:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the reader has seen them at the import
        try:
            plain = compile("".join(lines), file, "exec", flags, dont_inherit=True)
        except (SyntaxError, ValueError):
            return None
        rewriter, hooked = _rewritten(plain, lines, flags, hooks, steps)
    twins = _files[key] = Twins(lines, {}, rewriter.first)
    for code in (plain, _cached(file)):
        if code is not None:
            _pair(code, hooked, twins)
    return twins


def _rewritten(plain: CodeType, lines: list[str], flags: int, hooks: Hooks, steps: bool) -> tuple[Rewriter, CodeType]:
    file, limit = plain.co_filename, sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, _DEEP))
    try:
        rewriter = _REWRITERS[hooks](file, lines, ast.parse("".join(lines)), steps)
        if isinstance(rewriter, SwitchRewriter):
            rewriter.places = switches.places(plain)
        rewriter.rewrite()
        return rewriter, compile(rewriter.tree, file, "exec", flags, dont_inherit=True)
    except (RecursionError, SyntaxError):
        raise Uncontrolled(
            f"{file} has code that is nested so deeply that no hooks can be put into it. Move what you explore into a "
            "file of its own."
        ) from None
    finally:
        sys.setrecursionlimit(limit)


_DEEP = 20_000


def _cached(file: str) -> CodeType | None:
    """What another release of this Python may have compiled of the same source, and left for this one to import."""
    try:
        cache, source = Path(importlib.util.cache_from_source(file)), Path(file).stat()
        data = cache.read_bytes()
    except (OSError, NotImplementedError):
        return None
    if len(data) < 16:
        return None
    flags, modified, size = struct.unpack("<3I", data[4:16])
    stamp = int(source.st_mtime) & 0xFFFFFFFF, source.st_size & 0xFFFFFFFF
    if data[:4] != importlib.util.MAGIC_NUMBER or flags or (modified, size) != stamp:
        return None
    return marshal.loads(data[16:])


def _pair(plain: CodeType, hooked: CodeType, twins: Twins) -> None:
    ours = _children(hooked)
    for key, codes in _children(plain).items():
        for one, other in zip(codes, ours[key], strict=False):  # equal constants of a function are one
            twins.hooked[one] = other
            _hooked[id(other)] = other
            _first[id(other)] = twins.first.get(key, 0)
            _pair(one, other, twins)


def _children(code: CodeType) -> dict[tuple[str, int], list[CodeType]]:
    children = defaultdict(list)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            children[constant.co_name, constant.co_firstlineno].append(constant)
    return children


class Swapped:
    """Functions that run hooked code; restore gives each its own again."""

    def __init__(self, hooks: Hooks) -> None:
        """hooks: which they get."""
        self.hooks: Hooks = hooks
        self._functions: dict[int, tuple[FunctionType, CodeType, bool]] = {}

    def add(self, function: FunctionType, steps: bool = True) -> bool:
        """Give a function its hooks; steps: at its statements. False where there are none that fit."""
        if id(function) in self._functions:
            return True
        code = _original(function.__code__)
        if twin_of(code, self.hooks, steps) is None:
            return False
        self._functions[id(function)] = function, code, steps
        self._set(function, code, steps)
        return True

    def _set(self, function: FunctionType, code: CodeType, steps: bool) -> None:
        if steps or self.hooks != "steps":
            function.__code__ = twin_of(code, self.hooks if steps else "accesses", steps)
        else:
            function.__code__ = code

    def switch(self, hooks: Hooks) -> None:
        """From now on with these hooks."""
        if hooks != self.hooks:
            self.hooks = hooks
            for function, code, steps in self._functions.values():
                self._set(function, code, steps)

    def restore(self) -> None:
        """Give all functions their own code."""
        for function, code, _ in self._functions.values():
            function.__code__ = code
        self._functions.clear()


def _original(code: CodeType) -> CodeType:
    """The code behind a hooked one: a function that an earlier exploration made still has its hooks."""
    if is_hooked(code):
        for twins in _files.values():
            for plain, hooked in twins.hooked.items():
                if hooked is code:
                    return plain
    return code


def functions_with(code: CodeType) -> list[FunctionType]:
    """The functions that have this code, as far as they can be found."""
    gc.unfreeze()  # or it would not look there
    referrers = gc.get_referrers(code)
    gc.freeze()
    # A free-threaded 3.13 hides from its collector the functions that were there before the second thread.
    named = [_reached(module, code.co_qualname.split(".")) for module in list(sys.modules.values())]
    found = {id(f): f for f in (*referrers, *named) if isinstance(f, FunctionType) and f.__code__ is code}
    return list(found.values())


def _reached(module: ModuleType, names: list[str]) -> Any:
    """What a module has under a qualified name, without asking it."""
    found: Any = module
    for name in names:
        found = attributes_of(found).get(name)
    return found


def refusal(code: CodeType) -> Uncontrolled:
    """Why a function of the reader's cannot be explored."""
    name = code.co_qualname
    if not linecache.getlines(code.co_filename):
        return Uncontrolled(
            f"`{name}` has no source that can be read, so it cannot be stepped through. Put it into a file or a cell."
        )
    return Uncontrolled(
        f"`{name}` is not what its source says now: the file has changed since it was imported, or a tool has "
        "rewritten it, as pytest does with assert in a test's file. Import it anew, or move it to a file of its own."
    )
