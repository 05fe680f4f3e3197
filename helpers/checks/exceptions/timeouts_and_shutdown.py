"""The checker for the exercise of exceptions/03_timeouts_and_shutdown.

The answer runs in a process of its own, which is the program. Ctrl-C comes to that process and to all that it has
started, as a terminal sends it, and it comes at an event: a result that the program has received.
"""

from __future__ import annotations

import _thread
import multiprocessing
import os
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psutil

from helpers.checks.family import Family, Trial
from helpers.checks.processes.apparatus import Started, cell_functions_cross, comes, judged
from helpers.checks.verdict import NotYet, say
from helpers.polling import wait_until
from helpers.process_tree import END_LIMIT_S, is_ready, living_after, workers

_RECEIVED_S = 12  # far longer than the processes need to start; a wrong answer may never receive the result
_ASLEEP_S = 1  # for the main thread to begin to wait; one that polls may never be seen asleep
_POLL_S = 0.05  # seldom, so that a program of which all tasks are long counts as idle

# What a task does: "long" lasts until it is ended, "last" is quick, and Ctrl-C comes once its result has been received;
# anything else is a result. None of the six at the end can begin while the long ones last.
_NEVER = ["never"] * 6
_RUNS = Family(
    tasks=(
        ["long", None, 0, "last", "long", *_NEVER],
        ["", 1, "last", "long", *_NEVER],
        ["long", "long", "quick", "last", "long", *_NEVER],
        ["quick", None, 0],
    ),
    n=(2, 1, 3, 2),
)


def check_run_until_interrupted(run_until_interrupted: Callable[[Callable, Sequence, int, dict], None]) -> None:
    """Print whether run_until_interrupted(work, items, n, results) ends on Ctrl-C, and keeps what was finished."""
    solved = "{trials} of {trials} programs ended as they should, with all that was finished, and no process is left."
    say(judged(_judge_run, run_until_interrupted, _RUNS, solved=solved))


class _Marks:
    """Facts that any process can set down, and any can see: each is a file in a folder."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="marks-"))

    def make(self, fact: str) -> None:
        (self.folder / fact).touch()

    def has(self, fact: str) -> bool:
        return (self.folder / fact).exists()

    def count(self, fact: str) -> int:
        return len(list(self.folder.glob(f"{fact}-*")))


class _Work:
    """The work on an item, which is its place in the list of tasks."""

    def __init__(self, tasks: list, n: int, marks: _Marks) -> None:
        self.tasks, self.n, self.marks = tasks, n, marks

    def __call__(self, item: int) -> Any:
        task = self.tasks[item]
        self.marks.make(f"began-{item}")
        self.marks.make(f"process-{os.getpid()}")
        if _hears_ctrl_c():
            self.marks.make(f"hears-{os.getpid()}")
        while task == "long" and not self.marks.has("released"):
            time.sleep(_POLL_S)
        if task == "last":  # a slow process may have taken its task, and not yet begun it
            wait_until(lambda: self.marks.count("process") >= self.n, _RECEIVED_S / 2)
        return _Result(task, self.marks) if task == "last" else task


def _hears_ctrl_c() -> bool:
    """Whether a Ctrl-C in the program's terminal would interrupt or end this process, which is one of its workers."""
    if os.name == "posix":
        blocked = signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, [])
        if blocked or os.getpgrp() != os.getpgid(os.getppid()):
            return False
    return signal.getsignal(signal.SIGINT) in (signal.default_int_handler, signal.SIG_DFL)


class _Result:
    """A result that, as it is received by another process, says so, and is "last" there."""

    def __init__(self, value: str, marks: _Marks) -> None:
        self.value, self.marks = value, marks

    def __reduce__(self) -> tuple:
        return _receive, (self.value, self.marks)


def _receive(value: str, marks: _Marks) -> str:
    marks.make("received")
    return value


def _judge_run(run_until_interrupted: Callable, trial: Trial) -> None:
    marks, interrupts = _Marks(), "last" in trial.tasks
    with Started(_program, run_until_interrupted, trial.tasks, trial.n, marks) as program:
        if interrupts:
            wait_until(lambda: marks.has("received") or program.has_ended(), _RECEIVED_S)
            if program.has_ended():
                program.value()
                raise NotYet("it came back before Ctrl-C, and two tasks were still running.")
            _send_ctrl_c(program.process.pid, marks)
        # The process is looked at as well: forked workers that outlive it hold its end of the pipe.
        ended = comes(lambda: program.has_ended() or not program.process.is_alive())
        if ended and not program.has_ended():
            raise NotYet("your code ended the program and left its workers behind.")
        _judge_workers(program, marks)
        if not ended:
            marks.make("released")
            raise NotYet(_why_it_stays(program, trial, marks) if interrupts else "all tasks have ended, and it waits.")
        raised, results = program.value()
    _judge_end(trial, marks, raised, interrupts)
    _judge_results(trial.tasks, results)


