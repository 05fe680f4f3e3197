"""A fact is looked at until it holds or the limit has passed, and at least once."""

from itertools import count

from helpers.polling import wait_until


def test_a_fact_that_comes_to_hold_is_waited_for():
    looks = count()
    assert wait_until(lambda: next(looks) == 3, 60)
    assert next(looks) == 4


def test_a_fact_that_never_holds_is_given_up_at_the_limit_and_one_that_holds_needs_no_time():
    assert not wait_until(lambda: False, 0.02)
    assert wait_until(lambda: True, 0)
