"""What the checkers of pools see: what came back, which items were drawn, and which calls were under way together."""

import multiprocessing
import tempfile
import threading
from collections.abc import Callable, Iterator
from multiprocessing.pool import Pool
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from typing import Any

from helpers.checks.family import Trial
from helpers.checks.processes.apparatus import QUIET_S
from helpers.checks.verdict import NotYet
from helpers.polling import wait_until

MANY = 200  # items, after which an input counts as endless
_SETTLE_S = 1.0  # for a thread of the pool to draw one item more


class WatchedPool(Pool):
    """A pool whose workers begin once all of them have started, and are never killed: terminate() is close().

    A worker that is killed as it waits to send a result takes with it the wake-up that was meant for it, and then
    terminate() may never come back (python/cpython#96995): of calls that all end just then, in one of thirty.

    sizes: of each message that they have sent back, in bytes
    """

    def __init__(self, workers: int, received: Callable[[int], None] = lambda count: None) -> None:
        """received(count): called, in a thread of the pool, once the caller can have so many results."""
        self.sizes: list[int] = []
        self._received = received
        self._all_started = multiprocessing.Barrier(workers)
        super().__init__(workers, self._all_started.wait, context=multiprocessing.get_context())

    def terminate(self) -> None:
        """Take no more tasks."""
        self.close()

    def _setup_queues(self) -> None:
        super()._setup_queues()
        self._quick_get = self._take_in  # what that thread calls for each message, when it is done with the one before

    def _take_in(self) -> Any:
        self._received(len(self.sizes))
        data = self._outqueue._reader.recv_bytes()
        self.sizes.append(len(data))
        return ForkingPickler.loads(data)


def result_of(number: int) -> Any:
    """What is computed from an item; some results count as false."""
    return (None, 0, "", (number,))[number % 4]


class Window:
    """A computation whose calls wait for what happens only if as many items are under way as there should be.

    It can be sent to any process, as it notes in a folder which calls have begun, and which have waited in vain.
    """

    def __init__(self, trial: Trial) -> None:
        """trial: with items, how many there are; limit; and fails_at, the number of the item that raises, or None."""
        self.trial = trial
        self.folder = Path(tempfile.mkdtemp(prefix="window-"))

    def __call__(self, number: int) -> Any:
        """Compute one item."""
        self._file("began", number).touch()
        if number == 0:  # ends after those that are under way with it
            self._wait_for(number, self._first_others)
        elif number >= self.trial.limit:
            self._wait_for(number, self._file("began", number + self.trial.limit - 1))
        if number == self.trial.fails_at:
            raise ValueError("this one fails")
        return result_of(number)

    def received(self, count: int) -> None:
        """To be called in the process that owns the pool, each time it has one result more."""
        if count == min(self.trial.limit, self.trial.items) - 1:
            self._first_others.touch()

    def _wait_for(self, number: int, file: Path) -> None:
        if not wait_until(lambda: self.over.exists() or file.exists(), QUIET_S):
            self._file("vain", number).touch()
            self.over.touch()

    @property
    def _first_others(self) -> Path:
        return self.folder / "first-others-ended"

    def _file(self, what: str, number: int) -> Path:
        return self.folder / f"{what}-{number}"

    @property
    def over(self) -> Path:
        """A file: once it exists, no call waits any more."""
        return self.folder / "over"

    def judge(self) -> None:
        """Refuse an answer with which a call waited in vain."""
        if self._file("vain", 0).exists():
            raise NotYet(f"while the first item was computed, fewer than {self.trial.limit} were under way.")
        if any(self.folder.glob("vain-*")):
            raise NotYet(
                f"it began with {self.trial.limit} items under way, and later there were fewer, because no new item "
                "was handed over when a result had been yielded. Chunk by chunk, all wait for each chunk's slowest."
            )


class Input:
    """Items that are drawn one by one: the numbers from 0.

    yielded: to be kept up to date by the thread that takes the results
    """

    def __init__(self, trial: Trial) -> None:
        """The thread that calls this takes the results."""
        self.trial, self.yielded = trial, 0
        self._drawn = self._held = 0  # held: drawn and not yet yielded, at most, when the taker itself drew
        self._ahead = False  # whether another thread drew too much
        self._taker = threading.get_ident()

    def __iter__(self) -> Iterator[int]:
        """The items."""
        for number in range(self.trial.items):
            self._drawn += 1
            if threading.get_ident() == self._taker:
                self._held = max(self._held, self._drawn - self.yielded)
            yield number

    def settle(self) -> None:
        """Give a thread of the pool the time to draw ahead, while the results are not taken."""
        self._ahead = wait_until(lambda: self._drawn - self.yielded > self.trial.limit, _SETTLE_S)

    def judge(self) -> None:
        """Refuse an answer that drew more than it may."""
        if self._held == MANY:
            raise NotYet(f"it drew {MANY} items before it gave a result: it swallows its whole input.")
        if self._held > self.trial.limit:
            raise NotYet(f"{self._held} items were drawn and not yet yielded at one time.")
        if self._ahead:
            raise NotYet(
                f"while the caller looked at the first result, the pool drew more than {self.trial.limit} items. "
                "imap draws its whole input ahead, in a thread of the pool."
            )
