"""One run of a program: real threads, one baton, and a scheduler that says who takes the next step.

Each controlled thread (see tasks) runs on a carrier, and a carrier without the baton waits. So there is never a choice
for the operating system to make, and what the run does depends on the schedule alone.
"""

from __future__ import annotations

import dis
import sys
import threading
import types
from collections.abc import Callable
from typing import Any, NamedTuple

from helpers.interleave import choices, footprint, source, spinning
from helpers.interleave.carriers import Carrier
from helpers.interleave.errors import Abort
from helpers.interleave.histories import Histories, state_of
from helpers.interleave.tasks import NOWHERE, Place, Task, Touched

RETURNED, ERROR, DEADLOCK, MERGED = "returned", "error", "deadlock", "merged"


class Verdict(NamedTuple):
    """How a run ended: kind and the returned value, the exception's name, or for a merged run the state it reached."""

    kind: str
    value: Any = None


class Node(NamedTuple):
    """A point of the run where somebody takes a step: who could, the first `free` of them without a preemption."""

    options: tuple[int, ...]
    free: int
    place: Place | None  # where the one who was picked stood


_HANDLER_START = dis.opmap["PUSH_EXC_INFO"]
_python_excepthook = threading.excepthook


class Run:
    """One run of a program under one schedule."""

    def __init__(self, options: Any, carriers: list[Carrier], prefix: list[int], expected: list[Node]) -> None:
        """Nothing has run yet. prefix: the thread of each first step; expected: what earlier runs found at them."""
        self.options = options
        self.reduce: bool = options.reduce
        self.opcodes: bool = options.step == "opcode"
        self.carriers, self.prefix, self.expected = carriers, prefix, expected
        self.driver = carriers[0]
        self.tasks: list[Task] = []
        self.locks: list = []
        self.nodes: list[Node] = []
        self.picks: list[int] = []
        self.keys: list[Any] = []
        self.entered: dict[int, Place] = {}  # steps that began outside the reader's code, and where they came into it
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
        self.returned = self.ending = self.over = False
        self.clock_read = self.bounded = False  # bounded: a thread could have run and was not allowed to
        self.threads_made = 0
        self.names: list[tuple[dict, str]] = []  # global names that the program's functions use
        self.last: Task | None = None  # the scheduled thread that stepped last
        self.current: Task = None  # type: ignore[assignment]  # set when the run begins
        self.running: Task = None  # type: ignore[assignment]  # whose step is in progress
        self.histories = Histories()

    # ---- the run as a whole, on the carrier of the main program -------------------------------------------------

    def execute(self, program: Callable[[], Any], main_thread: threading.Thread) -> None:
        """Run the program to its end; afterwards none of its threads is left."""
        carrier = self.carriers[0]
        main = Task(self, 0, main_thread, carrier)
        main.begun = True
        self.tasks.append(main)
        self.current = self.running = carrier.task = main
        try:
            try:
                carrier.arm()
                self.value = self.call(main, program)
            finally:
                carrier.disarm()
            main.finished = self.returned = True
            main.stack.clear()
            main.line.writes.add(("end", 0))
            if not self.ending:
                self._hand_on(main)
                carrier.gate.acquire()  # until the last thread opens it
        except Abort:
            pass
        self.ending = True
        if self.observer:
            self.observer(self)
        self._unwind()
        if self.verdict is None:
            self.verdict = Verdict(RETURNED, self.value)

    def new_task(self, thread: threading.Thread) -> Task:
        """Another controlled thread, on a carrier of its own."""
        index = len(self.tasks)
        if index == len(self.carriers):
            self.carriers.append(Carrier(self.opcodes))
        self.tasks.append(Task(self, index, thread, self.carriers[index]))
        return self.tasks[index]

    def call(self, task: Task, work: Callable[[], Any]) -> Any:
        """Do what a thread has to do. An exception that leaves it ends the run."""
        try:
            return work()
        except Abort:
            pass
        except SystemExit as error:
            if task.index == 0:  # elsewhere it ends the thread, silently
                self._fail(error)
        except BaseException as error:  # noqa: BLE001  whatever the program raised is the verdict on it
            if task.index and threading.excepthook is not _python_excepthook and not self.ending:
                threading.excepthook(threading.ExceptHookArgs((type(error), error, error.__traceback__, task.thread)))
            else:
                self._fail(error)
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

    def arrive(self, task: Task, frame: types.FrameType) -> None:
        """A thread is about to run a statement (or a bytecode): here another may go first."""
        try:
            self._arrive(task, frame)
        except Abort:
            # An exception at the very start of a handler finds the interpreter's stack half prepared, and spoils it.
            if frame.f_code.co_code[frame.f_lasti] != _HANDLER_START:
                raise

    def _arrive(self, task: Task, frame: types.FrameType) -> None:
        if self.ending:
            raise Abort
        offset = frame.f_lasti
        line = frame.f_lineno
        top = task.stack[-1]
        place = top.place
        if not self.opcodes:
            line = source.of_file(frame.f_code.co_filename).first_lines.get(line, line)
            if place.line == line and offset > place.offset:
                return  # the statement goes on, on another of its lines
        self._count_step(task)
        looped = offset <= place.offset
        top.place = Place(frame.f_code, line, offset)
        task.took_lock, task.lock_call = False, None
        if looped and spinning.spins(self, task, frame):
            task.spinning = True
        if task.granted:
            task.granted = False
            self.entered[len(self.picks) - 1] = top.place
        elif task.index or self.options.preempt_main or task.spinning:
            self._hand_on(task)
        task.changes += not spinning.is_idle(self, top.place)
        if self.reduce:
            top.look()
            task.line.settle(task.done)
            if task.index or self.options.preempt_main:
                task.done = Touched()
            task.line = Touched()
            known = footprint.of_instructions if self.opcodes else footprint.of_lines
            task.line.add(known(frame.f_code).get(offset if self.opcodes else frame.f_lineno, footprint.NOTHING))

    def _count_step(self, task: Task) -> None:
        self.steps += 1
        if self.steps - len(self.picks) > self.options.max_steps:  # of main, which takes them without being chosen
            self.end(Verdict(ERROR, "StepLimit"))
            self._leave(task)

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
        if chosen is task:
            return
        if chosen is None:
            self._leave(task)
            return
        chosen.wake()
        if not task.finished:
            task.park()

    def block(self, waiting: Any, timeout: float | None = None, then: Any = None) -> bool:
        """Make the thread that has the baton wait. True once the wait is over, False if time was up."""
        task = self.current
        if self.ending:
            raise Abort
        task.waiting, task.then, task.blocked_in = waiting, then, sys._getframe(1)
        task.deadline = None if timeout is None else self.clock + max(0.0, timeout)
        task.carrier.disarm()
        try:
            self._hand_on(task)
            task.granted = not task.stack  # with none of the reader's code under way, resuming is no step of its own
            return waiting.free(task)
        finally:
            task.waiting = task.then = task.deadline = task.blocked_in = None
            task.carrier.arm()

    def before_lock(self, caller: types.FrameType) -> None:
        """A statement that takes a second lock, `with a, b:`, is two steps: another thread may come between.

        A call that takes several inside, as a semaphore's acquire does, is one.
        """
        task = self.current
        if not task.stack or (task.index == 0 and not self.options.preempt_main):
            return
        call, frame = None, caller  # call: what the reader's statement calls and that takes the lock, if not directly
        while frame is not None and frame is not task.stack[-1].frame:
            call, frame = frame, frame.f_back
        if frame is None or (call is not None and call.f_code.co_name not in ("acquire", "__enter__")):
            return
        if task.took_lock and (call is None or call is not task.lock_call) and not self.ending:
            task.paused = True
            task.carrier.disarm()
            try:
                self._hand_on(task)
            finally:
                task.carrier.arm()
            task.paused = False
        task.took_lock, task.lock_call = True, call

    def touch(self, variable: Any, write: bool = True) -> None:
        """The step in progress uses a primitive, or something else that is shared; only a reducing search asks."""
        if self.reduce:
            line = self.current.line
            (line.writes if write else line.reads).add(variable)

    # ---- the choice ---------------------------------------------------------------------------------------------

    def _choose(self) -> Task | None:
        if self.reduce:
            self.histories.fold(self.running)
        main = self.tasks[0]
        if not self.options.preempt_main and not main.spinning and main.can_run():
            self.running = main
            return main
        if main.finished and all(task.finished or task.thread.daemon for task in self.tasks):
            return None
        if self.observer:
            self.observer(self)
        options, free = choices.options_of(self)
        if not options:
            self._judge_standstill()
            return None
        picked = self._pick(options, free)
        if picked is None:
            return None
        return self._grant(picked, picked.index not in options[:free])

    def _pick(self, options: list[int], free: int) -> Task | None:
        step = len(self.picks)
        if step >= self.options.max_steps:
            self.end(Verdict(ERROR, "StepLimit"))
            return None
        index = self.prefix[step] if step < len(self.prefix) else options[0]
        expected = self.expected[step] if step < len(self.expected) else None
        place = self.tasks[index].place if index < len(self.tasks) else NOWHERE
        if index not in options or (expected and choices.differs(expected, options, place)):
            self.abandon(choices.surprise(self, step, index, expected, place))
            return None
        key = None
        if self.reduce and len(options) > 1 and step >= len(self.prefix):
            key = state_of(self)
            if key in self.known:
                self.end(Verdict(MERGED, key))
                return None
        self.keys.append(key)
        self.nodes.append(Node(tuple(options), free, place))
        self.picks.append(index)
        return self.tasks[index]

    def _grant(self, task: Task, preempts: bool) -> Task:
        if not task.can_run():
            self.clock = max(self.clock, task.deadline)
            task.line.writes.add("clock")
        self.preemptions += preempts
        if task is not self.running:
            self.switches += 1
            for other in self.tasks:
                other.spinning = False
        if task.index or self.options.preempt_main:
            self.last = task
        self.running = task
        return task

    def _judge_standstill(self) -> None:
        stuck = [task for task in self.tasks if not task.finished and not task.thread.daemon]
        if self.returned:
            stuck = [task for task in stuck if not task.is_pool_worker]
        self.end(Verdict(DEADLOCK) if stuck else None)
