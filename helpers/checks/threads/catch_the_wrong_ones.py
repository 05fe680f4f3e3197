"""Checker of the exercise *Catch the wrong ones* of the threads part."""

from collections.abc import Callable

from helpers.checks.catch import caught
from helpers.checks.catch_schedules import UnderSchedules
from helpers.checks.verdict import say
from helpers.workers.threads.catch_the_wrong_ones import RIGHT, WRONG


def check_test_cache(test_cache: Callable[[type], object]) -> None:
    """Print which of the wrong caches test_cache(Cache) catches, and whether it accepts the right ones."""
    say(caught(UnderSchedules(test_cache), RIGHT, WRONG))
