"""Spinning: a thread that goes round a loop with nothing changed can only wait for another, so that goes first.

Without this, the schedule in which the others never run would count as an endless loop of a program that only an unfair
scheduler could keep from ending (Musuvathi and Qadeer, Fair stateless model checking, PLDI 2008).
"""

from __future__ import annotations

import types
from typing import TYPE_CHECKING

from helpers.interleave import footprint, source
from helpers.interleave.tasks import Place, Task

if TYPE_CHECKING:
    from helpers.interleave.scheduler import Run


def spins(run: Run, task: Task, frame: types.FrameType) -> bool:
    """Whether a loop came round with nothing changed since the last time."""
    if not _is_idle(run, task.stack[-1].place):
        return False
    if task.switches != run.switches:
        task.switches = run.switches
        task.trail.clear()
        task.visits.clear()
    state = (tuple(lock.owner for lock in run.locks), _snapshot(frame))
    where = (id(frame), task.stack[-1].place)
    before = task.visits.get(where)
    task.visits[where] = (len(task.trail), state)
    if before is None or before[1] != state:
        return False
    return all(_is_idle(run, place) for place in set(task.trail[before[0] :]))


def _is_idle(run: Run, place: Place) -> bool:
    """Whether a statement assigns nothing, calls nothing that may, and advances no iterator."""
    known = footprint.of_instructions(place.code) if run.opcodes else footprint.of_lines(place.code)
    touched = known.get(place.offset if run.opcodes else place.line, footprint.NOTHING)
    return not touched.changes and not touched.loops


def _snapshot(frame: types.FrameType) -> tuple:
    """The local variables: immutable values as they are, others by identity (their contents count as shared data)."""
    plain = (int, str, float, bool, bytes, type(None))
    return tuple(
        (name, value if type(value) in plain else id(value)) for name, value in source.locals_of(frame).items()
    )
