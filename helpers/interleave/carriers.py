"""Carriers: the operating-system threads on which controlled threads run, and the tracer that stops each at its steps.

Each controlled thread runs on a carrier that is kept for the next run: a run is over in less time than it takes to
start a thread. A carrier without the baton waits at its gate.
"""

from __future__ import annotations

import _thread
import contextlib
import os
import sys
import threading
import types
from collections.abc import Callable, Iterator
from typing import Any

from helpers.interleave import source
from helpers.interleave.errors import Abort, ExploreError
from helpers.interleave.tasks import Entry, Task

get_ident = _thread.get_ident
_start_new_thread = _thread.start_new_thread  # kept: programs find another one in its place
carriers_by_ident: dict[int, Carrier] = {}  # of the exploration that is going on


class Carrier:
    """An operating-system thread that runs one controlled thread after another."""

    def __init__(self, steps_are_opcodes: bool) -> None:
        """Start the thread, which waits at its gate. steps_are_opcodes: it stops at bytecodes, not at lines."""
        self.gate = _thread.allocate_lock()
        self.gate.acquire()
        self.gone = _thread.allocate_lock()
        self.gone.acquire()
        self.native_id = 0
        self.task: Task | None = None
        self.work: Callable[[], None] | None = None
        self.stopping = False
        self.lost = False  # it hangs in code that cannot be interrupted
        self.trace = _tracer(self, steps_are_opcodes)
        self.ident = _start_new_thread(self._loop, ())
        carriers_by_ident[self.ident] = self

    def arm(self) -> None:
        """Trace this thread, again if need be: an exception that leaves a trace function switches tracing off."""
        if sys.gettrace() is not self.trace:
            sys.settrace(self.trace)
            if sys.gettrace() is not self.trace:
                raise ExploreError(
                    "Another tool holds this thread's trace function, so lines cannot be stepped through."
                )

    def disarm(self) -> None:
        """Do not trace this thread while it runs the scheduler: every function would be reported."""
        sys.settrace(None)

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
                with contextlib.suppress(Abort):  # it came between the end of the thread's work and here
                    self.work()
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


@contextlib.contextmanager
def tracing_kept_on(steps_are_opcodes: bool) -> Iterator[None]:
    """Keep one thread traced all the time.

    From 3.12, when the last traced thread of a process is traced no more, all code goes back to its untraced form, and
    has to be prepared anew for the next: that takes a third of an exploration.
    """
    ready, over, gone = (_thread.allocate_lock() for _ in range(3))
    for lock in ready, over, gone:
        lock.acquire()

    def wait() -> None:
        sys._getframe().f_trace_opcodes = steps_are_opcodes  # 3.12 reports them only if a frame asked before settrace
        sys.settrace(lambda frame, event, arg: None)
        ready.release()
        over.acquire()
        sys.settrace(None)
        gone.release()

    _start_new_thread(wait, ())
    ready.acquire()
    try:
        yield
    finally:
        over.release()
        gone.acquire()


# By identity, as in source.per_code. All but a few of the calls in a run are to such code, and tracing reports each.
_not_the_readers: dict[int, types.CodeType] = {}


def _tracer(carrier: Carrier, opcodes: bool) -> Callable:
    """The trace function of one carrier. Closures, because it runs for every line: attribute lookups would show."""
    kind_of, own, reader = source.kind_of, source.OWN, source.READER

    def local(frame: types.FrameType, event: str, arg: Any) -> Any:
        if event == "line" or event == "opcode":
            carrier.task.run.arrive(carrier.task, frame)
        elif event == "return":
            carrier.task.leave()
        return local

    def called(frame: types.FrameType, event: str, arg: Any) -> Any:
        code, task = frame.f_code, carrier.task
        if id(code) in _not_the_readers and not task.run.reduce:
            return None
        kind = kind_of(code)
        if kind is not reader:
            _not_the_readers[id(code)] = code
        if kind is own:
            if task.run.reduce and task.stack and frame.f_back is task.stack[-1].frame:
                task.enters(frame)
            return None
        if task.run.reduce:
            task.called(frame, kind)
        if kind is not reader:
            return None
        entry = Entry(frame)
        if not task.stack and source.kind_of(frame.f_back.f_code) is not source.OWN:
            entry.to_hide = frame.f_back.f_code is not threading.Thread.run.__code__
        task.stack.append(entry)
        if opcodes:
            frame.f_trace = local
            frame.f_trace_lines = False
            frame.f_trace_opcodes = True
        return local

    return called
