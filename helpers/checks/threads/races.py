"""Checkers for the exercises of threads/02_races."""

from collections.abc import Callable
from typing import Any

from helpers.checks.schedules import OWN_LOCKS, Always, Failure, Mistake, in_threads, judged
from helpers.checks.verdict import NotYet, predicted, say
from helpers.interleave import explore
from helpers.workers.threads.races import Page


def check_three_increments(three_increments: Callable[[], set[int]]) -> None:
    """Print whether three_increments() is the set of values at which three unlocked increments can end."""
    say(predicted(_judge_three_increments, three_increments))


def _judge_three_increments(guess: Any) -> str:
    if not isinstance(guess, set):
        raise NotYet(f"the answer should be a set such as {{0, 3}}, and is {guess!r}.")
    result = explore(_three_increments, max_preemptions=None)
    possible = set(result.outcomes)
    for value in sorted(possible - guess):
        count = result.outcomes[value]
        raise NotYet(f"it can also end at {value}, as it does in {count} schedules. Shortest:", result.find(value))
    if guess - possible:
        extra = sorted(guess - possible, key=str)
        raise NotYet(f"none of {result.schedules:,} schedules ends at {', '.join(map(str, extra))}.")
    counts = ", ".join(f"{result.outcomes[value]:,} end at {value}" for value in sorted(possible))
    return f"of all {result.schedules:,} schedules, {counts}."


def _three_increments() -> int:
    page = Page()
    in_threads(page.visit, page.visit, page.visit)
    return page.visits


def check_Cache(Cache: type) -> None:
    """Print whether Cache(make).get_or_create(key) makes each key's value once, whatever the schedule."""
    say(
        judged(
            Cache,
            Always(_two_askers, {("made", 1)}),
            mistakes=_CACHE_MISTAKES,
            solved="{schedules:,} of {schedules:,} schedules make the value once.",
        )
    )


def _two_askers(kind: type) -> tuple:
    made: list[str] = []

    def make(key: str) -> str:
        made.append(key)
        return f"{key} number {len(made)}"

    cache, got = kind(make), []
    in_threads(*[lambda: got.append(cache.get_or_create("key"))] * 2)
    if len(got) == 2 and got[0] != got[1]:
        return ("made", len(made), "and handed out different values")
    return ("made", len(made)) if got == ["key number 1"] * 2 else ("got", *got)


def _made_twice(failure: Failure) -> bool:
    return isinstance(failure.ending, tuple) and failure.ending[0] == "made"


_CACHE_MISTAKES = [
    Mistake(
        OWN_LOCKS,
        lambda f: _made_twice(f) and any(f.trace.locks_made),
    ),
    Mistake(
        "Python makes the value before it calls setdefault, in each thread, whether or not it is needed.",
        lambda f: _made_twice(f) and f.always and f.took(r"setdefault\(") and not any(f.trace.locks_taken),
    ),
    Mistake(
        "Both threads find no value before either has stored one.",
        lambda f: _made_twice(f) and not any(f.trace.locks_taken),
    ),
    Mistake(
        "The lock is released between the check and the act, so both threads pass the check.",
        lambda f: _made_twice(f) and max(f.trace.locks_taken) > 1,
    ),
    Mistake(
        "The lock covers the act and not the check: both threads have passed the check before either has the lock.",
        _made_twice,
    ),
]
