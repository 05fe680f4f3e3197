"""Tasks: the controlled threads of one run, each with its stack of the reader's frames and what its step touches.

A task says where its thread stands, whether it can go on, and what it has out of sight. Who goes on is for the
scheduler to say.
"""

from __future__ import annotations

import functools
import sys
import threading
import types
from typing import TYPE_CHECKING, Any, NamedTuple

from helpers.interleave import footprint, hidden, source
from helpers.interleave.errors import Abort

if TYPE_CHECKING:
    from helpers.interleave.carriers import Carrier
    from helpers.interleave.scheduler import Run


class Place(NamedTuple):
    """Where a thread stands: a statement by its first line, and the offset of its first bytecode."""

    code: types.CodeType | None
    line: int
    offset: int


NOWHERE = Place(None, 0, -1)


class Entry:
    """A frame of the reader's on a thread's stack: where it stands, and stand-ins for what it holds out of sight.

    hidden, hidden_by_call: histories of the thread at the moments when values went out of sight (see hidden), for good
    or until the call returns; rounds: how often each counted loop came round; managers: what its with blocks will leave
    """

    __slots__ = (
        "frame",
        "hidden",
        "hidden_by_call",
        "managers",
        "place",
        "rounds",
        "to_hide",
        "to_hide_by_call",
        "visits",
        "wanted",
    )

    def __init__(self, frame: types.FrameType) -> None:
        """The frame has just been entered: nothing has been run and nothing is hidden yet."""
        self.frame = frame
        self.place = NOWHERE
        self.hidden = self.hidden_by_call = self.wanted = 0
        self.to_hide = self.to_hide_by_call = False
        self.rounds: dict[int, int] = {}
        self.managers: dict[str, Any] = {}
        self.visits: dict[tuple[int, int], Any] = {}  # to heads of loops, see spinning

    def hides(self) -> bool:
        """Whether values went out of sight in the step that is over."""
        return self.to_hide or self.to_hide_by_call or self.wanted > 0

    def settle(self, history: int) -> None:
        """The step in which values went out of sight is over, and part of the history."""
        if self.to_hide or self.wanted > 0:
            self.hidden = hash((self.hidden, history))
        if self.to_hide_by_call:
            self.hidden_by_call = history
        self.to_hide = self.to_hide_by_call = False
        self.wanted = 0

    def look(self) -> None:
        """Note what the statement that begins will put out of sight."""
        self.hidden_by_call = 0
        line = hidden.lines_of(self.frame.f_code).get(self.frame.f_lineno)
        begins = line is not None and self.place.offset <= line.start
        self.wanted = line.managers if begins else 0  # leaving a with block comes by its line again
        holds_more = source.holds_a_value(self.place.code.co_filename, self.place.line)
        self.to_hide = self.to_hide or holds_more or sys.exc_info()[0] is not None
        if line and line.loops:
            begins = begins or self.place.line not in self.rounds
            self.rounds[self.place.line] = 0 if begins else self.rounds[self.place.line] + 1
            over = source.locals_of(self.frame).get(line.iterated) if line.iterated else ()
            self.to_hide = self.to_hide or not line.counted or type(over) not in (list, tuple, range)


