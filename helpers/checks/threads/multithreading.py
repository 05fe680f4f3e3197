"""Checkers for the exercises of threads/01_multithreading."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from helpers.checks.verdict import QUIET_S, Meeting, NotYet, noticing_thread_errors, say, verdict


def check_read_all(read_all: Callable[[Callable[[str], str], list[str]], list[str]]) -> None:
    """Print whether read_all(read, names) has all reads in progress at once and answers in the order of names."""
    say(verdict(_judge_read_all, read_all))


def _judge_read_all(read_all: Callable) -> str:
    names = ["ant", "bee", "cat", "dog"]
    together, returned = Meeting(len(names)), threading.Event()
    readers: dict[str, threading.Thread] = {}

    def read(name: str) -> str:
        readers[name] = threading.current_thread()
        together.wait()
        if together.peak == len(names):
            returned.wait(QUIET_S / 4)  # an answer that does not wait for its threads comes back now
            last = readers[names[-1]]
            if name == names[0] and last is not threading.current_thread():
                last.join(QUIET_S)  # the first read ends last, so that order of completion is not order of names
        return name.upper()

    with noticing_thread_errors():
        answers = read_all(read, list(names))
        returned.set()
        if together.in_main_thread:
            raise NotYet(
                "read ran in the main thread, one name after the other. A thread runs the function that it is given "
                "as target; target=read(name) calls read before there is a thread."
            )
        too_early = [thread for thread in readers.values() if thread.is_alive() and _is_plain(thread)]
        for thread in too_early:
            thread.join()
    if together.peak < len(names):
        raise NotYet(
            f"at most {together.peak} of {len(names)} reads were in progress at once. "
            "Start every thread before you join the first."
        )
    if too_early:
        raise NotYet("read_all returned while reads were still in progress. Join every thread before you return.")
    wanted = [name.upper() for name in names]
    if answers == wanted:
        return f"{len(names)} of {len(names)} reads in progress at once, and the answers in the order of the names."
    if isinstance(answers, list) and sorted(map(str, answers)) == sorted(wanted):
        raise NotYet(
            f"the answers came back as {answers}: in the order in which the reads ended. "
            "Give each thread a place of its own to write to."
        )
    raise NotYet(f"the answers should be {wanted}, and are {answers!r}.")


def _is_plain(thread: threading.Thread) -> bool:
    """Whether the thread was started for one read; an idle thread of an executor may live on."""
    return not thread.name.startswith("ThreadPoolExecutor")


def check_in_background(in_background: Callable[..., threading.Thread]) -> None:
    """Print whether in_background(work, *args) starts work(*args) in a thread of its own and returns that thread."""
    say(verdict(_judge_in_background, in_background))


def _judge_in_background(in_background: Callable) -> str:
    returned, seen = threading.Event(), []
    waited_for: list[bool] = []

    def work(*args: Any) -> None:
        if threading.current_thread() is threading.main_thread():
            raise NotYet(
                "work ran in the main thread, before in_background returned. target=work(...) calls work and hands "
                "its result to Thread; thread.run() calls it too. Only thread.start() makes a second thread."
            )
        waited_for.append(not returned.wait(QUIET_S))
        seen.append(args)

    with noticing_thread_errors({TypeError: "args must be a tuple with one item for each argument."}):
        for args in (("report.pdf",), ("map.png", 3), ()):
            returned.clear()
            thread = in_background(work, *args)
            returned.set()
            if not isinstance(thread, threading.Thread):
                raise NotYet(f"in_background should return the thread, and returned {thread!r}.")
            if thread.ident is None:
                raise NotYet("the thread was made and never started.")
            thread.join()
            if any(waited_for):
                raise NotYet("in_background came back only after the work was done. Joining is for the caller.")
            if len(calls := [done for done in seen if done == args]) > 1:
                raise NotYet(f"work was done {len(calls)} times.")
            if seen and seen[-1] != args:
                raise NotYet(f"work should have been called with {args}, and was called with {seen[-1]}.")
    if len(seen) < 3:
        raise NotYet(f"of 3 pieces of work {len(seen)} were done.")
    return "3 of 3 pieces of work ran in a thread of their own, with their arguments, while the main thread went on."


def check_add_up(add_up: Callable[[Sequence[Sequence[int]]], int]) -> None:
    """Print whether add_up(parts) adds each part in a thread of its own, at the same time, and loses nothing."""
    say(verdict(_judge_add_up, add_up))


class _Number(int):
    """A number that, while it is being added to something, waits for the other threads to be adding too.

    What comes out of an addition is such a number again, with a meeting of its own; so it does not matter how an
    answer groups its additions.
    """

    meetings: list[Meeting]
    level = 0

    def __radd__(self, other: int) -> int:
        return self._added(other)

    def __add__(self, other: int) -> int:
        return self._added(other)

    def _added(self, other: int) -> int:
        if self.level == len(self.meetings):
            return int(self) + int(other)
        if threading.current_thread() is not threading.main_thread():
            self.meetings[self.level].wait()
        total = _Number(int(self) + int(other))
        total.level = max(self.level, getattr(other, "level", 0)) + 1
        return total


def _judge_add_up(add_up: Callable) -> str:
    _Number.meetings = [Meeting(3) for _ in range(3)]
    hint = "What one thread sets on a threading.local is not there in another; every thread must set its own."
    with noticing_thread_errors({AttributeError: hint}):
        total = add_up([[_Number(0), _Number(1)] for _ in range(3)])
    if not _Number.meetings[0].visitors:
        raise NotYet("the parts were added up in the main thread.")
    if any(0 < meeting.peak < 3 for meeting in _Number.meetings):
        raise NotYet(
            "while one thread was adding, no other could: a lock, or a join before the next start, makes them "
            "take turns. Give each thread a total of its own."
        )
    if total != 3:
        raise NotYet(
            "three threads each added 1 to a total of 0, and it ended at 1. Each had read 0 before another wrote."
            if total == 1
            else f"the total of [[0, 1], [0, 1], [0, 1]] should be 3, and is {total!r}."
        )
    with noticing_thread_errors({AttributeError: hint}):
        for numbers in ([[4, 8, 15], [16, 23], [42], []], [[1, 2], [3]], [[1, 2]] * 4):
            if (total := add_up(numbers)) != sum(map(sum, numbers)):
                raise NotYet(f"the total of {numbers} should be {sum(map(sum, numbers))}, and is {total!r}.")
    return "3 of 3 threads added at the same time, no lock, and nothing was lost."
