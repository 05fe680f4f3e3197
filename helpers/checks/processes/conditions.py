"""Checkers for the exercises of processes/05_conditions."""

import multiprocessing
from collections.abc import Callable
from contextlib import ExitStack
from multiprocessing.synchronize import Condition
from typing import Any

from helpers.checks.family import Family, Trial
from helpers.checks.processes.apparatus import Started, comes, in_children, judged
from helpers.checks.verdict import NotYet, say
from helpers.polling import wait_until
from helpers.sleepers import wait_until_asleep

# Bounded --------------------------------------------------------------------------------------------------------------

_BOUNDS = Family(limit=(1, 2, 3), late=(2, 1, 2))  # late: how many come when it is full


def check_Bounded(Bounded: type) -> None:
    """Print whether Bounded(limit), shared by processes, never lets in more than the limit, and lets in who waits."""
    solved = "{trials} of {trials} counters let in as many as their limit, and each that waited when there was room."
    say(judged(_judge_bounded, Bounded, _BOUNDS, solved=solved, kind=type))


def _judge_bounded(bounded_type: type, trial: Trial) -> None:
    bounded = bounded_type(trial.limit)
    in_children(_up, [(bounded,)] * trial.limit)
    with ExitStack() as calls:
        late = [calls.enter_context(Started(_up, bounded)) for _ in range(trial.late)]
        if _come_in(bounded, late, 1, waiting=trial.late):
            raise NotYet(
                f"with {trial.limit} in, another came in. Each process counted for itself: keep the count where all "
                "see it."
            )
        for n in range(1, trial.late + 1):
            in_children(_down, [(bounded,)])
            if not comes(lambda n=n: _ended(late) >= n):
                raise NotYet("down() was called, and of those that waited in up() none came in. Notify them.")
            if n < trial.late and _come_in(bounded, late, n + 1, waiting=trial.late - n):
                raise NotYet(
                    f"one place became free, and two came in: {trial.limit + 1} are in. Both were woken; look again "
                    "after."
                )
        for call in late:
            call.value()


def _come_in(bounded: Any, late: list[Started], count: int, waiting: int = 0) -> bool:
    """Whether so many come in, at once, or before so many are seen to wait."""
    conditions = [thing for thing in vars(bounded).values() if isinstance(thing, Condition)]

    def are_in() -> bool:
        return _ended(late) >= count

    if waiting and conditions:
        _wait_all(conditions[0], waiting, are_in)
        return are_in()
    return wait_until(are_in, 0.3)


def _ended(calls: list[Started]) -> int:
    return sum(call.has_ended() for call in calls)


def _wait_all(condition: Condition, count: int, over: Callable[[], bool]) -> None:
    """Until so many wait there, or it is over."""
    while not over():
        try:
            return wait_until_asleep(condition, count, limit_s=0.1)
        except TimeoutError:
            continue
    return None


def _up(bounded: Any) -> None:
    bounded.up()


def _down(bounded: Any) -> None:
    bounded.down()


# wait_until_down ------------------------------------------------------------------------------------------------------

_WAITS = Family(left=(3, 0, 2, 1), counted_to=(0, 0, 2, -2), limit_s=(600, 600, 0.2, 600))


def check_wait_until_down(wait_until_down: Callable[[Any, Any, float], bool]) -> None:
    """Print whether wait_until_down(changed, left, limit_s) waits for the fact, and no longer than the limit."""
    solved = "{trials} of {trials} waits ended when the number was down, or with the limit, and said which."
    say(judged(_judge_wait, wait_until_down, _WAITS, solved=solved))


def _judge_wait(wait_until_down: Callable, trial: Trial) -> None:
    changed, left = multiprocessing.Condition(), multiprocessing.Value("i", trial.left, lock=False)
    with Started(wait_until_down, changed, left, trial.limit_s) as call:
        while left.value > trial.counted_to:
            _wait_all(changed, 1, call.has_ended)
            if call.has_ended():
                raise NotYet(f"it returned {call.value()!r} while {left.value} were left. Look again after waking.")
            with changed:
                left.value -= 1 if trial.counted_to >= 0 else 3
                changed.notify_all()
        if not call.ends():
            raise NotYet(f"{left.value} are left, and it still waits. Zero or less is down; and mind the limit.")
        answer, wanted = call.value(), left.value <= 0
        if answer is not wanted:
            raise NotYet(f"with {left.value} left it should return {wanted}, and returned {answer!r}.")
