"""The checker for the first exercise of exceptions/03_timeouts_and_shutdown: one deadline for many calls."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from helpers.checks.family import Family, Trial
from helpers.checks.processes.apparatus import judged
from helpers.checks.verdict import QUIET_S, NotYet, is_open, say

_LIMIT_S = 1.0

# What a call does: "slow" lasts until the answer has returned, anything else is a result. Of those behind two slow ones
# none can begin.
_LISTS = Family(
    calls=(
        [0, "slow", "slow", "behind", "behind"],
        ["slow", None, "", "slow", "behind"],
        ["slow", "slow", "behind"],
        [0, None, 3],
        [],
    )
)


def check_within(within: Callable[[ThreadPoolExecutor, list[Callable[[], Any]], float], dict[int, Any]]) -> None:
    """Print whether within(executor, calls, limit_s) returns what was done in time, and waits for nothing else."""
    solved = "{trials} of {trials} lists: what was done in time, one limit for all, and nothing begun behind your back."
    say(judged(_judge, within, _LISTS, solved=solved))


class _Run:
    """The calls of one trial, and what became of them."""

    def __init__(self, calls: list) -> None:
        self.calls, self.returned, self.waited_for = calls, threading.Event(), []
        self.began: list[int] = []

    def function(self, number: int) -> Callable[[], Any]:
        def call() -> Any:
            self.began.append(number)
            if self.calls[number] == "slow" and not self.returned.wait(3 * _LIMIT_S + QUIET_S):
                self.waited_for.append(number)
            return self.calls[number]

        return call


def _judge(within: Callable, trial: Trial) -> None:
    run, too_late = _Run(trial.calls), threading.Event()
    slow = trial.calls.count("slow")
    # Limits that are waited out one after the other take as many times as long; a busy machine slows this as well.
    clock = threading.Timer((slow - 0.5) * _LIMIT_S, too_late.set)
    with ThreadPoolExecutor(2) as executor:
        if slow > 1:
            clock.start()
        try:
            results = within(executor, [run.function(number) for number in range(len(trial.calls))], _LIMIT_S)
        except TimeoutError:
            raise NotYet("TimeoutError came out of it, and what was done in time is lost. Catch it.") from None
        finally:
            was_late = too_late.is_set()
            clock.cancel()
            run.returned.set()
            still_open = is_open(executor)
    if run.waited_for:
        raise NotYet("it waited for a slow call, whatever the limit. Leaving a with block does, and shutdown().")
    if was_late:
        raise NotYet(
            f"with limit_s={_LIMIT_S:g} it took about {slow} times as long: the limit is for all calls together."
        )
    behind = [number for number in run.began if trial.calls[number] == "behind"]
    if behind:
        raise NotYet(f"call {behind[0]} had not begun in time, and ran all the same afterwards. Cancel it.")
    _judge_results(trial.calls, results)
    if not still_open:
        raise NotYet("the executor was shut down. It belongs to the caller, who may have more for it to do.")


def _judge_results(calls: list, results: Any) -> None:
    wanted = {number: call for number, call in enumerate(calls) if call not in ("slow", "behind")}
    if results != wanted:
        raise NotYet(f"it should return {wanted}, the results by their places, and returned {results!r:.80}.")
