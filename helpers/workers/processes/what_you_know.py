"""Workers of notebooks/processes/11_what_you_know: for those programs of the quiz that need one of their own."""

import os
from collections.abc import MutableMapping
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
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


def send_and_die(end: Connection) -> None:
    """Send one message, and end at once."""
    end.send("done")
    os._exit(1)


def fill(numbers: Any) -> None:
    """Write 5 everywhere in an array."""
    numbers[:] = 5
