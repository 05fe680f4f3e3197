"""Workers of notebooks/pools/04_beyond_one_machine: where a call runs, how often, and what a worker keeps."""

import os
from collections import Counter

seen = 0  # a global, and so one a process


def where() -> int:
    """The identifier of the process that computes this."""
    return os.getpid()


def see() -> int:
    """Count one more in this process's own global, and return it."""
    global seen
    seen += 1
    return seen


def reciprocal(x: float) -> float:
    """One over x; raises ZeroDivisionError for 0."""
    return 1 / x


def note(path: str, line: str) -> str:
    """Append a line to a file, and return it: a side effect that stays, also if the call is made again."""
    with open(path, "a", encoding="utf-8") as notes:
        notes.write(f"{line}\n")
    return line


def lost_once(path: str, line: str) -> str:
    """Note the call, and end the process the first time that this line is noted."""
    note(path, line)
    with open(path, encoding="utf-8") as notes:
        if notes.read().splitlines().count(line) == 1:
            os._exit(1)
    return line


def always_lost(path: str, line: str) -> None:
    """Note the call, and end the process."""
    note(path, line)
    os._exit(1)


def total(numbers) -> float:
    """The sum of an array: little comes back of what may be much."""
    return float(numbers.sum())


def ones(n: int):
    """An array of n ones, eight bytes each, made where this is computed."""
    import numpy as np

    return np.ones(n)


def count_words(path: str) -> Counter:
    """How often each word of a file occurs."""
    with open(path, encoding="utf-8") as text:
        return Counter(text.read().split())
