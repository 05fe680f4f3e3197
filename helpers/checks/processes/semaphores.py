"""Checkers for the exercises of processes/06_semaphores."""

import multiprocessing
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

from helpers.checks.family import Family, Trial
from helpers.checks.processes.apparatus import QUIET_S, judged
from helpers.checks.verdict import NotYet, say

# at_most --------------------------------------------------------------------------------------------------------------

_RUNS = Family(k=(2, 1, 3), jobs=(["waits", "dies", "dies", "wakes"], ["returns", "raises", "exits"], []))
_CODES = {"returns": 0, "raises": 1, "exits": 3, "dies": 9, "waits": 0, "wakes": 0}


def check_at_most(at_most: Callable[[int, Sequence[Callable[[], Any]]], list[int]]) -> None:
    """Print whether at_most(k, jobs) has k jobs running, never more, and starts the next as soon as one has ended."""
    solved = "{trials} of {trials} lists of jobs: never more than k at a time, and each place used again at once."
    say(judged(_judge_at_most, at_most, _RUNS, solved=solved))


class _Job:
    """A job that counts how many are running; "waits" waits until "wakes", three jobs later, has begun."""

    def __init__(self, name: str, running: Any, peak: Any, begun: Any) -> None:
        self.name, self.running, self.peak, self.begun = name, running, peak, begun

    def __call__(self) -> None:
        with self.running.get_lock():
            self.running.value += 1
            self.peak.value = max(self.peak.value, self.running.value)
        if self.name == "wakes":
            self.begun.release()
        in_time = self.name != "waits" or self.begun.acquire(timeout=QUIET_S)
        with self.running.get_lock():
            self.running.value -= 1
        if not in_time:
            sys.exit(77)
        if self.name == "raises":
            raise ValueError("this one fails")
        if self.name == "exits":
            sys.exit(3)
        if self.name == "dies":
            os._exit(9)


def _judge_at_most(at_most: Callable, trial: Trial) -> None:
    running, peak = multiprocessing.Value("i", 0), multiprocessing.Value("i", 0, lock=False)
    begun = multiprocessing.Semaphore(0)
    codes = at_most(trial.k, [_Job(name, running, peak, begun) for name in trial.jobs])
    if peak.value > trial.k:
        raise NotYet(f"{peak.value} jobs were running at the same time.")
    if not isinstance(codes, list):
        raise NotYet(f"there should be a list of exit codes, and there is {codes!r}.")
    if 77 in codes:
        raise NotYet(
            "a place was free, and the next job was not started: all were waiting for one slow job. Do not run them in "
            "batches, nor wait for them in order."
        )
    wanted = [_CODES[name] for name in trial.jobs]
    if codes != wanted:
        raise NotYet(f"the exit codes should be {wanted}, and are {codes}.")


# use ------------------------------------------------------------------------------------------------------------------

_USES = Family(result=("done", None, 0, ""), free=(1, 2, 0, 1), raises=(False, True, False, False))


def check_use(use: Callable[[Any, Callable[[], Any], float], Any]) -> None:
    """Print whether use(licences, work, limit_s) works only with a licence, and gives back what it took."""
    solved = "{trials} of {trials} uses: no work without a licence, and as many licences after it as before."
    say(judged(_judge_use, use, _USES, solved=solved))


class _Fails(Exception):
    """What the work raises where it is to fail."""


class _Licences:
    """A semaphore that counts what is taken and given back; its number is all that an answer can see."""

    def __init__(self, free: int) -> None:
        self._semaphore, self.free = multiprocessing.Semaphore(free), free

    def acquire(self, block: bool = True, timeout: float | None = None) -> bool:
        if block and timeout is None and not self.free:
            raise NotYet("it waits for a licence without a limit, and there is none.")
        got = self._semaphore.acquire(block, timeout)
        self.free -= got
        return got

    def release(self) -> None:
        self._semaphore.release()
        self.free += 1

    __enter__ = acquire

    def __exit__(self, *_: object) -> None:
        self.release()


def _judge_use(use: Callable, trial: Trial) -> None:
    licences, worked_with = _Licences(trial.free), []

    def work() -> Any:
        worked_with.append(licences.free)
        if trial.raises:
            raise _Fails("the work fails")
        return trial.result

    try:
        answer, failed = use(licences, work, 0.1), False
    except _Fails:
        answer, failed = None, True
    if not trial.free and worked_with:
        raise NotYet("there was no licence in time, and work was called all the same. Look at what acquire returns.")
    if trial.free and worked_with != [trial.free - 1]:
        raise NotYet(f"work should be called once, with a licence taken, and was called {len(worked_with)} times.")
    if licences.free > trial.free:
        raise NotYet(f"there were {trial.free} licences, and now {licences.free}. Give back what you took only.")
    if licences.free < trial.free:
        raise NotYet(
            f"there were {trial.free} licences, and now {licences.free}. Give it back also if work raises: "
            "with, or finally."
        )
    if trial.raises and not failed:
        raise NotYet("work raised an error, and use swallowed it. Give the licence back, and let the error pass.")
    wanted = trial.result if trial.free and not trial.raises else None
    if not (answer is wanted or answer == wanted):
        raise NotYet(f"it should return {wanted!r}, and returned {answer!r}.")
