"""What a program refers to before it starts: its modules' names, and locks made too early to be controlled."""

from __future__ import annotations

import concurrent.futures
import contextlib
import dis
import functools
import importlib
import inspect
import queue
import sys
import threading
import types
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from helpers.interleave import source
from helpers.interleave.errors import ExploreError, Uncontrolled

_PRIMITIVES = (
    type(threading.Lock()), type(threading.RLock()), threading.Condition, threading.Semaphore, threading.Event,
    threading.Barrier, queue.Queue, queue.SimpleQueue, concurrent.futures.Executor,
)  # fmt: skip


_MOST_ITEMS = 1_000  # of a container that are looked at


@dataclass
class Findings:
    """What a program's functions can name.

    functions: the reader's; namespaces: the modules of the functions; places: where else something of threading or time
    is kept that may have to be replaced (a default argument, a class attribute), each with what puts a value there;
    cached: properties that hold a lock of their own (up to 3.11); has_thread_locals: whether one is a threading.local()
    """

    functions: list[types.FunctionType] = field(default_factory=list)
    namespaces: list[dict] = field(default_factory=list)
    places: list[tuple[Any, Callable[[Any], None]]] = field(default_factory=list)
    cached: list[functools.cached_property] = field(default_factory=list)
    has_thread_locals: bool = False


_NOT_RUN = "a coroutine, which an event loop would have to run", "a generator, which runs when it is gone through"


def examine(program: Callable[[], Any], modules: Iterable[types.ModuleType] = ()) -> Findings:
    """Look through all functions that the program can name, and through those of some modules.

    raises Uncontrolled for a lock, queue or the like that they name and that exists already: it would keep its state
    from one run to the next, and its waits could not be scheduled
    """
    if not callable(program):
        raise ExploreError(f"explore needs a function to call, not {program!r}.")
    if inspect.iscoroutinefunction(program) or inspect.isgeneratorfunction(program):
        raise ExploreError(
            f"A call of `{program.__name__}` only makes {_NOT_RUN[inspect.isgeneratorfunction(program)]}."
        )
    findings = Findings()
    seen: set[int] = set()
    pending: list[Any] = [program, *modules]
    while pending:
        thing = pending.pop()
        if id(thing) not in seen:
            seen.add(id(thing))
            try:
                pending += _look_at(thing, findings)
            except ExploreError:
                raise
            except Exception:  # noqa: BLE001  a stand-in's own code, which cannot say yet what it stands for
                continue
    return findings


def _look_at(thing: Any, findings: Findings) -> list[Any]:
    """Note what a thing says; what it leads to."""
    kind = type(thing)  # not what a stand-in says of itself
    if issubclass(kind, functools.partial):
        values = [*thing.args, *thing.keywords.values()]
        for value in values:
            _refuse_primitive("an argument", value, thing.func)
        return [thing.func, *values]
    if issubclass(kind, types.MethodType):
        return [thing.__func__, thing.__self__]
    if issubclass(kind, property):
        return [thing.fget, thing.fset, thing.fdel]
    if issubclass(kind, classmethod | staticmethod):
        return [thing.__func__]
    if issubclass(kind, functools.cached_property):
        if hasattr(thing, "lock"):
            findings.cached.append(thing)
        return [thing.func]
    if issubclass(kind, types.FunctionType):
        return _look_at_function(thing, findings)
    if issubclass(kind, list | dict):
        items = list(thing.items() if issubclass(kind, dict) else enumerate(thing))[:_MOST_ITEMS]
        for key, item in items:
            _note(item, functools.partial(thing.__setitem__, key), findings)
        return [item for _, item in items]
    if issubclass(kind, tuple | set | frozenset):
        return list(thing)[:_MOST_ITEMS]
    if issubclass(kind, types.ModuleType):
        file = getattr(thing, "__file__", None)
        return list(vars(thing).values()) if file and _may_be_followed(file) else []
    if isinstance(thing, type):
        return _look_at_class(thing, findings)
    if issubclass(kind, threading.local):
        findings.has_thread_locals = True
    return [kind, source.attributes_of(thing)]


def _note(value: Any, put: Callable[[Any], None], findings: Findings) -> None:
    """A place where a function or class of threading or time is kept."""
    if issubclass(type(value), types.BuiltinFunctionType | types.FunctionType | type) and value.__module__ in _REPLACED:
        findings.places.append((value, put))


_REPLACED = ("_thread", "threading", "time", "queue", "_queue")


