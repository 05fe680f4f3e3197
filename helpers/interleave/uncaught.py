"""Uncaught exceptions: one that leaves a thread ends that thread alone; one that leaves main ends the run."""

from __future__ import annotations

import sys
import threading
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from helpers.interleave import audit, effects, hooks
from helpers.interleave.errors import Abort
from helpers.interleave.model import ERROR, Verdict

if TYPE_CHECKING:
    from helpers.interleave.scheduler import Run
    from helpers.interleave.tasks import Task

usual_hook = threading.excepthook  # as it is when an exploration begins
settrace = sys.settrace  # a program finds another one in its place


def call(run: Run, task: Task, work: Callable[[], Any]) -> Any:
    """Do what a thread has to do. An exception that leaves it ends it; one that leaves main ends the run."""
    try:
        if not run.traces:
            return work()
        settrace(audit.trace)
        try:
            return work()
        finally:
            settrace(None)
    except Abort:
        pass
    except SystemExit as error:
        if task.index == 0:  # elsewhere it ends the thread, silently
            _fail(run, error)
    except BaseException as error:  # noqa: BLE001  whatever the program raised is the verdict on it
        if run.ending:
            return None
        if task.index == 0:
            _fail(run, error)
        else:
            _dies(run, task, error)
    return None


def _dies(run: Run, task: Task, error: BaseException) -> None:
    """A thread other than main ends by an exception, which the program's own hook may take care of."""
    run.touch((effects.objects.number(vars(threading)), "excepthook"), write=False)
    try:
        if threading.excepthook is not usual_hook:
            threading.excepthook(threading.ExceptHookArgs((type(error), error, error.__traceback__, task.thread)))
            return
    except Abort:
        return
    except BaseException as worse:  # noqa: BLE001  of the hook itself
        error = worse
    run.died.append(type(error).__name__)
    task.died = in_words(error)


def _fail(run: Run, error: BaseException) -> None:
    if not run.ending:
        run.exception = error
        run.end(Verdict(ERROR, type(error).__name__))


def in_words(error: BaseException) -> str:
    """An exception as Python prints it; its own words may be code of the program's."""
    with hooks.paused():
        return "".join(traceback.format_exception_only(type(error), error)).strip().splitlines()[-1]


def words_of(error: BaseException) -> str:
    """What an exception says, which is code of the program's; nothing where that fails."""
    try:
        return str(error)
    except Exception:  # noqa: BLE001
        return ""
