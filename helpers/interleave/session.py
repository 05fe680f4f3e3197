"""A session: the threads of one exploration, all that is replaced for it, and a watch that it gets on."""

from __future__ import annotations

import _thread
import contextlib
import gc
import sysconfig
import threading
import types
from collections.abc import Callable
from typing import Any

from helpers.interleave import (
    audit,
    effects,
    hooks,
    hooks_accesses,
    hooks_cells,
    hooks_switches,
    instrument,
    library,
    patches,
    preflight,
    source,
    stuck,
)
from helpers.interleave.carriers import Carrier, carriers_by_ident, get_ident
from helpers.interleave.errors import ExploreError
from helpers.interleave.identity import Identities
from helpers.interleave.main_thread import Mains
from helpers.interleave.model import Node
from helpers.interleave.options import Options
from helpers.interleave.scheduler import Run
from helpers.interleave.surroundings import forget_threads, held_still, interrupts_cancel, no_collections

for module in (hooks, hooks_accesses, hooks_cells, hooks_switches):
    hooks.put_among_builtins(module.HOOKS)

_exploring = _thread.allocate_lock()
_FREE_THREADED = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
_RUNS_A_COLLECTION = 50 if _FREE_THREADED else 1  # a collection goes through all objects there, young and old


class Again(Exception):
    """A run has shown more steps at which others could get in the way; the exploration begins anew with these."""


