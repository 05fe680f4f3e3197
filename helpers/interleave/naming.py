"""What a waiting thread waits for, in the program's own words."""

from __future__ import annotations

import queue
import threading
import types
from collections.abc import Iterator
from typing import Any

from helpers.interleave import primitives, source
from helpers.interleave.scheduler import Run
from helpers.interleave.tasks import Task

_MADE_OF_LOCKS = ("threading", "queue", "concurrent.futures._base", "concurrent.futures.thread")


def waits_for(run: Run, task: Task) -> str | None:
    """The reason why a thread cannot take a step now, or None if it can: "waiting for `lock`, held by Thread-1"."""
    waiting = task.waiting
    if waiting is None or task.can_run():
        return None
    if isinstance(waiting, primitives.Ending):
        return f"waiting for {waiting.task.name} to end"
    if isinstance(waiting, primitives.Sleep):
        return "asleep"
    if waiting.free(task):  # notified already, but the condition's lock is taken
        waiting = task.then
    elif task.condition is not None and waiting is not getattr(task.condition, "_lock", None):
        return _waits_for_notification(run, task)
    name = _name(run, task, waiting)
    held = f"held by {waiting.owner.name}" if waiting.owner is not None else ""
    return f"waiting for {name}, {held}" if name and held else f"waiting for {name or 'a lock'} {held}".rstrip()


def wait_sentence(run: Run, task: Task) -> str:
    """The same as a sentence: "Thread-2 waits for `lock`, held by Thread-1"."""
    reason = waits_for(run, task) or "waiting"
    return f"{task.name} {'is asleep' if reason == 'asleep' else reason.replace('waiting', 'waits', 1)}"


def standstill(run: Run) -> list[str]:
    """A sentence for each thread that can never go on; a cycle of threads that wait for each other comes first."""
    stuck, cycle = _stuck(run), waiting_cycle(run)
    rest = [task for task in stuck if task not in cycle and (task.index or run.options.preempt_main or not cycle)]
    return [wait_sentence(run, task) for task in cycle + rest]


def waiting_cycle(run: Run) -> list[Task]:
    """Threads that wait for each other in a circle, for a lock or for an end; empty where there is no such circle.

    Who will release a semaphore, or notify, is not known beforehand, so a circle of these is not seen.
    """
    for start in _stuck(run):
        path = [start]
        while (owner := _holder(path[-1])) is not None and owner not in path:
            path.append(owner)
        if owner is start:
            return path
    return []


def _stuck(run: Run) -> list[Task]:
    return [task for task in run.tasks if not task.finished and task.waiting is not None]


def _holder(task: Task) -> Task | None:
    """The thread that holds the lock for which this one waits, or whose end it waits for; None for anything else."""
    waiting = task.waiting
    if isinstance(waiting, primitives.Ending):
        return waiting.task
    if task.condition is not None and waiting is not getattr(task.condition, "_lock", None):
        waiting = task.then if waiting.free(task) else None
    return getattr(waiting, "owner", None)


def _waits_for_notification(run: Run, task: Task) -> str:
    owner = _find(run, task, lambda value: _is_part(task.condition, value))
    if owner is None and task.blocked_in is not None and _is_in(task.blocked_in, "concurrent"):
        return "waiting for a result"
    if owner is None:
        return f"waiting to be notified on {_name(run, task, task.condition) or 'a condition'}"
    name, value = owner
    if type(value).__name__ == "_PySimpleQueue":
        return f"waiting for an item in `{name}`"
    phrases = {
        threading.Semaphore: f"waiting for a permit of `{name}`",
        threading.Event: f"waiting for `{name}` to be set",
        threading.Barrier: f"waiting at `{name}` for the others",
        threading.Thread: f"waiting for `{name}`",
    }
    if isinstance(value, queue.Queue):
        if task.condition is value.not_full:
            return f"waiting for room in `{name}`"
        return (
            f"waiting for `{name}` to be done"
            if task.condition is value.all_tasks_done
            else f"waiting for an item in `{name}`"
        )
    for kind, phrase in phrases.items():
        if isinstance(value, kind):
            return phrase
    return f"waiting for `{name}`"


def _is_in(frame: types.FrameType, package: str) -> bool:
    """Whether a function of a package is waiting."""
    while frame is not None and source.kind_of(frame.f_code) is not source.READER:
        if frame.f_globals.get("__name__", "").startswith(package):
            return True
        frame = frame.f_back
    return False


def _is_part(part: Any, value: Any) -> bool:
    """Whether value is an object of the standard library that is built on part."""
    if type(value).__module__ not in _MADE_OF_LOCKS and not isinstance(value, threading.Thread | queue.Queue):
        return False
    parts = list(getattr(value, "__dict__", {}).values())
    return any(p is part or (isinstance(p, threading.Semaphore) and p._cond is part) for p in parts)


def _name(run: Run, task: Task, thing: Any) -> str | None:
    found = _find(run, task, lambda value: value is thing)
    found = found or _find(run, task, lambda value: isinstance(value, threading.Condition) and value._lock is thing)
    return f"`{found[0]}`" if found else None


def _find(run: Run, task: Task, matches: Any) -> tuple[str, Any] | None:
    """The name under which the thread's functions, or else the main program, know an object."""
    frames = [entry.frame for entry in reversed(task.stack)]
    if task.index:
        frames += [entry.frame for entry in reversed(run.tasks[0].stack)]
    for frame in frames:
        for name, value in _candidates(frame):
            if matches(value):
                return name, value
    return None


def _candidates(frame: types.FrameType) -> Iterator[tuple[str, Any]]:
    """Names a function can use, then attributes and items behind them, nearest first."""
    names = [(name, value) for name, value in source.locals_of(frame).items() if not name.startswith(".")]
    names += [(name, frame.f_globals[name]) for name in frame.f_code.co_names if name in frame.f_globals]
    yield from names
    for name, value in names:
        if isinstance(value, list | tuple):
            yield from ((f"{name}[{index}]", item) for index, item in enumerate(value[:50]))
        elif isinstance(value, dict):
            yield from ((f"{name}[{key!r}]", item) for key, item in list(value.items())[:50])
        elif type(value).__module__ not in _MADE_OF_LOCKS:
            for attribute, item in list(getattr(value, "__dict__", {}).items()):
                yield f"{name}.{attribute}", item
                if isinstance(item, list | tuple):
                    yield from ((f"{name}.{attribute}[{i}]", x) for i, x in enumerate(item[:50]))
                elif isinstance(item, dict):
                    yield from ((f"{name}.{attribute}[{k!r}]", x) for k, x in list(item.items())[:50])
