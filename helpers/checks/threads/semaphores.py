"""Checkers for the exercises of threads/06_semaphores."""

import threading
from collections.abc import Callable
from functools import partial

from helpers.checks.schedules import Always, Failure, Mistake, Sometimes, in_threads, judged
from helpers.checks.verdict import say
from helpers.workers.threads.steps import Visits

# Pool ---------------------------------------------------------------------------------------------------------------


def check_Pool(Pool: type) -> None:
    """Print whether Pool(connections).run(work) lends each connection to one work at a time and loses none."""
    say(
        judged(
            Pool,
            Always(_after_an_error, {"the connection is back"}),
            Always(_two_for_one, {"one at a time"}),
            Always(_three_for_two, {"one at a time"}, max_preemptions=1),
            Sometimes(_two_for_two, lambda how: how == "overlap", _NO_OVERLAP),
            mistakes=[
                Mistake(
                    "acquire with a timeout, or without blocking, may come back without a permit, and the answer was "
                    "not looked at.",
                    lambda f: f.took(r"acquire\(.+\)") and f.ending in ("IndexError", "two on one connection"),
                ),
                Mistake(
                    "Two works have the same connection at the same time.",
                    lambda f: f.ending == "two on one connection",
                ),
                Mistake(
                    "After a work that raised, its connection never comes back. Give it back even then: with, or "
                    "finally.",
                    lambda f: f.program is _after_an_error and f.ending in ("standstill", "IndexError"),
                ),
                Mistake(
                    "There was a permit, and no connection. They belong together: take the permit first, give the "
                    "connection back before it, and hold both until work is done.",
                    lambda f: f.ending == "IndexError" and f.took(r"acquire|with "),
                ),
                Mistake(
                    "There is no connection left to take, and run does not wait for one.",
                    lambda f: f.ending == "IndexError",
                ),
                Mistake("run should return what work returned.", lambda f: f.ending == "nothing came back"),
                Mistake(
                    "run should let the exception of work go on to its caller.",
                    lambda f: f.ending == "the error was swallowed",
                ),
            ],
            shared=_NO_OVERLAP,
            solved="one work at a time on each connection in {schedules:,} of {schedules:,} schedules, and none is "
            "lost.",
        )
    )


_NO_OVERLAP = "two works never run at once although there are two connections: one lock makes them take turns."


class _WorkFailed(Exception):
    pass


def _after_an_error(kind: type) -> str:
    """One connection: a work that raises, then two that do not."""
    pool, returned = kind(["first"]), []

    def fail(connection: str) -> None:
        raise _WorkFailed

    def first() -> None:
        try:
            pool.run(fail)
        except _WorkFailed:
            returned.append("error")
        returned.append(pool.run(str.upper))

    in_threads(first)
    if "error" not in returned:
        return "the error was swallowed"
    return "the connection is back" if returned == ["error", "FIRST"] else "nothing came back"


def _users(kind: type, connections: list[str], users: int) -> str:
    pool, visits = kind(connections), Visits()
    in_threads(*[partial(pool.run, visits.begin_and_end)] * users)
    busy: set[object] = set()
    together = False
    for connection, what in visits.log:
        if what == "begins":
            if connection in busy:
                return "two on one connection"
            busy.add(connection)
            together = together or len(busy) > 1
        else:
            busy.discard(connection)
    return "overlap" if together else "one at a time"


def _two_for_one(kind: type) -> str:
    return _users(kind, ["first"], users=2)


def _three_for_two(kind: type) -> str:
    how = _users(kind, ["first", "second"], users=3)
    return "one at a time" if how == "overlap" else how


def _two_for_two(kind: type) -> str:
    return _users(kind, ["first", "second"], users=2)


# Rendezvous ---------------------------------------------------------------------------------------------------------


