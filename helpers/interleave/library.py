"""The library's own code that runs over the explorer's locks reports what it reads and writes, too.

Condition, Semaphore, Event, Barrier, the queues and the executors are written in Python. Where accesses are recorded,
their methods run with hooks at each access; they take no steps. Constructors need none, as nobody knows the object yet,
and what a Thread does but for run is the scheduler's affair.
"""

from __future__ import annotations

import threading
import types
from collections.abc import Iterator

from helpers.interleave.effects import REWRITTEN
from helpers.interleave.instrument import Swapped


def add_to(swapped: Swapped) -> None:
    """Give these functions hooks at their accesses."""
    for function in _FUNCTIONS:
        swapped.add(function, steps=False)


def _functions(module: types.ModuleType) -> Iterator[types.FunctionType]:
    for value in list(vars(module).values()):
        if isinstance(value, types.FunctionType):
            found = [value] if module is not threading else []
        elif isinstance(value, type) and value.__module__ == module.__name__:
            found = list(vars(value).values())
            found += [part for member in found if isinstance(member, property) for part in (member.fget, member.fset)]
        else:
            continue
        for function in found:
            if not isinstance(function, types.FunctionType) or function.__name__ == "__init__":
                continue
            of_thread = value is threading.Thread and function.__name__ != "run"
            if not of_thread and function.__code__.co_filename == module.__file__:
                yield function


_FUNCTIONS = [function for module in REWRITTEN for function in _functions(module)]  # before any is replaced
