"""Tickets for the exercise *Catch the wrong ones*: Tickets(n).sell(), right ones and wrong ones.

Each object is given to several processes, all of which call sell(): True if it has sold one of the n tickets, False if
none is left. Each wrong one breaks that in one way, and in each run: where it depends on how the processes take turns,
it waits in a Gap for the others, so that any that sell at the same time do so in the worst order.
"""

import multiprocessing
import os
import threading
import time


class Tickets:
    """The reference: look and take under one hold of the number's lock."""

    def __init__(self, n: int) -> None:
        """n: how many there are to sell, 0 or more."""
        self.left = multiprocessing.Value("i", n)

    def sell(self) -> bool:
        """Whether a ticket was sold."""
        with self.left.get_lock():
            if self.left.value == 0:
                return False
            self.left.value -= 1
            return True


class Permits:
    """Right as well: each ticket is a permit of a semaphore."""

    def __init__(self, n: int) -> None:
        """n: how many there are to sell, 0 or more."""
        self.permits = multiprocessing.Semaphore(n)

    def sell(self) -> bool:
        """Whether a ticket was sold."""
        return self.permits.acquire(block=False)


class Gap:
    """A place between two steps: whoever comes waits until no other has come for a second; after that it is open.

    The second is counted in short sleeps, which take longer on a busy machine, as the way of the others here does.
    """

    def __init__(self) -> None:
        """None has come."""
        self._came = multiprocessing.Value("i", 0)
        self._is_open = multiprocessing.Event()

    def wait(self) -> None:
        """Come, and wait for the others."""
        if self._is_open.is_set():
            return
        with self._came.get_lock():
            self._came.value += 1
        seen, sleeps = 0, 0
        while sleeps < 500 and not self._is_open.is_set():
            if self._came.value != seen:
                seen, sleeps = self._came.value, 0
            time.sleep(0.002)
            sleeps += 1
        self._is_open.set()


class WithGap(Tickets):
    """What some of the wrong ones begin with."""

    def __init__(self, n: int) -> None:
        """n: how many there are to sell, 0 or more."""
        super().__init__(n)
        self.gap = Gap()

    def take_after_gap(self) -> bool:
        """Look and take, and let the others come in between if the caller does not keep them out."""
        found = self.left.value
        if found == 0:
            return False
        self.gap.wait()
        self.left.value = found - 1
        return True


class NoLock(WithGap):
    """Wrong: all look before any has taken."""

    def sell(self) -> bool:
        """Look and take."""
        return self.take_after_gap()


class LockOfEachProcess(WithGap):
    """Wrong: a lock that each process makes for itself keeps no other process out."""

    def __init__(self, n: int) -> None:
        """n: how many there are to sell, 0 or more."""
        super().__init__(n)
        self.locks: dict[int, threading.Lock] = {}

    def __getstate__(self) -> dict:
        """Without the locks, which no pickle can carry: a spawned process has none at first, like a forked one."""
        return {**vars(self), "locks": {}}

    def sell(self) -> bool:
        """Look and take under this process's own lock."""
        with self.locks.setdefault(os.getpid(), threading.Lock()):
            return self.take_after_gap()


class LockReleasedBetween(WithGap):
    """Wrong: what was found under one hold of the lock is old under the next."""

    def sell(self) -> bool:
        """Look under the lock, and take under the lock."""
        with self.left.get_lock():
            found = self.left.value
        if found == 0:
            return False
        self.gap.wait()
        with self.left.get_lock():
            self.left.value = found - 1
        return True


class NumberOfEachProcess:
    """Wrong: each process sells its own n tickets."""

    def __init__(self, n: int) -> None:
        """n: how many there are to sell, 0 or more."""
        self.left, self.lock = n, multiprocessing.Lock()

    def sell(self) -> bool:
        """Look and take under the lock, in this process's memory."""
        with self.lock:
            if self.left == 0:
                return False
            self.left -= 1
            return True


class LockKeptAtTheEnd(Tickets):
    """Wrong: after the first that was refused, no other process gets in any more."""

    def sell(self) -> bool:
        """Acquire and release by hand."""
        self.left.get_lock().acquire()
        if self.left.value == 0:
            return False
        self.left.value -= 1
        self.left.get_lock().release()
        return True


class LastOneKept(Tickets):
    """Wrong: one ticket is never sold."""

    def sell(self) -> bool:
        """Look for more than one."""
        with self.left.get_lock():
            if self.left.value <= 1:
                return False
            self.left.value -= 1
            return True


class NeverSoldOut(Tickets):
    """Wrong: it says that it has sold a ticket when none is left."""

    def sell(self) -> bool:
        """Take if there is one."""
        with self.left.get_lock():
            self.left.value = max(0, self.left.value - 1)
            return self.left.value >= 0


RIGHT = {"the reference": Tickets, "one that has a semaphore and no number": Permits}

WRONG = {
    "no lock": NoLock,
    "a lock of each process's own": LockOfEachProcess,
    "the lock released between the look and the sale": LockReleasedBetween,
    "the number in each process's own memory": NumberOfEachProcess,
    "the lock kept when all are sold": LockKeptAtTheEnd,
    "the last ticket never sold": LastOneKept,
    "True although all are sold": NeverSoldOut,
}
