"""Workers of notebooks/pools/06_what_you_know."""

import os


def add_pear(basket):
    """Append to the list."""
    basket.append("pear")


def pid(_item):
    """The identifier of the process that does this task."""
    return os.getpid()
