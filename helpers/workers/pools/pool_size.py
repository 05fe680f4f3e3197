"""Workers of notebooks/pools/02_pool_size: a task too small for a pool, one of any size, and being ready."""

from time import perf_counter

from helpers.timeline import Recorder


def square(n):
    """Compute the square of a number."""
    return n * n


def add_squares(size: int) -> int:
    """Add up the squares of the numbers below size."""
    total = 0
    for i in range(size):
        total += i * i
    return total


def ready(recorder: Recorder, since_s: float) -> None:
    """Record, in a pool's worker, that it was not ready for work before now.

    since_s: when the pool was asked for, on the clock of time.perf_counter
    """
    recorder.note("waiting", since_s, perf_counter())
