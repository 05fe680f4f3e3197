"""Choices: who can take the next step of a run, and whether that is what earlier runs found at the same point."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.interleave import source
from helpers.interleave.errors import Nondeterministic
from helpers.interleave.tasks import Place

if TYPE_CHECKING:
    from helpers.interleave.scheduler import Node, Run


def options_of(run: Run) -> tuple[list[int], int]:
    """Who can take the next step, and how many of them, listed first, without a preemption.

    Whoever stepped last goes on for free. If it cannot, anyone who can go on is free. Waking a thread before its time
    while others could run costs as much as a preemption: time is what the others take.
    """
    ready, spinning, sleeping = [], [], []
    for task in run.tasks:
        if task.index == 0 and not run.options.preempt_main and task.waiting is None and not task.spinning:
            continue
        if task.can_run():
            (spinning if task.spinning else ready).append(task.index)
        elif task.can_time_out():
            sleeping.append(task)
    sleeping.sort(key=lambda task: (task.deadline, task.index))
    later = [task.index for task in sleeping]
    if not ready and later:
        ready, later = later[:1], later[1:]
    if not ready:
        return spinning, len(spinning)
    free = len(ready)
    if run.last is not None and run.last.index in ready and run.last.can_run():
        ready.remove(run.last.index)
        ready.insert(0, run.last.index)
        free = 1
    options = ready + later
    limit = run.options.max_preemptions
    if limit is not None and run.preemptions >= limit:
        run.bounded = run.bounded or len(options) > free
        options = options[:free]
    return options, free


def differs(expected: Node, options: list[int], place: Place) -> bool:
    """Whether a choice is another than the one that earlier runs found there."""
    return expected.options != tuple(options) or expected.place not in (None, place)


def surprise(run: Run, step: int, index: int, expected: Node | None, place: Place) -> Nondeterministic:
    """The error for a turn that the schedule wants and that is not possible, or not the same as in earlier runs."""
    name = run.tasks[index].name if index < len(run.tasks) else f"thread number {index}"
    if expected is None or expected.place is None:
        return Nondeterministic(f"Step {step + 1} of the schedule is not possible: {name} cannot run there.")
    was = _describe(expected.place)
    now = _describe(place) if index < len(run.tasks) else "not started"
    found = f"{name} was at {was} before and is at {now} now" if was != now else "other threads could run than before"
    return Nondeterministic(
        f"The program does not repeat itself: at step {step + 1}, after the same turns, {found}. "
        "Remove what differs from run to run "
        "(random numbers, the time of day, the order of a set, leftovers in globals)."
    )


def _describe(place: Place) -> str:
    text = source.text_of(place.code.co_filename, place.line) if place.code else ""
    return f"line {place.line}, `{text}`" if text else "its start or end"
