"""Tests of bounded_map that accept what is wrong, or refuse what is right."""

import contextlib
import itertools
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from helpers.checks.pools.catch_the_wrong_ones import check_test_bounded_map
from wrong_answers import refused


@refused(check_test_bounded_map, "catches 1 of 8, and accepts the reference. Not caught: the whole input drawn")
def compares_results_only(bounded_map):
    with ThreadPoolExecutor(4) as executor:
        assert list(bounded_map(executor, abs, [-1, 2, -3], 2)) == [1, 2, 3]


@refused(check_test_bounded_map, "Not caught: one item too many drawn; one call at a time; and 4 more.")
def draws_from_an_endless_input(bounded_map):
    with ThreadPoolExecutor(4) as executor:
        results = bounded_map(executor, abs, itertools.count(), 2)
        return [next(results) for _ in range(3)] == [0, 1, 2]


@refused(check_test_bounded_map, "catches 1 of 8, and accepts the reference.")
def asks_for_overlap_only(bounded_map):
    gate = Barrier(2)
    with ThreadPoolExecutor(2) as executor:
        for _ in bounded_map(executor, lambda _: gate.wait(), range(2), 2):
            pass


@refused(check_test_bounded_map, "another right answer, one that begins at once, and goes on after an error: your")
def expects_the_end_after_an_error(bounded_map):
    with ThreadPoolExecutor(2) as executor:
        results = bounded_map(executor, lambda number: 1 // number, [0, 1], 2)
        with contextlib.suppress(ZeroDivisionError):
            next(results)
        assert list(results) == []


@refused(check_test_bounded_map, "refuses the reference, too: your code raised AssertionError, in expects_more")
def expects_more_after_an_error(bounded_map):
    with ThreadPoolExecutor(2) as executor:
        results = bounded_map(executor, lambda number: 1 // number, [0, 1], 2)
        with contextlib.suppress(ZeroDivisionError):
            next(results)
        assert list(results) == [1]
