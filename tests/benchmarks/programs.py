"""Nine threaded programs, small enough to be run under every schedule.

A program's function makes what its threads share and returns two things: what each thread runs, and what tells the
result once all have ended. So each tool can start the threads in its own way.
"""

import queue
import threading
from collections.abc import Callable
from itertools import accumulate
from typing import Any, NamedTuple

Parts = tuple[list[Callable[[], Any]], Callable[[], Any]]


def unlocked_counter() -> Parts:
    class Counter:
        def __init__(self):
            self.value = 0

        def increment(self):
            value = self.value
            self.value = value + 1

    counter = Counter()
    return [counter.increment] * 2, lambda: counter.value


def locked_counter(threads: int = 2) -> Parts:
    counter, lock = 0, threading.Lock()

    def increment():
        nonlocal counter
        with lock:
            value = counter
            counter = value + 1

    return [increment] * threads, lambda: counter


def locked_counter_of_three() -> Parts:
    return locked_counter(threads=3)


def two_locks_in_opposite_order() -> Parts:
    left, right = threading.Lock(), threading.Lock()
    held = []

    def left_first():
        with left:  # noqa: SIM117  two statements, so that a thread can be stopped in between
            with right:
                held.append("left, right")

    def right_first():
        with right:  # noqa: SIM117
            with left:
                held.append("right, left")

    return [left_first, right_first], lambda: len(held)


def buffer_with_while() -> Parts:
    items, taken, changed = [], [], threading.Condition()

    def consume():
        with changed:
            while not items:
                changed.wait()
            taken.append(items.pop(0))

    return [_producer_of_two(items, changed), consume, consume], lambda: tuple(sorted(taken))


def buffer_with_if() -> Parts:
    items, taken, changed = [], [], threading.Condition()

    def consume():
        with changed:
            if not items:
                changed.wait()
            taken.append(items.pop(0))

    return [_producer_of_two(items, changed), consume, consume], lambda: tuple(sorted(taken))


def _producer_of_two(items: list, changed: threading.Condition) -> Callable[[], None]:
    def produce():
        for item in range(2):
            with changed:
                items.append(item)
                changed.notify()

    return produce


def barrier_of_two() -> Parts:
    barrier, log = threading.Barrier(2), []

    def meet():
        log.append("came")
        barrier.wait()
        log.append("went")

    return [meet] * 2, lambda: tuple(log)


def queue_of_one() -> Parts:
    box, taken = queue.Queue(1), []

    def put():
        for item in range(3):
            box.put(item)

    def take():
        for _ in range(3):
            taken.append(box.get())

    return [put, take], lambda: tuple(taken)


def semaphore_of_two() -> Parts:
    permits, log = threading.Semaphore(2), []

    def use():
        with permits:
            log.append(+1)
            log.append(-1)

    return [use] * 3, lambda: max(accumulate(log)) <= 2


class Program(NamedTuple):
    """A program, the result it should have, and what is wrong with it: "wrong result", "error", "deadlock" or ""."""

    parts: Callable[[], Parts]
    right: Any
    fault: str = ""


PROGRAMS = {
    "counter, no lock": Program(unlocked_counter, 2, "wrong result"),
    "counter, lock": Program(locked_counter, 2),
    "counter, lock, 3 threads": Program(locked_counter_of_three, 3),
    "two locks, opposite order": Program(two_locks_in_opposite_order, 2, "deadlock"),
    "buffer, while": Program(buffer_with_while, (0, 1)),
    "buffer, if": Program(buffer_with_if, (0, 1), "error"),
    "barrier of 2": Program(barrier_of_two, ("came", "came", "went", "went")),
    "queue of size 1": Program(queue_of_one, (0, 1, 2)),
    "semaphore of 2, 3 users": Program(semaphore_of_two, True),
}


def ordinary(program: Program) -> Callable[[], Any]:
    """The program as one would write it: it starts its threads, waits for them and returns the result."""

    def run():
        workers, result = program.parts()
        threads = [threading.Thread(target=worker) for worker in workers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return result()

    return run
