"""Run a program under every schedule within a bound, and count how each ends."""

from __future__ import annotations

import _thread
import contextlib
import ctypes
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from helpers.interleave import patches, preflight, scheduler, source
from helpers.interleave.carriers import Carrier, carriers_by_ident, get_ident, tracing_kept_on
from helpers.interleave.errors import Abort, ExploreError, Uncontrolled
from helpers.interleave.scheduler import Node, Run, Verdict

Step = Literal["line", "opcode"]

_exploring = _thread.allocate_lock()
_POLL_S = 0.2
_STUCK_S = 4.0  # without a step and without using the processor
_UNWIND_S = 5.0
_ENDLESS_RUNS = 20  # after so many runs into the step limit, more would not tell more


class Options(NamedTuple):
    """What bounds an exploration; see explore."""

    max_preemptions: int | None = 2
    step: Step = "line"
    max_schedules: int = 50_000
    reduce: bool = False
    preempt_main: bool = False
    max_steps: int = 2_000


class _Best(NamedTuple):
    """The shortest schedule known for an ending: fewest preemptions, then fewest steps."""

    preemptions: int
    steps: int
    schedule: tuple[int, ...]


@dataclass
class Branch:
    """A node of the search: the choice being explored there, and the endings below it."""

    node: Node
    chosen: int
    key: Any = None
    endings: Counter = field(default_factory=Counter)


class Session:
    """The threads of one exploration and all that is replaced for it; nothing of it is left on exit.

    with Session(program, options) as session: session.run(work), where work calls session.execute(...)
    """

    def __init__(self, program: Callable[[], Any], options: Options) -> None:
        """Nothing is replaced or started before the with block is entered."""
        self.program, self.options = program, options
        self.carriers: list[Carrier] = []
        self.present: Run | None = None
        self.runs = 0
        self.cancelled: BaseException | None = None
        self.failure: BaseException | None = None

    def __enter__(self) -> Session:
        """Start the driving carrier and put the replacements in place.

        raises ExploreError if this process is exploring already, and what preflight.examine raises
        """
        if get_ident() in carriers_by_ident:
            raise ExploreError("explore was called by the program that is being explored; call it from outside.")
        findings = preflight.examine(self.program)
        if not _exploring.acquire(blocking=False):
            raise ExploreError("Another thread is exploring already; explorations in one process must take turns.")
        self._exit = contextlib.ExitStack()
        self._exit.callback(_exploring.release)
        try:
            self.fresh_threads = findings.has_thread_locals
            self.names = findings.names
            self._exit.enter_context(patches.installed(findings.namespaces))
            self._exit.enter_context(tracing_kept_on())
            self.carriers.append(Carrier(self.options.step == "opcode"))
            self._exit.callback(self._stop_carriers)
            self._main = _main_thread_object()
        except BaseException:
            self._exit.close()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        """End the carriers and take the replacements away."""
        self._exit.close()

    def _stop_carriers(self, keep: int = 0) -> None:
        while len(self.carriers) > keep:
            carrier = self.carriers.pop()
            if carrier.lost:
                carriers_by_ident.pop(carrier.ident, None)
            else:
                carrier.stop()

    def execute(self, prefix: list[int], expected: list[Node], known: Any = (), observer: Any = None) -> Run:
        """One run, on the driving carrier."""
        if self.cancelled is not None:
            raise self.cancelled
        if self.fresh_threads:
            self._stop_carriers(keep=1)
        run = Run(self.options, self.carriers, prefix, expected)
        run.known, run.observer, run.names = known, observer, self.names
        self.present = run
        ident = self.carriers[0].ident
        self._main._ident = ident
        threading._active[ident] = self._main
        try:
            run.execute(self.program, self._main)
        finally:
            threading._active.pop(ident, None)
            _forget_threads(run)
        self.runs += 1
        if run.problem is not None:
            raise run.problem
        if self.cancelled is not None:
            raise self.cancelled
        return run

    def run(self, work: Callable[[], Any]) -> Any:
        """Do the work on the driving carrier while this thread watches that it gets on, and can be interrupted."""
        driver = self.carriers[0]
        finished = _thread.allocate_lock()
        finished.acquire()
        result: list[Any] = []

        def drive() -> None:
            try:
                result.append(work())
            except BaseException as error:  # noqa: BLE001  handed to the caller below
                self.failure = error
            finally:
                finished.release()

        driver.work = drive
        driver.open()
        self._watch(finished)
        if self.failure is not None:
            raise self.failure.with_traceback(None) from None
        return result[0]

    def _watch(self, finished: Any) -> None:
        progress, since = None, time.monotonic()
        while True:
            try:
                if finished.acquire(timeout=_POLL_S):
                    return
                run = self.present
                now = (self.runs, run.steps, len(run.picks), _processor_time(run)) if run is not None else None
                if now != progress or (run is not None and _wants_to_run(run)):
                    progress, since = now, time.monotonic()
                elif run is not None and run.current is not None and time.monotonic() - since > _STUCK_S:
                    self._free(run, Uncontrolled(_stuck_sentence(run)), finished)
                    return
            except KeyboardInterrupt as interrupt:
                self.cancelled = interrupt
                if self.present is not None:
                    self.present.abandon(interrupt)

    def _free(self, run: Run, problem: BaseException, finished: Any) -> None:
        """End a run whose thread waits outside the scheduler: unwind the others first, which may hold what it wants."""
        self.cancelled = problem
        stuck = run.stuck = run.current
        run.abandon(problem)
        driver = run.carriers[0]
        if stuck.index:
            driver.open()
        else:
            for task in run.tasks[1:]:
                if task.begun and not task.finished:
                    task.carrier.open()
                    driver.gate.acquire(timeout=_UNWIND_S)
        deadline = time.monotonic() + _UNWIND_S
        while not finished.acquire(timeout=_POLL_S):
            _raise_in(stuck.carrier.ident, Abort)
            if time.monotonic() > deadline:  # it is in C code that cannot be interrupted, and ends when that does
                _withdraw_from(stuck.carrier.ident)
                stuck.carrier.lost = driver.lost = True
                threading._active.pop(driver.ident, None)
                _forget_threads(run)
                raise problem


