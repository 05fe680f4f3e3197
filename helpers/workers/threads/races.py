"""Programs of 02_races. The explorer steps through this module: all under workers counts as the reader's code."""

import threading
from collections.abc import Callable


class Page:
    """A page that counts its visits, in two lines and without a lock."""

    def __init__(self) -> None:
        """Start at zero."""
        self.visits = 0

    def visit(self) -> None:
        """Read, then write."""
        seen = self.visits
        self.visits = seen + 1


class Box:
    """A place for one number."""

    v = 0


def nothing() -> None:
    """A call, which is a place where CPython looks whether another thread wants to run."""


def without_a_call(box: Box) -> None:
    """Add one, 200,000 times."""
    for _ in range(200_000):
        box.v += 1


def with_a_call(box: Box) -> None:
    """The same, with a call between the read and the write."""
    for _ in range(200_000):
        value = box.v
        nothing()
        box.v = value + 1


def lost_updates(work: Callable[[Box], None]) -> int:
    """How many of 4 × 200,000 additions are missing after four threads have done the work on one box."""
    box = Box()
    threads = [threading.Thread(target=work, args=(box,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return 800_000 - box.v
