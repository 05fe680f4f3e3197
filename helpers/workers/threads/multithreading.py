"""Workers of notebooks/threads/01_multithreading: work for the processor, and work that watches the clock."""

from collections.abc import Iterable, Iterator
from time import perf_counter

from helpers.timeline import Recorder, State

# A thread cannot feel that it was stopped. It can see that the clock jumped between two looks at it.
GAP_S = 0.0005


def count(n: int) -> int:
    """Count to n, which keeps one CPU busy and does nothing else."""
    i = 0
    while i < n:
        i += 1
    return i


def watch_the_clock(recorder: Recorder, duration_s: float) -> None:
    """Look at the clock over and over for duration_s, and record where it jumped as waiting and the rest as running."""
    for state, begin, end in stretches(_looks(duration_s)):
        recorder.note(state, begin, end)


def _looks(duration_s: float) -> Iterator[float]:
    """The clock, over and over until duration_s has passed."""
    yield (start := perf_counter())
    while (now := perf_counter()) - start < duration_s:
        yield now
    yield now


def stretches(looks: Iterable[float]) -> list[tuple[State, float, float]]:
    """Where looks at the clock lie close together, running; where they are more than GAP_S apart, waiting.

    In such a gap this thread, or process, was not running.
    """
    looks = iter(looks)
    since = last = next(looks)
    found: list[tuple[State, float, float]] = []
    for now in looks:
        if now - last > GAP_S:
            found += [("running", since, last), ("waiting", last, now)]
            since = now
        last = now
    return [*found, ("running", since, last)]
