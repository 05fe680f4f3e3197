"""How a checker judges over all schedules: the explorer runs the learner's code, and the verdict is one sentence.

An exercise is a few trials, each a program that uses the answer, and a list of the classic mistakes, each with how it
shows and what to say of it:

    judged(Cache, Always(one_key_twice, {1}), mistakes=[Mistake("Each call ...", lambda f: any(f.trace.locks_made))],
           solved="{schedules:,} of {schedules:,} schedules make the value once.")

The explorer ends endless loops and deadlocks by itself, so the answer need not run in a child process, and a trace can
show its source.
"""

import re
import threading
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from helpers.checks.verdict import NotYet, Verdict, refuse_type
from helpers.interleave import ExploreError, Result, Trace, Uncontrolled, explore

MOST_STEPS = 300  # more than any trial needs: a run that takes more does not end
MOST_SCHEDULES = 10_000  # half a minute's worth at most; the reference solutions have a few thousand


class Failure(NamedTuple):
    """A way in which a trial goes wrong.

    ending: a value, an exception's name (also where only a thread ended by it) or "standstill"; trace: the shortest
    run that ends so; result: of all schedules; program, counts: the trial's; always: whether no schedule ends well
    """

    ending: Any
    trace: Trace
    result: Result
    program: Callable[[Any], Any]
    always: bool
    counts: bool

    @property
    def is_error(self) -> bool:
        """Whether it ends with an exception, or not at all."""
        return self.ending in self.result.errors

    @property
    def is_of_one_thread(self) -> bool:
        """Whether a thread waits for a lock that it holds itself."""
        return any(re.match(r"(\S+) waits for .* held by \1$", sentence) for sentence in self.trace.deadlock)

    def took(self, statement: str) -> bool:
        """Whether a thread took a step whose text fits a regular expression."""
        return any(re.search(statement, row.text) for row in self.trace.rows)

    def waits(self, phrase: str) -> int:
        """How many threads stand still at the end with a reason that contains the phrase."""
        return sum(phrase in sentence for sentence in self.trace.deadlock)


class Mistake(NamedTuple):
    """A classic wrong answer: what to say of it, and whether a failure shows it."""

    says: str
    shows: Callable[[Failure], bool]


OWN_LOCKS = "Each thread makes a lock and takes its own, so neither waits for the other."


class Always:
    """A trial: program(answer) must end well under every schedule."""

    def __init__(self, program: Callable[[Any], Any], good: set, *, counts: bool = True, **options: Any) -> None:
        """good: the endings that are right; counts: whether a verdict may name the number of schedules, which a trial
        by access does not, as the lesson counts those by line; options: explore's
        """
        self.program, self.good, self.counts = program, good, counts
        self.options = {"max_steps": MOST_STEPS, "max_schedules": MOST_SCHEDULES, **options}

    def run(self, answer: Any, mistakes: Sequence[Mistake]) -> "Tried":
        """Explore; how many schedules it was tried under. Raises NotYet with the first mistake that shows."""
        result = explore(lambda: self.program(answer), **self.options)
        wrong = [ending for ending in result.endings if self._is_wrong(ending, result)]
        if not wrong and not result.complete:
            return self._with_fewer_preemptions().run(answer, mistakes)
        if not wrong:
            bound = self.options.get("max_preemptions", 2) if result.bounded else None
            return Tried(result.schedules if self.counts else 0, bound)
        always = len(wrong) == len(result.endings)
        failures = [
            Failure(_cause(ending, result), result.find(ending), result, self.program, always, self.counts)
            for ending in wrong[:5]
        ]
        for mistake in mistakes:
            for failure in failures:
                if mistake.shows(failure):
                    raise self._not_yet(failure, mistake.says)
        raise self._not_yet(failures[0], self._plain(failures[0]))

    def _with_fewer_preemptions(self) -> "Always":
        """The same trial for an answer that takes so many steps that it has too many schedules."""
        bound = self.options.get("max_preemptions", 2)
        if bound == 0:
            raise NotYet("your code takes so many steps that not all schedules can be tried. Do the same in fewer.")
        fewer = {**self.options, "max_preemptions": 2 if bound is None else bound - 1}
        return Always(self.program, self.good, counts=self.counts, **fewer)

    def _not_yet(self, failure: Failure, says: str) -> NotYet:
        if not self.counts:
            return NotYet(f"in some schedules it goes wrong. {says}")
        endings, total = failure.result.endings, failure.result.schedules
        count = sum(n for ending, n in endings.items() if self._is_wrong(ending, failure.result))
        return NotYet(f"in {out_of(count, total)} it goes wrong. {says} Shortest:", failure.trace)

    def _is_wrong(self, ending: Any, result: Result) -> bool:
        if ending == "standstill" and result.deadlocks:
            return True
        return ending not in self.good or _cause(ending, result) in result.errors

    def _plain(self, failure: Failure) -> str:
        """What happened, if it is no classic mistake."""
        if failure.trace.deadlock:
            return f"No thread can go on: {'; '.join(failure.trace.deadlock)}."
        if failure.ending == "StepLimit":
            return "A loop goes round and round and never comes to an end."
        if failure.is_error:
            return f"Your code raised {failure.trace.raised}."
        wanted = " or ".join(sorted(map(repr, self.good)))
        return f"It should end at {wanted}, and ends at {failure.ending!r}."


