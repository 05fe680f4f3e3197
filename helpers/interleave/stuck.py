"""A thread that gets on no more although it has the baton: how to tell, how to say where, and how to get it out."""

from __future__ import annotations

import contextlib
import ctypes
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

from helpers.interleave import source
from helpers.interleave.carriers import get_ident
from helpers.interleave.errors import Abort, Uncontrolled
from helpers.interleave.scheduler import Run
from helpers.interleave.surroundings import forget_threads

if TYPE_CHECKING:
    from helpers.interleave.session import Session

_POLL_S = 0.2
_STUCK_S = 4.0  # without a step and without using the processor
_UNWIND_S = 5.0


def watch(session: Session, finished: Any) -> None:
    """Wait until the session's work is over, or a thread with the baton gets on no more: then end the run.

    An exception of a signal's handler, which may come anywhere in here, cancels the work and waits for its end.
    """
    while True:
        try:
            lost = _watch(session, finished)
            break
        except BaseException as problem:  # noqa: BLE001  it is the reason, and the caller gets it
            session.cancel(problem)
    if lost is not None:
        raise lost


def _watch(session: Session, finished: Any) -> BaseException | None:
    """None once the work is over; why it never will be."""
    progress, since = None, time.monotonic()
    while not session.over:
        finished.acquire(timeout=_POLL_S)
        run = session.present
        now = (session.runs, run.steps, len(run.picks), processor_time(run)) if run is not None else None
        if now != progress or (run is not None and wants_to_run(run)):
            progress, since = now, time.monotonic()
        elif run is not None and run.current is not None and time.monotonic() - since > _patience(session):
            return _free(session, run, session.cancelled or Uncontrolled(sentence(run)), finished)
    return None


def _patience(session: Session) -> float:
    return _STUCK_S if session.cancelled is None else _POLL_S


def _free(session: Session, run: Run, problem: BaseException, finished: Any) -> BaseException | None:
    """End a run whose thread waits outside the scheduler: unwind the others first, which may hold what it wants.

    None, or the problem if the thread cannot be had back.
    """
    session.cancelled = problem
    task = run.stuck = run.current
    run.abandon(problem)
    driver = run.carriers[0]
    if task.index:
        driver.open()
    else:
        for other in run.tasks[1:]:
            if other.begun and not other.finished:
                other.carrier.open()
                driver.gate.acquire(timeout=_UNWIND_S)
    deadline = time.monotonic() + _UNWIND_S
    while not session.over:
        finished.acquire(timeout=_POLL_S)
        raise_in(task.carrier.ident, Abort)
        if time.monotonic() > deadline:  # it is in C code that cannot be interrupted, and ends when that does
            withdraw_from(task.carrier.ident)
            task.carrier.lost = driver.lost = True
            threading._active.pop(driver.ident, None)
            forget_threads(run)
            return problem
    return None


def raise_in(ident: int, exception: type[BaseException] | None) -> None:
    """Raise an exception in another thread, once that runs Python code; None takes it back."""
    what = ctypes.py_object() if exception is None else ctypes.py_object(exception)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(ident), what)


def withdraw_from(ident: int) -> None:
    """Take back an exception that its thread has not come to raise.

    On 3.11 the word that there is one goes to all threads, and stays until one of them has raised one: until then a
    traced thread that calls a function goes round in circles. So this thread raises one.
    """
    raise_in(ident, None)
    if sys.version_info < (3, 12):
        with contextlib.suppress(Abort):
            raise_in(get_ident(), Abort)
            while True:  # until it comes
                pass


def processor_time(run: Run) -> float | None:
    """Seconds of processor time of the thread that has the baton; None where the system does not tell."""
    if run.current is None or not hasattr(time, "pthread_getcpuclockid"):
        return None
    try:
        return round(time.clock_gettime(time.pthread_getcpuclockid(run.current.carrier.ident)), 2)
    except OSError:
        return None


def wants_to_run(run: Run) -> bool:
    """Whether the thread with the baton only waits for a processor, which can take long on a busy machine. (Linux)"""
    if run.current is None:
        return True
    try:
        with open(f"/proc/self/task/{run.current.carrier.native_id}/stat") as status:
            return status.read().rpartition(")")[2].split()[0] != "S"
    except OSError:
        return False


def sentence(run: Run) -> str:
    """Where the thread with the baton waits, and what to do about it."""
    frame = sys._current_frames().get(run.current.carrier.ident)
    while frame is not None and source.kind_of(frame.f_code) is not source.READER:
        frame = frame.f_back
    if frame is None:
        where = f"{run.current.name} waits"
    else:
        where = f"Line {frame.f_lineno}, `{source.text_of(frame.f_code.co_filename, frame.f_lineno)}`, waits"
    return (
        f"{where} for something that the explorer does not schedule. Make locks and queues inside the program, "
        "and put a queue.Queue in the place of a process, a socket or a file."
    )
