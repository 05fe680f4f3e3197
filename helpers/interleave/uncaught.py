"""Uncaught exceptions: one that leaves a thread ends that thread alone; one that leaves main ends the run."""

from __future__ import annotations

import sys
import threading
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from helpers.interleave import audit, hooks
from helpers.interleave.errors import Abort
from helpers.interleave.model import ERROR, Verdict

if TYPE_CHECKING:
    from helpers.interleave.scheduler import Run
    from helpers.interleave.tasks import Task

_python_excepthook = threading.excepthook
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
        elif threading.excepthook is not _python_excepthook:
            threading.excepthook(threading.ExceptHookArgs((type(error), error, error.__traceback__, task.thread)))
        else:
            run.died.append(type(error).__name__)
            task.died = in_words(error)
    return None


def _fail(run: Run, error: BaseException) -> None:
    if not run.ending:
        run.exception = error
        run.end(Verdict(ERROR, type(error).__name__))


def in_words(error: BaseException) -> str:
    """An exception as Python prints it; its own words may be code of the program's."""
    with hooks.paused():
        return "".join(traceback.format_exception_only(type(error), error)).strip().splitlines()[-1]
