"""One run of a program: real threads, one baton, and a scheduler that says who takes the next step.

Each controlled thread (see tasks) runs on a carrier, and a carrier without the baton waits. So there is never a choice
for the operating system to make, and what the run does depends on the schedule alone.
"""

from __future__ import annotations

import gc
import sys
import threading
import traceback
import types
from collections.abc import Callable
from typing import Any

from helpers.interleave import audit, choices, hooks, loops, main_thread, primitives, source, turns
from helpers.interleave.carriers import Carrier
from helpers.interleave.effects import ANYTHING, Touched
from helpers.interleave.errors import Abort
from helpers.interleave.happens_before import Order
from helpers.interleave.main_thread import Mains
from helpers.interleave.model import ERROR, RETURNED, Node, Verdict
from helpers.interleave.rewrite import Statement, statements
from helpers.interleave.sharing import Sharing
from helpers.interleave.tasks import Task

_MAINS_STEPS = 2_000  # at least so many are main's before it counts as endless: a small limit is meant for the threads


def _alone(variable: Any, write: bool) -> Touched:
    touched = Touched()
    (touched.writes if write else touched.reads).add(variable)
    return touched


def in_words(error: BaseException) -> str:
    """An exception as Python prints it; its own words may be code of the program's."""
    with hooks.paused():
        return "".join(traceback.format_exception_only(type(error), error)).strip().splitlines()[-1]


