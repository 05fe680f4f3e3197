"""What a program refers to before it starts: its modules' names, and locks made too early to be controlled."""

from __future__ import annotations

import concurrent.futures
import dis
import functools
import queue
import threading
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from helpers.interleave import source
from helpers.interleave.errors import ExploreError, Uncontrolled

_PRIMITIVES = (
    type(threading.Lock()), type(threading.RLock()), threading.Condition, threading.Semaphore, threading.Event,
    threading.Barrier, queue.Queue, queue.SimpleQueue, concurrent.futures.Executor,
)  # fmt: skip


@dataclass
class Findings:
    """What a program's functions can name.

    namespaces: the modules of the functions; names: the global names they use; has_thread_locals: whether one of these
    is a threading.local()
    """

    namespaces: list[dict] = field(default_factory=list)
    names: list[tuple[dict, str]] = field(default_factory=list)
    has_thread_locals: bool = False


def examine(program: Callable[[], Any]) -> Findings:
    """Look through all functions that the program can name.

    raises Uncontrolled for a lock, queue or the like that they name and that exists already: it would keep its state
    from one run to the next, and its waits could not be scheduled
    """
    if not callable(program):
        raise ExploreError(f"explore needs a function to call, not {program!r}.")
    findings = Findings()
    seen: set[int] = set()
    noted: set[tuple[int, str]] = set()
    pending: list[Any] = [program]
    while pending:
        thing = pending.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        if isinstance(thing, functools.partial):
            for value in (*thing.args, *thing.keywords.values()):
                _refuse_primitive("an argument", value, thing.func)
        for function in _functions(thing):
            if id(function) in seen and function is not thing:
                continue
            seen.add(id(function))
            if not any(function.__globals__ is known for known in findings.namespaces):
                findings.namespaces.append(function.__globals__)
            for name, value in _named(function):
                if name in function.__globals__ and (key := (id(function.__globals__), name)) not in noted:
                    noted.add(key)
                    findings.names.append((function.__globals__, name))
                if isinstance(value, threading.local):
                    findings.has_thread_locals = True
                _refuse_primitive(name, value, function)
                pending.append(value)
    return findings


def _functions(thing: Any) -> Iterator[types.FunctionType]:
    """The functions behind a callable, a class or an object, but for those of Python and of installed packages."""
    if isinstance(thing, functools.partial):
        for part in (thing.func, *thing.args, *thing.keywords.values()):
            yield from _functions(part)
        return
    if isinstance(thing, types.MethodType):
        yield from _functions(thing.__func__)
        thing = thing.__self__
    if isinstance(thing, property):
        thing = thing.fget
    if isinstance(thing, classmethod | staticmethod):
        thing = thing.__func__
    if isinstance(thing, types.FunctionType):
        file = thing.__code__.co_filename  # a checker's functions are followed, too: they lead to the reader's
        if not source.is_installed(file) and source.kind_of_file(file) is not source.OWN:
            yield thing
            yield from _functions(getattr(thing, "__wrapped__", None))
        return
    kind = thing if isinstance(thing, type) else type(thing)
    for base in kind.__mro__[:-1]:
        for member in list(vars(base).values()):
            if isinstance(member, types.FunctionType | property | classmethod | staticmethod):
                yield from _functions(member)


def _named(function: types.FunctionType) -> Iterator[tuple[str, Any]]:
    for code in _codes(function.__code__):
        for name in _global_names(code):
            if name in function.__globals__:
                yield name, function.__globals__[name]
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            yield name, cell.cell_contents
        except ValueError:  # not assigned yet
            continue
    for default in function.__defaults__ or ():
        yield "a default value", default


@source.per_code
def _global_names(code: types.CodeType) -> tuple[str, ...]:
    """The global names that a function uses; co_names holds those of attributes, too."""
    instructions = dis.get_instructions(code)
    return tuple(dict.fromkeys(i.argval for i in instructions if i.opname.endswith(("_GLOBAL", "_NAME")) and i.argval))


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _codes(constant)


def _refuse_primitive(name: str, value: Any, function: types.FunctionType) -> None:
    parts = [value]
    if isinstance(value, list | tuple | set | frozenset):
        parts += list(value)[:100]
    elif isinstance(value, dict):
        parts += list(value.values())[:100]
    elif not isinstance(value, type | types.ModuleType | types.FunctionType):
        parts += list(getattr(value, "__dict__", {}).values())[:100]
    for part in parts:
        if isinstance(part, _PRIMITIVES):
            kind = type(part).__name__
            name = name if name.startswith("an ") else f"`{name}`"
            where = name if part is value else f"{name}, which holds a {kind},"
            raise Uncontrolled(
                f"{where} was made before the program starts, and {getattr(function, '__name__', 'it')} uses it. "
                "Make it inside the program, so that each run begins with a new one."
            )
