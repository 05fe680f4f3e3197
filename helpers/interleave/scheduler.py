"""One run of a program: real threads, one baton, and a scheduler that says who takes the next step.

Each controlled thread runs on a carrier, an operating-system thread that is kept for the next run: a run is over in
less time than it takes to start a thread. A carrier without the baton waits at its gate. So there is never a choice for
the operating system to make, and what the run does depends on the schedule alone.
"""

from __future__ import annotations

import _thread
import contextlib
import dis
import functools
import os
import sys
import threading
import types
from collections.abc import Callable
from typing import Any, NamedTuple

from helpers.interleave import footprint, source, state
from helpers.interleave.errors import Abort, ExploreError, Nondeterministic

get_ident = _thread.get_ident
_start_new_thread = _thread.start_new_thread  # kept: programs find another one in its place
carriers_by_ident: dict[int, Carrier] = {}  # of the exploration that is going on

RETURNED, ERROR, DEADLOCK, MERGED = "returned", "error", "deadlock", "merged"


class Verdict(NamedTuple):
    """How a run ended: kind and the returned value, the exception's name, or for a merged run the state it reached."""

    kind: str
    value: Any = None


class Place(NamedTuple):
    """Where a thread stands: a statement by its first line, and the offset of its first bytecode."""

    code: types.CodeType | None
    line: int
    offset: int


NOWHERE = Place(None, 0, -1)


class Node(NamedTuple):
    """A point of the run where somebody takes a step: who could, the first `free` of them without a preemption."""

    options: tuple[int, ...]
    free: int
    place: Place | None  # where the one who was picked stood


class Carrier:
    """An operating-system thread that runs one controlled thread after another."""

    def __init__(self, steps_are_opcodes: bool) -> None:
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
            sys._getframe().f_trace_opcodes = True  # 3.12 reports bytecodes only if a frame asked before settrace
            sys.settrace(self.trace)
            if sys.gettrace() is not self.trace:
                raise ExploreError(
                    "Another tool holds this thread's trace function, so lines cannot be stepped through."
                )

    def _loop(self) -> None:
        self.native_id = _thread.get_native_id()
        if hasattr(os, "sched_setaffinity"):
            # One thread runs at a time: on one CPU the baton changes hands four times faster than between two.
            # Which one depends on the process, so that several explorations at once do not all meet on the first.
            cpus = sorted(os.sched_getaffinity(0))
            os.sched_setaffinity(0, {cpus[os.getpid() % len(cpus)]})
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
            sys.settrace(None)
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


def _tracer(carrier: Carrier, opcodes: bool) -> Callable:
    """The trace function of one carrier. Closures, because it runs for every line: attribute lookups would show."""
    kinds: dict[types.CodeType, str] = {}
    reader = source.READER

    def local(frame: types.FrameType, event: str, arg: Any) -> Any:
        if event == "line" or event == "opcode":
            carrier.task.run.arrive(carrier.task, frame)
        elif event == "return":
            carrier.task.leave()
        return local

    def called(frame: types.FrameType, event: str, arg: Any) -> Any:
        code = frame.f_code
        kind = kinds.get(code)
        if kind is None:
            kind = kinds[code] = source.kind_of(code)
        task = carrier.task
        if kind is source.OWN:
            if task.run.reduce and task.stack and frame.f_back is task.stack[-1].frame:
                task.enters(frame)
            return None
        if task.run.observing:
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


