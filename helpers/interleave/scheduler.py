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
from typing import Any, NamedTuple

from helpers.interleave import audit, choices, effects, hooks, loops, primitives, source
from helpers.interleave.carriers import Carrier
from helpers.interleave.effects import ANYTHING, Touched
from helpers.interleave.errors import Abort
from helpers.interleave.happens_before import Order
from helpers.interleave.rewrite import NOWHERE, Statement, statements
from helpers.interleave.sharing import Sharing
from helpers.interleave.tasks import Task

RETURNED, ERROR, DEADLOCK, MERGED = "returned", "error", "deadlock", "merged"


class Verdict(NamedTuple):
    """How a run ended: kind and the returned value, the exception's name, or for a merged run the state it reached.

    died: the names of the exceptions of which threads other than main ended before, in alphabetical order
    """

    kind: str
    value: Any = None
    died: tuple[str, ...] = ()


class Node(NamedTuple):
    """A point of the run where somebody takes a step: who could, the first `free` of them without a preemption."""

    options: tuple[int, ...]
    free: int
    place: Statement | None  # where the one who was picked stood


_MAINS_STEPS = 2_000  # at least so many are main's before it counts as endless: a small limit is meant for the threads


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
        self.preempt_main: bool = options.preempt_main
        self.max_steps: int = options.max_steps
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

    # ---- the run as a whole, on the carrier of the main program -------------------------------------------------

    def execute(self, program: Callable[[], Any], main_thread: threading.Thread) -> None:
        """Run the program to its end; afterwards none of its threads is left."""
        carrier = self.carriers[0]
        main = Task(self, 0, main_thread, carrier)
        main.begun = True
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
        self._observe()
        self._unwind()
        if self.verdict is None:
            self.verdict = Verdict(RETURNED, self.value)
        self.verdict = self.verdict._replace(died=tuple(sorted(set(self.died))))

    def _observe(self) -> None:
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
        task.site = task.last_site = 0
        self.touch(("end", task.index))

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
        if self.steps - len(self.picks) > max(self.max_steps, _MAINS_STEPS):  # main's, which are taken without a choice
            self.end(Verdict(ERROR, "StepLimit"))
            self._leave(task)
        task.took_lock = False
        if loop:
            self._look_round(task, entry, number, frame)
        if task.granted or self.by_access:
            if not self.by_access or task.spinning or number in self.sites:
                self._schedule_point(task)
        elif task.index or self.preempt_main or task.spinning:
            self._hand_on(task)

    def _schedule_point(self, task: Task) -> None:
        if task.granted:
            task.granted = False
            was_picked = self.picks and choices.thread_of(self.picks[-1]) == task.index
            if was_picked:  # main may go on without
                self.entered[len(self.picks) - 1] = task.place
        elif task.index or self.preempt_main or task.spinning:
            self._hand_on(task)

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
                self.asks_for_records = True
                self.end(None)
                self._leave(task)

    def access(self, number: int, touched: Touched) -> None:
        """The thread that has the baton is about to read and write: where accesses are steps, another may go first."""
        if self.ending:
            return
        task = self.current
        if self.by_access:
            self._access_by_site(task, number, touched)
        task.touched.reads |= touched.reads
        task.touched.writes |= touched.writes
        task.changes += len(touched.writes)

    def _access_by_site(self, task: Task, number: int, touched: Touched) -> None:
        """What library code does counts as done by the reader's call that is under way."""
        site = number if statements[number].text else task.site
        if statements[number].text:
            task.last_site = number
            if number in self.sites and task.stack:
                task.stack[-1].number = number
                self._schedule_point(task)
        if self._takes_part(task):
            self.sharing.note(site, task.index, touched)

    def _takes_part(self, task: Task) -> bool:
        """Whether another thread could come between a thread's steps."""
        return bool(task.index) or (self.preempt_main and any(not other.finished for other in self.tasks[1:]))

    def is_concurrent(self) -> bool:
        """Whether there are two threads that have not finished."""
        return sum(not task.finished for task in self.tasks) > 1

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
        chosen = None if self.ending else self._choose()
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
        if not task.stack or (task.index == 0 and not self.preempt_main):
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
            if self.by_access and self._takes_part(task) and variable[0] != "thread":
                alone = Touched()
                (alone.writes if write else alone.reads).add(variable)
                self.sharing.note(task.site or task.last_site, task.index, alone)

    # ---- the choice ---------------------------------------------------------------------------------------------

    def _choose(self) -> Task | None:
        if self.records:
            self._settle(self.running)
        main = self.tasks[0]
        if not self.preempt_main and not main.spinning and main.can_run():
            self.running = main
            return main
        if main.finished and all(task.finished or task.thread.daemon for task in self.tasks):
            return None
        if self.observer:
            self._observe()
        step = len(self.picks)
        if step < len(self.expected) - 1 and (again := self._as_before(step)) is not None:
            return again
        options, free = choices.options_of(self)
        if not options:
            self._judge_standstill()
            return None
        index = self._pick(options, free)
        if index is None:
            return None
        return self._grant(self.tasks[choices.thread_of(index)], index, index not in options[:free])

    def _as_before(self, step: int) -> Task | None:
        """Whoever took this step in the run before, which chose the same up to here; None if that is not so."""
        index, node = self.prefix[step], self.expected[step]
        thread = choices.thread_of(index)
        task = self.tasks[thread] if thread < len(self.tasks) else None
        if task is None or task.place != node.place or not (task.can_run() or task.can_time_out()):
            return None
        self.keys.append(None)
        self.nodes.append(node)
        self.picks.append(index)
        return self._grant(task, index, index not in node.options[: node.free])

    def _settle(self, task: Task) -> None:
        """The step is over, and an event."""
        if task.announced:
            self.order.withdraw(task.announced, task.touched)
            task.announced = 0
        if self._sweep():
            task.touched.writes.add(ANYTHING)
        if isinstance(task.waiting, primitives.Lock) and task.deadline is None and not task.touched.writes:
            task.announced = self.order.announce(task.past, task.touched)
            return
        task.past = self.order.event(task.past, task.touched)
        task.touched = Touched()

    def _sweep(self) -> bool:
        if not effects.objects.kept:
            return False
        with hooks.paused():  # what goes may have a __del__
            return effects.objects.sweep()

    def _state(self) -> tuple:
        """Equal for two runs that will have the same choices and the same endings."""
        last = self.last
        bounded = self.options.max_preemptions is not None
        return (
            tuple((task.past, task.announced and task.waiting.variable) for task in self.tasks),
            (self.preemptions, last and last.can_run() and last.index) if bounded else (),
            tuple(task.spinning for task in self.tasks),
            loops.open_visits(self),
            self.collected,
            len(self.picks) if self.length_matters else 0,
        )

    def _pick(self, options: list[int], free: int) -> int | None:
        step = len(self.picks)
        if step >= self.max_steps:
            self.end(Verdict(ERROR, "StepLimit"))
            return None
        index = self.prefix[step] if step < len(self.prefix) else options[0]
        expected = self.expected[step] if step < len(self.expected) else None
        thread = choices.thread_of(index)
        place = self.tasks[thread].place if thread < len(self.tasks) else NOWHERE
        if index not in options or (expected and choices.differs(expected, options, place)):
            self.abandon(choices.surprise(self, step, index, expected, place))
            return None
        key = None
        if self.reduce and len(options) > 1 and step >= len(self.prefix):
            key = self._state()
            if key in self.known:
                self.end(Verdict(MERGED, key))
                return None
        self.keys.append(key)
        self.nodes.append(Node(tuple(options), free, place))
        self.picks.append(index)
        return index

    def _grant(self, task: Task, option: int, preempts: bool) -> Task:
        if option < 0:
            self.collected = task.collects = True
        if not task.can_run():
            self.clock = max(self.clock, task.deadline)
            task.touched.writes.add("clock")
        self.preemptions += preempts
        if task is not self.running:
            self.switches += 1
            for other in self.tasks:
                other.spinning = False
        if task.index or self.preempt_main:
            self.last = task
        self.running = task
        return task

    def _judge_standstill(self) -> None:
        stuck = [task for task in self.tasks if not task.finished and not task.thread.daemon]
        if self.returned:
            stuck = [task for task in stuck if not task.is_pool_worker]
        self.end(Verdict(DEADLOCK) if stuck else None)
