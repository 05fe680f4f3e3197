"""Workers of notebooks/threads/01_multithreading: work for the processor, and work that watches the clock."""

from time import perf_counter

from helpers.timeline import Recorder

# A thread cannot feel that it was stopped. It can see that the clock jumped between two looks at it.
GAP_S = 0.0005


def count(n: int) -> int:
    """Count to n, which keeps one CPU busy and does nothing else."""
    i = 0
    while i < n:
        i += 1
    return i


def watch_the_clock(recorder: Recorder, duration_s: float) -> None:
    """Look at the clock over and over for duration_s, and record where it jumped as waiting and the rest as running.

    A jump is two looks more than GAP_S apart: in between this thread, or process, was not running.
    """
    start = since = last = perf_counter()
    stretches = []
    while last - start < duration_s:
        now = perf_counter()
        if now - last > GAP_S:
            stretches += [("running", since, last), ("waiting", last, now)]
            since = now
        last = now
    for state, begin, end in [*stretches, ("running", since, last)]:
        recorder.note(state, begin, end)
