"""Checkers for the exercises of part 1, threads."""

import functools
import threading
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from helpers.checks.schedules import in_threads, judged, must_always
from helpers.checks.verdict import QUIET_S, Meeting, NotYet, noticing_thread_errors, verdict
from helpers.interleave import Result, Trace, Uncontrolled, explore
from helpers.workers.deadlocks import ORDERS, begin, take
from helpers.workers.races import Tally

# 01_multithreading --------------------------------------------------------------------------------------------------


def check_read_all(read_all: Callable[[Callable[[str], str], list[str]], list[str]]) -> None:
    """Print whether read_all(read, names) has all reads in progress at once and answers in the order of names."""
    print(verdict(_judge_read_all, read_all))


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
    print(verdict(_judge_in_background, in_background))


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
    print(verdict(_judge_add_up, add_up))


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


# 02_races -----------------------------------------------------------------------------------------------------------


def check_three_increments(three_increments: Callable[[], set[int]]) -> None:
    """Print whether three_increments() is the set of values at which three unlocked increments can end."""
    print(verdict(_judge_three_increments, three_increments, limit_s=60))


def _judge_three_increments(three_increments: Callable) -> str:
    guess = three_increments()
    if not isinstance(guess, set):
        raise NotYet(f"the answer should be a set such as {{0, 3}}, and is {guess!r}.")
    result = explore(_three_increments, max_preemptions=None)
    possible = set(result.outcomes)
    for value in sorted(possible - guess):
        trace = result.find(value)
        raise NotYet(
            f"it can also end at {value}, as it does in {result.outcomes[value]} schedules. Shortest:\n\n{trace}"
        )
    if guess - possible:
        extra = sorted(guess - possible, key=str)
        raise NotYet(f"none of {result.schedules:,} schedules ends at {', '.join(map(str, extra))}.")
    counts = ", ".join(f"{result.outcomes[value]:,} end at {value}" for value in sorted(possible))
    return f"of all {result.schedules:,} schedules, {counts}."


def _three_increments() -> int:
    tally = Tally()
    in_threads(tally.add_one, tally.add_one, tally.add_one)
    return tally.value


def check_Cache(Cache: type) -> None:
    """Print whether Cache(make).get_or_create(key) makes each key's value once, whatever the schedule."""
    print(judged(_judge_cache, Cache))


def _judge_cache(kind: type) -> str:
    def program() -> tuple:
        made: list[str] = []

        def make(key: str) -> str:
            made.append(key)
            return f"{key} number {len(made)}"

        cache, got = kind(make), []
        in_threads(*[lambda: got.append(cache.get_or_create("key"))] * 2)
        if len(got) == 2 and got[0] != got[1]:
            return ("made", len(made), "and handed out different values")
        return ("made", len(made)) if got == ["key number 1"] * 2 else ("got", *got)

    def hint(result: Result, trace: Trace) -> str:
        if trace.deadlock:
            return "Neither thread can go on."
        if trace.outcome is None or trace.outcome[0] != "made":
            return trace.ending
        made, taken = trace.locks_made, trace.locks_taken
        if any(made):
            return "Each call makes a lock of its own, so no two threads ever wait for the same one."
        if not any(taken):
            return "Both threads find no value before either has stored one."
        if max(taken) > 1:
            return "The lock is let go between the check and the act, so both threads pass the check."
        return (
            "The lock covers the act and not the check: both threads have passed the check before either has the lock."
        )

    result = must_always(program, {("made", 1)}, hint)
    return f"{result.schedules:,} of {result.schedules:,} schedules make the value once."


# 03_locks -----------------------------------------------------------------------------------------------------------


class _Account:
    """An account that notes which thread wrote its balance, and when."""

    def __init__(self, number: int, balance: int, log: list) -> None:
        self.number, self._balance, self._log = number, balance, log
        self.lock = threading.Lock()

    @property
    def balance(self) -> int:
        return self._balance

    @balance.setter
    def balance(self, value: int) -> None:
        self._log.append(threading.current_thread().name)
        self._balance = value


_ONE_FOR_ALL = (
    "one lock for all accounts: transfers between other accounts must wait for it, too. Use each account's own lock."
)


def check_transfer(transfer: Callable[[Any, Any, int], None]) -> None:
    """Print whether transfer(source, target, amount) is right under all schedules, and lets others overlap."""
    print(judged(_judge_transfer, transfer))


