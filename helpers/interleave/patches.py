"""What the standard library is given instead of its own locks and clocks while an exploration goes on.

Every replacement asks first which thread calls: for threads outside the explored program nothing changes.
"""

from __future__ import annotations

import contextlib
import functools
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures._base import LOGGER
from concurrent.futures.thread import _WorkItem
from typing import Any

from helpers.interleave import primitives, refusals, schedule_points
from helpers.interleave.carriers import controlled, instead
from helpers.interleave.errors import Abort, Over
from helpers.interleave.preflight import Findings
from helpers.interleave.scheduler import Run


def _wait(original: Callable) -> Callable:
    """Condition.wait, which tells the scheduler whose notification its thread waits for."""

    def wait(self: threading.Condition, timeout: float | None = None) -> bool:
        task = controlled()
        if task is None:
            return original(self, timeout)
        outer, task.condition = task.condition, self
        try:
            return original(self, timeout)
        finally:
            task.condition = outer

    return wait


def _is_alive(original: Callable) -> Callable:
    def is_alive(self: threading.Thread) -> bool:
        task = getattr(self, "_interleave_task", None)
        if task is None:
            return original(self)
        task.run.touch(("alive", task.index), write=False)
        task.note_joined()
        return not task.finished

    return is_alive


def _thread_method(original: Callable, replacement: Callable) -> Callable:
    def method(self: threading.Thread, *args: Any, **options: Any) -> Any:
        task = controlled()
        if task is None:
            return original(self, *args, **options)
        return replacement(task.run, self, *args, **options)

    return method


class _InOrder(dict):
    """A set that keeps its order, which repeats from run to run."""

    def add(self, item: Any) -> None:
        self[item] = None


def _init_pool(original: Callable) -> Callable:
    def init(self: ThreadPoolExecutor, *args: Any, **options: Any) -> None:
        original(self, *args, **options)
        if controlled() is not None:
            self._threads = _InOrder()

    return init


def _init_future(original: Callable) -> Callable:
    def init(self: Future) -> None:
        original(self)
        if (task := controlled()) is not None:
            task.run.futures_made += 1
            self._interleave_number = task.run.futures_made

    return init


def _hash_of_future(self: Future) -> int:
    """By number: as_completed and wait go through sets of futures, and addresses differ from run to run."""
    return getattr(self, "_interleave_number", None) or object.__hash__(self)


def _run_item(original: Callable) -> Callable:
    """What a worker of a pool does with a task: from here on it is no longer the pool that runs."""

    def run(self: Any, *context: Any) -> None:
        task = controlled()
        if task is None:
            return original(self, *context)
        schedule_points.begin_item(task.run, task)
        try:
            return original(self, *context)
        finally:
            task.has_item, task.site = False, 0

    return run


class _Output:
    """Standard output that keeps what controlled threads print and passes on all else."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        task = controlled()
        if task is None:
            return self._stream.write(text)
        task.run.output.append((task, text))
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


_EPOCH = 1_800_000_000.0  # what time.time() begins with, the same in every run


def _living(run: Run) -> list[threading.Thread]:
    for task in run.tasks:
        run.touch(("alive", task.index), write=False)
    run.touch(("thread", len(run.tasks)), write=False)  # the next to start
    return [task.thread for task in run.tasks if not task.finished]


_LIVING = {"enumerate": _living, "active_count": lambda run: len(_living(run))}


def _unraisable(original: Callable) -> Callable:
    """sys.unraisablehook, silent about what the end of a run raises in destructors."""

    def report(unraisable: Any) -> None:
        task = controlled()
        if unraisable.exc_type not in (Abort, Over) and (task is None or not task.run.ending):
            original(unraisable)

    return report


def _unless_over(log: Callable) -> Callable:
    """An executor's log, silent about workers that the end of a run ends."""

    def record(*args: Any, **options: Any) -> None:
        task = controlled()
        if task is None or not task.run.ending:
            log(*args, **options)

    return record


def _next_thread_number(run: Run) -> int:
    """Threads are called Thread-1, Thread-2 in every run, so that names repeat."""
    run.threads_made += 1
    return run.threads_made


