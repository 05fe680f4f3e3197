"""The explorer's interface: explore a program, look at how it can end, replay one schedule."""

from __future__ import annotations

import html
import threading
import types
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from helpers.interleave import model, switches
from helpers.interleave.errors import ExploreError, Nondeterministic, NotFound
from helpers.interleave.model import Verdict
from helpers.interleave.search import Search, hashable
from helpers.interleave.session import Options, Session, in_session
from helpers.interleave.trace import Recorder, Trace, check_repeatable

_KINDS = [model.RETURNED, model.ERROR, model.DEADLOCK]


class Result:
    """How a program ended under every explored schedule.

    outcomes: Counter of returned values (a list or the like as its text), where no thread ended with an exception
    deadlocks: number of schedules that came to a standstill, in which no thread could go on, whether or not the
    threads waited for each other in a circle
    errors: Counter of exception names, by which main or another thread ended; StepLimit stands for a run that did not
    end. A thread's end does not keep the others from going on, so such a schedule has another ending as well
    schedules: number of all schedules
    runs: how many were carried out one by one, fewer with reduce
    bounded: whether max_preemptions kept out a schedule
    one_step: library modules that the program called while threads ran: what such a call does counts as one step
    complete: False if max_schedules, or many endless runs, cut the search short
    """

    def __init__(self, program: Callable[[], Any], options: Options, search: Search, runs: int) -> None:
        """Count the endings that a search found; explore makes the only one a reader needs."""
        self._program, self._options, self._best = program, options, search.best
        order = sorted(search.endings, key=lambda ending: (_KINDS.index(ending.kind), search.best[ending]))
        self._counts = {ending: search.endings[ending] for ending in order}
        self.outcomes: Counter = Counter()
        self.errors: Counter = Counter()
        self.deadlocks = 0
        for ending, count in self._counts.items():
            if ending.kind == model.RETURNED and not ending.died:
                self.outcomes[ending.value] += count
            self.deadlocks += count * (ending.kind == model.DEADLOCK)
            for name in {*ending.died, *([ending.value] if ending.kind == model.ERROR else [])}:
                self.errors[name] += count
        self.schedules = sum(self._counts.values())
        self.runs = runs
        self.one_step = sorted(search.session.one_step - {""})
        self._options = _as_found(options, search.session)
        self.complete = search.complete
        self.bounded = search.bounded

    @property
    def endings(self) -> Counter:
        """All endings in one Counter, each under the name that find understands.

        A returned value; an exception's name, if main ended by it; "standstill"; or, where another thread had ended
        by an exception before, both: "IndexError, then 3".
        """
        named: Counter = Counter()
        for ending, count in self._counts.items():
            named[_name_of(ending)] += count
        return named

    def find(self, ending: Any, watch: Iterable[str] | None = None) -> Trace:
        """The shortest trace that ends so: fewest preemptions, then fewest steps.

        ending: a returned value, "standstill" (or "deadlock"), the name of an exception, or any of endings
        watch: expressions over the program's local and global names, evaluated after each step; by default all its
        plain values
        raises NotFound if no explored schedule ends so
        """
        return _replay(self._program, self._shortest(ending).schedule, watch, self._options)

    def find_other(self, expected: Any, watch: Iterable[str] | None = None) -> Trace | None:
        """The shortest trace of a schedule that ends otherwise than expected, or None if there is none."""
        wrong = [best for ending, best in self._best.items() if ending != Verdict(model.RETURNED, expected)]
        if not wrong:
            return None
        return _replay(self._program, min(wrong).schedule, watch, self._options)

    def _shortest(self, ending: Any) -> Any:
        ending = hashable(ending)
        for fits in (_is_called, _is_part):
            found = [known for known in self._best if fits(known, ending)]
            if found:
                return self._with_fewest_preemptions(found)
        known = ", ".join(repr(name) for name in self.endings)
        raise NotFound(f"None of {self.schedules:,} schedules ends with {ending!r}. The endings are {known}.")

    def _with_fewest_preemptions(self, endings: list[Verdict]) -> Any:
        """A reduced search without a bound does not look at preemptions; repeat it with bounds from 0 up."""
        best, options = min(self._best[ending] for ending in endings), self._options
        if options.reduce and options.max_preemptions is None:
            for bound in range(best.preemptions):
                found = _search(self._program, options._replace(max_preemptions=bound))[0].best
                again = [found[ending] for ending in endings if ending in found]
                if again:
                    return min(again)
        return best

    def player(self, watch: Iterable[str] | None = None, max_preemptions: int | None = None) -> Any:
        """The page element in which the reader is the scheduler; see helpers.interleave.player."""
        from helpers.interleave.player import make_player  # its files are read only when a page wants one

        options = self._options._replace(max_preemptions=max_preemptions, reduce=True)
        return make_player(self._program, options, None if watch is None else list(watch))

    def __repr__(self) -> str:
        """How many schedules there are, and how many of them end in each way."""
        ways = ", ".join(
            f"{count:,} end{'s' * (count == 1)} {_in_words(ending)}" for ending, count in self._counts.items()
        )
        return f"{self.schedules:,} schedule{'s' * (self.schedules != 1)} {self._bounds()}: {ways}{self._notes()}"

    def _bounds(self) -> str:
        """What kind of schedules these are, and how many preemptions they have at most."""
        bound = f" with at most {_preemptions(self._options.max_preemptions)}" if self.bounded else ""
        main = {True: ", main taking part", False: ", main not interrupted", None: ""}[self._takes_part]
        collections = ", with a collection at any step" * self._options.collect
        return f"by {self._options.step}{bound}{main}{collections}"

    @property
    def _takes_part(self) -> bool | None:
        """Whether main is one of the threads; None if it makes no difference."""
        asked = self._options.preempt_main
        return True if asked is None and self._options.main_sites else asked

    def _notes(self) -> str:
        """What else kept schedules out."""
        notes = [] if self.complete else ["the search was cut short"]
        notes += [f"a call of {', '.join(self.one_step)} is one step"] if self.one_step else []
        return f" ({'; '.join(notes)})" if notes else ""

    def _repr_html_(self) -> str:
        """The same sentence, which wraps where the page ends: what it says last is what went wrong."""
        return f'<pre class="interleave-result" style="white-space: pre-wrap">{html.escape(repr(self))}</pre>'


