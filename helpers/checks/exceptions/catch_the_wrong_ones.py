"""Checker of the exercise *Catch the wrong ones* of the exceptions part."""

from collections.abc import Callable

from helpers.checks.catch import caught
from helpers.checks.catch_runs import ForReal
from helpers.checks.verdict import say
from helpers.workers.exceptions.catch_the_wrong_ones import RIGHT, WRONG


def check_test_run_all(test_run_all: Callable[[Callable], object]) -> None:
    """Print which of the wrong ones test_run_all(run_all) catches, and whether it accepts the right ones."""
    say(caught(ForReal(test_run_all), RIGHT, WRONG))
