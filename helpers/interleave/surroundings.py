"""What a session holds still in the process around it: the garbage collector, Ctrl-C, and the tables of threads."""

from __future__ import annotations

import contextlib
import gc
import signal
import sys
import threading
import types
from collections.abc import Iterator
from typing import TYPE_CHECKING

from helpers.interleave.scheduler import Run

if TYPE_CHECKING:
    from helpers.interleave.session import Session


@contextlib.contextmanager
def no_collections() -> Iterator[None]:
    """Keep the garbage collector out of runs: it would come at moments that do not repeat themselves.

    It comes before each run, and need not look at what was there before.
    """
    was_on = gc.isenabled()
    gc.disable()
    gc.freeze()
    try:
        yield
    finally:
        gc.collect()
        gc.unfreeze()
        if was_on:
            gc.enable()


@contextlib.contextmanager
def interrupts_cancel(session: Session) -> Iterator[None]:
    """Let Ctrl-C cancel the session, instead of raising an exception wherever this thread happens to be."""
    usual = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(usual):
        yield
        return

    def cancel(number: int, frame: types.FrameType | None) -> None:
        try:
            usual(number, frame)
        except BaseException as interrupt:  # noqa: BLE001  KeyboardInterrupt, or what else the usual handler raises
            session.cancel(interrupt)

    signal.signal(signal.SIGINT, cancel)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)
    if session.cancelled is not None and session.failure is None:  # it came when the work was done
        raise session.cancelled


def forget_threads(run: Run) -> None:
    """Leave no trace of the program's threads in the tables of threading and concurrent.futures."""
    pools = sys.modules.get("concurrent.futures.thread")
    for task in run.tasks[1:]:
        threading._active.pop(task.carrier.ident, None)
        if hasattr(task.thread, "_is_stopped"):  # up to 3.12
            task.thread._is_stopped = True
        if pools is not None:
            pools._threads_queues.pop(task.thread, None)
