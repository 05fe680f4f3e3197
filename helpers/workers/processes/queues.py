"""Workers of notebooks/processes/07_queues: what is put, what arrives, and when it ends."""

import time
from collections.abc import Callable
from multiprocessing import util
from multiprocessing.queues import Queue, SimpleQueue
from multiprocessing.synchronize import Event
from typing import Any


def send_bytes(size: int, results: Queue) -> None:
    """Put one item of that many bytes."""
    results.put(bytes(size))


def put_three(items: Queue, leave: Event) -> None:
    """Put three items, of which the second cannot be pickled; then stay until it may leave."""
    items.put("first")
    items.put(lambda: "second")
    items.put("third")
    leave.wait()


class PickledAtExit:
    """An item whose pickling takes until its process is about to end; it arrives as the text "at exit"."""

    def __reduce__(self) -> tuple:
        """Wait for that moment: what a slow queue would do by itself, now and then."""
        while not util.is_exiting():
            time.sleep(0.001)
        return str, ("at exit",)


def put_at_exit(items: Queue) -> None:
    """Put such an item and the same three, and end at once."""
    items.put(PickledAtExit())
    items.put("first")
    items.put(lambda: "second")
    items.put("third")


def take_one(tasks: Queue | SimpleQueue) -> None:
    """Wait for a task, and take it."""
    tasks.get()


class Stop:
    """Means that no more will come. A class travels by name, and so is the same object in every process."""


def until_stop(tasks: SimpleQueue, told: SimpleQueue) -> None:
    """Take tasks until one is Stop."""
    while (task := tasks.get()) is not Stop:
        told.put(task)
    told.put("the end")


def serve(work: Callable[[Any], Any], tasks: Queue, results: Queue) -> None:
    """Take numbered items until Stop comes, and put the result, or the error, with the same number."""
    while (task := tasks.get()) is not Stop:
        number, item = task
        try:
            results.put((number, work(item)))
        except Exception as error:  # noqa: BLE001  it is for the parent to judge
            results.put((number, error))


def square(number: int) -> int:
    """A small computation."""
    return number * number


def pass_on(asked: Queue | SimpleQueue, answered: Queue | SimpleQueue, times: int) -> None:
    """Take items and put them back."""
    for _ in range(times):
        answered.put(asked.get())
