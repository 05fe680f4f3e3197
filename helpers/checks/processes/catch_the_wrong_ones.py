"""Checker of the exercise *Catch the wrong ones* of the processes part."""

from collections.abc import Callable

from helpers.checks.catch import caught
from helpers.checks.catch_runs import ForReal
from helpers.checks.verdict import say
from helpers.workers.processes.catch_the_wrong_ones import RIGHT, WRONG


def check_test_tickets(test_tickets: Callable[[type], object]) -> None:
    """Print which of the wrong tickets test_tickets(Tickets) catches, and whether it accepts the right ones."""
    say(caught(ForReal(test_tickets, patience=3), RIGHT, WRONG))
