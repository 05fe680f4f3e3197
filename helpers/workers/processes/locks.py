"""Workers of notebooks/processes/03_locks: what two processes do to one number, and what becomes of a lock."""

import multiprocessing
import os
import threading
from collections.abc import Sequence
from multiprocessing.queues import SimpleQueue
from multiprocessing.sharedctypes import Synchronized, SynchronizedArray
from multiprocessing.synchronize import Barrier, Event, Lock
from time import sleep

from helpers.crossing import Crossing
from helpers.timeline import Recorder


def lock_of_the_module() -> Lock:
    """A new lock, of the context that is this process's default."""
    return multiprocessing.Lock()


module_lock = lock_of_the_module()


def visit(visits: Synchronized, crossing: Crossing) -> None:
    """Count one visit."""
    crossing.look("the child begins", visits.value)
    visits.value += 1
    crossing.look("it has counted", visits.value)


def visit_often(visits: Synchronized, gate: Barrier, times: int) -> None:
    """Wait for the other at the gate, then count that many visits."""
    gate.wait()
    for _ in range(times):
        visits.value += 1


def visit_slowly(visits: Synchronized, gate: Barrier, crossing: Crossing) -> None:
    """Count one visit, and wait for the other between reading and writing."""
    seen = visits.value
    crossing.look("has read", seen)
    gate.wait()
    visits.value = seen + 1


def visit_often_locked(visits: Synchronized, gate: Barrier, times: int) -> None:
    """The same as visit_often, each visit under the number's own lock."""
    gate.wait()
    for _ in range(times):
        with visits.get_lock():
            visits.value += 1


def hold(given: Lock | None, told: SimpleQueue, leave: Event) -> None:
    """Hold the given lock, or else the module's, until told to leave."""
    with given or module_lock:
        told.put("held")
        leave.wait()


def try_to_enter(given: Lock | None, told: SimpleQueue) -> None:
    """Say whether the given lock, or else the module's, could be taken."""
    told.put((given or module_lock).acquire(block=False))


def take_turns(recorder: Recorder, lock: Lock, gate: Barrier) -> None:
    """Work a little alone, and a little under the lock, three times."""
    lock = recorder.lock(lock)
    gate.wait()
    for _ in range(3):
        recorder.run(sleep, 0.01)
        with lock:
            sleep(0.02)


def count_each(words: Sequence[int], counts: SynchronizedArray) -> None:
    """Count each word in the array, under its lock."""
    for word in words:
        with counts.get_lock():
            counts[word] += 1


def count_and_merge(words: Sequence[int], counts: SynchronizedArray) -> None:
    """Count the words in a list of one's own, and add it to the array once, under its lock."""
    mine = [0] * len(counts)
    for word in words:
        mine[word] += 1
    with counts.get_lock():
        for word, count in enumerate(mine):
            counts[word] += count


class Unshared(list):
    """Counts in a list of this process, with a lock that nobody else has: what count_each does without sharing."""

    def __init__(self, size: int) -> None:
        """All counts are 0."""
        super().__init__([0] * size)
        self.lock = threading.RLock()

    def get_lock(self) -> threading.RLock:
        """The lock."""
        return self.lock


def take_and_die(lock: Lock) -> None:
    """Take the lock, and end at once, as a killed process does."""
    lock.acquire()
    os._exit(1)


def release(lock: Lock) -> None:
    """Release a lock that another process has taken."""
    lock.release()
