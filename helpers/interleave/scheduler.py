"""One run of a program: real threads, one baton, and a scheduler that says who takes the next step.

Each controlled thread (see tasks) runs on a carrier, and a carrier without the baton waits. So there is never a choice
for the operating system to make, and what the run does depends on the schedule alone.
"""

from __future__ import annotations

import gc
import sys
import threading
import types
from collections.abc import Callable
from typing import Any

from helpers.interleave import hooks, primitives, turns, uncaught
from helpers.interleave.carriers import Carrier
from helpers.interleave.effects import ANYTHING, Touched
from helpers.interleave.errors import Abort
from helpers.interleave.happens_before import Order
from helpers.interleave.main_thread import Mains
from helpers.interleave.model import ERROR, RETURNED, Node, Verdict
from helpers.interleave.sharing import Sharing
from helpers.interleave.statements import Statement, statements
from helpers.interleave.tasks import Task

_MAINS_STEPS = 2_000  # at least so many are main's before it counts as endless: a small limit is meant for the threads


def _alone(variable: Any, write: bool) -> Touched:
    touched = Touched()
    (touched.writes if write else touched.reads).add(variable)
    return touched


class Run:
    """One run of a program under one schedule."""

    def __init__(self, options: Any, carriers: list[Carrier], prefix: list[int], expected: list[Node]) -> None:
        """Nothing has run yet. prefix: the thread of each first step; expected: what earlier runs found at them."""
        self.options = options
        self.reduce: bool = options.reduce
        self.by_access: bool = options.step == "access"
        self.by_switch: bool = options.step == "switch"
        self.by_line: bool = options.step == "line"
        self.preempt_main: bool | None = options.preempt_main
        self.max_steps: int = options.max_steps
        self.mains_limit = max(self.max_steps, _MAINS_STEPS)
        self.carriers, self.prefix, self.expected = carriers, prefix, expected
        self.driver = carriers[0]
        self.tasks: list[Task] = []
        self.locks: list = []
        self.cached: list = []  # holders of locks that each run has anew
        self.nodes: list[Node] = []
        self.picks: list[int] = []
        self.keys: list[Any] = []
        self.entered: dict[int, Statement] = {}  # steps that began outside the reader's code: where they came in
        self.known: Any = ()  # states that earlier runs have explored to the end
        self.length_matters = False  # states after different numbers of steps are different
        self.observer: Callable[[Run], None] | None = None
        self.output: list[tuple[Task, str]] = []
        self.preemptions = self.steps = self.switches = 0
        self.unjoined: set[int] = set()  # threads of which main does not know that they have ended
        self.living = 0  # threads that have been started and have not finished
        self.clock = 0.0
        self.value: Any = None
        self.verdict: Verdict | None = None
        self.exception: BaseException | None = None
        self.problem: BaseException | None = None  # why the exploration itself cannot go on
        self.stuck: Task | None = None  # waits for something outside the scheduler
        self.returned = self.ending = self.over = self.collected = False
        self.bounded = False  # bounded: a thread could have run and was not allowed to
        self.exposed = False  # something has given out attributes as a dictionary
        self.threads_made = self.futures_made = 0
        self.traces = False  # a trace function looks at all functions that start
        self.records = False  # its hooks report accesses
        self.asks_for_records = False  # what happened cannot be judged without
        self.one_step: set[str] = set()  # library code that the reader's has called while threads ran
        self.died: list[str] = []  # names of exceptions of which threads have ended
        self.unhooked: types.CodeType | None = None  # a function of the reader's that began without hooks
        self.last: Task | None = None  # the scheduled thread that stepped last
        self.current: Task = None  # type: ignore[assignment]  # set when the run begins
        self.running: Task = None  # type: ignore[assignment]  # whose step is in progress
        self.order = Order()
        self.sites: set[int] = set()  # the accesses that are schedule points, where accesses are steps
        self.sharing = Sharing()
        self.main_sites: set[int] = set()  # the statements or accesses of main that are schedule points
        self.mains: Mains | None = None  # finds them out, if that is wanted
        self.main_last = False  # every step of main is one that the others go before

    # ---- the run as a whole, on the carrier of the main program -------------------------------------------------

    def execute(self, program: Callable[[], Any], main_thread: threading.Thread) -> None:
        """Run the program to its end; afterwards none of its threads is left."""
        carrier = self.carriers[0]
        main = Task(self, 0, main_thread, carrier)
        main.begun = True
        self.living = 1
        self.tasks.append(main)
        self.current = self.running = carrier.task = main
        hooks.run = self  # not before somebody has the baton: threads outside ask who
        for holder in self.cached:
            holder.lock = primitives.Lent(holder.lock, self)
        try:
            self.value = uncaught.call(self, main, program)
            main.finished = self.returned = True
            main.stack.clear()
            self.ends(main)
            if not self.ending:
                self.hand_on(main)
                carrier.gate.acquire()  # until the last thread opens it
        except Abort:
            pass
        self.ending = True
        self.observe()
        self._unwind()
        if self.verdict is None:
            self.verdict = Verdict(RETURNED, self.value)
        self.verdict = self.verdict._replace(died=tuple(sorted(set(self.died))))

    def observe(self) -> None:
        """Let the observer look, and call what it likes of the program's: that is no part of the run."""
        if self.observer:
            trace = sys.gettrace()
            uncaught.settrace(None)
            try:
                with hooks.paused():
                    self.observer(self)
            finally:
                uncaught.settrace(trace)

    def new_task(self, thread: threading.Thread) -> Task:
        """Another controlled thread, on a carrier of its own."""
        index = len(self.tasks)
        self.living += 1
        self.unjoined.add(index)
        if index == len(self.carriers):
            self.carriers.append(Carrier())
        self.tasks.append(Task(self, index, thread, self.carriers[index]))
        return self.tasks[index]

    def end(self, verdict: Verdict | None) -> None:
        """No thread takes another step."""
        if not self.ending:
            self.verdict = verdict
            self.ending = True

    def abandon(self, problem: BaseException) -> None:
        """End the run, and the exploration with it."""
        if self.problem is None:
            self.problem = problem
        self.end(Verdict(ERROR, type(problem).__name__))

    def ends(self, task: Task) -> None:
        """A thread has done all it has to do."""
        self.living -= 1
        task.collects = False  # it has done no step before which that could be
        task.site = task.last_site = 0
        self.touch(("end", task.index))  # for join
        self.touch(("alive", task.index))  # for who looks whether it has

    def finish(self, task: Task) -> None:
        """A thread other than main has ended."""
        if self.ending:
            self.driver.open()  # main waits there, to unwind the others or for this one
        else:
            self.hand_on(task)

    def _unwind(self) -> None:
        """Let each thread that has not finished raise Abort where it stands, one after the other."""
        for task in sorted(self.tasks[1:], key=lambda task: task is self.stuck):
            if task.begun and not task.finished:
                self.current = task
                if task is not self.stuck:
                    task.carrier.open()
                self.driver.gate.acquire()
        self.over = True

    # ---- turns --------------------------------------------------------------------------------------------------

    def leave(self, task: Task) -> None:
        """The run has ended while this thread has the baton: main unwinds all threads."""
        if task.index == 0:
            raise Abort
        self.driver.open()
        if not task.finished:
            task.park()

    def hand_on(self, task: Task) -> None:
        """The present step is over: whoever is chosen takes the next one."""
        chosen = None if self.ending else turns.choose(self)
        if chosen is None:
            self.leave(task)
            return
        if chosen is not task:
            chosen.wake()
            if not task.finished:
                task.park()
        self.collect_if_chosen(task)

    def collect_if_chosen(self, task: Task) -> None:
        """The garbage collector comes before this step, if that was the choice."""
        if task.collects:
            task.collects = False
            task.past = hash((task.past, "collection"))
            task.touched.writes.add(ANYTHING)
            gc.collect()

    def block(self, waiting: Any, timeout: float | None = None, then: Any = None) -> bool:
        """Make the thread that has the baton wait. True once the wait is over, False if time was up."""
        task = self.current
        if self.ending:
            raise Abort
        task.waiting, task.then, task.blocked_in = waiting, then, sys._getframe(1)
        if timeout is not None:
            self.touch("clock", write=False)
            task.deadline = self.clock + max(0.0, timeout)
        try:
            self.hand_on(task)
            task.granted = not task.stack  # with none of the reader's code under way, resuming is no step of its own
            return waiting.free(task)
        finally:
            task.waiting = task.then = task.deadline = task.blocked_in = None

    # ---- what the run knows ---------------------------------------------------------------------------------------

    def is_concurrent(self) -> bool:
        """Whether there are two threads that have not finished."""
        return self.living > 1

    def takes_part(self, task: Task) -> bool:
        """Whether another thread could come between a thread's steps."""
        return bool(task.index) or (self.preempt_main is not False and bool(self.unjoined))

    def site_of(self, number: int) -> int:
        """The call of the reader's to which what library code does is put down."""
        return number if statements[number].text else self.current.site

    def touch(self, variable: Any, write: bool = True) -> None:
        """The step in progress uses a primitive, or something else that is shared. Noted only where accesses are."""
        if self.records and not self.ending and hooks.run is self:  # an observer may ask, too
            task = self.current
            (task.touched.writes if write else task.touched.reads).add(variable)
            if variable[0] == "thread" or (variable[0] == "end" and not task.index):
                return
            if self.by_access and self.takes_part(task):
                self.sharing.note(task.site or task.last_site, task.index, _alone(variable, write))
            if self.mains:
                self.mains.note(self, task, _alone(variable, write))
