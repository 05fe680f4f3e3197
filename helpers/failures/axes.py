"""The rows and columns of the failure table."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, NamedTuple

from helpers.workers.exceptions import failures, ways


class Failure(NamedTuple):
    """A row: a task, what makes its argument, an initializer for the workers, and after how long its caller gives up.

    The argument is made where the cell runs, as some cannot be sent there. limit_s: seconds; None: never
    """

    task: Callable[[Any], Any]
    argument: Callable[[], Any] = lambda: None
    initializer: Callable[[], None] | None = None
    limit_s: float | None = None


class Way(NamedTuple):
    """A column: a block that runs tasks, whether it does so in processes of their own, and what it can be given.

    idle_s: after how many seconds without any activity what waits is taken to wait forever
    """

    block: Callable[..., Any]
    in_processes: bool = True
    takes_initializer: bool = False
    takes_limit: bool = True
    idle_s: float = 2


FAILURES = {
    "returns": Failure(failures.returns),
    "raises": Failure(failures.raises),
    "raises, cannot be pickled": Failure(failures.raises_what_cannot_be_pickled),
    "raises, cannot be unpickled": Failure(failures.raises_what_cannot_be_unpickled),
    "returns, cannot be pickled": Failure(failures.returns_what_cannot_be_pickled),
    "returns, cannot be unpickled": Failure(failures.returns_what_cannot_be_unpickled),
    "argument cannot be pickled": Failure(failures.returns, threading.Lock),
    "argument cannot be unpickled": Failure(failures.returns, failures.Unreadable),
    "is killed": Failure(failures.is_killed),
    "os._exit": Failure(failures.exits_without_cleanup),
    "sys.exit": Failure(failures.exits),
    "hangs": Failure(failures.hangs),
    "hangs, caller gives up": Failure(failures.hangs, limit_s=1),
    "RecursionError": Failure(failures.recurses),
    "MemoryError": Failure(failures.needs_too_much_memory),
    "KeyboardInterrupt": Failure(failures.is_interrupted),
    "StopIteration": Failure(failures.stops_iteration),
    "failing initializer": Failure(failures.returns, initializer=failures.cannot_start),
}

WAYS = {
    "Thread": Way(ways.thread, in_processes=False),
    "Process": Way(ways.process),
    "Process and Queue": Way(ways.process_and_queue),
    "Pool.map": Way(ways.pool_map, takes_initializer=True, takes_limit=False),
    "Pool.apply_async": Way(ways.pool_apply_async, takes_initializer=True),
    "ThreadPoolExecutor": Way(ways.thread_pool, in_processes=False, takes_initializer=True),
    "ProcessPoolExecutor": Way(ways.process_pool, takes_initializer=True),
    "InterpreterPoolExecutor": Way(ways.interpreter_pool, in_processes=False, takes_initializer=True),
    "Dask": Way(ways.dask, idle_s=10),  # a worker that exits takes two seconds, one that does not is given four
}


def empty(failure: str, way: str) -> str:
    """Why that cell makes no sense, or nothing if it does."""
    row, column = FAILURES[failure], WAYS[way]
    if row.initializer and not column.takes_initializer:
        return "no initializer"
    if row.limit_s and not column.takes_limit:
        return "no time limit"
    return ""


def missing(way: str) -> str:
    """Why that way is not to be had here, as a sentence, or nothing if it is."""
    if way == "InterpreterPoolExecutor" and sys.version_info < (3, 14):
        return "InterpreterPoolExecutor is left out: it comes with Python 3.14."
    if way == "Dask" and not find_spec("distributed"):
        return "Dask is left out: the package distributed is not installed."
    return ""
