"""The explorer's interface: explore a program, look at how it can end, replay one schedule."""

from __future__ import annotations

import html
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from helpers.interleave import scheduler
from helpers.interleave.errors import ExploreError, NotFound
from helpers.interleave.scheduler import Verdict
from helpers.interleave.search import Search
from helpers.interleave.session import Options, Session
from helpers.interleave.trace import Recorder, Trace, check_repeatable


class Result:
    """How a program ended under every explored schedule.

    outcomes: Counter of returned values (their repr if unhashable)
    deadlocks: number of schedules that came to a standstill, in which no thread could go on, whether or not the
    threads waited for each other in a circle
    errors: Counter of exception names; StepLimit stands for a run that did not end
    schedules: number of all schedules, the sum of the above
    runs: how many were carried out one by one, fewer with reduce
    bounded: whether max_preemptions kept out a schedule
    complete: False if max_schedules, or many endless runs, cut the search short
    """

    def __init__(self, program: Callable[[], Any], options: Options, search: Search, runs: int) -> None:
        """Count the endings that a search found; explore makes the only one a reader needs."""
        self._program, self._options, self._best = program, options, search.best
        endings = search.endings
        self.outcomes: Counter = Counter()
        self.errors: Counter = Counter()
        self.deadlocks = 0
        for (kind, value), count in sorted(endings.items(), key=lambda item: search.best[item[0]]):
            if kind == scheduler.RETURNED:
                self.outcomes[value] += count
            elif kind == scheduler.ERROR:
                self.errors[value] += count
            else:
                self.deadlocks += count
        self.schedules = sum(endings.values())
        self.runs = runs
        self.complete = search.complete
        self.bounded = search.bounded

    @property
    def endings(self) -> Counter:
        """All endings in one Counter, each under the name that find understands."""
        standstills = Counter({"standstill": self.deadlocks} if self.deadlocks else {})
        return self.outcomes + self.errors + standstills

    def find(self, ending: Any, watch: Iterable[str] | None = None) -> Trace:
        """The shortest trace that ends so: fewest preemptions, then fewest steps.

        ending: a returned value, "standstill" (or "deadlock"), or the name of an exception
        watch: expressions over the program's local and global names, evaluated after each step; by default all its
        plain values
        raises NotFound if no explored schedule ends so
        """
        return replay(self._program, list(self._shortest(ending).schedule), watch, **self._step_options())

    def find_other(self, expected: Any, watch: Iterable[str] | None = None) -> Trace | None:
        """The shortest trace of a schedule that ends otherwise than expected, or None if there is none."""
        wrong = [best for ending, best in self._best.items() if ending != Verdict(scheduler.RETURNED, expected)]
        if not wrong:
            return None
        return replay(self._program, list(min(wrong).schedule), watch, **self._step_options())

    def _step_options(self) -> dict[str, Any]:
        options = self._options
        return {"step": options.step, "preempt_main": options.preempt_main, "max_steps": options.max_steps}

    def _shortest(self, ending: Any) -> Any:
        kinds = [Verdict(scheduler.RETURNED, ending), Verdict(scheduler.ERROR, ending)]
        kinds += [Verdict(scheduler.DEADLOCK)] if ending in ("standstill", "deadlock") else []
        for kind in kinds:
            if kind in self._best:
                return self._with_fewest_preemptions(kind)
        found = ", ".join(repr(name) for name in self.endings)
        raise NotFound(f"None of {self.schedules:,} schedules ends with {ending!r}. The endings are {found}.")

    def _with_fewest_preemptions(self, ending: Verdict) -> Any:
        """A reduced search without a bound does not look at preemptions; repeat it with bounds from 0 up."""
        best, options = self._best[ending], self._options
        if options.reduce and options.max_preemptions is None:
            for bound in range(best.preemptions):
                found = _search(self._program, options._replace(max_preemptions=bound))[0].best
                if ending in found:
                    return found[ending]
        return best

    def player(self, watch: Iterable[str] | None = None, max_preemptions: int | None = None) -> Any:
        """The page element in which the reader is the scheduler; see helpers.interleave.player."""
        from helpers.interleave.player import make_player  # its files are read only when a page wants one

        options = self._options._replace(max_preemptions=max_preemptions, reduce=True)
        return make_player(self._program, options, None if watch is None else list(watch))

    def __repr__(self) -> str:
        """How many schedules there are, and how many of them end in each way."""
        ways = ", ".join(
            f"{count:,} end{'s' * (count == 1)} {_in_words(name, self)}" for name, count in self.endings.items()
        )
        more = "" if self.complete else " (the search was cut short)"
        bound = f" with at most {_preemptions(self._options.max_preemptions)}" if self.bounded else ""
        return f"{self.schedules:,} schedule{'s' * (self.schedules != 1)}{bound}: {ways}{more}"

    def _repr_html_(self) -> str:
        """The same sentence, which wraps where the page ends: what it says last is what went wrong."""
        return f'<pre class="interleave-result" style="white-space: pre-wrap">{html.escape(repr(self))}</pre>'


