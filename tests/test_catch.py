"""Catch the wrong ones: what is said of a test, and that a fair one catches them all, by more than one means.

The tests in here are learners', so pytest must leave their assert as it is: PYTEST_DONT_REWRITE.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from multiprocessing import Process, Value
from threading import Barrier, Event, Thread

import pytest
from wrong_answers.processes.catch_the_wrong_ones import sold

from helpers.checks.exceptions.catch_the_wrong_ones import check_test_run_all
from helpers.checks.pools.catch_the_wrong_ones import check_test_bounded_map
from helpers.checks.processes.catch_the_wrong_ones import check_test_tickets
from helpers.checks.threads.catch_the_wrong_ones import check_test_cache


def asks_for_all_at_once(Cache):
    made = []

    def make(key):
        made.append(key)
        if made == ["bad"]:
            raise ValueError

    cache = Cache(make)
    with suppress(ValueError):
        cache.get_or_create("bad")
    threads = [Thread(target=cache.get_or_create, args=(key,)) for key in [(1,), (1.0,), "bad"]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 3


def asks_for_one_thing_after_the_other(Cache):
    made, got, failing = [], [], ["no"]

    def make(key):
        made.append(key)
        if failing:
            raise KeyError(failing.pop())

    cache = Cache(make)
    with suppress(KeyError):
        cache.get_or_create((0,))
    threads = [Thread(target=lambda n=n: got.append(cache.get_or_create((n,)))) for n in (0, 0.0)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cache.get_or_create(None)
    return made == [(0,), (0,), None] and got == [None, None]


def sells_to_four(Tickets):
    assert sold(Tickets(2), 4) == 2


def sell_until_sold_out(tickets, count):
    while tickets.sell() and count.value < 9:
        with count.get_lock():
            count.value += 1


def sells_until_sold_out(Tickets):
    tickets, count = Tickets(3), Value("i", 0)
    sellers = [Process(target=sell_until_sold_out, args=(tickets, count)) for _ in range(2)]
    for seller in sellers:
        seller.start()
    for seller in sellers:
        seller.join()
    return count.value == 3


def maps_four(bounded_map):
    drawn, later = [], Event()

    def work(number):
        later.set() if number else later.wait()
        return number if number < 3 else 1 // 0

    with ThreadPoolExecutor(2) as executor:
        numbers = (drawn.append(number) or number for number in range(4))
        results = bounded_map(executor, work, numbers, 2)
        assert (next(results), len(drawn)) == (0, 2)
        assert (next(results), next(results)) == (1, 2)
        with suppress(ZeroDivisionError):
            next(results)
        executor.submit(int)


def maps_one_thing_after_the_other(bounded_map):
    gate, drawn, given = Barrier(3), [], []

    def items():
        for item in [0, 1, 2, 3]:
            drawn.append(item)
            assert len(drawn) - len(given) <= 3
            yield item

    with ThreadPoolExecutor(4) as executor:
        for result in bounded_map(executor, lambda item: item if item == 3 else gate.wait() * 0 + item, items(), 3):
            given.append(result)
        assert given == [0, 1, 2, 3]
        with pytest.raises(ZeroDivisionError):
            list(bounded_map(executor, lambda item: 1 / item, [1, 0], 2))
        executor.submit(int)


def runs_three(run_all):
    later = Event()

    def first():
        later.wait()
        return 0

    def last():
        later.set()
        raise SystemExit

    zero, error, leaves = run_all([first, lambda: 1 / 0, last])
    assert zero == 0
    assert type(error) is ZeroDivisionError and error.__traceback__
    assert type(leaves) is SystemExit


def runs_one_thing_after_the_other(run_all):
    gate = Barrier(2)

    def met(name):
        gate.wait()
        return name

    if run_all([lambda: met(""), lambda: met("b")]) != ["", "b"]:
        return False
    error, one, leaves = run_all([lambda: [][0], lambda: 1, lambda: exit(1)])
    return (str(error), one, str(leaves)) == ("list index out of range", 1, "1") and bool(error.__traceback__)


@pytest.mark.parametrize(
    ("check", "test", "count"),
    [
        (check_test_cache, asks_for_all_at_once, 8),
        (check_test_cache, asks_for_one_thing_after_the_other, 8),
        (check_test_tickets, sells_to_four, 7),
        (check_test_tickets, sells_until_sold_out, 7),
        (check_test_bounded_map, maps_four, 8),
        (check_test_bounded_map, maps_one_thing_after_the_other, 8),
        (check_test_run_all, runs_three, 8),
        (check_test_run_all, runs_one_thing_after_the_other, 8),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_fair_test_catches_all(check, test, count, capsys):
    check(test)
    assert capsys.readouterr().out == f"Solved: the test catches {count} of {count}, and accepts the reference.\n"


def waits_longer_than_a_watchdog(run_all):
    time.sleep(2.5)


def test_a_test_that_takes_its_time_catches_nothing_by_that(capsys):
    check_test_run_all(waits_longer_than_a_watchdog)
    assert "catches none of 8" in capsys.readouterr().out


def gives_up_after_a_while(run_all):
    later = Event()
    assert run_all([lambda: later.wait(timeout=3) and 0, later.set])[1] is None


def test_a_wait_with_a_limit_is_waited_for(capsys):
    """With tasks one after the other the first gives up, and the second comes all the same: that is not caught."""
    check_test_run_all(gives_up_after_a_while)
    assert "catches 1 of 8" in capsys.readouterr().out  # the order of ending