def _replacements() -> Iterator[tuple[Any, str, Any]]:
    """Each owner, attribute and new value."""
    lock = instead(threading.Lock, primitives.Lock)
    yield threading, "Lock", lock
    yield threading, "_allocate_lock", lock
    yield threading, "RLock", instead(threading.RLock, primitives.RLock)
    yield threading, "main_thread", instead(threading.main_thread, lambda run: run.tasks[0].thread)
    yield threading.Condition, "wait", _wait(threading.Condition.wait)
    yield threading.Thread, "start", _thread_method(threading.Thread.start, primitives.start)
    yield threading.Thread, "join", _thread_method(threading.Thread.join, primitives.join)
    yield threading.Thread, "is_alive", _is_alive(threading.Thread.is_alive)
    monotonic = instead(time.monotonic, primitives.now)
    for owner, name in ((threading, "_time"), (time, "monotonic"), (queue, "time")):
        yield owner, name, monotonic
    yield time, "time", instead(time.time, lambda run: _EPOCH + primitives.now(run))
    yield time, "time_ns", instead(time.time_ns, lambda run: round((_EPOCH + primitives.now(run)) * 1e9))
    yield time, "perf_counter", instead(time.perf_counter, primitives.now)
    for name in ("monotonic_ns", "perf_counter_ns"):
        yield time, name, instead(getattr(time, name), lambda run: round(primitives.now(run) * 1e9))
    yield threading, "_counter", instead(threading._counter, _next_thread_number)
    yield ThreadPoolExecutor, "_counter", staticmethod(instead(ThreadPoolExecutor._counter, lambda run: 0))
    yield ThreadPoolExecutor, "__init__", _init_pool(ThreadPoolExecutor.__init__)
    yield Future, "__init__", _init_future(Future.__init__)
    yield Future, "__hash__", _hash_of_future
    yield _WorkItem, "run", _run_item(_WorkItem.run)
    yield time, "sleep", instead(time.sleep, primitives.sleep)
    simple_queue = queue.SimpleQueue
    yield queue, "SimpleQueue", instead(simple_queue, lambda run: queue._PySimpleQueue(), queue._PySimpleQueue)
    yield sys, "stdout", _Output(sys.stdout)
    yield sys, "unraisablehook", _unraisable(sys.unraisablehook)
    yield LOGGER, "critical", _unless_over(LOGGER.critical)
    for name in ("enumerate", "active_count"):
        yield threading, name, instead(getattr(threading, name), _LIVING[name])
    yield from refusals.all_of_them()


def _imported_by_name(namespaces: list[dict], replaced: dict[int, Any]) -> Iterator[tuple[dict, str, Any]]:
    """Names in the program's modules that hold an original: `from threading import Lock`, `from time import sleep`."""
    for namespace in namespaces:
        for name, value in list(namespace.items()):
            if id(value) in replaced:
                yield namespace, name, replaced[id(value)]


_MISSING = object()


@contextlib.contextmanager
def installed(findings: Findings) -> Iterator[None]:
    """Replace locks, clocks and waits, in the standard library and wherever the program keeps them."""
    undo: list[Callable[[], None]] = []
    replaced: dict[int, Any] = {}
    try:
        for owner, name, new in list(_replacements()):
            own = vars(owner).get(name, _MISSING)
            if not isinstance(owner, type) and owner is not sys:
                replaced[id(getattr(owner, name))] = new
            undo.append(_restore(owner, name, own))
            setattr(owner, name, new)
        for namespace, name, new in list(_imported_by_name(findings.namespaces, replaced)):
            undo.append(lambda n=namespace, k=name, v=namespace[name]: n.__setitem__(k, v))
            namespace[name] = new
        for value, put in findings.places:
            if id(value) in replaced:
                undo.append(functools.partial(put, value))
                put(replaced[id(value)])
        yield
    finally:
        for step in reversed(undo):
            step()


def _restore(owner: Any, name: str, own: Any) -> Callable[[], None]:
    if own is _MISSING:  # inherited: taking the replacement away uncovers it again
        return lambda: delattr(owner, name)
    return lambda: setattr(owner, name, own)
