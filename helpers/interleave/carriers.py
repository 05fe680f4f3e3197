"""Carriers: the operating-system threads on which controlled threads run.

Each controlled thread runs on a carrier that is kept for the next run: a run is over in less time than it takes to
start a thread. A carrier without the baton waits at its gate.
"""

from __future__ import annotations

import _thread
import contextlib
import contextvars
import os
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


def instead(original: Callable, replacement: Callable) -> Callable:
    """A function that does `replacement(run, ...)` in a controlled thread and `original(...)` elsewhere."""

    def dispatch(*args: Any, **options: Any) -> Any:
        task = controlled()
        if task is None:
            return original(*args, **options)
        return replacement(task.run, *args, **options)

    dispatch.__name__ = getattr(original, "__name__", "dispatch")
    return dispatch