def _judge_transfer(transfer: Callable) -> str:
    def between(*pairs: tuple[int, int]) -> Callable[[], tuple]:
        def program() -> tuple:
            log: list[str] = []
            accounts = [_Account(number, 100, log) for number in range(4)]
            in_threads(*[_call(transfer, accounts[a], accounts[b]) for a, b in pairs])
            return tuple(account.balance for account in accounts), tuple(log)

        return program

    try:
        _no_money_lost(between((0, 1), (2, 1)), (90, 120, 90, 100))
        _no_money_lost(between((0, 1), (1, 0)), (100, 100, 100, 100))
        apart = explore(between((0, 1), (2, 3)), max_preemptions=1, step="opcode")
    except Uncontrolled as problem:
        raise NotYet(_ONE_FOR_ALL) from problem
    orders = {log for _, log in apart.outcomes}
    if not any(len(log) == 4 and log[0] != log[1] for log in orders):
        raise NotYet(_ONE_FOR_ALL)
    return "no money is lost and nobody waits for ever, whichever bytecode another transfer comes in at."


def _call(transfer: Callable, source: _Account, target: _Account) -> Callable[[], None]:
    return lambda: transfer(source, target, 10)


def _no_money_lost(program: Callable, balances: tuple) -> None:
    """The number of schedules by bytecode differs from one Python to the next, so the sentences do without it."""
    result = explore(program, step="opcode", max_preemptions=1)
    if result.deadlocks:
        waits = "; ".join(result.find("deadlock").deadlock)
        raise NotYet(
            f"in some schedules two transfers in opposite directions wait for each other for ever: {waits}. "
            "Take the two locks in an order that does not depend on the direction."
        )
    for name in result.errors:
        raise NotYet(f"in some schedules, {result.find(name).ending}")
    if any(outcome[0] != balances for outcome in result.outcomes):
        raise NotYet(
            "in some schedules money appears or vanishes. A balance is read and written by two transfers at once: "
            "hold the locks of both accounts, not of one."
        )


def check_LRU(LRU: type) -> None:
    """Print whether LRU(size) with get and put behaves under all schedules as if one call came after the other."""
    print(judged(_judge_lru, LRU))


def _judge_lru(kind: type) -> str:
    def program(*calls: Callable) -> Callable[[], tuple]:
        def run() -> tuple:
            cache, got = kind(2), []
            cache.put("a", 1)
            cache.put("b", 2)
            in_threads(*[lambda call=call: got.append(call(cache)) for call in calls])
            kept = "".join(key for key in "abcd" if cache.get(key) is not None)
            return tuple(sorted(got, key=str)), kept

        return run

    def hint(result: Result, trace: Trace) -> str:
        if trace.deadlock:
            return "A thread waits for a lock that it holds itself, or two wait for each other."
        if any(trace.locks_made):
            return "Each call makes a lock of its own, so no two threads ever wait for the same one."
        return "The calls got into each other: between two of its lines, a call finds what another has half done."

    total = 0
    get_a, put_c, put_d = lambda c: c.get("a"), lambda c: c.put("c", 3), lambda c: c.put("d", 4)
    for calls in [(get_a, put_c), (put_c, put_d)]:
        one_by_one = explore(program(*calls), max_preemptions=0).outcomes
        if not one_by_one or not set(one_by_one) <= {((1, None), "ac"), ((None, None), "bc"), ((None, None), "cd")}:
            raise NotYet(
                f"already one call after the other, it goes wrong: {explore(program(*calls), max_preemptions=0)}."
            )
        total += must_always(program(*calls), set(one_by_one), hint).schedules
    return f"{total:,} of {total:,} schedules end as if one call had come after the other."


# 04_deadlocks -------------------------------------------------------------------------------------------------------


def check_can_deadlock(can_deadlock: Callable[[], set[str]]) -> None:
    """Print whether can_deadlock() names those programs of 04_deadlocks that some schedule brings to a standstill."""
    print(verdict(_judge_can_deadlock, _explored(), can_deadlock, limit_s=60))


class _Standstills(NamedTuple):
    """How many of a program's schedules end in deadlock, and who waits for what in the shortest of them."""

    deadlocks: int
    schedules: int
    waits: str


