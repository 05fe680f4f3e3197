"""Checkers for the exercises of exceptions/01_threads_and_processes."""

import multiprocessing
import os
import re
import signal
import threading
import traceback
from collections.abc import Callable, Sequence
from typing import Any

from helpers.checks.family import Family, Trial
from helpers.checks.processes.apparatus import BIG_BYTES, Started, cell_functions_cross, judged
from helpers.checks.verdict import QUIET_S, Meeting, NotYet, say

# run_all --------------------------------------------------------------------------------------------------------------

_ERRORS = {"ValueError": ValueError, "KeyError": KeyError, "exit": SystemExit, "Ctrl-C": KeyboardInterrupt}
_TASKS = Family(
    tasks=(
        ["returns None", "raises ValueError", "returns 0", "raises KeyError"],
        ["raises exit", "returns 3", "raises Ctrl-C"],
        ["returns an error", "raises ValueError"],
        ["returns ''"],
        [],
    )
)
_VALUES = {"None": None, "0": 0, "3": 3, "''": "", "an error": LookupError("a result, and no failure")}


def check_run_all(run_all: Callable[[Sequence[Callable[[], Any]]], list[tuple]]) -> None:
    """Print whether run_all(tasks) runs all in threads at once and returns (result, error) for each, in order."""
    solved = "{trials} of {trials} lists: all at the same time, each result and each error at its place, and none lost."
    say(judged(_judge_run_all, run_all, _TASKS, solved=solved))


class _Task:
    """A function for a thread: it waits until all are running, the first one until the last has ended as well."""

    def __init__(self, does: str, together: Meeting) -> None:
        kind, _, self.what = does.partition(" ")
        self.error = _ERRORS[self.what]("no such row") if kind == "raises" else None
        self.together, self.last, self.thread = together, None, None

    def __call__(self) -> Any:
        self.thread = threading.current_thread()
        self.together.wait()
        last = self.last and self.last.thread
        if last and self.together.peak == self.together.expected and last is not self.thread:
            last.join(QUIET_S / 4)  # with a limit, since an executor's thread lives on
        return self._read_row()

    def _read_row(self) -> Any:
        if self.error:
            raise self.error
        return _VALUES[self.what]


def _judge_run_all(run_all: Callable, trial: Trial) -> None:
    together = Meeting(len(trial.tasks))
    tasks = [_Task(does, together) for does in trial.tasks]
    if len(tasks) > 1:
        tasks[0].last = tasks[-1]
    printed, before = threading.excepthook, threading.active_count()
    threading.excepthook = lambda args: None  # what an answer loses is found below
    try:
        outcomes = run_all(list(tasks))
    except BaseException as error:
        if not any(error is task.error for task in tasks):
            raise
        raise NotYet(f"{_name(error)} of a task came out of run_all. Catch it there, and return it.") from None
    finally:
        threading.excepthook = printed
    if together.in_main_thread:
        raise NotYet("a task ran in the main thread. Each needs a thread of its own.")
    if together.peak < together.expected:
        raise NotYet(
            f"at most {together.peak} of {together.expected} tasks ran at the same time. Start every thread before you "
            "wait for the first."
        )
    if threading.active_count() > before:
        raise NotYet("a thread still ran when run_all had returned. Join each.")
    _judge_outcomes(tasks, outcomes)


def _judge_outcomes(tasks: list[_Task], outcomes: Any) -> None:
    if not isinstance(outcomes, list) or len(outcomes) != len(tasks):
        raise NotYet(f"there should be a list of {len(tasks)} pairs, and there is {outcomes!r:.80}.")
    for number, (task, outcome) in enumerate(zip(tasks, outcomes, strict=True)):
        if not isinstance(outcome, tuple) or len(outcome) != 2:
            did = f"raised {_name(task.error)}" if task.error else f"returned {_VALUES[task.what]!r}"
            raise NotYet(
                f"task {number} {did}, and its outcome should be a pair (result, error), and is {outcome!r:.60}."
            )
        result, error = outcome
        if task.error is None and (error is not None or result is not _VALUES[task.what]):
            raise NotYet(
                f"the outcome of task {number} should be {(_VALUES[task.what], None)!r}, and is {outcome!r:.80}."
            )
        if task.error and error is not task.error:
            raise NotYet(
                f"task {number} raised {_name(task.error)}, and its outcome is {outcome!r:.80}. The error should be "
                "the exception itself."
            )
        if task.error:
            _judge_error(number, task.error, result)


def _judge_error(number: int, error: BaseException, result: Any) -> None:
    frames = traceback.extract_tb(error.__traceback__)
    if not any(frame.name == _Task._read_row.__name__ for frame in frames):
        raise NotYet(f"the error of task {number} has lost its traceback, and so the line that raised it.")
    if result is not None:
        raise NotYet(f"task {number} raised, so its result should be None, and is {result!r:.60}.")
    notes = getattr(error, "__notes__", [])
    if len(notes) != 1 or re.findall(r"task (\d+)", notes[0]) != [str(number)]:
        raise NotYet(f"the error of task {number} should have one note that says 'task {number}', and has {notes!r}.")


def _name(error: BaseException) -> str:
    """What kind of exception it is, with its article."""
    name = type(error).__name__
    return f"an {name}" if name[0] in "AEIOU" else f"a {name}"


# run_in_process -------------------------------------------------------------------------------------------------------

