"""Checker of the exercise *Catch the wrong ones* of the pools part."""

from collections.abc import Callable

from helpers.checks.catch import caught
from helpers.checks.catch_runs import ForReal
from helpers.checks.verdict import say
from helpers.workers.pools.catch_the_wrong_ones import RIGHT, WRONG


def check_test_bounded_map(test_bounded_map: Callable[[Callable], object]) -> None:
    """Print which of the wrong ones test_bounded_map(bounded_map) catches, and whether it accepts the right ones."""
    say(caught(ForReal(test_bounded_map), RIGHT, WRONG))
