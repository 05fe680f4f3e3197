"""Tasks: the controlled threads of one run, each with its stack of the reader's frames and what its step touches.

A task says where its thread stands and whether it can go on. Who goes on is for the scheduler to say.
"""

from __future__ import annotations

import functools
import threading
import types
from typing import TYPE_CHECKING, Any

from helpers.interleave import uncaught
from helpers.interleave.effects import Touched
from helpers.interleave.errors import Abort
from helpers.interleave.instrument import first_statement
from helpers.interleave.statements import NOWHERE, Statement, statements

if TYPE_CHECKING:
    from helpers.interleave.carriers import Carrier
    from helpers.interleave.scheduler import Run


class Entry:
    """A frame of the reader's on a thread's stack, the number of the statement at which it stands, and its loops.

    visits: the state in which the thread last came to each head of a loop, see loops; turns: the loops that have had
    their first round, where that matters
    """

    __slots__ = ("frame", "leaves_unknown", "number", "touched", "turns", "visits")

    def __init__(self, frame: types.FrameType) -> None:
        """The frame has just been entered."""
        self.frame = frame
        self.number = 0
        self.touched: Touched | None = None  # by the statement that is under way, and maybe once more before its end
        self.leaves_unknown = False  # a with block of which nobody knows what leaving it does
        self.visits: dict[int, Any] = {}
        self.turns: set[int] = set()


class Task:
    """A controlled thread: where it stands, what it waits for, and what its present step touches.

    waiting: None, or an object whose free(task) says whether the wait is over; then: a lock that must be free as well
    (a condition's, after a notification); deadline: the virtual time in seconds at which the wait is given up.
    """

    def __init__(self, run: Run, index: int, thread: threading.Thread, carrier: Carrier) -> None:
        """The thread has not begun yet. index: its number in schedules; 0 is the main program."""
        self.run, self.index, self.thread, self.carrier = run, index, thread, carrier
        self.ident = carrier.ident
        self.begun = self.finished = self.granted = self.spinning = False
        self.died = ""  # of which exception, as Python prints it
        self.collects = False  # the garbage collector comes before its next step
        self.took_lock = self.paused = False  # in the statement that is under way
        self.only_waits = False  # for a result, and without a limit
        self.has_item = False  # a pool's worker that does what has been submitted
        self.lock_call: types.FrameType | None = None  # in which library call it took one, if not directly
        self.waiting: Any = None
        self.then: Any = None
        self.condition: threading.Condition | None = None
        self.deadline: float | None = None
        self.stack: list[Entry] = []  # the reader's frames, innermost last
        self.blocked_in: types.FrameType | None = None
        self.changes = 0  # how many writes it has made
        self.arrivals = 0  # how many statements it has come to: main takes several in one step where it is alone
        self.locks_made = self.locks_taken = 0
        self.past = hash(("thread", index))  # stands for all that came before its next event, see happens_before
        self.announced = 0  # where its step waits for a lock, see happens_before
        self.site = 0  # the call of the reader's that is under way, where accesses are steps
        self.from_c = 0  # the same, if it is not written in Python and may call back
        self.last_site = 0  # the last access or statement
        self.operator = 0, 0  # the last access that may call back, and how many frames there were
        self.held: dict[tuple[int, int], Any] = {}  # operands that wait for the others, by frame and access
        self.touched = Touched()  # by the present step, so far

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
    def place(self) -> Statement:
        """The statement that the thread runs or is about to run."""
        if self.stack:
            return statements[self.stack[-1].number]
        if self.finished or self.begun:
            return NOWHERE
        target = getattr(self.thread, "_target", None) or self.thread.run
        while isinstance(target, functools.partial):
            target = target.func
        code = getattr(getattr(target, "__func__", target), "__code__", None)
        return NOWHERE if code is None else statements[first_statement(code)]

    def enter(self, frame: types.FrameType) -> Entry:
        """The entry of a frame of the reader's, which runs now. Above it are only generators that pause."""
        stack = self.stack
        for depth in range(len(stack) - 1, -1, -1):
            if stack[depth].frame is frame:
                del stack[depth + 1 :]
                return stack[depth]
        stack.append(Entry(frame))
        return stack[-1]

    def leave(self, frame: types.FrameType) -> None:
        """A function is over."""
        stack = self.stack
        for depth in range(len(stack) - 1, -1, -1):
            if stack[depth].frame is frame:
                del stack[depth:]
                return

    def note_joined(self) -> None:
        """The present thread has learnt whether this one has ended."""
        if self.finished and self.run.current.index == 0:
            self.run.unjoined.discard(self.index)

    def can_run(self) -> bool:
        """Whether the thread can take a step without time passing."""
        if self.waiting is None:
            return not self.finished
        return self.waiting.free(self) and (self.then is None or self.then.free(self))

    def can_time_out(self) -> bool:
        """Whether the thread can take a step once enough time has passed.

        A condition's lock need not be free: the thread waits for that afterwards, and can still be passed a notify.
        """
        return self.deadline is not None

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
            uncaught.call(self.run, self, self.thread.run)
        finally:
            self.finished = True
            self.stack.clear()
            threading._active.pop(self.ident, None)
            self.run.ends(self)
            self.run.finish(self)
