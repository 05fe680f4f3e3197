"""Workers of notebooks/processes/02_start_methods: what a child finds when it begins."""

import functools
import os
import random
import threading
from collections.abc import Callable, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Event, Lock
from typing import Any

from helpers.crossing import Crossing, Parcel
from helpers.measure import memory_mb

settings = {"currency": "euro"}
dice = random.Random()
lock = threading.Lock()


def currency(answers: SimpleQueue) -> None:
    """Answer with the currency that is set."""
    answers.put(settings["currency"])


def colour(answers: SimpleQueue) -> None:
    """Answer with the environment variable COLOUR."""
    answers.put(os.environ.get("COLOUR"))


def look_at(crossing: Crossing, basket: list[str]) -> None:
    """Look at a list, append to it, and look again."""
    crossing.look("the child begins", basket)
    basket.append("pear")
    crossing.look("it has appended", basket)


def open_parcel(parcel: Parcel) -> None:
    """Look into a parcel."""
    parcel.look("in the child")


def greet(name: str) -> str:
    """Say hello."""
    return f"Hello, {name}"


def draw(answers: SimpleQueue) -> None:
    """Answer with a number from each of three generators."""
    import numpy  # takes a while, and the other workers do not need it

    answers.put((random.random(), dice.random(), numpy.random.random()))


def use_the_lock(answers: SimpleQueue) -> None:
    """Take this module's lock for a moment."""
    with lock:
        answers.put("used")


def take(given: Lock) -> None:
    """Take the lock that was given, for a moment."""
    with given:
        pass


def hold(ready: SimpleQueue, leave: Event) -> None:
    """Be there, and do nothing, until told to leave."""
    ready.put("here")
    leave.wait()


def read_all(numbers: Sequence[int], tell: Connection) -> None:
    """Add the numbers up, and tell how much memory this process had to itself before and after."""
    before, _ = memory_mb(os.getpid())
    sum(numbers)
    after, _ = memory_mb(os.getpid())
    tell.send((before, after))


def read_five(file: int) -> None:
    """Read five bytes of an open file."""
    os.read(file, 5)


def objects() -> dict[str, Callable[[], Any]]:
    """Eight things that one might want to give to a child: name -> how it is made."""

    def inner() -> None: ...

    return {
        "len": lambda: len,
        "partial(pow, 2)": lambda: functools.partial(pow, 2),
        "a lambda": lambda: lambda: None,
        "an inner function": lambda: inner,
        "a generator": lambda: (n for n in range(3)),
        "an open file": lambda: open(os.devnull),
        "threading.Lock()": threading.Lock,
        'get_context("spawn").Lock()': get_context("spawn").Lock,
    }