def _preemptions(count: int | None) -> str:
    return "1 preemption" if count == 1 else f"{count} preemptions"


def _name_of(ending: Verdict) -> Any:
    """What an ending is called in endings."""
    last = "standstill" if ending.kind == model.DEADLOCK else ending.value
    if not ending.died:
        return last
    return f"{', '.join(ending.died)}, then {repr(last) if ending.kind == model.RETURNED else last}"


def _is_called(ending: Verdict, name: Any) -> bool:
    return _name_of(ending) == name


def _is_part(ending: Verdict, name: Any) -> bool:
    """Whether an ending is of this kind, whatever else happened."""
    if ending.kind == model.DEADLOCK and name in ("standstill", "deadlock"):
        return True
    return name in ending.died or ending.value == name


def _in_words(ending: Verdict) -> str:
    before = f"with {' and '.join(ending.died)}, then " if ending.died else ""
    if ending.kind == model.RETURNED:
        return f"{before}at {ending.value!r}"
    return before + ("at a standstill" if ending.kind == model.DEADLOCK else f"with {ending.value}")


def explore(
    program: Callable[[], Any],
    max_preemptions: int | None = 2,
    step: str = "line",
    max_schedules: int = 50_000,
    reduce: bool = False,
    *,
    preempt_main: bool | None = None,
    step_into: Iterable[types.ModuleType] = (),
    collect: bool = False,
    max_steps: int = 2_000,
) -> Result:
    """Run the program under every schedule with at most max_preemptions preemptions, and count how each ends.

    It speaks of a model of the program: a step is a statement of its own code, or an access in it, and a library call
    is part of a step unless it waits; the main function takes part where it touches what a running thread touches;
    sleeps and timeouts take no time, and any time that a schedule likes; an exception that a thread does not catch ends
    that thread. A count of schedules is no likelihood.

    program: a function without arguments that starts its own threads and returns what they made
    max_preemptions: how often a schedule may interrupt a thread that could go on; None for every schedule
    step: "line", a statement; "access", each read and write of what another thread can reach: all that the language
    allows; "switch", only where this interpreter can hand over its global lock, see switches
    reduce: run only one of several schedules that differ merely in the order of steps which do not touch the same
    data, and count the rest (see effects for what is taken to touch what)
    preempt_main: whether every line of main is a step, like a thread's; False: none is, it runs whenever it can; None:
    those are that touch what a running thread touches, and what the others do makes no difference
    step_into: library modules whose code is stepped through like the reader's
    collect: whether the garbage collector may come before any step of a thread, once in a schedule; otherwise it waits
    for the end of each
    max_steps: a run with more steps counts as endless, under errors["StepLimit"]; main's own lines count separately
    raises ExploreError: Uncontrolled if the program waits for what cannot be scheduled or has code that cannot be
    stepped through, Nondeterministic if it does not repeat itself
    Source: Musuvathi et al., Finding and reproducing Heisenbugs in concurrent programs, OSDI 2008
    """
    modules = tuple(step_into)
    options = Options(max_preemptions, step, max_schedules, reduce, preempt_main, max_steps, modules, collect)
    _check(options)
    search, runs = _search(program, options)
    return Result(program, options, search, runs)


