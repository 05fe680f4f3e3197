"""Tests of run_all that accept what is wrong, or refuse what is right."""

import threading
import time

from helpers.checks.exceptions.catch_the_wrong_ones import check_test_run_all
from wrong_answers import refused


@refused(check_test_run_all, "catches none of 8, and accepts whatever it is given. Not caught: None in the place of an")
def runs_what_cannot_fail(run_all):
    assert run_all([lambda: 1, lambda: 2]) == [1, 2]


@refused(check_test_run_all, "catches 3 of 8, and accepts the reference. Not caught: the results in the order in which")
def runs_what_fails_at_once(run_all):
    first, second = run_all([lambda: 1 / 0, lambda: {}["missing"]])
    assert isinstance(first, ZeroDivisionError)
    assert isinstance(second, KeyError)


@refused(check_test_run_all, "catches none of 8")
def orders_by_a_pause(run_all):
    assert run_all([lambda: time.sleep(0.1) or 1, lambda: 2]) == [1, 2]


@refused(check_test_run_all, "Not caught: an error without its traceback; a SystemExit lost.")
def looks_at_types_only(run_all):
    later = threading.Event()
    outcomes = run_all([lambda: later.wait() and 0, lambda: 1 / 0, later.set])
    assert [type(outcome) for outcome in outcomes] == [int, ZeroDivisionError, type(None)]


@refused(check_test_run_all, "right answer, one in which the calling thread runs the last task: your code raised")
def asks_for_threads_of_their_own(run_all):
    assert threading.main_thread() not in run_all([threading.current_thread] * 2)
