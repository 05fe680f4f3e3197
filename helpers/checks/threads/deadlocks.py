"""Checkers for the exercises of threads/04_deadlocks."""

import functools
import threading
from collections.abc import Callable
from typing import Any

from helpers.checks.schedules import Always, Failure, Mistake, Sometimes, in_threads, judged
from helpers.checks.verdict import NotYet, predicted, say
from helpers.interleave import explore
from helpers.workers.threads.deadlocks import ORDERS, take
from helpers.workers.threads.steps import Visits


def check_can_deadlock(can_deadlock: Callable[[], set[str]]) -> None:
    """Print whether can_deadlock() names those programs of 04_deadlocks that some schedule brings to a standstill."""
    say(predicted(_judge_can_deadlock, can_deadlock))


@functools.cache
def _explored() -> dict[str, tuple[int, int, str]]:
    """For each program how many schedules end in deadlock, of how many, and who waits for what in the shortest."""
    found = {}
    for name, orders in ORDERS.items():
        result = explore(lambda orders=orders: _nested(orders))
        waits = "; ".join(result.find("deadlock").deadlock) if result.deadlocks else ""
        found[name] = result.deadlocks, result.schedules, waits
    return found


def _nested(orders: list[str]) -> None:
    locks = {name: threading.Lock() for name in "abc"}
    in_threads(*[lambda order=order: take(locks, order) for order in orders])


def _judge_can_deadlock(guess: Any) -> str:
    if not isinstance(guess, set):
        raise NotYet(f'the answer should be a set such as {{"P", "S"}}, and is {guess!r}.')
    for name, (deadlocks, schedules, waits) in _explored().items():
        if deadlocks and name not in guess:
            raise NotYet(f"{name} can: {deadlocks:,} of {schedules:,} schedules end with {waits}.")
        if not deadlocks and name in guess:
            raise NotYet(f"{name} cannot: none of {schedules:,} schedules ends in deadlock.")
    if extra := sorted(guess - set(ORDERS), key=str):
        raise NotYet(f"there is no program {extra[0]!r}.")
    counts = ", ".join(f"{name} {deadlocks:,} of {n:,}" for name, (deadlocks, n, _) in _explored().items())
    return f"schedules that end in deadlock: {counts}."


def check_dine(dine: Callable[[list, int, Callable[[], None]], None]) -> None:
    """Print whether dine(forks, i, eat) lets everybody eat under all schedules, and two at once who share no fork."""
    say(
        judged(
            dine,
            Always(_dinner(3, [0, 1, 2]), {"all have eaten"}),
            Sometimes(_dinner(4, [0, 2], say=_order), _at_once, _ONE_TABLE, step="access", max_preemptions=1),
            kind=callable,
            mistakes=[
                Mistake(
                    "A philosopher who does not get a fork gives up and tries again. All may do so in step, forever "
                    "(a livelock). Take the forks in an order in which none has to give up.",
                    _gave_up,
                ),
                Mistake(
                    "Each philosopher must eat once, with both forks in hand.", lambda f: isinstance(f.ending, tuple)
                ),
            ],
            shared=_ONE_TABLE,
            solved="everybody eats in {schedules:,} of {schedules:,} schedules, and two who share no fork can eat at "
            "once.",
        )
    )


_ONE_TABLE = "two who share no fork never eat at once: they take turns. Take the two forks of each, and no other lock."


class _Fork:
    """A lock that notes who would not wait for it."""

    def __init__(self, log: list) -> None:
        self._lock, self._log = threading.Lock(), log

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        if not blocking or timeout != -1:
            self._log.append("would not wait")
        return self._lock.acquire(blocking, timeout)

    __enter__ = acquire

    def release(self) -> None:
        self._lock.release()

    def __exit__(self, *_: object) -> None:
        self.release()

    def locked(self) -> bool:
        return self._lock.locked()


def _dinner(size: int, guests: list[int], say: Callable | None = None) -> Callable[[Callable], Any]:
    """A dinner of some guests at a table; what say(log) makes of who began and ended when."""

    def program(dine: Callable) -> Any:
        visits = Visits()
        forks = [_Fork(visits.log) for _ in range(size)]
        in_threads(*[lambda i=i: dine(forks, i, _meal(forks, i, visits)) for i in guests])
        if say is not None:
            return say(visits.log)
        wanted = sorted([(i, what) for i in guests for what in ("begins", "ends")])
        return "all have eaten" if sorted(visits.log, key=str) == sorted(wanted, key=str) else tuple(visits.log)

    return program


def _meal(forks: list, i: int, visits: Visits) -> Callable[[], None]:
    """What philosopher i does with both forks in hand."""

    def eat() -> None:
        if not (forks[i].locked() and forks[(i + 1) % len(forks)].locked()):
            visits.log.append((i, "lacks a fork"))
        visits.begin_and_end(i)

    return eat


def _order(log: list) -> tuple:
    return tuple(entry[0] for entry in log if isinstance(entry, tuple))


def _at_once(guests: tuple) -> bool:
    return len(guests) == 4 and guests[0] != guests[1]


def _gave_up(failure: Failure) -> bool:
    return failure.took(r"acquire\(.") or (isinstance(failure.ending, tuple) and "would not wait" in failure.ending)