_CALLS = Family(
    call=(
        "returns None", "returns big", "returns 0", "ends with code 3", "ends with code 0", "ends by a signal",
        "raises ValueError", "raises big", "returns an error", "returns a lambda", "raises with a lambda",
        "raises what cannot be unpickled",
    )
)  # fmt: skip


def check_run_in_process(run_in_process: Callable[..., Any]) -> None:
    """Print whether run_in_process(function, *args) returns what function returns in a child, or raises its error."""
    solved = "{trials} of {trials} calls: each value and each error came back, and no process is left."
    say(judged(_judge_run_in_process, run_in_process, _CALLS, solved=solved))


class _TwoArguments(Exception):
    """An exception that can be pickled and not unpickled: only one of its arguments is given to super()."""

    def __init__(self, table: str, row: int) -> None:
        super().__init__(f"no row {row} in {table}")


def _read_row(call: str, caller: int) -> Any:
    """What runs in the child."""
    if os.getpid() == caller:
        return "in the parent"
    match call.split(" ", 1):
        case "raises", "what cannot be unpickled":
            raise _TwoArguments("users", 7)
        case "raises", what:
            raise ValueError({"big": bytes(BIG_BYTES), "with a lambda": lambda: 7}.get(what, "no such row"))
        case "ends", "by a signal":
            os.kill(os.getpid(), signal.SIGTERM)
        case "ends", how:
            os._exit(int(how[-1]))
    return {"big": bytes(BIG_BYTES), "a lambda": lambda: 7, **_VALUES}[call.removeprefix("returns ")]


def _judge_run_in_process(run_in_process: Callable, trial: Trial) -> None:
    with Started(_judge_call, run_in_process, trial.call) as call:
        if not call.ends():
            raise NotYet(f"it does not come back. {_why_it_waits(trial.call)}")
        call.value()


def _why_it_waits(call: str) -> str:
    if call.endswith("big"):
        return "Receive before you join: a process does not end before what it sent has been read."
    return (
        "The child has ended without an answer: close your copy of its end of the pipe, so that recv raises EOFError, "
        "or wait for the process's sentinel as well."
    )


def _judge_call(run_in_process: Callable, call: str) -> None:
    """In a process that may hang: make the call, and judge what comes of it."""
    error = value = None
    try:
        with cell_functions_cross():
            value = run_in_process(_read_row, call, os.getpid())
    except Exception as caught:  # noqa: BLE001  whatever it raises is judged
        error = caught
    except BaseException as caught:  # noqa: BLE001
        raise NotYet(f"it raised {type(caught).__name__}, which ends the parent as well.") from None
    if multiprocessing.process._children:
        raise NotYet("the process was never joined. Join it, however the call ends.")
    if value == "in the parent":
        raise NotYet("the function ran in the parent, and should run in a process of its own.")
    match call.split(" ", 1):
        case "returns", "a lambda":
            _judge_unsendable(error, value, "a lambda cannot be pickled")
        case "raises", "with a lambda" | "what cannot be unpickled":
            _judge_unsendable(error, value, "this exception cannot be sent")
        case "returns", what:
            _judge_returned(what, error, value)
        case "raises", what:
            _judge_raised(what, error, value)
        case "ends", how:
            code = {"by a signal": -signal.SIGTERM if os.name == "posix" else int(signal.SIGTERM)}.get(how, how[-1])
            _judge_ended(str(int(code)), error, value)


def _said(error: Exception) -> str:
    """The exception's type and text, the same in every run: without an address."""
    return re.sub(r" at 0x\w+", "", f"{type(error).__name__}: {error!s:.80}")


def _judge_unsendable(error: Exception | None, value: Any, what: str) -> None:
    if error is None:
        raise NotYet(f"{what}, so the call should raise an error that says so, and it returned {value!r:.40}.")


def _judge_returned(what: str, error: Exception | None, value: Any) -> None:
    wanted = bytes(BIG_BYTES) if what == "big" else _VALUES[what]
    if error is not None:
        raise NotYet(f"the function returned {what}, and the call raised {_said(error)}.")
    if repr(value) != repr(wanted):  # an exception that has been sent is not equal to itself
        raise NotYet(f"the call should return {wanted!r:.60}, and returned {value!r:.60}.")


def _judge_raised(what: str, error: Exception | None, value: Any) -> None:
    if error is None:
        raise NotYet(f"the function raised ValueError, and the call returned {value!r:.60}. Raise it in the parent.")
    if type(error) is not ValueError or len(error.args) != 1:
        raise NotYet(f"the function raised ValueError, and the call raised {_said(error)}.")
    told = "".join(traceback.format_exception(error))
    if "Traceback" not in told or f"in {_read_row.__name__}" not in told:
        raise NotYet(
            "the child's traceback is lost: exceptions are pickled without it. Send it as text, and add it as a note "
            f"or as the cause, so that the line in {_read_row.__name__} can be found."
        )


def _judge_ended(code: str, error: Exception | None, value: Any) -> None:
    if error is None:
        raise NotYet(f"the child ended with exit code {code} and no answer, and the call returned {value!r:.40}.")
    if not isinstance(error, ChildProcessError) or not re.search(rf"(?<![\d-]){code}(?!\d)", str(error)):
        raise NotYet(
            f"the child ended without an answer: raise ChildProcessError with its exit code, {code}. The call raised "
            f"{_said(error)}."
        )