def _raise_in(ident: int, exception: type[BaseException] | None) -> None:
    """Raise an exception in another thread, once that runs Python code; None takes it back."""
    what = ctypes.py_object() if exception is None else ctypes.py_object(exception)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(ident), what)


def _withdraw_from(ident: int) -> None:
    """Take back an exception that its thread has not come to raise.

    On 3.11 the word that there is one goes to all threads, and stays until one of them has raised one: until then a
    traced thread that calls a function goes round in circles. So this thread raises one.
    """
    _raise_in(ident, None)
    if sys.version_info < (3, 12):
        with contextlib.suppress(Abort):
            _raise_in(get_ident(), Abort)
            while True:  # until it comes
                pass


def _processor_time(run: Run) -> float | None:
    """Seconds of processor time of the thread that has the baton; None where the system does not tell."""
    if run.current is None or not hasattr(time, "pthread_getcpuclockid"):
        return None
    try:
        return round(time.clock_gettime(time.pthread_getcpuclockid(run.current.carrier.ident)), 2)
    except OSError:
        return None


def _wants_to_run(run: Run) -> bool:
    """Whether the thread with the baton only waits for a processor, which can take long on a busy machine. (Linux)"""
    if run.current is None:
        return True
    try:
        with open(f"/proc/self/task/{run.current.carrier.native_id}/stat") as status:
            return status.read().rpartition(")")[2].split()[0] != "S"
    except OSError:
        return False


def _stuck_sentence(run: Run) -> str:
    frame = sys._current_frames().get(run.current.carrier.ident)
    while frame is not None and source.kind_of(frame.f_code) is not source.READER:
        frame = frame.f_back
    if frame is None:
        where = f"{run.current.name} waits"
    else:
        where = f"Line {frame.f_lineno}, `{source.text_of(frame.f_code.co_filename, frame.f_lineno)}`, waits"
    return (
        f"{where} for something that the explorer does not schedule. Make locks and queues inside the program, "
        "and put a queue.Queue in the place of a process, a socket or a file."
    )


def _main_thread_object() -> threading.Thread:
    return threading.Thread(name="MainThread")


def _forget_threads(run: Run) -> None:
    """Leave no trace of the program's threads in the tables of threading and concurrent.futures."""
    pools = sys.modules.get("concurrent.futures.thread")
    for task in run.tasks[1:]:
        threading._active.pop(task.carrier.ident, None)
        if hasattr(task.thread, "_is_stopped"):  # up to 3.12
            task.thread._is_stopped = True
        if pools is not None:
            pools._threads_queues.pop(task.thread, None)


class Search:
    """Depth first over schedules: run one to its end, step back to the last untried choice, run again."""

    def __init__(self, session: Session) -> None:
        """No schedule has been run; complete and bounded are right once go has returned."""
        self.session, self.options = session, session.options
        self.endings: Counter = Counter()
        self.best: dict[Any, _Best] = {}
        self.complete = True
        self.bounded = False

    def go(self) -> None:
        """Explore all; on the driving carrier."""
        known: dict[Any, Counter] = {}
        path: list[Branch] = []
        endless = 0
        while True:
            depth = len(path)
            run = self._execute(path, known)
            self.bounded = self.bounded or run.bounded
            path += [Branch(n, run.picks[i], run.keys[i]) for i, n in enumerate(run.nodes[depth:], depth)]
            below = path[-1].endings if path else self.endings
            if run.verdict.kind == scheduler.MERGED:
                below.update(known[run.verdict.value])
            else:
                ending = self._ending(run)
                below[ending] += 1
                endless += ending == Verdict(scheduler.ERROR, "StepLimit")
            path = self._step_back(path, known)
            if not path:
                return
            if self.session.runs >= self.options.max_schedules or endless >= _ENDLESS_RUNS:
                self.complete = False
                for branch in path:
                    self.endings.update(branch.endings)
                return

    def _execute(self, path: list[Branch], known: dict[Any, Counter]) -> Run:
        return self.session.execute([branch.chosen for branch in path], [branch.node for branch in path], known)

    def _step_back(self, path: list[Branch], known: dict[Any, Counter]) -> list[Branch]:
        """Give up branches that are done, and go to the next choice of the last that is not."""
        while path:
            branch = path[-1]
            options = branch.node.options
            position = options.index(branch.chosen) + 1
            if position < len(options):
                branch.chosen = options[position]
                branch.node = branch.node._replace(place=None)  # another thread's, not known yet
                return path
            path.pop()
            (path[-1].endings if path else self.endings).update(branch.endings)
            if branch.key is not None and self.options.reduce:
                known[branch.key] = branch.endings
        return path

    def _ending(self, run: Run) -> Verdict:
        kind, value = run.verdict
        if kind == scheduler.RETURNED:
            value = _hashable(value)
        ending = Verdict(kind, value)
        candidate = _Best(run.preemptions, len(run.picks), tuple(run.picks))
        if ending not in self.best or candidate[:2] < self.best[ending][:2]:
            self.best[ending] = candidate
        return ending


def _hashable(value: Any) -> Any:
    try:
        hash(value)
    except TypeError:
        return repr(value)
    return value
