"""Carriers: the operating-system threads on which controlled threads run.

Each controlled thread runs on a carrier that is kept for the next run: a run is over in less time than it takes to
start a thread. A carrier without the baton waits at its gate.
"""

from __future__ import annotations

import _thread
import contextlib
import contextvars
import os
import types
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from helpers.interleave.errors import Abort

if TYPE_CHECKING:
    from helpers.interleave.tasks import Task

get_ident = _thread.get_ident
_start_new_thread = _thread.start_new_thread  # kept: programs find another one in its place
carriers_by_ident: dict[int, Carrier] = {}  # of the exploration that is going on


class Carrier:
    """An operating-system thread that runs one controlled thread after another."""

    def __init__(self) -> None:
        """Start the thread, which waits at its gate."""
        self.gate = _thread.allocate_lock()
        self.gate.acquire()
        self.gone = _thread.allocate_lock()
        self.gone.acquire()
        self.native_id = 0
        self.task: Task | None = None
        self.work: Callable[[], None] | None = None
        self.stopping = False
        self.lost = False  # it hangs in code that cannot be interrupted
        self.ident = _start_new_thread(self._loop, ())
        carriers_by_ident[self.ident] = self

    def _loop(self) -> None:
        self.native_id = _thread.get_native_id()
        if hasattr(os, "sched_setaffinity"):
            # One thread runs at a time: on one CPU the baton changes hands four times faster than between two.
            os.sched_setaffinity(0, {_present_cpu()})
        try:
            while True:
                self.gate.acquire()
                if self.stopping:
                    return
                work, self.work = self.work, None
                with contextlib.suppress(Abort):  # it came between the end of the thread's work and here
                    if work is not None:
                        contextvars.Context().run(work)  # an empty one: no run sees what another has set
                work = None  # or the run would be kept until this thread has its next work, past the collection
                if self.lost:
                    return
        finally:
            self.gone.release()

    def open(self) -> None:
        """Let the thread go on from its gate."""
        self.gate.release()

    def stop(self) -> None:
        """End the thread; it must be at its gate."""
        self.stopping = True
        self.gate.release()
        self.gone.acquire()
        carriers_by_ident.pop(self.ident, None)


def _present_cpu() -> int:
    """The CPU on which the system has just put this thread: a free one, when several processes explore at once.

    What a thread starts stays on its CPU, so all carriers of a session meet on the first one's.
    """
    try:
        with open("/proc/thread-self/stat") as stat:
            return int(stat.read().rpartition(")")[2].split()[36])  # field 39, and the command's name may have blanks
    except OSError:
        return min(os.sched_getaffinity(0))


def controlled() -> Task | None:
    """The task that the calling thread runs, or None for a thread outside the explored program."""
    carrier = carriers_by_ident.get(get_ident())
    task = carrier.task if carrier is not None else None
    return None if task is None or task.run.over else task


def instead(original: Callable, replacement: Callable, inside: type | None = None) -> Callable:
    """What does `replacement(run, ...)` in a controlled thread and `original(...)` elsewhere.

    In the place of a class it is one as well; inside: the class of what the replacement makes, if it is none itself
    """
    if isinstance(original, type):
        inside = inside or (replacement if isinstance(replacement, type) else original)
        members = {"original": original, "inside": inside, "replacement": staticmethod(replacement)}
        return _StandIn(original.__name__, (), members)

    def dispatch(*args: Any, **options: Any) -> Any:
        task = controlled()
        if task is None:
            return original(*args, **options)
        return replacement(task.run, *args, **options)

    dispatch.__name__ = getattr(original, "__name__", "dispatch")
    return dispatch


class _StandIn(type):
    """A class in the place of another: an object is made by one of the two, and one of either is an instance."""

    def __new__(cls, name: str, bases: tuple, namespace: dict, **options: Any) -> type:
        """A class that is derived from one: it has the original's place, or what the explorer has for it."""
        if not bases:
            return super().__new__(cls, name, bases, namespace)
        inside = controlled() is not None
        found = [(base.inside if inside else base.original) if isinstance(base, _StandIn) else base for base in bases]
        return types.new_class(name, tuple(found), options, lambda body: body.update(namespace))

    def __call__(cls, *args: Any, **options: Any) -> Any:
        task = controlled()
        return cls.original(*args, **options) if task is None else cls.replacement(task.run, *args, **options)

    def __instancecheck__(cls, thing: Any) -> bool:
        return isinstance(thing, (cls.original, cls.inside))

    def __subclasscheck__(cls, kind: type) -> bool:
        return issubclass(kind, (cls.original, cls.inside))

    def __getattr__(cls, name: str) -> Any:
        return getattr(cls.original, name)
