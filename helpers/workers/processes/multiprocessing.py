"""Workers of notebooks/processes/01_multiprocessing: a list, results, and ways to end."""

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Sequence
from multiprocessing import Pool, Process, current_process, parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.queues import SimpleQueue
from time import perf_counter

from helpers.crossing import Crossing
from helpers.timeline import Recorder
from helpers.workers.threads.multithreading import stretches

basket = ["apple"]


def add_pear(crossing: Crossing) -> None:
    """Append to the list of this module."""
    crossing.look("the child begins", basket)
    basket.append("pear")
    crossing.look("it has appended", basket)


def look_often(recorder: Recorder, asked_s: float, looks: int) -> None:
    """Look at the clock so many times; record the wait to begin, where the clock jumped, and the rest as running.

    asked_s: when it was asked to, on the clock of time.perf_counter
    """
    recorder.note("waiting", asked_s, perf_counter())
    for state, begin, end in stretches(perf_counter() for _ in range(looks)):
        recorder.note(state, begin, end)


def add_up(numbers: Sequence[int], results: SimpleQueue) -> None:
    """Put the sum of the numbers into a queue."""
    results.put(sum(numbers))


def returns() -> int:
    """Come to the end."""
    return 42


def raises() -> None:
    """Fail as a function fails."""
    raise ValueError("not a number")


def exits() -> None:
    """Leave, with a number that means something to whoever started this."""
    sys.exit(3)


def crashes() -> None:
    """Read from address 0, which belongs to no program."""
    ctypes.string_at(0)


def goes_on() -> None:
    """Never come to an end."""
    while True:
        pass


def ignores_requests() -> None:
    """Never come to an end, and ignore terminate()."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    goes_on()


def largest(answer: Connection) -> None:
    """Send the largest of three numbers, which a pool has made positive."""
    with Pool(1) as pool:
        answer.send(max(pool.map(abs, [-3, 1, 2])))


def lives_on(told: SimpleQueue) -> None:
    """Say who it is, and wait forever."""
    told.put((current_process().name, os.getpid()))
    threading.Event().wait()


def ends_with_its_parent(told: SimpleQueue) -> None:
    """Say who it is, and wait until its parent has ended, in whatever way."""
    told.put((current_process().name, os.getpid()))
    wait([parent_process().sentinel])


def has_children(told: SimpleQueue) -> None:
    """Start three children, and wait for the first."""
    ordinary = Process(target=lives_on, args=(told,), name="ordinary")
    daemon = Process(target=lives_on, args=(told,), name="daemon", daemon=True)
    watcher = Process(target=ends_with_its_parent, args=(told,), name="watcher")
    for child in (ordinary, daemon, watcher):
        child.start()
    ordinary.join()