def _judge_workers(program: Started, marks: _Marks) -> None:
    if marks.has(f"process-{program.process.pid}"):
        raise NotYet("a task ran in the parent, and should run in a process of its own.")
    if marks.count("hears"):
        raise NotYet(
            "Ctrl-C comes to the worker processes as well, in the middle of their tasks: a terminal sends it to every "
            "process of a program. Have the workers ignore SIGINT, in an initializer."
        )


def _send_ctrl_c(program: int, marks: _Marks) -> None:
    """What a terminal does: it sends SIGINT to all processes of the program.

    Its main thread has gone to sleep by then: a signal that comes between Python's last look for one and a system call
    that waits does not end the wait.
    """
    wait_until(lambda: not is_ready(psutil.Process(program)), _ASLEEP_S)
    marks.make("interrupt")  # for the system without process groups
    if hasattr(os, "killpg"):
        os.killpg(program, signal.SIGINT)


def _program(answer: Callable, tasks: list, n: int, marks: _Marks) -> tuple[str | None, dict]:
    """In a process that leads its own group: run the answer, and say what it raised and what it has put down."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(os, "setpgid"):
        os.setpgid(0, 0)
    else:  # Windows sends a Ctrl-C to the whole console, so there it reaches this process alone
        threading.Thread(target=_interrupt_main, args=(marks,), daemon=True).start()
    results, raised = {}, None
    try:
        with cell_functions_cross():
            answer(_Work(tasks, n, marks), list(range(len(tasks))), n, results)
    except KeyboardInterrupt:
        raised = "KeyboardInterrupt"
    living = living_after(END_LIMIT_S, workers(os.getpid()))
    if living:
        raise NotYet(
            f"{len(living)} of its processes were still running afterwards. daemon=True ends a process only when the "
            "program ends by itself, and shutdown(wait=False) ends none: terminate and join them."
        )
    if multiprocessing.process._children:
        raise NotYet("a process was started and never joined. Join each, and none is left.")
    return raised, results


def _interrupt_main(marks: _Marks) -> None:
    while not marks.has("interrupt"):
        time.sleep(_POLL_S)
    _thread.interrupt_main()


def _why_it_stays(program: Started, trial: Trial, marks: _Marks) -> str:
    """What is wrong with an answer that has not come back after Ctrl-C; its tasks have been released since."""
    if not program.ends():
        return (
            "after Ctrl-C it does not come back, not even once all tasks have ended. Does a signal handler wait for a "
            "lock? multiprocessing's Event.set does, and the wait that it interrupts may hold that lock."
        )
    late = sum(task == "never" and marks.has(f"began-{item}") for item, task in enumerate(trial.tasks))
    if late > trial.n + 1:  # a ProcessPoolExecutor cannot cancel that many: its workers may have them already
        return f"after Ctrl-C it began {late} tasks that had not begun before. Cancel them."
    return (
        "after Ctrl-C it waits for the tasks that are running, and they may last for hours. Terminate their processes."
    )


def _judge_end(trial: Trial, marks: _Marks, raised: str | None, interrupts: bool) -> None:
    at_work = marks.count("process")
    if at_work > trial.n or (interrupts and at_work < trial.n):
        raise NotYet(f"n={trial.n} processes should be at work, and there were {at_work}.")
    if interrupts and raised is None:
        raise NotYet("KeyboardInterrupt was swallowed: the caller does not learn that the work is not complete.")
    if raised and not interrupts:
        raise NotYet("it raised KeyboardInterrupt, and no Ctrl-C had come.")


def _judge_results(tasks: list, results: dict) -> None:
    wanted = {item: task for item, task in enumerate(tasks) if task not in ("long", "last", "never")}
    for item, value in wanted.items():
        if item not in results:
            raise NotYet(
                f"task {item} was finished before Ctrl-C, and its result is lost. Take what is done before you leave."
            )
        if results[item] != value or type(results[item]) is not type(value):
            raise NotYet(f"results[{item}] should be {value!r}, and is {results[item]!r:.60}.")
    # The last result may be on its way from one thread of the program to another when Ctrl-C comes.
    for item, value in results.items():
        if item not in wanted and (tasks[item] != "last" or value != "last"):
            raise NotYet(f"task {item} was not finished, and results[{item}] is {value!r:.60}.")