def _search(program: Callable[[], Any], options: Options) -> tuple[Search, int]:
    def work(session: Session) -> tuple[Search, int]:
        check_repeatable(session)
        session.look_at_threads_first()
        session.runs = 0
        search = Search(session)
        search.go()
        if options.reduce and Verdict(model.ERROR, "StepLimit") in search.endings:
            session.length_matters = True  # how far a state is from the limit decides how it goes on
            search = Search(session)
            search.go()
        return search, session.runs

    return in_session(program, options, work)


def replay(
    program: Callable[[], Any],
    schedule: Iterable[int],
    watch: Iterable[str] | None = None,
    *,
    step: str = "line",
    preempt_main: bool | None = None,
    step_into: Iterable[types.ModuleType] = (),
    collect: bool = False,
    max_steps: int = 2_000,
) -> Trace:
    """Run the program once under a given schedule and record each step.

    schedule: for each step the number of the thread that takes it, in the order in which the program starts them from
    1 (with collect, minus one minus that number where the garbage collector comes first); when it is used up, each
    thread runs on as long as it can
    """
    options = Options(
        step=step, preempt_main=preempt_main, max_steps=max_steps, step_into=tuple(step_into), collect=collect
    )
    _check(options)
    turns = list(schedule)
    if step == "line" and (preempt_main is not None or not _main_takes_part(program, turns, options)):
        return _replay(program, turns, watch, options)
    # Which steps are schedule points is known only once all schedules are.
    return _replay(program, turns, watch, _as_found(options, _search(program, options)[0].session))


def _main_takes_part(program: Callable[[], Any], turns: list[int], options: Options) -> bool:
    """Whether main does under this schedule, or the schedule is none without."""

    def work(session: Session) -> bool:
        session.look_at_threads_first()
        session.execute(turns, [])
        return bool(session.main_sites)

    try:
        return in_session(program, options._replace(max_preemptions=None), work)
    except Nondeterministic:
        return True


def _as_found(options: Options, session: Session) -> Options:
    """The options with the schedule points that a session has found."""
    main_sites = frozenset(session.main_sites) if options.preempt_main is None else None
    return options._replace(sites=frozenset(session.sites), main_sites=main_sites)


def _replay(
    program: Callable[[], Any], schedule: Iterable[int], watch: Iterable[str] | None, options: Options
) -> Trace:
    options = options._replace(max_preemptions=None, reduce=False, main_sites=options.main_sites or frozenset())

    def work(session: Session) -> Trace:
        recorder = Recorder(None if watch is None else list(watch))
        return Trace(session.execute(list(schedule), [], observer=recorder), recorder)

    return in_session(program, options, work)


def is_blocked(thread: threading.Thread) -> bool:
    """Whether a thread of the program that is being explored has to wait; asked by the program itself.

    False for a thread outside of it, which the explorer knows nothing of. Not for use with reduce: what a thread waits
    for is no part of a program's state.
    """
    task = getattr(thread, "_interleave_task", None)
    return task is not None and not task.finished and not task.can_run()


def _check(options: Options) -> None:
    if options.step not in ("line", "access", "switch"):
        raise ExploreError(f'step is "line", "access" or "switch", not {options.step!r}.')
    if options.step == "switch" and (why := switches.are_none()):
        raise ExploreError(why)
    limits = {"max_schedules": options.max_schedules, "max_steps": options.max_steps}
    for module in options.step_into:
        if not isinstance(module, types.ModuleType) or not getattr(module, "__file__", ""):
            raise ExploreError(f"step_into is a list of modules that are written in Python, and {module!r} is none.")
    if options.max_preemptions is not None and options.max_preemptions < 0:
        raise ExploreError("max_preemptions is a number from 0 up, or None for every schedule.")
    for name, value in limits.items():
        if value < 1:
            raise ExploreError(f"{name} must be at least 1.")
