"""Choices: who can take the next step of a run, and whether that is what earlier runs found at the same point."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.interleave.errors import Impossible, Nondeterministic, does_not_repeat
from helpers.interleave.statements import Statement

if TYPE_CHECKING:
    from helpers.interleave.model import Node
    from helpers.interleave.scheduler import Run
    from helpers.interleave.tasks import Task


def options_of(run: Run) -> tuple[list[int], int]:
    """Who can take the next step, and how many of them, listed first, without a preemption.

    Whoever stepped last goes on for free. If it cannot, anyone who can go on is free. Waking a thread before its time
    while others could run costs as much as a preemption: time is what the others take.
    """
    ready, spinning, sleeping = [], [], []
    for task in run.tasks:
        if task.finished:
            continue
        if task.waiting is None:
            if task.spinning:
                spinning.append(task.index)
            else:
                ready.append(task.index)
        elif task.can_run():
            (spinning if task.spinning else ready).append(task.index)
        elif task.deadline is not None:
            sleeping.append(task)
    later = []
    if sleeping:
        sleeping.sort(key=lambda task: (task.deadline, task.index))
        later = [task.index for task in sleeping]
    if not ready and later:
        ready, later = later[:1], later[1:]
    if not ready:
        return spinning, len(spinning)
    free = len(ready)
    last = run.last
    if last is not None and last.index in ready and (last.waiting is None or last.can_run()):
        ready.remove(last.index)
        ready.insert(0, last.index)
        free = 1
    options = ready + later
    if run.options.collect and not run.collected:
        options, free = _with_collections(run, options, free)
    limit = run.options.max_preemptions
    if limit is not None and run.preemptions >= limit:
        run.bounded = run.bounded or len(options) > free
        options = options[:free]
    return options, free


def _with_collections(run: Run, options: list[int], free: int) -> tuple[list[int], int]:
    """The same options, each also with the garbage collector before the step, where a hook can call it."""
    every = [*options[:free], *(-1 - i for i in options[:free]), *options[free:], *(-1 - i for i in options[free:])]
    kept = [option for option in every if option >= 0 or _can_collect(run.tasks[-1 - option])]
    return kept, sum(option in kept for option in every[: 2 * free])


def _can_collect(task: Task) -> bool:
    return task.waiting is None


def thread_of(option: int) -> int:
    """The number of the thread that takes the step; a negative option stands for one with a collection before it."""
    return option if option >= 0 else -1 - option


def differs(expected: Node, options: list[int], place: Statement) -> bool:
    """Whether a choice is another than the one that earlier runs found there."""
    return expected.options != tuple(options) or expected.place not in (None, place)


def surprise(run: Run, step: int, index: int, expected: Node | None, place: Statement) -> Nondeterministic:
    """The error for a turn that the schedule wants and that is not possible, or not the same as in earlier runs."""
    index = thread_of(index)
    name = run.tasks[index].name if index < len(run.tasks) else f"thread number {index}"
    if expected is None:
        return Impossible(f"Step {step + 1} of the schedule is not possible: {name} cannot run there.")
    found = "other threads could run than before"
    if expected.place is not None:
        was = _describe(expected.place)
        now = _describe(place) if index < len(run.tasks) else "not started"
        found = f"{name} was at {was} before and is at {now} now" if was != now else found
    return does_not_repeat(f": at step {step + 1}, after the same turns, {found}.")


def _describe(place: Statement) -> str:
    return f"line {place.line}, `{place.text}`" if place.text else "its start or end"