@functools.cache
def _explored() -> dict[str, _Standstills]:
    found = {}
    for name, orders in ORDERS.items():
        result = explore(_nested(orders), reduce=True)
        waits = "; ".join(result.find("deadlock").deadlock) if result.deadlocks else ""
        found[name] = _Standstills(result.deadlocks, result.schedules, waits)
    return found


def _judge_can_deadlock(explored: dict[str, _Standstills], can_deadlock: Callable) -> str:
    guess = can_deadlock()
    for name, (deadlocks, schedules, waits) in explored.items():
        if deadlocks and name not in guess:
            raise NotYet(f"{name} can: {deadlocks:,} of {schedules:,} schedules end with {waits}.")
        if not deadlocks and name in guess:
            raise NotYet(f"{name} cannot: none of {schedules:,} schedules ends in deadlock.")
    counts = ", ".join(f"{name} {found.deadlocks:,} of {found.schedules:,}" for name, found in explored.items())
    return f"schedules that end in deadlock: {counts}."


def _nested(orders: list[str]) -> Callable[[], None]:
    def program() -> None:
        locks = {name: threading.Lock() for name in "abc"}
        in_threads(*[lambda order=order: take(locks, order) for order in orders])

    return program


def check_dine(dine: Callable[[list, int, Callable[[], None]], None]) -> None:
    """Print whether dine(forks, i, eat) lets everybody eat under all schedules, and two at once who share no fork."""
    print(judged(_judge_dine, dine))


class _Fork:
    """A lock that remembers who held it and whether somebody would not wait for it."""

    def __init__(self, log: list) -> None:
        self._lock, self._log = threading.Lock(), log

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        if not blocking or timeout != -1:
            self._log.append("would not wait")
        return self._lock.acquire(blocking, timeout)

    __enter__ = acquire

    def release(self) -> None:
        self._lock.release()

    def __exit__(self, *_: object) -> None:
        self.release()

    def locked(self) -> bool:
        return self._lock.locked()


def _judge_dine(dine: Callable) -> str:
    def table(size: int, guests: list[int], log: list[str]) -> Callable[[], tuple]:
        def program() -> tuple:
            del log[:]
            forks = [_Fork(log) for _ in range(size)]
            ate: list = []
            in_threads(*[lambda i=i: dine(forks, i, meal(forks, i, ate)) for i in guests])
            return tuple(ate)

        return program

    notes: list[str] = []
    try:
        result = explore(table(3, [0, 1, 2], notes), reduce=True)
        pair = explore(table(4, [0, 2], notes), step="opcode", max_preemptions=1)
    except Uncontrolled as problem:
        raise NotYet(_ONE_TABLE) from problem
    if result.deadlocks:
        waits = "; ".join(result.find("deadlock").deadlock)
        raise NotYet(f"in {result.deadlocks:,} of {result.schedules:,} schedules nobody can go on: {waits}.")
    if "StepLimit" in result.errors or notes or any("would not wait" in map(str, o) for o in result.outcomes):
        raise NotYet(
            "a philosopher who does not get a fork gives up and tries again. All may do so in step, for ever "
            "(a livelock). Take the forks in an order in which nobody has to give up."
        )
    for name in result.errors:
        raise NotYet(f"in {result.errors[name]:,} of {result.schedules:,} schedules: {result.find(name).ending}")
    wrong = [
        ate
        for ate in result.outcomes
        if sorted(ate) != sorted([(i, "begins") for i in range(3)] + [(i, "ends") for i in range(3)])
    ]
    if wrong:
        raise NotYet(f"each of the three must eat once, with both forks. One run went: {wrong[0]}.")
    if not any(ate[0][0] != ate[1][0] for ate in pair.outcomes if len(ate) == 4):
        raise NotYet(_ONE_TABLE)
    return (
        f"everybody eats in {result.schedules:,} of {result.schedules:,} schedules, "
        "and two who share no fork can eat at once."
    )


_ONE_TABLE = (
    "two who share no fork never eat at once: one lock makes all of them take turns. Let the forks be the only locks."
)


def meal(forks: list, i: int, ate: list) -> Callable[[], None]:
    """What philosopher i does with both forks in hand."""

    def eat() -> None:
        if not (forks[i].locked() and forks[(i + 1) % len(forks)].locked()):
            ate.append((i, "lacks a fork"))
        begin(ate, i)

    return eat
