"""Workers of notebooks/pools/02_pool_size: a task too small for a pool, one of any size, and one that has threads."""

import os
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


def threads_of_a_product(size: int) -> int:
    """Multiply a square matrix by itself, and say how many threads this process has then."""
    import numpy  # here, and not above: it counts its threads when it is loaded, which must be after the initializer
    import psutil

    matrix = numpy.ones((size, size))
    matrix @ matrix
    return psutil.Process().num_threads()


def one_thread_each() -> None:
    """Have NumPy, if it has not been loaded yet, compute with one thread in this process."""
    os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1", MKL_NUM_THREADS="1")
