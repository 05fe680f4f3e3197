"""Workers of notebooks/processes/11_what_you_know: one for each program of the quiz."""

import os
from collections.abc import MutableMapping
from multiprocessing.connection import Connection
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier, Lock, Semaphore
from typing import Any


def add_pear(basket: list) -> None:
    """Append to a list."""
    basket.append("pear")


def count_one(counts: MutableMapping, gate: Barrier) -> None:
    """Add one, and let the other read, too, before writing."""
    seen = counts["visits"]
    gate.wait()
    counts["visits"] = seen + 1


def convert(text: str) -> None:
    """Make a number of it."""
    int(text)


def hold_and_die(lock: Lock) -> None:
    """Take the lock, and end at once, as a killed process does."""
    lock.acquire()
    os._exit(1)


def give_a_permit(ready: Semaphore) -> None:
    """Say that it is ready, and end."""
    ready.release()


def put_bytes(size: int, items: SimpleQueue) -> None:
    """Put one item of that many bytes."""
    items.put(bytes(size))


def send_and_die(end: Connection) -> None:
    """Send one message, and end at once."""
    end.send("done")
    os._exit(1)


def fill(numbers: Any) -> None:
    """Write 5 everywhere in an array."""
    numbers[:] = 5
