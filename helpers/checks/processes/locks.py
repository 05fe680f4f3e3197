"""Checkers for the exercises of processes/03_locks.

Both judge by what is held when something is written, not by what happened to be lost: so a verdict does not depend on
how the processes took turns.
"""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from helpers.checks.family import Family, Trial
from helpers.checks.processes.apparatus import in_children, judged
from helpers.checks.verdict import NotYet, say


class _Lock:
    """A lock of multiprocessing that knows, in each process, whether it is held there, and for the how manieth time."""

    def __init__(self, lock: Any) -> None:
        self._lock, self.depth, self.holds = lock, 0, 0

    def acquire(self, block: bool = True, timeout: float | None = None) -> bool:
        got = self._lock.acquire(block, timeout)
        if got:
            self.holds += self.depth == 0
            self.depth += 1
        return got

    def release(self) -> None:
        self._lock.release()
        self.depth -= 1

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()


# count ----------------------------------------------------------------------------------------------------------------


class _Counts:
    """An array in shared memory that notes under which hold of the lock each place was read, and refuses to be written
    to otherwise.
    """

    def __init__(self, array: Any, lock: _Lock) -> None:
        self._array, self.lock, self.read_in = array, lock, {}

    def note_read(self, place: Any) -> None:
        self.read_in[place] = self.lock.holds if self.lock.depth else None

    def note_write(self, place: Any, what: str) -> None:
        if not self.lock.depth:
            raise NotYet(
                f"{what} is written while its lock is not held. Two processes may both have read the old value; and a "
                "lock that a process makes for itself keeps no other out."
            )
        if self.read_in.get(place, self.lock.holds) != self.lock.holds:
            raise NotYet(
                f"{what} is written under one hold of the lock, and was read before it. In between the lock is free, "
                "and another process may have changed it. Read and write under one hold."
            )

    def __len__(self) -> int:
        return len(self._array)

    def __getitem__(self, word: int | slice) -> Any:
        for place in range(len(self))[word] if isinstance(word, slice) else [word]:
            self.note_read(place)
        return self._array[word]

    def __setitem__(self, word: int | slice, count: Any) -> None:
        for place in range(len(self))[word] if isinstance(word, slice) else [word]:
            self.note_write(place, f"counts[{place}]")
        self._array[word] = count

    def __iter__(self) -> Iterator[int]:
        return (self[word] for word in range(len(self)))


_COUNTS = Family(processes=(2, 3, 1, 2), words=([0, 1, 0, 0, 1, 0], [2, 2, 2, 2], [1], []))


def check_count(count: Callable[[Sequence[int], Any, Any], None]) -> None:
    """Print whether count(words, counts, lock) loses nothing when several processes count into one array."""
    solved = "{trials} of {trials} histograms are right, and every count was read and written under one hold."
    say(judged(_judge_count, count, _COUNTS, solved=solved))


def _judge_count(count: Callable, trial: Trial) -> None:
    array = multiprocessing.Array("i", 4, lock=False)
    lock = _Lock(multiprocessing.Lock())
    parts = [trial.words[i :: trial.processes] for i in range(trial.processes)]
    in_children(_let_go, [(lock, count, part, _Counts(array, lock), lock) for part in parts])
    wanted = [trial.words.count(word) for word in range(4)]
    if list(array) != wanted:
        raise NotYet(f"the histogram should be {wanted}, and is {list(array)}.")


def _let_go(lock: _Lock, answer: Callable, *args: Any) -> Any:
    """Call the answer, and see that it has released the lock in the end."""
    value = answer(*args)
    if lock.depth:
        raise NotYet("the lock is still held when your function has returned. On every way out, release it: with.")
    return value


# sell -----------------------------------------------------------------------------------------------------------------


class _Tickets:
    """A number in shared memory, with a lock of its own; whoever looks at it and lets go meets a rival.

    The rival takes a ticket whenever it could in between: after a look without the lock, and when the lock is released
    and nothing was taken. So a check that is not under the same hold as the act is always found out.
    """

    def __init__(self, number: Any) -> None:
        self._number, self.taken_by_rival, self._took = number, 0, False
        self.lock = _Lock(number.get_lock())

    def get_lock(self) -> "_Tickets":
        return self

    def acquire(self, block: bool = True, timeout: float | None = None) -> bool:
        return self.lock.acquire(block, timeout)

    def release(self) -> None:
        took, self._took = self._took, self._took and self.lock.depth > 1
        self.lock.release()
        if not self.lock.depth and not took:
            self._rival()

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()

    @property
    def value(self) -> int:
        found = self._number.value
        if not self.lock.depth:
            self._rival()
        return found

    @value.setter
    def value(self, number: int) -> None:
        if not self.lock.depth:
            raise NotYet("tickets.value is written while its lock is not held. Two processes may sell the same ticket.")
        self._number.value, self._took = number, True

    def _rival(self) -> None:
        with self._number.get_lock():
            if self._number.value > 0:
                self._number.value -= 1
                self.taken_by_rival += 1


_SALES = Family(tickets=(1, 3, 0, 5), processes=(2, 1, 3), calls=(2, 1, 3))


def check_sell(sell: Callable[[Any], bool]) -> None:
    """Print whether sell(tickets), called by several processes, sells each ticket once and no more than there are."""
    solved = "{trials} of {trials} sales: no ticket sold twice, and none left while one was refused."
    say(judged(_judge_sell, sell, _SALES, solved=solved))


def _judge_sell(sell: Callable, trial: Trial) -> None:
    number = multiprocessing.Value("i", trial.tickets)
    answers = in_children(_sell_some, [(sell, _Tickets(number), trial.calls)] * trial.processes)
    sold = [answer for some, _ in answers for answer in some]
    if odd := [answer for answer in sold if type(answer) is not bool]:
        raise NotYet(f"sell should return True or False, and returned {odd[0]!r}.")
    left, by_rival = number.value, sum(rival for _, rival in answers)
    if left < 0 and by_rival:
        raise NotYet(
            "the last ticket was sold twice: between your look and your taking it, another process took it. Look and "
            "take under one hold of the lock."
        )
    if sum(sold) + by_rival + left != trial.tickets or left < 0 or (left and not all(sold)):
        raise NotYet(f"of {trial.tickets} tickets {sum(sold)} were sold in {len(sold)} calls, and {left} are left.")


def _sell_some(sell: Callable, tickets: _Tickets, calls: int) -> tuple[list[Any], int]:
    return [_let_go(tickets.lock, sell, tickets) for _ in range(calls)], tickets.taken_by_rival