def check_Rendezvous(Rendezvous: type) -> None:
    """Print whether neither Rendezvous().ann nor .bob comes back before both have been called."""
    say(
        judged(
            Rendezvous,
            Always(_meeting, {"both came before either left"}, max_preemptions=None),
            mistakes=[
                Mistake(
                    "Each waits for the other's signal before giving its own, and neither begins. Signal first, then "
                    "wait.",
                    lambda f: f.waits("a permit of") == 2,
                ),
                Mistake("One waits for a signal that no thread gives.", lambda f: f.waits("a permit of") == 1),
                Mistake(
                    "A thread takes the permit that it gave itself: each of the two needs a semaphore of its own.",
                    lambda f: _left_early(f) and _had_it_from_itself(f),
                ),
                Mistake("One of the two does not wait for the other.", lambda f: _left_early(f)),
            ],
            solved="in {schedules:,} of {schedules:,} schedules neither leaves before both have come.",
        )
    )


def _meeting(kind: type) -> str:
    meeting, log = kind(), []

    def come(name: str, meet: Callable[[], None]) -> None:
        log.append(f"{name} comes")
        meet()
        log.append(f"{name} leaves")

    in_threads(partial(come, "Ann", meeting.ann), partial(come, "Bob", meeting.bob))
    if len(log) < 4:
        return "one never left"
    return "both came before either left" if set(log[:2]) == {"Ann comes", "Bob comes"} else f"{log[1]} alone"


def _left_early(failure: Failure) -> bool:
    return str(failure.ending).endswith("alone")


def _had_it_from_itself(failure: Failure) -> bool:
    """Whether the one who left early had acquired a permit."""
    thread = {"Ann": 1, "Bob": 2}[failure.ending.split()[0]]
    return any(row.thread == thread and "acquire" in row.text for row in failure.trace.rows)


# Barrier ------------------------------------------------------------------------------------------------------------


def check_Barrier(Barrier: type) -> None:
    """Print whether Barrier(n).wait keeps n threads together, round after round."""
    say(
        judged(
            Barrier,
            Always(_rounds(2, 1), {"in step"}),
            Always(_two_rounds, {"in step"}),
            Always(_rounds(3, 1), {"in step"}, max_preemptions=1),
            mistakes=[
                Mistake(
                    "Two threads both count themselves the last, because another came between counting and looking. "
                    "Count and look under one lock.",
                    lambda f: not f.took(r"with ") and _left_a_round_early(f),
                ),
                Mistake(
                    "It works once. In the second round the count, or the permits, are not what they were at the "
                    "start.",
                    lambda f: f.program is _two_rounds and f.always and not f.is_error,
                ),
                Mistake(
                    "A quick thread laps the others: it is back at the barrier while one of them has not left it, and "
                    "takes a permit that was meant for that one. No thread may come in again before all are out.",
                    lambda f: f.program is _two_rounds and not f.is_error,
                ),
                Mistake("A thread leaves before all have come.", _left_a_round_early),
                Mistake(
                    "That is made of something that can already do it. Use locks and semaphores only.",
                    lambda f: f.ending == "ready-made",
                ),
            ],
            solved="in {schedules:,} of {schedules:,} schedules no thread leaves a round before all have come to it.",
        )
    )


_READY_MADE = (threading.Barrier, threading.Condition, threading.Event)


def _rounds(threads: int, rounds: int) -> Callable[[type], str]:
    def program(kind: type) -> str:
        barrier, log = kind(threads), []
        if any(isinstance(part, _READY_MADE) for part in (barrier, *getattr(barrier, "__dict__", {}).values())):
            return "ready-made"

        def work() -> None:
            for number in range(rounds):
                log.append(("comes", number))
                barrier.wait()
                log.append(("leaves", number))

        in_threads(*[work] * threads)
        for number in range(rounds):
            came = log[: log.index(("leaves", number))].count(("comes", number))
            if came < threads:
                return f"left in round {number} when {came} of {threads} had come"
        return "in step"

    return program


def _left_a_round_early(failure: Failure) -> bool:
    return str(failure.ending).startswith("left in round")


_two_rounds = _rounds(2, 2)
