"""Loops: a thread that goes round with nothing changed can only wait for another, so that goes first.

Without this, the schedule in which the others never run would count as an endless loop of a program that only an unfair
scheduler could keep from ending (Musuvathi and Qadeer, Fair stateless model checking, PLDI 2008).

A round is in vain if the same thread ran all the time, wrote nothing, and is back at the head of the loop with the same
local variables and the same locks taken. Whether it wrote is known only where accesses are recorded: a run in which
that is the question is done again with hooks that record them.
"""

from __future__ import annotations

import types
from typing import TYPE_CHECKING, Any, NamedTuple

from helpers.interleave import source
from helpers.interleave.effects import ATOMS

if TYPE_CHECKING:
    from helpers.interleave.scheduler import Run
    from helpers.interleave.tasks import Entry, Task


class Visit(NamedTuple):
    """The state in which a thread came to the head of a loop. Two visits in the same state are a round in vain."""

    turn: int  # how often the baton had changed hands
    changes: int  # how often the thread had written something
    owners: tuple[int, ...]  # who had each lock
    values: tuple[tuple[str, type, Any], ...]  # the local variables: atoms as they are, others by id


def is_vain(run: Run, task: Task, entry: Entry, number: int, frame: types.FrameType) -> bool:
    """Whether the loop came round with nothing changed since the last time."""
    before = entry.visits.get(number)
    owners = tuple(-1 if lock.owner is None else lock.owner.index for lock in run.locks)
    values = tuple(
        (name, type(value), value if type(value) in ATOMS else id(value))
        for name, value in source.locals_of(frame).items()
    )
    visit = Visit(run.switches, task.changes, owners, values)
    entry.visits[number] = visit
    return before == visit


def open_visits(run: Run) -> tuple:
    """The visits that may be the first of two in the same state: those of the thread that stepped last."""
    task = run.last
    if task is None:
        return ()
    found = tuple(
        (depth, number, task.changes - visit.changes)
        for depth, entry in enumerate(task.stack)
        for number, visit in entry.visits.items()
        if visit.turn == run.switches
    )
    return (task.index, found) if found else ()
