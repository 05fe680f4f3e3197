"""A fingerprint of a run between two steps: equal for two runs whose futures are the same.

It holds where each thread stands, its local variables, who owns which lock, who waits for what, and all data that can
be reached from there. What cannot be read from outside (values that a half-evaluated expression holds, the iterator of
a running for loop, the rest of a library function) is stood for by the thread's history, which determines it. If some
object hides its state, there is no fingerprint, and the histories of all threads stand for the whole state.
"""

from __future__ import annotations

import sys
import threading
import types
from collections import deque
from typing import TYPE_CHECKING, Any

from helpers.interleave import primitives, source

if TYPE_CHECKING:
    from helpers.interleave.scheduler import Run
    from helpers.interleave.tasks import Task

ATOMS = frozenset({int, str, float, bool, bytes, type(None), complex, range, type(Ellipsis)})
_NAMES = (types.BuiltinFunctionType, types.WrapperDescriptorType, types.MethodDescriptorType)
_SLOTS = (types.MemberDescriptorType, types.GetSetDescriptorType)
_PLUMBING = frozenset(vars(threading.Thread(name="any"))) - {"_name", "_target", "_args", "_kwargs", "_daemonic"}
_PLUMBING |= {"_interleave_task", "_ident", "_native_id", "_context"}
_TRANSPARENT = ("threading.py", "queue.py")  # whose frames hold nothing but their local variables while they wait


class Opaque(Exception):
    """An object hides its state."""


def fingerprint(run: Run, visits: list) -> tuple | None:
    """The state of a run, as a tuple that can be compared, or None if an object hides its own.

    visits: those to heads of loops that count, see spinning
    """
    reader = _Reader(run)
    reader.parts.append(run.threads_made)
    try:
        for namespace, name in run.names:
            reader.add(namespace.get(name))
        for task in run.tasks:
            reader.add_task(task)
        if run.returned:
            reader.add(run.value)
        for entry in visits:
            reader.add_visits(entry)
    except (Opaque, RecursionError):
        return None
    return tuple(reader.parts)


