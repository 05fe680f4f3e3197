"""What a session holds still in the process around it: the garbage collector, Ctrl-C, and the tables of threads."""

from __future__ import annotations

import contextlib
import gc
import signal
import sys
import threading
import types
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from helpers.interleave import uncaught
from helpers.interleave.scheduler import Run

if TYPE_CHECKING:
    from helpers.interleave.session import Session


@contextlib.contextmanager
def held_still() -> Iterator[None]:
    """What an exploration needs to be so, or to stay so, from its first run to its last."""
    limit = sys.getrecursionlimit()
    uncaught.usual_hook = threading.excepthook
    sys.setrecursionlimit(2 * limit + 1_000)  # a call takes two frames where it is reported
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


@contextlib.contextmanager
def no_collections() -> Iterator[None]:
    """Keep the garbage collector out of runs: it would come at moments that do not repeat themselves.

    It comes before each run, and need not look at what was there before.
    """
    was_on, was_frozen = gc.isenabled(), gc.get_freeze_count() > 0
    gc.disable()
    gc.freeze()
    try:
        yield
    finally:
        gc.collect()
        if not was_frozen:
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


def _ended() -> Any:
    """What a thread object has, from 3.13 on, whose thread has ended."""
    thread = threading.Thread(target=int)
    thread.start()
    thread.join()
    return getattr(thread, _HANDLE, None)


_HANDLE = "_handle" if sys.version_info < (3, 14) else "_os_thread_handle"
_ENDED = _ended()


def forget_threads(run: Run) -> None:
    """Leave no trace of the program's threads in threading and concurrent.futures."""
    threading.excepthook = uncaught.usual_hook  # a run that is cut short does not put it back
    pools = sys.modules.get("concurrent.futures.thread")
    for task in run.tasks[1:]:
        threading._active.pop(task.carrier.ident, None)
        if hasattr(task.thread, "_is_stopped"):  # up to 3.12
            task.thread._is_stopped = True
        else:
            setattr(task.thread, _HANDLE, _ENDED)
        if pools is not None:
            pools._threads_queues.pop(task.thread, None)