def _cause(ending: Any, result: Result) -> Any:
    """The ending, or the exception of which a thread or main had ended before."""
    names = [name for name in result.errors if isinstance(ending, str) and ending.partition(", ")[0] == name]
    return names[0] if names else ending


class Sometimes:
    """A trial: under some schedule program(answer) must end in a way that shows what was asked for, such as overlap."""

    def __init__(self, program: Callable[[Any], Any], shows: Callable[[Any], bool], says: str, **options: Any) -> None:
        """shows: whether a returned value shows it; says: what is wrong if none does; options: explore's."""
        self.program, self.shows, self.says = program, shows, says
        self.options = {"max_steps": MOST_STEPS, **options}

    def run(self, answer: Any, mistakes: Sequence[Mistake]) -> "Tried":
        """Explore; none, because these schedules prove nothing about the others. Raises NotYet if none shows it."""
        result = explore(lambda: self.program(answer), **self.options)
        if not any(self.shows(outcome) for outcome in result.outcomes):
            raise NotYet(self.says)
        return Tried(0, None)


class Tried(NamedTuple):
    """Under how many schedules an answer held, if they may be named, and with how many preemptions at most."""

    schedules: int
    bound: int | None


def out_of(count: int, total: int) -> str:
    """How many of all schedules, in words that fit small numbers, too.

    >>> out_of(6, 14), out_of(2, 2), out_of(1, 1)
    ('6 of 14 schedules', 'both schedules', 'the only schedule')
    """
    if count < total or total > 2:
        return f"{count:,} of {total:,} schedules"
    return "both schedules" if total == 2 else "the only schedule"


def judged(
    answer: Any,
    *trials: Always | Sometimes,
    kind: type | Callable = type,
    mistakes: Sequence[Mistake] = (),
    shared: str | None = None,
    solved: str,
) -> Verdict:
    """What to say of the learner's answer; never raises, never hangs.

    kind: type for a class, callable for a function; shared: what to say if the answer uses a lock made outside, which
    no trial can schedule; solved: what it achieved, in which {schedules} stands for how many there were
    """
    try:
        refuse_type(answer, kind)
        tried = [trial.run(answer, mistakes) for trial in trials]
        schedules = sum(trial.schedules for trial in tried)
        return Verdict(f"Solved: {solved.format(schedules=schedules)}{_bounded_by(tried)}")
    except NotYet as wrong:
        return Verdict(f"Not yet: {wrong}", wrong.trace)
    except Uncontrolled as problem:
        return Verdict(f"Not yet: {shared if shared and 'was made before' in str(problem) else problem}")
    except ExploreError as problem:
        return Verdict(f"Not yet: {problem}")
    except (Exception, SystemExit) as error:  # noqa: BLE001  an error in the answer is a verdict on it
        return Verdict(f"Not yet: your code raised {type(error).__name__}: {error}")


def _bounded_by(tried: Sequence[Tried]) -> str:
    """What a verdict adds where the search had a bound: an answer is only as right as what it was tried under."""
    bounds = [trial.bound for trial in tried if trial.bound is not None]
    if not bounds:
        return ""
    return f" (Tried with at most {min(bounds)} preemption{'s' * (min(bounds) != 1)}.)"


def in_threads(*work: Callable[[], object]) -> None:
    """Call each function in a thread of its own, and wait for all."""
    threads = [threading.Thread(target=one) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
