"""A recorder keeps a snapshot of the program between every two steps: its threads, its values, what it has printed."""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Any, NamedTuple

from helpers.interleave import naming, primitives, source
from helpers.interleave.scheduler import Run
from helpers.interleave.statements import NOWHERE, Statement
from helpers.interleave.tasks import Task
from helpers.shown import shown

ABSENT = "–"


class ThreadState(NamedTuple):
    """A thread between two steps.

    status: "ready", "blocked" or "ended"; place: the statement it takes next, or is in
    """

    name: str
    status: str
    place: Statement
    reason: str | None
    in_function: bool  # it has begun to run
    in_progress: bool  # it is in the middle of that statement, and goes on with the rest
    local: dict[str, str]
    arguments: tuple[str, ...] = ()


class Snapshot(NamedTuple):
    """The program between two steps."""

    threads: list[ThreadState]
    watched: dict[str, str]
    printed: int


class Recorder:
    """Watches a run and keeps a snapshot before each step and one at the end.

    watch: expressions over the program's names; None for every plain value among its variables and their attributes
    skip: number of snapshots, from the first, that are not needed
    """

    def __init__(self, watch: list[str] | None, skip: int = 0) -> None:
        """A new recorder serves one run."""
        self.watch, self.skip = watch, skip
        self.anew()

    def anew(self) -> Recorder:
        """Forget the run, which begins again."""
        self.snapshots: list[Snapshot | None] = []
        self.standstill: list[str] = []
        self.in_cycle = False  # the threads of the standstill wait for each other
        self.frames: list[types.FrameType] = []  # of the main program, innermost last
        return self

    def __call__(self, run: Run) -> None:
        """Take a snapshot; a run calls this before each choice and when it has ended."""
        if len(self.snapshots) > len(run.picks):
            return  # the run ended where it stood
        if not self.frames:  # kept, because their variables can be read after they have returned
            self.frames = [entry.frame for entry in run.tasks[0].stack]
        needed = len(self.snapshots) >= self.skip
        self.snapshots.append(self.snapshot(run) if needed else None)
        if not run.ending and not any(task.can_run() or task.can_time_out() for task in run.tasks):
            self.standstill, self.in_cycle = naming.standstill(run), bool(naming.waiting_cycle(run))

    def snapshot(self, run: Run) -> Snapshot:
        """How the program stands now."""
        threads = [thread_state(run, task) for task in run.tasks]
        if self.watch is None:
            watched = dict(plain_values(self.names()))
        else:
            watched = {expression: self.value_of(expression) for expression in self.watch}
        return Snapshot(threads, watched, len(run.output))

    def names(self) -> dict[str, Any]:
        """The main program's variables."""
        return {name: value for frame in self.frames for name, value in source.locals_of(frame).items()}

    def value_of(self, expression: str) -> str:
        """A watched expression's value as text; a dash while its names have no value."""
        if not self.frames:
            return ABSENT
        try:
            return shown(eval(expression, self.frames[-1].f_globals, self.names()))
        except Exception:  # noqa: BLE001  any error of the expression means that it has no value yet
            return ABSENT


def plain_values(names: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The variables, and attributes of the program's own objects, whose values can be shown in a few words."""
    for name, value in names.items():
        if name.startswith(("_", ".")) or callable(value):
            continue
        text = shown(value)
        if not _is_opaque(text):
            yield name, text
        elif type(value).__module__ not in ("threading", "queue", "_thread", primitives.__name__):
            for attribute, item in getattr(value, "__dict__", {}).items():
                if not attribute.startswith("_") and not callable(item) and not _is_opaque(shown(item)):
                    yield f"{name}.{attribute}", shown(item)


def _is_opaque(text: str) -> bool:
    return ("<" in text and " object" in text) or text.startswith("<") or "[<" in text or "(<" in text or ": <" in text


def thread_state(run: Run, task: Task) -> ThreadState:
    """How a thread stands now."""
    if task.finished:
        reason = f"ends with {task.died}" if task.died else None
        return ThreadState(task.name, "ended", NOWHERE, reason, False, False, {})
    reason = naming.waits_for(run, task)
    local: dict[str, str] = {}
    arguments: tuple[str, ...] = ()
    if task.stack:
        code = task.stack[-1].frame.f_code
        arguments = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        shared = (*task.stack[-1].frame.f_code.co_freevars, "self")
        for name, value in source.locals_of(task.stack[-1].frame).items():
            text = shown(value)
            if name not in shared and not _is_opaque(text) and not name.startswith(("_", ".")):
                local[name] = text
    in_progress = task.waiting is not None or task.paused
    return ThreadState(
        task.name, "blocked" if reason else "ready", task.place, reason, bool(task.stack), in_progress, local, arguments
    )