def _preemptions(count: int | None) -> str:
    return "1 preemption" if count == 1 else f"{count} preemptions"


def _in_words(name: Any, result: Result) -> str:
    if name in result.outcomes:
        return f"at {name!r}"
    return "at a standstill" if name == "standstill" else f"with {name}"


def explore(
    program: Callable[[], Any],
    max_preemptions: int | None = 2,
    step: str = "line",
    max_schedules: int = 50_000,
    reduce: bool = False,
    *,
    preempt_main: bool = False,
    max_steps: int = 2_000,
) -> Result:
    """Run the program under every schedule with at most max_preemptions preemptions, and count how each ends.

    It speaks of a model of the program: a step is a line, or a bytecode, of its own code, and a library call is one
    step unless it waits; the main function is not interrupted; sleeps and timeouts take no time, and any time that a
    schedule likes; an exception that a thread does not catch ends the run. A count of schedules is no likelihood.

    program: a function without arguments that starts its own threads and returns what they made
    max_preemptions: how often a schedule may interrupt a thread that could go on; None for every schedule
    step: "line", or "opcode" for single bytecodes; reduce: run only one of several schedules that differ merely in the
    order of steps which do not affect each other, and count the rest (see footprint for what a step may affect)
    preempt_main: whether the main program's own lines take part; otherwise it runs whenever it can
    max_steps: a run with more steps counts as endless, under errors["StepLimit"]; main's own lines count separately
    raises ExploreError: Uncontrolled if the program waits for what cannot be scheduled, Nondeterministic if it does not
    repeat itself
    Source: Musuvathi et al., Finding and reproducing Heisenbugs in concurrent programs, OSDI 2008
    """
    options = Options(max_preemptions, step, max_schedules, reduce, preempt_main, max_steps)
    _check(options)
    search, runs = _search(program, options)
    return Result(program, options, search, runs)


def _search(program: Callable[[], Any], options: Options) -> tuple[Search, int]:
    with Session(program, options) as session:

        def work() -> Search:
            check_repeatable(session)
            session.runs = 0
            search = Search(session)
            search.go()
            if options.reduce and Verdict(scheduler.ERROR, "StepLimit") in search.endings:
                session.length_matters = True  # how far a state is from the limit decides how it goes on
                search = Search(session)
                search.go()
            return search

        return session.run(work), session.runs


def replay(
    program: Callable[[], Any],
    schedule: Iterable[int],
    watch: Iterable[str] | None = None,
    *,
    step: str = "line",
    preempt_main: bool = False,
    max_steps: int = 2_000,
) -> Trace:
    """Run the program once under a given schedule and record each step.

    schedule: for each step the number of the thread that takes it, in the order in which the program starts them from
    1; when it is used up, each thread runs on as long as it can
    """
    options = Options(None, step, 1, False, preempt_main, max_steps)
    _check(options)
    with Session(program, options) as session:
        recorder = Recorder(None if watch is None else list(watch))
        run = session.run(lambda: session.execute(list(schedule), [], observer=recorder))
        return Trace(run, recorder)


def is_blocked(thread: threading.Thread) -> bool:
    """Whether a thread of the program that is being explored has to wait; asked by the program itself.

    False for a thread outside of it, which the explorer knows nothing of. Not for use with reduce: what a thread waits
    for is no part of a program's state.
    """
    task = getattr(thread, "_interleave_task", None)
    return task is not None and not task.finished and not task.can_run()


def _check(options: Options) -> None:
    if options.step not in ("line", "opcode"):
        raise ExploreError(f'step is "line" or "opcode", not {options.step!r}.')
    limits = {"max_schedules": options.max_schedules, "max_steps": options.max_steps}
    if options.max_preemptions is not None and options.max_preemptions < 0:
        raise ExploreError("max_preemptions is a number from 0 up, or None for every schedule.")
    for name, value in limits.items():
        if value < 1:
            raise ExploreError(f"{name} must be at least 1.")
