"""Spinning: a thread that goes round a loop with nothing changed can only wait for another, so that goes first.

Without this, the schedule in which the others never run would count as an endless loop of a program that only an unfair
scheduler could keep from ending (Musuvathi and Qadeer, Fair stateless model checking, PLDI 2008).
"""

from __future__ import annotations

import types
from typing import TYPE_CHECKING, Any, NamedTuple

from helpers.interleave import footprint, source, state
from helpers.interleave.tasks import Place, Task

if TYPE_CHECKING:
    from helpers.interleave.scheduler import Run


class Visit(NamedTuple):
    """The state in which a thread came to the head of a loop. Two visits in the same state are a round for nothing."""

    turn: int  # how often the baton had changed hands
    changes: int  # how many statements that may change something the thread had run
    owners: tuple[int, ...]  # who had each lock
    values: tuple[tuple[str, type, Any], ...]  # the local variables: atoms as they are, others by id


def spins(run: Run, task: Task, frame: types.FrameType) -> bool:
    """Whether a loop came round with nothing changed since the last time."""
    entry = task.stack[-1]
    if not is_idle(run, entry.place):
        return False
    owners = tuple(-1 if lock.owner is None else lock.owner.index for lock in run.locks)
    where = entry.place.line, entry.place.offset
    visit = Visit(run.switches, task.changes, owners, _snapshot(frame))
    before = entry.visits.get(where)
    entry.visits[where] = visit
    return before == visit


def visits_that_count(run: Run) -> list[list[tuple[tuple[int, int], Visit]]]:
    """For each frame of the thread that stepped last, the visits that may be the first of two in the same state."""
    task = run.last
    if task is None:
        return []
    now = run.switches, task.changes
    return [[(where, visit) for where, visit in entry.visits.items() if visit[:2] == now] for entry in task.stack]


def is_idle(run: Run, place: Place) -> bool:
    """Whether a statement assigns nothing, calls nothing that may, and advances no iterator."""
    known = footprint.of_instructions(place.code) if run.opcodes else footprint.of_lines(place.code)
    touched = known.get(place.offset if run.opcodes else place.line, footprint.NOTHING)
    return not touched.changes and not touched.loops


def _snapshot(frame: types.FrameType) -> tuple:
    values = source.locals_of(frame).items()
    return tuple((name, type(value), value if type(value) in state.ATOMS else id(value)) for name, value in values)