class _Reader:
    """Walks over objects and writes down what they hold; an object met again is written as a reference."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.parts: list[Any] = []
        self.met: dict[int, int] = {}
        self.alive: list[Any] = []  # so that no id is used twice

    def add_task(self, task: Task) -> None:
        write = self.parts.append
        write((task.begun, task.finished, task.spinning, len(task.stack)))
        if task.finished:
            return
        if not task.begun:
            self.add(task.thread)
        elif not task.stack:
            write(self.run.histories.of(task))
        for entry in task.stack:
            frame = entry.frame
            write((source.number_of(frame.f_code), frame.f_lasti, entry.hidden, entry.hidden_by_call))
            write(tuple(entry.rounds.items()))
            self.add_values(source.locals_of(frame))
            self.add_values(entry.managers)
        if task.waiting is not None:
            self.add_wait(task)

    def add_wait(self, task: Task) -> None:
        waiting = task.waiting
        write = self.parts.append
        if task.deadline is not None:
            write(task.deadline - self.run.clock)
        if isinstance(waiting, primitives.Ending):
            write(waiting.task.index)
        elif isinstance(waiting, primitives.Lock):
            self.add(waiting)
            self.add(task.then)
        frame = task.blocked_in
        outer = task.stack[-1].frame if task.stack else None
        while frame is not None and frame is not outer:
            kind = source.kind_of(frame.f_code)
            if kind is not source.OWN:
                if not frame.f_code.co_filename.endswith(_TRANSPARENT):
                    write(self.run.histories.of(task))
                    return
                write((source.number_of(frame.f_code), frame.f_lasti))
                self.add_values(source.locals_of(frame))
            frame = frame.f_back

    def add_visits(self, visits: list) -> None:
        write = self.parts.append
        write(len(visits))
        for where, visit in visits:
            write((where, visit.owners))
            for name, kind, value in visit.values:  # an id of none of the objects met so far is that of a dead one
                write((name, kind, value if kind in ATOMS else self.met.get(value, -1)))

    def add_values(self, values: Any) -> None:
        for name, value in values.items():
            self.parts.append(name)
            self.add(value)

    def add(self, value: Any) -> None:
        kind = type(value)
        write = self.parts.append
        if kind in ATOMS:
            write((kind, value))
            return
        number = self.met.get(id(value))
        if number is not None:
            write(("again", number))
            return
        self.met[id(value)] = len(self.met)
        self.alive.append(value)
        write(kind)
        if kind is list or kind is tuple or kind is deque:
            write(len(value))
            for item in value:
                self.add(item)
        elif kind is dict:
            write(len(value))
            for key, item in value.items():
                self.add(key)
                self.add(item)
        elif isinstance(value, primitives.Lock):
            write((value.owner.index if value.owner else -1, getattr(value, "count", 0)))
        else:
            self.add_object(value, kind)

    def add_object(self, value: Any, kind: type) -> None:
        write = self.parts.append
        if kind is set or kind is frozenset:
            if not all(type(item) in ATOMS for item in value):
                raise Opaque
            write(tuple(value))  # the order of iteration is part of the state
        elif isinstance(value, types.FunctionType):
            write(source.number_of(value.__code__))
            self.add_function(value)
        elif isinstance(value, types.MethodType):
            self.add(value.__func__)
            self.add(value.__self__)
        elif isinstance(value, type):
            write(value)
            self.add_class(value)
        elif isinstance(value, types.ModuleType):
            self.add_module(value)
        elif isinstance(value, _NAMES):
            owner = getattr(value, "__self__", None)
            if owner is None or isinstance(owner, types.ModuleType | type):
                write(id(value))
            else:  # a method of an object, which each run has anew
                write(value.__qualname__)
                self.add(owner)
        elif isinstance(value, classmethod | staticmethod):
            self.add(value.__func__)
        elif isinstance(value, property):
            for function in (value.fget, value.fset, value.fdel):
                self.add(function)
        elif isinstance(value, threading.Thread):
            self.add_thread(value)
        elif isinstance(value, types.CellType):
            self.add(value.cell_contents)
        elif isinstance(value, types.CodeType):
            write(source.number_of(value))
        elif isinstance(value, threading.local):
            raise Opaque
        else:
            self.add_reduced(value, kind)

    def add_function(self, function: types.FunctionType) -> None:
        if source.kind_of(function.__code__) is source.OWN:
            return
        for cell in function.__closure__ or ():
            try:
                self.add(cell.cell_contents)
            except ValueError:  # not assigned yet
                self.parts.append("empty")
        for default in function.__defaults__ or ():
            self.add(default)
        if function.__kwdefaults__ or function.__dict__:
            self.add(function.__kwdefaults__)
            self.add(function.__dict__)

    def add_module(self, module: types.ModuleType) -> None:
        """A module of the library is named; one of the reader's may hold any state."""
        file = getattr(module, "__file__", None) or "<frozen"
        if sys.modules.get(module.__name__) is not module or source.kind_of_file(file) is source.READER:
            raise Opaque
        self.parts.append(module.__name__)

    def add_class(self, value: type) -> None:
        """The attributes of a class of the reader's: they are shared by all its objects."""
        if value.__module__ in ("builtins", "threading", "queue", "collections") or not (value.__flags__ & (1 << 9)):
            return
        for name, item in vars(value).items():
            if isinstance(item, types.FunctionType):
                shared = item.__closure__ or item.__defaults__ or item.__kwdefaults__ or item.__dict__
            else:
                shared = not name.startswith("__") and not isinstance(item, _SLOTS)
            if shared:
                self.parts.append(name)
                self.add(item)

    def add_thread(self, thread: threading.Thread) -> None:
        task = getattr(thread, "_interleave_task", None)
        self.parts.append(task.index if task else -1)
        for name, item in vars(thread).items():
            if name not in _PLUMBING:
                self.parts.append(name)
                self.add(item)

    def add_reduced(self, value: Any, kind: type) -> None:
        """An object's state as pickle would take it; whatever pickle refuses hides its state."""
        if kind.__module__ == "itertools":  # their pickling is on its way out
            raise Opaque
        self.add_class(kind)
        try:
            reduced = value.__reduce_ex__(4)
        except Exception:  # noqa: BLE001  whatever its pickling raises
            raise Opaque from None
        if isinstance(reduced, str):  # pickle would look it up by name, whatever it holds
            raise Opaque
        make, arguments, *rest = reduced
        self.parts.append(getattr(make, "__qualname__", None))
        self.add(tuple(a for a in arguments if not isinstance(a, type)))
        self.alive.append(arguments)
        for part in rest[:1]:
            self.add(part)
        for part in rest[1:]:
            if part is not None:
                for item in part:
                    self.add(item)
