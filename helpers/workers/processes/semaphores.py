"""Workers of notebooks/processes/06_semaphores: with a licence, or killed with one."""

import os
import time
from multiprocessing.queues import SimpleQueue
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Barrier, Semaphore

from helpers.crossing import Crossing
from helpers.timeline import Recorder


def convert(recorder: Recorder, licences: Semaphore, gate: Barrier) -> None:
    """Wait for a licence, and use it for a while."""
    gate.wait()
    with recorder.lock(licences):
        time.sleep(0.05)


def count_users(licences: Semaphore, using: Synchronized, peak: Synchronized, gate: Barrier) -> None:
    """Use a licence two thousand times, and note how many processes used one at the same time, at most."""
    gate.wait()
    for _ in range(2000):
        with licences:
            with using.get_lock():
                using.value += 1
                peak.value = max(peak.value, using.value)
            with using.get_lock():
                using.value -= 1


def take_and_die(licences: Semaphore) -> None:
    """Take a licence, and end at once, as a killed process does."""
    licences.acquire()
    os._exit(1)


def free(licences: Semaphore) -> int:
    """How many could be taken now; none is."""
    count = 0
    while licences.acquire(block=False):
        count += 1
    for _ in range(count):
        licences.release()
    return count


def take_look_and_die(licences: Semaphore, crossing: Crossing) -> None:
    """The same, and look at how many are free before the end."""
    licences.acquire()
    crossing.look("it has one", free(licences))
    os._exit(1)


def use(licences: Semaphore, told: SimpleQueue) -> None:
    """Use a licence, and say so."""
    with licences:
        told.put("done")


def signal_ready(ready: Semaphore) -> None:
    """Give one permit, which says that this process is ready."""
    ready.release()


def succeed() -> None:
    """Come to the end."""


def die() -> None:
    """End at once, as a killed process does."""
    os._exit(1)