class Session:
    """The threads of one exploration and all that is replaced for it; nothing of it is left on exit.

    with Session(program, options) as session: session.run(work), where work calls session.execute(...)
    """

    def __init__(self, program: Callable[[], Any], options: Options) -> None:
        """Nothing is replaced or started before the with block is entered."""
        self.program, self.options = program, options
        self.records = options.reduce or options.step != "line"  # accesses, in every run
        self.has_library = False  # among what has hooks
        self.sites: set[int] = set(options.sites)
        self.main_sites: set[int] = set(options.main_sites or ())
        self.judges_main = options.preempt_main is None and options.main_sites is None
        self.judged: set[int] = set()  # statements, see main_thread
        self.looked = False
        self.one_step: set[str] = set()  # library code that ran, see audit
        self.carriers: list[Carrier] = []
        self.present: Run | None = None
        self.runs = 0
        self.length_matters = False
        self.cancelled: BaseException | None = None
        self.failure: BaseException | None = None

    def __enter__(self) -> Session:
        """Start the driving carrier and put the replacements in place.

        raises ExploreError if this process is exploring already, and what preflight.examine raises
        """
        if get_ident() in carriers_by_ident:
            raise ExploreError("explore was called by the program that is being explored; call it from outside.")
        self._exit = contextlib.ExitStack()
        try:
            self._exit.enter_context(interrupts_cancel(self))  # first of all: it could come between any two of these
            if not _exploring.acquire(blocking=False):
                raise ExploreError("Another thread is exploring already; explorations in one process must take turns.")
            self._exit.callback(_exploring.release)
            self._exit.enter_context(held_still())
            self._exit.enter_context(source.stepping_into(self.options.step_into))
            findings = preflight.examine(self.program, self.options.step_into)
            self.fresh_threads = findings.has_thread_locals
            self.cached = findings.cached
            self._exit.callback(self._restore_locks, [(found, found.lock) for found in findings.cached])
            self.swapped = instrument.Swapped("steps")
            self._exit.callback(self.swapped.restore)
            for function in findings.functions:
                if not self.swapped.add(function):
                    raise instrument.refusal(function.__code__)
            self._record(self.records or self.judges_main)
            self._exit.enter_context(patches.installed(findings))
            self._exit.enter_context(audit.of_functions())
            self._exit.enter_context(no_collections())
            self.carriers.append(Carrier())
            self._exit.callback(self._stop_carriers)
            self._main = threading.Thread(name="MainThread")
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

    def execute(
        self, prefix: list[int], expected: list[Node], known: Any = (), observer: Any = None, main_last: bool = False
    ) -> Run:
        """One run, on the driving carrier.

        A function of the reader's that nothing led to gets its hooks when it is first called, and the run begins anew.
        """
        while True:
            run = self._execute(prefix, expected, known, observer, main_last)
            if run.unhooked is not None:
                self._hook(run.unhooked)
            elif run.asks_for_records:
                self._record(True)
            else:
                break
            observer = observer and observer.anew()
        self.records = self.records or (run.mains is not None and (run.exposed or run.mains.may_race()))
        self._record(self.records)
        self.runs += 1
        self.one_step |= run.one_step
        if run.problem is not None:
            raise run.problem
        if self._has_more_sites(run):
            raise Again
        if self.cancelled is not None:
            raise self.cancelled
        return run

    def _has_more_sites(self, run: Run) -> bool:
        before = len(self.sites) + len(self.main_sites)
        if run.by_access:
            self.sites |= run.sharing.sites()
        if run.mains:
            self.main_sites |= run.mains.sites()
        return len(self.sites) + len(self.main_sites) > before

    def look_at_threads_first(self) -> None:
        """A run that shows where main races, also with threads that it does not wait for."""
        finds_sites = self.options.step == "access" and self.options.preempt_main
        if (self.judges_main or finds_sites) and not self.looked:
            self.looked = True
            self.execute([], [], main_last=True)

    def _restore_locks(self, locks: list[tuple[Any, Any]]) -> None:
        for holder, lock in locks:
            holder.lock = lock

    def _record(self, accesses: bool) -> None:
        if accesses and not self.has_library:
            self.has_library = True
            library.add_to(self.swapped)
        self.swapped.switch(("switches" if self.options.step == "switch" else "accesses") if accesses else "steps")

    def _hook(self, code: types.CodeType) -> None:
        functions = instrument.functions_with(code)
        if not functions or not all(map(self.swapped.add, functions)):
            raise instrument.refusal(code)

    def _execute(self, prefix: list[int], expected: list[Node], known: Any, observer: Any, main_last: bool) -> Run:
        if self.cancelled is not None:
            raise self.cancelled
        if self.fresh_threads:
            self._stop_carriers(keep=1)
        if self.options.collect:
            gc.collect()
        elif self.runs % _RUNS_A_COLLECTION == 0:
            # What a run leaves is no business of the next; what a carrier had not let go of yet, goes with a later one.
            gc.collect(0 if self.runs % 100 else 1)
        run = Run(self.options, self.carriers, prefix, expected)
        run.known, run.observer = known, observer
        run.sites, run.main_sites = self.sites, self.main_sites
        run.mains = Mains(self.judged) if self.judges_main else None
        if main_last:
            run.main_last = run.preempt_main = True
        run.records = self.swapped.hooks != "steps"
        run.length_matters, run.traces = self.length_matters, audit.BY_TRACING and self.runs == 0
        self.present = run
        ident = self.carriers[0].ident
        self._main._ident, self._main._native_id = ident, self.carriers[0].native_id
        threading._active[ident] = self._main
        effects.objects = Identities()
        run.cached = self.cached
        try:
            run.execute(self.program, self._main)
        finally:
            hooks.run = self.present = None
            threading._active.pop(ident, None)
            forget_threads(run)
            for carrier in self.carriers:
                carrier.task = None
        return run

    def run(self, work: Callable[[], Any]) -> Any:
        """Do the work on the driving carrier while this thread watches that it gets on, and can be interrupted."""
        driver = self.carriers[0]
        finished = _thread.allocate_lock()
        finished.acquire()
        self.runs, self.failure, self.over = 0, None, False
        result: list[Any] = []

        def drive() -> None:
            try:
                result.append(work())
            except BaseException as error:  # noqa: BLE001  handed to the caller below
                self.failure = error
            finally:
                self.over = True
                finished.release()

        driver.work = drive
        driver.open()
        stuck.watch(self, finished)
        if self.failure is not None:
            raise self.failure.with_traceback(None) from None
        return result[0]

    def cancel(self, reason: BaseException) -> None:
        """End the exploration as soon as the run that goes on can be ended; its caller gets the reason."""
        self.cancelled = reason
        if self.present is not None:
            self.present.abandon(reason)


def in_session(program: Callable[[], Any], options: Options, work: Callable[[Session], Any]) -> Any:
    """What work(session) gives; it is begun anew whenever a run has shown more accesses that are shared."""
    with Session(program, options) as session:
        while True:
            with contextlib.suppress(Again):
                return session.run(lambda: work(session))
