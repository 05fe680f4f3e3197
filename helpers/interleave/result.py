"""The result of an exploration: how the program ends, and under how many schedules."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from helpers.interleave import model
from helpers.interleave.errors import Impossible, NotFound, does_not_repeat
from helpers.interleave.model import Verdict
from helpers.interleave.options import Options, expressions_of
from helpers.interleave.search import Search, as_found, hashable, search
from helpers.interleave.trace import Trace, trace
from helpers.shown import shown

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

    def __init__(self, program: Callable[[], Any], options: Options, found: Search, runs: int) -> None:
        """Count the endings that a search found; explore makes the only one a reader needs."""
        self._program, self._options, self._best = program, options, found.best
        order = sorted(found.endings, key=lambda ending: (_KINDS.index(ending.kind), found.best[ending]))
        self._counts = {ending: found.endings[ending] for ending in order}
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
        self.one_step = sorted(found.session.one_step - {""})
        self._options = as_found(options, found.session)
        self.complete = found.complete
        self.bounded = found.bounded

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
        return self._again(self._shortest(ending), watch)

    def find_other(self, expected: Any, watch: Iterable[str] | None = None) -> Trace | None:
        """The shortest trace of a schedule that ends otherwise than expected, or None if there is none."""
        wrong = [best for ending, best in self._best.items() if ending != Verdict(model.RETURNED, expected)]
        if not wrong:
            return None
        return self._again(min(wrong), watch)

    def _again(self, best: Any, watch: Iterable[str] | None) -> Trace:
        """The trace of an explored schedule. Raises Nondeterministic if it takes another course or ends otherwise."""
        try:
            again = trace(self._program, best.schedule, watch, self._options)
        except Impossible as problem:
            raise does_not_repeat(f" when an explored schedule is run again. {problem}") from None
        ending = again.verdict._replace(value=hashable(again.verdict.value))
        took = tuple(again.schedule)  # fewer steps if a worker ends once main lets go of its pool: a trace keeps that
        if took != best.schedule[: len(took)] or shown(ending) != shown(best.ending):
            raise does_not_repeat(f" when an explored schedule is run again. {again.ending}")
        return again

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
                found = search(self._program, options._replace(max_preemptions=bound))[0].best
                again = [found[ending] for ending in endings if ending in found]
                if again:
                    return min(again)
        return best

    def player(self, watch: Iterable[str] | None = None, max_preemptions: int | None = None) -> Any:
        """The page element in which the reader is the scheduler; see helpers.interleave.player."""
        from helpers.interleave.player import make_player  # its files are read only when a page wants one

        options = self._options._replace(max_preemptions=max_preemptions, reduce=True)
        return make_player(self._program, options, expressions_of(watch))

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
