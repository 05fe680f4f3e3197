"""Refusals: what a thread may wait for that the explorer cannot schedule, and what to do instead."""

from __future__ import annotations

import _thread
import builtins
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

from helpers.interleave.carriers import instead
from helpers.interleave.errors import Abort, Uncontrolled
from helpers.interleave.scheduler import Run
from helpers.interleave.tasks import Task

_NO_PROCESSES = "Explore the part that runs in threads; for processes, call the worker's function directly."
_NO_SOCKETS = "Put a queue.Queue in the place of the connection."
_NO_FILES = "Put a queue.Queue in the place of what it waits for."
_NO_SIGNALS = "Let a thread do what the handler does, and put a threading.Event in the place of the signal."
_NO_THREAD_POOL = "Use concurrent.futures.ThreadPoolExecutor."
_NO_TASKS = "Explore threads; asyncio switches only at await, and its loop is a scheduler of its own."


def all_of_them() -> Iterator[tuple[Any, str, Any]]:
    """Each owner, attribute, and what stands in its place."""

    def refused(owner: Any, name: str, what: str, advice: str) -> tuple[Any, str, Any]:
        return owner, name, _refused(getattr(owner, name), what, advice)

    yield refused(builtins, "input", "input()", "Pass the answer in as a value.")
    yield refused(subprocess.Popen, "__init__", "another process", _NO_PROCESSES)
    for name in ("fork", "forkpty", "posix_spawn", "posix_spawnp", "system", "waitpid"):
        if hasattr(os, name):
            yield refused(os, name, "another process", _NO_PROCESSES)
    for name in ("select", "poll", "epoll", "kqueue"):
        if hasattr(select, name):
            yield refused(select, name, "a wait for files or sockets", _NO_FILES)
    for name in ("signal", "raise_signal", "setitimer", "alarm", "pthread_kill", "pause", "sigwait"):
        if hasattr(signal, name):
            yield refused(signal, name, f"signal.{name}", _NO_SIGNALS)
    yield refused(os, "kill", "os.kill", _NO_SIGNALS)
    for name in ("accept", "connect", "recv", "recv_into", "send", "sendall"):
        yield refused(socket.socket, name, "a socket", _NO_SOCKETS)
    for name in ("settrace", "setprofile"):
        yield refused(sys, name, f"sys.{name}", "Trace one schedule outside, or print what you want to see.")
    for name in ("start_new_thread", "start_new", "start_joinable_thread"):
        if hasattr(_thread, name):
            yield refused(_thread, name, "a thread without threading.Thread", "Use threading.Thread.")
    yield refused(_thread, "interrupt_main", "_thread.interrupt_main", _NO_SIGNALS)
    yield refused(os, "_exit", "os._exit", "Return from the program, or raise SystemExit.")
    modules = sys.modules
    if "multiprocessing.process" in modules:
        yield refused(modules["multiprocessing.process"].BaseProcess, "start", "another process", _NO_PROCESSES)
    if "multiprocessing.synchronize" in modules:
        locks = modules["multiprocessing.synchronize"].SemLock
        yield refused(locks, "__init__", "a lock between processes", "Use the lock of the same name from threading.")
    if "multiprocessing.pool" in modules:
        pool = modules["multiprocessing.pool"].ThreadPool
        yield refused(pool, "__init__", "multiprocessing.pool.ThreadPool", _NO_THREAD_POOL)
    if "asyncio" in modules:
        loop = modules["asyncio"].base_events.BaseEventLoop
        yield refused(loop, "run_forever", "asyncio", _NO_TASKS)


def _refused(original: Callable, what: str, advice: str) -> Callable:
    """A function that ends the exploration in a controlled thread, because what it waits for cannot be scheduled."""

    def refuse(run: Run, *args: Any, **options: Any) -> Any:
        refuse_in(run, what, advice)

    return instead(original, refuse)


def refuse_in(run: Run, what: str, advice: str) -> None:
    """End the exploration with the reason and the reader's line."""
    run.abandon(Uncontrolled(f"{describe_line(run.current)} uses {what}, which the explorer cannot schedule. {advice}"))
    raise Abort


def describe_line(task: Task) -> str:
    """The line of the program at which a thread stands, for a sentence."""
    place = task.place
    return f"Line {place.line}, `{place.text}`," if place.text else task.name
