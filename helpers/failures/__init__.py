"""Every way a task can fail, against every way to run it: what happens, by running it.

    table = failure_table()          # every cell, each in a child process of its own
    table["raises", "Pool.map"]      # one cell
    table.surprises()                # where it differs from what is recorded for this Python: [] if nowhere

axes has the failures and the ways, whose code is in helpers.workers.exceptions. probe runs one cell, and tells a hang
from what is slow; table runs all of them, drawing shows them, and recorded knows what they should say.
"""

from helpers.failures.table import Cell, FailureTable, failure_table

__all__ = ["Cell", "FailureTable", "failure_table"]
