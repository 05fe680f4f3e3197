"""Run the cells of the failure table side by side, and keep what happened in each."""

from __future__ import annotations

import multiprocessing
import platform
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from helpers.failures.axes import FAILURES, WAYS, empty, missing
from helpers.failures.drawing import as_grid, as_html, as_text
from helpers.failures.probe import HANG, examine
from helpers.failures.recorded import recorded
from helpers.progress import with_progress
from helpers.watchdog import watch

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_AT_ONCE = 8  # more than there are CPUs: a cell that hangs needs none
_LIMIT_S = 300  # should a cell never be idle and never end
_RAN = {"42", "[42]", "nothing", "nothing, exit code 0"}  # how a task that returns 42 looks, by one way or another


@dataclass(frozen=True)
class Cell:
    """What happened when a task failed in one way and was run in another.

    sees: what its caller got, a value, the name of an exception, "nothing", "hang", or "died: exit code 3" if the whole
    program ended; then: the same for the next task; leaving: the same for the attempt to leave the block; empty: why
    the cell makes no sense, and has none of these; errors: what was printed on stderr
    """

    sees: str = ""
    then: str = ""
    leaving: str = ""
    empty: str = ""
    errors: str = ""

    @property
    def lost(self) -> Literal["", "task", "pool", "program"]:
        """What got lost: the program if it ended, the pool if the next task does not run, the task if its caller waits
        forever.
        """
        if self.sees.startswith("died"):
            return "program"
        if self.then and self.then not in _RAN:
            return "pool"
        return "task" if self.sees == HANG else ""

    @property
    def leaves(self) -> bool | None:
        """Whether the block was left, be it with an exception; None if it could not be tried."""
        return self.leaving != HANG if self.leaving else None

    @property
    def hangs(self) -> bool:
        """Whether the caller, the next one, or the end of the block waits forever."""
        return HANG in (self.sees, self.then, self.leaving)

    def __str__(self) -> str:
        """All in one line: "hang; pool lost; leaving raises AssertionError"."""
        words = [self.sees or f"({self.empty})"]
        if self.lost in ("task", "pool"):
            words.append(f"{self.lost} lost")
        if self.leaving not in ("", "None"):
            words.append("leaving hangs" if self.leaving == HANG else f"leaving raises {self.leaving}")
        return "; ".join(words)

    __repr__ = __str__


class FailureTable:
    """The cells by failure and way, which Python and start method they are of, and what was left out and why."""

    def __init__(
        self, cells: Mapping[tuple[str, str], Cell], start_method: str, left_out: Collection[str] = ()
    ) -> None:
        """left_out: sentences."""
        self.cells, self.start_method, self.left_out = dict(cells), start_method, list(left_out)
        self.failures = list(dict.fromkeys(failure for failure, _ in self.cells))
        self.ways = list(dict.fromkeys(way for _, way in self.cells))

    def __getitem__(self, place: tuple[str, str]) -> Cell:
        """The cell of a failure and a way; raises KeyError with a sentence if there is none."""
        if place not in self.cells:
            raise KeyError(f"the table has no cell {place!r}; its failures: {self.failures}; its ways: {self.ways}")
        return self.cells[place]

    def surprises(self) -> list[str]:
        """A sentence for each cell that is not as recorded for this Python and start method."""
        known = recorded(self.start_method)
        return [
            f"{failure}, {way}: {cell}; recorded: {' or '.join(known.get((failure, way), ['nothing']))}"
            for (failure, way), cell in self.cells.items()
            if not cell.empty and str(cell) not in known.get((failure, way), [])
        ]

    def grid(self, ax: Axes | None = None) -> Axes:
        """Draw it small, with a word for each cell that hangs or loses something, and return the axes."""
        return as_grid(self, ax)

    @property
    def circumstances(self) -> str:
        """Where it was measured."""
        return f"Python {platform.python_version()}, {platform.system()}, {self.start_method}"

    def __str__(self) -> str:
        """The table in plain text: for each way a line a failure."""
        return as_text(self)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """The table as HTML: a row a failure, a column a way."""
        return as_html(self)


def failure_table(
    failures: Collection[str] | None = None, ways: Collection[str] | None = None, start_method: str | None = None
) -> FailureTable:
    """Run each failure in each way, several at a time, and return what happened.

    failures, ways: their names, all by default; start_method: of multiprocessing, this program's by default. Raises
    ValueError if there is no such name. A way that is not to be had here is left out, with a sentence.
    """
    failures = _chosen("failure", failures, FAILURES)
    ways = _chosen("way", ways, WAYS)
    # The first of all start methods is the default one; to ask for it by name would fix it.
    methods = multiprocessing.get_all_start_methods()
    start_method = start_method or multiprocessing.get_start_method(allow_none=True) or methods[0]
    _chosen("start method", [start_method], methods)
    left_out = [sentence for way in ways if (sentence := missing(way))]
    ways = [way for way in ways if not missing(way)]
    # Row by row, so that the ways that need much of the machine do not all run at the same time.
    places = [(failure, way) for failure in failures for way in ways]
    with ThreadPoolExecutor(_AT_ONCE) as watchdogs:
        running = [watchdogs.submit(_cell, failure, way, start_method) for failure, way in places]
        try:
            cells = [cell.result() for cell in with_progress(running, "Failing")]
        except BaseException:  # Ctrl-C, most likely
            watchdogs.shutdown(cancel_futures=True)
            raise
    return FailureTable(dict(zip(places, cells, strict=True)), start_method, left_out)


def _chosen(kind: str, names: Collection[str] | None, known: Collection[str]) -> list[str]:
    names = list(known) if names is None else list(names)
    for name in names:
        if name not in known:
            raise ValueError(f"there is no {kind} {name!r}; there are: {', '.join(known)}")
    return names


def _cell(failure: str, way: str, start_method: str) -> Cell:
    if why := empty(failure, way):
        return Cell(empty=why)
    # What hangs is found out in the child, which knows what may be idle; the limit here is a last resort.
    outcome = watch(examine, failure, way, start_method, limit_s=_LIMIT_S)
    if outcome.ending == "finished":
        return Cell(*outcome.value, errors=outcome.errors)
    if outcome.ending == "hung":
        return Cell(f"no answer within {_LIMIT_S} s", errors=outcome.errors)
    return Cell(str(outcome), errors=outcome.errors)  # it died; or it raised, as its block cannot be entered
