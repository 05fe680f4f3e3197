"""Workers of notebooks/exceptions/01_threads_and_processes: children that end in each way, and that send exceptions."""

import os
import signal
import sys
import traceback
from multiprocessing.queues import SimpleQueue


def succeed() -> None:
    """Come to the end."""


def fail() -> None:
    """Raise an exception that nothing catches."""
    int("twelve")


def leave() -> None:
    """Exit, as a function called in it might do."""
    sys.exit(3)


def be_killed() -> None:
    """End as a process does that is killed from outside."""
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))  # Windows has no SIGKILL


class RowError(ValueError):
    """A row that cannot be used, with its number."""


class TableError(Exception):
    """A row that is missing in a table."""

    def __init__(self, table, row):
        super().__init__(f"no row {row} in {table}")
        self.table, self.row = table, row


class BetterTableError(Exception):
    """The same, made again from its own arguments."""

    def __init__(self, table, row):
        super().__init__(table, row)
        self.table, self.row = table, row

    def __str__(self):
        return f"no row {self.row} in {self.table}"


def send_row_error(results: SimpleQueue) -> None:
    """Put an exception that has a number, a note and a cause."""
    try:
        try:
            int("twelve")
        except ValueError as cause:
            error = RowError("this row has no price")
            error.row = 7
            error.add_note("in prices.csv")
            raise error from cause
    except RowError as error:
        results.put(error)


def send_with_traceback(results: SimpleQueue) -> None:
    """Put an exception that has its traceback with it, as text."""
    try:
        int("twelve")
    except ValueError as error:
        error.add_note("".join(traceback.format_exception(error)))
        results.put(error)


def send(results: SimpleQueue, kind: type[Exception]) -> None:
    """Put an exception of that kind."""
    results.put(kind("users", 7))