_python_excepthook = threading.excepthook


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
        self.living = 0  # threads that have been started and have not finished
        self.clock = 0.0
        self.value: Any = None
        self.verdict: Verdict | None = None
        self.exception: BaseException | None = None
        self.problem: BaseException | None = None  # why the exploration itself cannot go on
        self.stuck: Task | None = None  # waits for something outside the scheduler
        self.returned = self.ending = self.over = self.collected = False
        self.bounded = False  # bounded: a thread could have run and was not allowed to
        self.threads_made = 0
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
        for holder in self.cached:
            holder.lock = primitives.RLock(self)
        try:
            self.value = self.call(main, program)
            main.finished = self.returned = True
            main.stack.clear()
            self.ends(main)
            if not self.ending:
                self._hand_on(main)
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
            sys.settrace(None)
            try:
                with hooks.paused():
                    self.observer(self)
            finally:
                sys.settrace(trace)

    def new_task(self, thread: threading.Thread) -> Task:
        """Another controlled thread, on a carrier of its own."""
        index = len(self.tasks)
        self.living += 1
        if index == len(self.carriers):
            self.carriers.append(Carrier())
        self.tasks.append(Task(self, index, thread, self.carriers[index]))
        return self.tasks[index]

    def call(self, task: Task, work: Callable[[], Any]) -> Any:
        """Do what a thread has to do. An exception that leaves it ends it; one that leaves main ends the run."""
        try:
            if not self.traces:
                return work()
            sys.settrace(audit.trace)
            try:
                return work()
            finally:
                sys.settrace(None)
        except Abort:
            pass
        except SystemExit as error:
            if task.index == 0:  # elsewhere it ends the thread, silently
                self._fail(error)
        except BaseException as error:  # noqa: BLE001  whatever the program raised is the verdict on it
            if self.ending:
                return None
            if task.index == 0:
                self._fail(error)
            elif threading.excepthook is not _python_excepthook:
                threading.excepthook(threading.ExceptHookArgs((type(error), error, error.__traceback__, task.thread)))
            else:
                self.died.append(type(error).__name__)
                task.died = in_words(error)
        return None

    def _fail(self, error: BaseException) -> None:
        if not self.ending:
            self.exception = error
            self.end(Verdict(ERROR, type(error).__name__))

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
        task.site = task.last_site = 0
        self.touch(("end", task.index))  # for join
        self.touch(("alive", task.index))  # for who looks whether it has

    def finish(self, task: Task) -> None:
        """A thread other than main has ended."""
        if self.ending:
            self.driver.open()  # main waits there, to unwind the others or for this one
        else:
            self._hand_on(task)

    def _unwind(self) -> None:
        """Let each thread that has not finished raise Abort where it stands, one after the other."""
        for task in sorted(self.tasks[1:], key=lambda task: task is self.stuck):
            if task.begun and not task.finished:
                self.current = task
                if task is not self.stuck:
                    task.carrier.open()
                self.driver.gate.acquire()
        self.over = True

    # ---- steps --------------------------------------------------------------------------------------------------

    def arrive(self, number: int, frame: types.FrameType, loop: bool = False) -> None:
        """The thread that has the baton is about to run a statement: here another may go first."""
        if self.ending:
            raise Abort
        task = self.current
        stack = task.stack
        entry = stack[-1] if stack and stack[-1].frame is frame else task.enter(frame)
        entry.number = task.last_site = number
        self.steps += 1
        if self.steps - len(self.picks) > self.mains_limit:  # main's, which are taken without a choice
            self.end(Verdict(ERROR, "StepLimit"))
            self._leave(task)
        task.took_lock = False
        if self.mains and (number if task.index else -number) not in self.mains.judged:
            self._judge_statement(task, number)
        if loop:
            self._look_round(task, entry, number, frame)
        if self.by_line or task.spinning or self.main_last or (self.by_access and self._is_site(task, number)):
            self._schedule_point(task, number)

    def switch(self) -> None:
        """The interpreter can hand over its lock, in the middle of a statement."""
        if self.by_switch and not self.ending:
            task = self.current
            task.paused = True
            self._schedule_point(task, 0)
            task.paused = False

    def _is_site(self, task: Task, number: int) -> bool:
        """Whether a statement is a step by access: in the middle of a call in C that touches what is shared."""
        sites = self._sites_of(task)
        return number in sites or task.from_c in sites

    def _sites_of(self, task: Task) -> set[int]:
        return self.sites if task.index or self.preempt_main else self.main_sites

    def _schedule_point(self, task: Task, number: int) -> None:
        if task.granted:
            task.granted = False
            was_picked = self.picks and choices.thread_of(self.picks[-1]) == task.index
            if was_picked:  # main may go on without
                self.entered[len(self.picks) - 1] = task.place
        elif task.index or self._main_stops(task, number):
            self._hand_on(task)

    def _main_stops(self, main: Task, number: int) -> bool:
        """Whether another thread may go before this step of main's."""
        if self.preempt_main or main.spinning:
            return True
        if not self.main_sites or (number not in self.main_sites and not self.by_switch) or not self.is_concurrent():
            return False
        self.last = main  # it could go on, so whoever goes before it preempts it
        return True

    def _judge_statement(self, task: Task, number: int) -> None:
        """No run with records has carried out this statement. Of main's, those count before it has joined all."""
        if task.index or self.unjoined():
            if not self.records:
                self._do_again_with_records(task)
            self.mains.judged.add(number if task.index else -number)

    def _do_again_with_records(self, task: Task) -> None:
        self.asks_for_records = True
        self.end(None)
        self._leave(task)

    def come_round(self, number: int, frame: types.FrameType) -> None:
        """An endless loop of the thread that has the baton comes round."""
        if self.ending:
            raise Abort
        self._look_round(self.current, self.current.enter(frame), number, frame)

    def _look_round(self, task: Task, entry: Any, number: int, frame: types.FrameType) -> None:
        if loops.is_vain(self, task, entry, number, frame):
            if self.records:
                task.spinning = True
            else:
                self._do_again_with_records(task)

    def access(self, number: int, touched: Touched, things: tuple | None = None) -> None:
        """The thread that has the baton is about to read and write: where accesses are steps, another may go first.

        things: the objects with which it does so, None if that may be any
        """
        if self.ending:
            return
        task = self.current
        if self.by_access:
            self._access_by_site(task, number, touched)
        if self.mains:
            self.mains.note(self, task, touched, things)
        task.touched.reads |= touched.reads
        task.touched.writes |= touched.writes
        task.changes += len(touched.writes)

    def _access_by_site(self, task: Task, number: int, touched: Touched) -> None:
        """What library code does counts as done by the reader's call that is under way."""
        site = self.site_of(number)
        if site == number:
            task.last_site = number
            if task.stack and (self.main_last or number in self._sites_of(task)):
                task.stack[-1].number = number
                self._schedule_point(task, number)
        if touched and self._takes_part(task):
            self.sharing.note(site, task.index, touched)

    def _takes_part(self, task: Task) -> bool:
        """Whether another thread could come between a thread's steps."""
        return bool(task.index) or (self.preempt_main is not False and bool(self.unjoined()))

    def unjoined(self) -> frozenset[int]:
        """The threads of which main does not know that they have ended."""
        return frozenset(task.index for task in self.tasks[1:] if not task.joined)

    def is_concurrent(self) -> bool:
        """Whether there are two threads that have not finished."""
        return self.living > 1

    def site_of(self, number: int) -> int:
        """The call of the reader's to which what library code does is put down."""
        return number if statements[number].text else self.current.site

    def _leave(self, task: Task) -> None:
        """The run has ended while this thread has the baton: main unwinds all threads."""
        if task.index == 0:
            raise Abort
        self.driver.open()
        if not task.finished:
            task.park()

    def _hand_on(self, task: Task) -> None:
        """The present step is over: whoever is chosen takes the next one."""
        chosen = None if self.ending else turns.choose(self)
        if chosen is None:
            self._leave(task)
            return
        if chosen is not task:
            chosen.wake()
            if not task.finished:
                task.park()
        if task.collects:
            task.collects = False
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
            self._hand_on(task)
            task.granted = not task.stack  # with none of the reader's code under way, resuming is no step of its own
            return waiting.free(task)
        finally:
            task.waiting = task.then = task.deadline = task.blocked_in = None

    def before_lock(self, caller: types.FrameType) -> None:
        """A statement that takes a second lock, `with a, b:`, is two steps: another thread may come between.

        A call that takes several inside, as a semaphore's acquire does, is one.
        """
        task = self.current
        if not task.stack or not (task.index or self.preempt_main or main_thread.is_at_site(self, task)):
            return
        call, frame = None, caller  # call: what the reader's statement calls and that takes the lock, if not directly
        while frame is not None and frame is not task.stack[-1].frame:
            if source.kind_of(frame.f_code) is not source.OWN:
                call = frame
            frame = frame.f_back
        if frame is None or (call is not None and call.f_code.co_name not in ("acquire", "__enter__")):
            return
        if task.took_lock and (call is None or call is not task.lock_call) and not self.ending:
            task.paused = True
            self._hand_on(task)
            task.paused = False
        task.took_lock, task.lock_call = True, call

    def touch(self, variable: Any, write: bool = True) -> None:
        """The step in progress uses a primitive, or something else that is shared. Noted only where accesses are."""
        if self.records and hooks.run is self:  # an observer may ask, too
            task = self.current
            (task.touched.writes if write else task.touched.reads).add(variable)
            if variable[0] == "thread" or (variable[0] == "end" and not task.index):
                return
            if self.by_access and self._takes_part(task):
                self.sharing.note(task.site or task.last_site, task.index, _alone(variable, write))
            if self.mains:
                self.mains.note(self, task, _alone(variable, write))