def _look_at_function(function: types.FunctionType, findings: Findings) -> list[Any]:
    """A function leads to what it names, if it is not of Python or of an installed package."""
    for cell in function.__closure__ or ():
        with contextlib.suppress(ValueError):  # not assigned yet
            _note(cell.cell_contents, functools.partial(setattr, cell, "cell_contents"), findings)
    for number, value in enumerate(function.__defaults__ or ()):
        _note(value, functools.partial(_set_default, function, number), findings)
    for name, value in (function.__kwdefaults__ or {}).items():
        _note(value, functools.partial(function.__kwdefaults__.__setitem__, name), findings)
    if not _may_be_followed(function.__code__.co_filename):
        wrapped = [getattr(function, "__wrapped__", None)]  # a decorator's
        return wrapped + [value for value in _closure(function).values() if callable(value)]
    if source.kind_of(function.__code__) is source.READER:
        findings.functions.append(function)
    if not any(function.__globals__ is known for known in findings.namespaces):
        findings.namespaces.append(function.__globals__)
    if any("multiprocessing" in name for code in _codes(function.__code__) for name in code.co_names):
        importlib.import_module("multiprocessing.pool")  # so that what the program will import is refused by name
    named = list(_named(function))
    for name, value in named:
        _refuse_primitive(name, value, function)
    return [value for _, value in named] + [getattr(function, "__wrapped__", None)]


def _set_default(function: types.FunctionType, number: int, value: Any) -> None:
    defaults = function.__defaults__
    function.__defaults__ = (*defaults[:number], value, *defaults[number + 1 :])


def _set_member(kind: type, name: str, value: Any) -> None:
    """A function in a class becomes a method; what stood there before was none."""
    setattr(kind, name, staticmethod(value) if issubclass(type(value), types.FunctionType) else value)


def _look_at_class(kind: type, findings: Findings) -> list[Any]:
    """A class leads to its members, and to those of its bases."""
    members: list[Any] = []
    for base in kind.__mro__[:-1]:
        if base.__flags__ & _HEAP_TYPE and _may_be_followed(_file_of(base)):
            for name, member in list(vars(base).items()):
                if issubclass(type(member), _PRIMITIVES):
                    _refuse_primitive(f"{base.__name__}.{name}", member, base)
                if not issubclass(type(member), types.FunctionType):
                    _note(member, functools.partial(_set_member, base, name), findings)
                members.append(member)
    return members


_HEAP_TYPE = 1 << 9  # made by a class statement


def _file_of(kind: type) -> str:
    """Where a class was made; of one whose module is no file's, where its methods were."""
    module = sys.modules.get(kind.__module__)
    file = getattr(module, "__file__", None) or ("" if kind.__module__ == "__main__" else None)
    if file is None:
        methods = [member for member in vars(kind).values() if issubclass(type(member), types.FunctionType)]
        file = next((m.__code__.co_filename for m in methods if m.__code__.co_filename != "<string>"), "<string>")
    return file


def _may_be_followed(file: str) -> bool:
    """A checker's functions are followed, too: they lead to the reader's."""
    return not source.is_installed(file) and source.kind_of_file(file) is not source.OWN


def _named(function: types.FunctionType) -> Iterator[tuple[str, Any]]:
    for code in _codes(function.__code__):
        for name in _global_names(code):
            if name in function.__globals__:
                yield name, function.__globals__[name]
    yield from _closure(function).items()
    for default in (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()):
        yield "a default value", default


def _closure(function: types.FunctionType) -> dict[str, Any]:
    values = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        if name == "__classdict__":  # of annotations, from 3.14 on: a class itself, without what setattr sees to
            continue
        with contextlib.suppress(ValueError):  # not assigned yet
            values[name] = cell.cell_contents
    return values


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
    if issubclass(type(value), list | tuple | set | frozenset):
        parts += list(value)[:100]
    elif issubclass(type(value), dict):
        parts += list(value.values())[:100]
    elif not isinstance(value, type | types.ModuleType | types.FunctionType):
        parts += list(source.attributes_of(value).values())[:100]
    for part in parts:
        if issubclass(type(part), _PRIMITIVES):
            kind = type(part).__name__
            name = name if name.startswith("an ") else f"`{name}`"
            where = name if part is value else f"{name}, which holds a {kind},"
            raise Uncontrolled(
                f"{where} was made before the program starts, and {getattr(function, '__name__', 'it')} uses it. "
                "Make it inside the program, so that each run begins with a new one."
            )