class Entry:
    """A frame of the reader's on a thread's stack: where it stands, and stand-ins for what it holds out of sight.

    hidden, hidden_by_call: histories of the thread at the moments when values went out of sight (see state), for good or
    until the call returns; rounds: how often each counted loop came round; managers: what its with blocks will leave
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
        "wanted",
    )

    def __init__(self, frame: types.FrameType) -> None:
        self.frame = frame
        self.place = NOWHERE
        self.hidden = self.hidden_by_call = self.wanted = 0
        self.to_hide = self.to_hide_by_call = False
        self.rounds: dict[int, int] = {}
        self.managers: dict[str, Any] = {}

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
        line = state.lines_of(self.frame.f_code).get(self.frame.f_lineno)
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
        self.run, self.index, self.thread, self.carrier = run, index, thread, carrier
        self.begun = self.finished = self.granted = self.spinning = False
        self.took_lock = self.paused = False  # in the statement that is under way
        self.waiting: Any = None
        self.then: Any = None
        self.condition: threading.Condition | None = None
        self.deadline: float | None = None
        self.stack: list[Entry] = []  # the reader's frames, innermost last
        self.blocked_in: types.FrameType | None = None
        self.trail: list[Place] = []  # passed since another thread stepped, to notice that this one spins
        self.visits: dict[tuple, tuple] = {}
        self.switches = 0
        self.locks_made = self.locks_taken = 0
        self.history = hash(index)  # stands for all that happened before its last step, see Run._fold
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
            self.line.callees.add(frame.f_code)
            self.enters(frame)
        if kind is not source.READER:
            self.line.add(footprint.of_code(frame.f_code))
        elif caller is not None and state.hides_call(caller, frame):
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
        self.reads: set = set()
        self.writes: set = set()
        self.callees: set[types.CodeType] = set()
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


_HANDLER_START = dis.opmap["PUSH_EXC_INFO"]


class Run:
    """One run of a program under one schedule."""

    def __init__(self, options: Any, carriers: list[Carrier], prefix: list[int], expected: list[Node]) -> None:
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
        self.observer: Callable[[Run], None] | None = None
        self.output: list[tuple[Task, str]] = []
        self.preemptions = self.steps = self.switches = 0
        self.clock = 0.0
        self.value: Any = None
        self.verdict: Verdict | None = None
        self.exception: BaseException | None = None
        self.problem: BaseException | None = None  # why the exploration itself cannot go on
        self.stuck: Task | None = None  # waits for something outside the scheduler
        self.returned = self.ending = self.over = self.observing = False
        self.clock_read = self.bounded = False  # bounded: a thread could have run and was not allowed to
        self.threads_made = 0
        self.names: list[tuple[dict, str]] = []  # global names that the program's functions use
        self.last: Task | None = None  # the scheduled thread that stepped last
        self.current: Task = None  # type: ignore[assignment]  # set when the run begins
        self.running: Task = None  # type: ignore[assignment]  # whose step is in progress
        self.last_write: dict[Any, int] = {}
        self.reads_since: dict[Any, int] = {}

    # ---- the run as a whole, on the carrier of the main program -------------------------------------------------

    def execute(self, program: Callable[[], Any], main_thread: threading.Thread) -> None:
        """Run the program to its end; afterwards none of its threads is left."""
        carrier = self.carriers[0]
        main = Task(self, 0, main_thread, carrier)
        main.begun = True
        self.tasks.append(main)
        self.current = self.running = carrier.task = main
        try:
            carrier.arm()
            self.value = self.call(main, program)
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
            line = source.first_lines(frame.f_code.co_filename).get(line, line)
            if place.line == line and offset > place.offset:
                return  # the statement goes on, on another of its lines
        self._count_step(task)
        looped = offset <= place.offset
        top.place = Place(frame.f_code, line, offset)
        task.took_lock = False
        if looped and self._spins(task, frame):
            task.spinning = True
        if task.granted:
            task.granted = False
            self.entered[len(self.picks) - 1] = top.place
        elif task.index or self.options.preempt_main or task.spinning:
            self._hand_on(task)
        task.trail.append(top.place)
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
        if self.steps > self.options.max_steps:
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
        try:
            self._hand_on(task)
            task.granted = not task.stack  # with none of the reader's code under way, resuming is no step of its own
            return waiting.free(task)
        finally:
            task.waiting = task.then = task.deadline = task.blocked_in = None

    def before_lock(self, caller: types.FrameType) -> None:
        """A statement that takes a second lock, `with a, b:`, is two steps: another thread may come between."""
        task = self.current
        if not task.stack or task.stack[-1].frame is not caller or (task.index == 0 and not self.options.preempt_main):
            return
        if task.took_lock and not self.ending:
            task.paused = True
            self._hand_on(task)
            task.paused = False
        task.took_lock = True

    # ---- the choice ---------------------------------------------------------------------------------------------

    def _choose(self) -> Task | None:
        if self.reduce:
            self._fold(self.running)
        main = self.tasks[0]
        if not self.options.preempt_main and not main.spinning and main.can_run():
            self.running = main
            return main
        if main.finished and all(task.finished or task.thread.daemon for task in self.tasks):
            return None
        if self.observer:
            self.observer(self)
        options, free = self._options()
        if not options:
            self._judge_standstill()
            return None
        picked = self._pick(options, free)
        if picked is None:
            return None
        return self._grant(picked, picked.index not in options[:free])

    def _options(self) -> tuple[list[int], int]:
        """Who can take the next step, and how many of them, listed first, without a preemption.

        Whoever stepped last goes on for free. If it cannot, anyone who can go on is free. Waking a thread before its
        time while others could run costs as much as a preemption: time is what the others take.
        """
        ready, spinning, sleeping = [], [], []
        for task in self.tasks:
            if task.index == 0 and not self.options.preempt_main and task.waiting is None and not task.spinning:
                continue
            if task.can_run():
                (spinning if task.spinning else ready).append(task.index)
            elif task.can_time_out():
                sleeping.append(task)
        sleeping.sort(key=lambda task: (task.deadline, task.index))
        later = [task.index for task in sleeping]
        if not ready and later:
            ready, later = later[:1], later[1:]
        if not ready:
            return spinning, len(spinning)
        free = len(ready)
        if self.last is not None and self.last.index in ready and self.last.can_run():
            ready.remove(self.last.index)
            ready.insert(0, self.last.index)
            free = 1
        options = ready + later
        limit = self.options.max_preemptions
        if limit is not None and self.preemptions >= limit:
            self.bounded = self.bounded or len(options) > free
            options = options[:free]
        return options, free

    def _pick(self, options: list[int], free: int) -> Task | None:
        step = len(self.picks)
        if step >= self.options.max_steps:
            self.end(Verdict(ERROR, "StepLimit"))
            return None
        if step < len(self.prefix):
            index = self.prefix[step]
        else:
            index = options[0]
        expected = self.expected[step] if step < len(self.expected) else None
        place = self.tasks[index].place if index < len(self.tasks) else NOWHERE
        if index not in options or (expected and _differs(expected, options, place)):
            self.abandon(self._surprise(step, index, expected, place))
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
        return self.tasks[index]

    def _surprise(self, step: int, index: int, expected: Node | None, place: Place) -> Nondeterministic:
        name = self.tasks[index].name if index < len(self.tasks) else f"thread number {index}"
        if expected is None or expected.place is None:
            return Nondeterministic(f"Step {step + 1} of the schedule is not possible: {name} cannot run there.")
        was = _describe(expected.place)
        now = _describe(place) if index < len(self.tasks) else "not started"
        found = (
            f"{name} was at {was} before and is at {now} now" if was != now else "other threads could run than before"
        )
        return Nondeterministic(
            f"The program does not repeat itself: at step {step + 1}, after the same turns, {found}. "
            "Remove what differs from run to run (random numbers, the time of day, the order of a set, leftovers in globals)."
        )

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

    # ---- threads that spin --------------------------------------------------------------------------------------

    def _spins(self, task: Task, frame: types.FrameType) -> bool:
        """Whether a loop came round with nothing changed: it can only wait for another thread, so that goes first.

        Without this, the schedule in which the others never run would count as an endless loop of a program that only
        an unfair scheduler could keep from ending (Musuvathi and Qadeer, Fair stateless model checking, PLDI 2008).
        """
        if not self._is_idle(task.stack[-1].place):
            return False
        if task.switches != self.switches:
            task.switches = self.switches
            task.trail.clear()
            task.visits.clear()
        state = (tuple(lock.owner for lock in self.locks), _snapshot(frame))
        where = (id(frame), task.stack[-1].place)
        before = task.visits.get(where)
        task.visits[where] = (len(task.trail), state)
        if before is None or before[1] != state:
            return False
        return all(self._is_idle(place) for place in set(task.trail[before[0] :]))

    def _is_idle(self, place: Place) -> bool:
        known = footprint.of_instructions(place.code) if self.opcodes else footprint.of_lines(place.code)
        touched = known.get(place.offset if self.opcodes else place.line, footprint.NOTHING)
        return not touched.changes and not touched.loops

    # ---- equal states -------------------------------------------------------------------------------------------

    def touch(self, variable: Any, write: bool = True) -> None:
        """The step in progress uses a primitive, or something else that is shared."""
        line = self.current.line
        (line.writes if write else line.reads).add(variable)

    def _fold(self, task: Task) -> None:
        """Count the step that is over into its thread's history.

        A history is a hash of the step's own past and of the last conflicting steps on each variable it touched. Two
        runs whose threads have equal histories did the same steps with the same order between all that depend on each
        other, so they are in the same state (happens-before caching, as in CHESS: Musuvathi et al., OSDI 2008).
        """
        step = task.done
        task.line.settle(step)
        task.done = Touched()
        if any(isinstance(variable, str) for variable in step.reads | step.writes):
            step.reads.add(footprint.ANYTHING)
        reads = step.reads - step.writes
        last = self.last_write.get
        since = self.reads_since.get
        read = sum(hash((variable, last(variable))) for variable in reads)
        wrote = sum(hash((variable, last(variable), since(variable))) for variable in step.writes)
        task.history = hash((task.history, read, wrote))
        for variable in reads:
            self.reads_since[variable] = (since(variable, 0) + task.history) & 0xFFFFFFFFFFFF
        for variable in step.writes:
            self.last_write[variable] = task.history
            self.reads_since[variable] = 0
        for entry in task.stack:
            entry.settle(task.history)

    def _state(self) -> tuple:
        """What the rest of the run depends on: equal for two runs that will have the same choices and the same endings."""
        last = self.last
        data = None
        if not self.opcodes:  # between two bytecodes of a line most values are out of sight
            self.observing = True
            data = state.fingerprint(self)
            self.observing = False
        return (
            tuple(task.history for task in self.tasks) if data is None else data,
            () if self.options.max_preemptions is None else (self.preemptions, last and last.can_run() and last.index),
            tuple(task.spinning for task in self.tasks),
            tuple(last.visits.items()) if last is not None and last.switches == self.switches else (),
            tuple(last.trail) if last is not None and last.visits and last.switches == self.switches else (),
            self.clock if self.clock_read else 0,
        )


def _differs(expected: Node, options: list[int], place: Place) -> bool:
    return expected.options != tuple(options) or expected.place not in (None, place)


_python_excepthook = threading.excepthook


def _describe(place: Place) -> str:
    text = source.text_of(place.code.co_filename, place.line) if place.code else ""
    return f"line {place.line}, `{text}`" if text else "its start or end"


def _snapshot(frame: types.FrameType) -> tuple:
    """The local variables: immutable values as they are, others by identity (their contents count as shared data)."""
    plain = (int, str, float, bool, bytes, type(None))
    return tuple(
        (name, value if type(value) in plain else id(value)) for name, value in source.locals_of(frame).items()
    )
