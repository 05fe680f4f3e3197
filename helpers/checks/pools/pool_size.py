"""Checkers for the exercises of pools/02_pool_size."""

from collections.abc import Callable

from helpers.checks.verdict import NotYet, say, verdict


def check_break_even(
    break_even: Callable[[Callable[[int], tuple[float, float]], list[int]], int | None],
) -> None:
    """Print whether break_even(measure, sizes) finds the size from which a pool pays, on three made-up machines."""
    say(verdict(_judge_break_even, break_even))


class _Machine:
    """A made-up machine: loop and pool times follow a law, and one measurement in five is disturbed.

    start_s: what starting the pool costs; workers: how many times as fast its work is then; disturbed: which of every
    five measurements of one size takes 60 times as long, on the loop's side or the pool's, or None
    """

    def __init__(self, start_s: float, workers: float, disturbed: int | None) -> None:
        self.start_s, self.workers, self.disturbed = start_s, workers, disturbed
        self.calls: dict[int, int] = {}

    def measure(self, size: int) -> tuple[float, float]:
        call = self.calls.get(size, 0)
        self.calls[size] = call + 1
        if sum(self.calls.values()) > 10_000:
            raise NotYet("break_even measured more than 10,000 times.")
        loop_s = size * 1e-6
        pool_s = self.start_s + loop_s / self.workers
        if call % 5 != self.disturbed:
            return loop_s, pool_s
        # What would mislead: a loop slow where it should win, a pool slow where it should.
        return (loop_s * 60, pool_s) if size < 100_000 else (loop_s, pool_s * 60)


def _judge_break_even(break_even: Callable) -> str:
    sizes, right = [10**n for n in range(2, 8)], 1_000_000
    if (found := break_even(_Machine(0.05, 2, None).measure, list(sizes))) != right:
        raise NotYet(f"on a quiet machine the answer is {right}, and yours is {found!r}.")
    if (found := break_even(_Machine(0.05, 1, None).measure, list(sizes))) is not None:
        raise NotYet(f"on a machine where the pool never pays the answer is None, and yours is {found!r}.")
    for disturbed in range(5):
        noisy = _Machine(0.05, 2, disturbed)
        if (found := break_even(noisy.measure, list(sizes))) != right:
            why = (
                "Each size was measured once. Repeat, and take the median."
                if max(noisy.calls.values(), default=0) == 1
                else "One run that takes 60 times as long moves a mean; it does not move a median of enough runs."
            )
            raise NotYet(
                f"on a machine where one run in five is disturbed the answer is {right}, and yours is {found!r}. {why}"
            )
    return "the break-even found on a quiet machine and on disturbed ones, and its absence where a pool never pays."


def check_choose(choose: Callable[[dict[str, list[float]]], str]) -> None:
    """Print whether choose(times) picks the simplest way that is not clearly slower, on seven sets of times."""
    say(verdict(_judge_choose, choose))


# Seconds of five runs each, simplest way first.
_TIMES = {
    "ten squares": ({"loop": [1e-6] * 5, "threads": [2e-3] * 5, "processes": [0.05] * 5}, "loop"),
    "eight downloads": ({"loop": [0.8] * 5, "threads": [0.11] * 5, "processes": [0.18] * 5}, "threads"),
    "four long sums": ({"loop": [2.0] * 5, "threads": [2.1] * 5, "processes": [1.1] * 5}, "processes"),
    "one lucky run": (
        {"loop": [1.00, 1.01, 1.02, 1.01, 1.00], "threads": [0.60, 1.40, 1.45, 1.38, 1.41], "processes": [1.5] * 5},
        "loop",
    ),
    "one unlucky run": (
        {"loop": [2.0] * 5, "threads": [2.1] * 5, "processes": [1.0, 1.1, 1.0, 1.1, 9.0]},
        "processes",
    ),
    "a gain of two in a hundred": (
        {"loop": [1.00, 1.02, 1.01, 0.99, 1.00], "threads": [0.98, 1.00, 0.99, 0.97, 0.98], "processes": [1.3] * 5},
        "loop",
    ),
    "eight page fetches": ({"loop": [2.0] * 5, "threads": [1.05] * 5, "processes": [1.0] * 5}, "threads"),
}  # fmt: skip
_WHY = {
    "one lucky run": "The fastest single run is luck.",
    "one unlucky run": "One disturbed run moves a mean; it does not move a median.",
    "eight page fetches": "Threads are within 10% of the best, and simpler.",
    "a gain of two in a hundred": "That is less than two runs of the same code differ: keep the simpler way.",
}


def _judge_choose(choose: Callable) -> str:
    for name, (times, wanted) in _TIMES.items():
        if (found := choose({way: list(runs) for way, runs in times.items()})) != wanted:
            raise NotYet(f"{name}: the choice is {wanted!r}, and yours is {found!r}. {_WHY.get(name, '')}".rstrip())
    return f"the right way for {len(_TIMES)} of {len(_TIMES)} sets of times."
