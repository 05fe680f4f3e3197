"""Checkers for the exercises of processes/01_multiprocessing."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from multiprocessing.process import BaseProcess
from typing import Any
from unittest.mock import patch

from helpers.checks.family import Family, Trial
from helpers.checks.processes.apparatus import Gathering, judged
from helpers.checks.verdict import NotYet, say
from helpers.workers.processes import multiprocessing as workers

# split_sum ------------------------------------------------------------------------------------------------------------

_SUMS = Family(n=(2, 3, 1, 4), numbers=([1, 2, 3, 4, 5], [0, 0, 7], [], [-1, 5, 5, 5, -4, 0, 2, 2]))


def check_split_sum(split_sum: Callable[[Sequence[int], int], int]) -> None:
    """Print whether split_sum(numbers, n) adds in n processes at the same time, and gets every sum back."""
    solved = "{trials} of {trials} totals are right, added up by n processes at the same time, and none is left."
    say(judged(_judge_split_sum, split_sum, _SUMS, solved=solved))


class _Number(int):
    """A number that, when it is added to something, waits until all processes are adding."""

    where: Gathering

    def __radd__(self, other: int) -> int:
        self.where.wait()
        return int(other) + int(self)

    def __add__(self, other: int) -> int:
        return self.__radd__(other)

    def __reduce__(self) -> tuple:
        return _number, (int(self), self.where)


def _number(value: int, where: Gathering) -> _Number:
    number = _Number(value)
    number.where = where
    return number


def _judge_split_sum(split_sum: Callable, trial: Trial) -> None:
    meeting = Gathering(min(trial.n, len(trial.numbers)))
    total = split_sum([_number(value, meeting) for value in trial.numbers], trial.n)
    if os.getpid() in meeting.came:
        raise NotYet("numbers were added up in the parent.")
    if not meeting.met:
        raise NotYet(
            f"at most {meeting.peak} of {meeting.expected} processes were adding at the same time. Start every process "
            "before you wait for the first, and give each its part."
        )
    if total != sum(trial.numbers):
        raise NotYet(
            f"the total should be {sum(trial.numbers)}, and is {total!r}."
            + (" What a child appends or adds stays in the child: its sum must be sent." if total == 0 else "")
        )


# run_all --------------------------------------------------------------------------------------------------------------

_JOBS = {
    "returns": workers.returns,
    "raises": workers.raises,
    "exits": workers.exits,
    "goes_on": workers.goes_on,
    "ignores_requests": workers.ignores_requests,
}
_CODES = {"returns": 0, "raises": 1, "exits": 3}
_STOPPED = (-signal.SIGTERM, -getattr(signal, "SIGKILL", signal.SIGTERM))
_RUNS = Family(
    jobs=(["exits", "returns", "raises", "returns"], ["goes_on", "goes_on"], ["ignores_requests", "goes_on"], []),
    limit_s=(600, 0.3, 1, 1),  # the first end by themselves, long before
)


def check_run_all(run_all: Callable[[Sequence[Callable[[], Any]], float], list[int]]) -> None:
    """Print whether run_all(jobs, limit_s) runs all jobs at once, stops those that take too long, and leaves none."""
    say(
        judged(
            _judge_run_all, run_all, _RUNS, solved="{trials} of {trials} lists of jobs, all at once, and none is left."
        )
    )


@contextmanager
def _deaf() -> Iterator[None]:
    """Processes that terminate() cannot end, whether or not their job has come to ignore it by then."""
    with patch.object(BaseProcess, "terminate", lambda process: None):
        yield


class _Job:
    """A job that first waits until all are running."""

    def __init__(self, name: str, together: Gathering) -> None:
        self.name, self.together = name, together

    def __call__(self) -> Any:
        self.together.wait()
        return _JOBS[self.name]()


def _judge_run_all(run_all: Callable, trial: Trial) -> None:
    together = Gathering(len(trial.jobs))
    with _deaf() if "ignores_requests" in trial.jobs else nullcontext():
        codes = run_all([_Job(name, together) for name in trial.jobs], trial.limit_s)
    children = multiprocessing.active_children()
    if children:
        for child in children:
            child.kill()
            child.join()
        raise NotYet(
            f"{len(children)} of the processes still ran when run_all had returned. join with a limit stops waiting, "
            "and nothing else; and terminate can be ignored."
        )
    if not isinstance(codes, list) or len(codes) != len(trial.jobs):
        raise NotYet(f"there should be a list with an exit code for each job, and there is {codes!r}.")
    if None in codes:
        raise NotYet("an exit code is None. It is there once the process has ended: join after terminate or kill.")
    for name, code in zip(trial.jobs, codes, strict=True):
        if name in _CODES and code != _CODES[name]:
            raise NotYet(f"the exit code of {name} should be {_CODES[name]}, and is {code!r}.")
        if name not in _CODES and code not in _STOPPED:
            raise NotYet(f"the exit code of {name}, which was stopped, should be a signal's, and is {code!r}.")
    if trial.limit_s > 60 and not together.met:
        raise NotYet("the jobs ran one after the other. Start every process before you wait for the first.")