class Task:
    """A controlled thread: where it stands, what it waits for, and what its present step touches.

    waiting: None, or an object whose free(task) says whether the wait is over; then: a lock that must be free as well
    (a condition's, after a notification); deadline: the virtual time in seconds at which the wait is given up.
    """

    def __init__(self, run: Run, index: int, thread: threading.Thread, carrier: Carrier) -> None:
        """The thread has not begun yet. index: its number in schedules; 0 is the main program."""
        self.run, self.index, self.thread, self.carrier = run, index, thread, carrier
        self.begun = self.finished = self.granted = self.spinning = False
        self.took_lock = self.paused = False  # in the statement that is under way
        self.lock_call: types.FrameType | None = None  # in which library call it took one, if not directly
        self.waiting: Any = None
        self.then: Any = None
        self.condition: threading.Condition | None = None
        self.deadline: float | None = None
        self.stack: list[Entry] = []  # the reader's frames, innermost last
        self.blocked_in: types.FrameType | None = None
        self.changes = 0  # how many statements it has run that may change something
        self.locks_made = self.locks_taken = 0
        self.history = hash(index)  # stands for all that happened before its last step, see histories
        self.done = Touched()  # by lines of the present step that are over
        self.line = Touched()  # by the line in progress

    @property
    def name(self) -> str:
        """The thread's name, without the target that Python adds to a name of its own making."""
        name = self.thread.name
        return name.partition(" (")[0] if name.startswith("Thread-") else name

    @property
    def is_pool_worker(self) -> bool:
        """Whether the thread serves an executor: such a thread may wait for work when the program is over."""
        return getattr(getattr(self.thread, "_target", None), "__module__", "") == "concurrent.futures.thread"

    @property
    def place(self) -> Place:
        """The statement that the thread runs or is about to run."""
        if self.stack:
            return self.stack[-1].place
        target = getattr(self.thread, "_target", None) or self.thread.run
        while isinstance(target, functools.partial):
            target = target.func
        code = getattr(getattr(target, "__func__", target), "__code__", None)
        if self.finished or self.begun or code is None or source.kind_of(code) is not source.READER:
            return NOWHERE
        return Place(code, source.first_statement(code), -1)

    def can_run(self) -> bool:
        """Whether the thread can take a step without time passing."""
        if self.waiting is None:
            return not self.finished
        return self.waiting.free(self) and (self.then is None or self.then.free(self))

    def can_time_out(self) -> bool:
        """Whether the thread can take a step once enough time has passed."""
        return self.deadline is not None and (self.then is None or self.then.free(self))

    def wake(self) -> None:
        """Give this thread the baton; the caller then waits at its own gate, or ends."""
        self.run.current = self
        if not self.begun:
            self.begun = self.granted = True
            self.carrier.task = self
            self.carrier.work = self.run_thread
        self.carrier.open()

    def park(self) -> None:
        """Wait for the baton."""
        self.carrier.gate.acquire()
        if self.run.ending:
            raise Abort

    def run_thread(self) -> None:
        """What the thread does from its start to its end, on its carrier."""
        try:
            self.carrier.arm()
            self.run.call(self, self.thread.run)
        finally:
            self.carrier.disarm()
            self.finished = True
            self.stack.clear()
            self.line.writes.add(("end", self.index))
            self.run.finish(self)

    def leave(self) -> None:
        """A function of the reader's returns; the rest of the caller's line belongs to the step in progress."""
        if self.stack:
            self.stack.pop()
        if self.stack and self.run.reduce:
            frame = self.stack[-1].frame
            self.line.add(footprint.of_lines(frame.f_code).get(frame.f_lineno, footprint.NOTHING))

    def called(self, frame: types.FrameType, kind: str) -> None:
        """A Python function was called: a call whose effect is seen, not one that may do anything."""
        caller = self.stack[-1] if self.stack else None
        if caller is not None and frame.f_back is caller.frame:
            self.line.callees.add(id(frame.f_code))
            self.enters(frame)
        if kind is not source.READER:
            self.line.add(footprint.of_code(frame.f_code))
        elif caller is not None and hidden.hides_call(caller, frame):
            caller.to_hide_by_call = True

    def enters(self, frame: types.FrameType) -> None:
        """A with statement calls its manager, directly: the frame keeps it out of sight until it leaves the block."""
        caller = self.stack[-1]
        if caller.wanted > 0 and frame.f_code.co_argcount:
            name = frame.f_code.co_varnames[0]
            caller.managers[f"{caller.place.line} {caller.wanted}"] = source.locals_of(frame).get(name)
            caller.wanted -= 1


class Touched:
    """The variables that a step has read and written so far."""

    def __init__(self) -> None:
        """Nothing has been touched yet."""
        self.reads: set = set()
        self.writes: set = set()
        self.callees: set[int] = set()
        self.calls = 0

    def add(self, touched: footprint.Footprint) -> None:
        """Count in what a stretch of code may touch."""
        self.reads |= touched.reads
        self.writes |= touched.writes
        self.calls += touched.unseen_calls

    def settle(self, into: Touched) -> None:
        """Move this into another; calls that were not seen to be Python functions may have done anything."""
        into.reads |= self.reads
        into.writes |= self.writes
        if self.calls > len(self.callees):
            into.writes.add(footprint.ANYTHING)
