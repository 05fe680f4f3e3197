"""Checkers for the exercises of threads/03_locks."""

import threading
from collections.abc import Callable
from typing import Any

from helpers.checks.schedules import OWN_LOCKS, Always, Mistake, Sometimes, in_threads, judged
from helpers.checks.verdict import say

_ONE_FOR_ALL = (
    "one lock for all accounts: transfers between other accounts must wait for it, too. Use each account's own lock."
)
_BY_ACCESS = {"step": "access", "max_preemptions": 1}


def check_transfer(transfer: Callable[[Any, Any, int], None]) -> None:
    """Print whether transfer(source, target, amount) is right under all schedules, and lets others overlap."""
    say(
        judged(
            transfer,
            Always(_transfers((0, 1), (2, 1)), {(90, 120, 90, 100)}, counts=False, **_BY_ACCESS),
            Always(_transfers((0, 1), (1, 0)), {(100, 100, 100, 100)}, counts=False, **_BY_ACCESS),
            Sometimes(_writers((0, 1), (2, 3)), _interleaved, _ONE_FOR_ALL, **_BY_ACCESS),
            kind=callable,
            mistakes=[
                Mistake(
                    "Two transfers in opposite directions wait for each other forever: take the two locks in an order "
                    "that does not depend on the direction.",
                    lambda f: f.waits("held by") > 1 and not f.is_of_one_thread,
                ),
                Mistake(
                    "Money appears or vanishes. A balance is read and written by two transfers at once: hold the locks "
                    "of both accounts, not of one.",
                    lambda f: isinstance(f.ending, tuple),
                ),
            ],
            shared=_ONE_FOR_ALL,
            solved="no money is lost and no thread waits forever, wherever another transfer comes in.",
        )
    )


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


def _run(transfer: Callable, pairs: tuple, log: list[str]) -> list[_Account]:
    accounts = [_Account(number, 100, log) for number in range(4)]
    in_threads(*[lambda a=a, b=b: transfer(accounts[a], accounts[b], 10) for a, b in pairs])
    return accounts


def _transfers(*pairs: tuple[int, int]) -> Callable[[Callable], tuple]:
    """Transfers of 10 at the same time; the balances at the end."""
    return lambda transfer: tuple(account.balance for account in _run(transfer, pairs, []))


def _writers(*pairs: tuple[int, int]) -> Callable[[Callable], tuple]:
    """The same; who wrote a balance, in order."""

    def program(transfer: Callable) -> tuple:
        log: list[str] = []
        _run(transfer, pairs, log)
        return tuple(log)

    return program


def _interleaved(log: tuple) -> bool:
    return len(log) == 4 and log[0] != log[1]


def check_LRU(LRU: type) -> None:
    """Print whether LRU(size) with get and put behaves under all schedules as if one call came after the other."""
    get_a, put_c, put_d = lambda c: c.get("a"), lambda c: c.put("c", 3), lambda c: c.put("d", 4)
    say(
        judged(
            LRU,
            Always(_calls(get_a, put_c), {((1, None), "ac"), ((None, None), "bc")}),
            Always(_calls(put_c, put_d), {((None, None), "cd")}),
            Always(_calls(get_a, put_c), {((1, None), "ac"), ((None, None), "bc")}, counts=False, **_BY_ACCESS),
            mistakes=[
                Mistake(
                    "A thread waits for a lock that it holds itself.",
                    lambda f: f.is_of_one_thread,
                ),
                Mistake(
                    "Already one call after the other, it does not keep the keys used last.",
                    lambda f: isinstance(f.ending, tuple) and f.trace.preemptions == 0,
                ),
                Mistake(
                    OWN_LOCKS,
                    lambda f: any(f.trace.locks_made),
                ),
                Mistake(
                    "The calls overlapped: a call finds what another has half done.",
                    lambda f: f.trace.preemptions > 0 and not f.trace.deadlock,
                ),
            ],
            solved="{schedules:,} of {schedules:,} schedules end as if one call had come after the other.",
        )
    )


def _calls(*calls: Callable) -> Callable[[type], tuple]:
    """Calls at the same time on a cache of two; what they returned, and which keys are left."""

    def program(kind: type) -> tuple:
        cache, got = kind(2), []
        cache.put("a", 1)
        cache.put("b", 2)
        in_threads(*[lambda call=call: got.append(call(cache)) for call in calls])
        kept = "".join(key for key in "abcd" if cache.get(key) is not None)
        return tuple(sorted(got, key=str)), kept

    return program
