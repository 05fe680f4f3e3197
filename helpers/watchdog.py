"""Run something that may hang: in a child process, with a limit, and with nothing left afterwards.

    outcome = watch(may_hang, limit_s=2)
    outcome.ending     # "finished", "raised", "hung" or "died"

The function travels to the child by value (cloudpickle), so one defined in a notebook cell works under every start
method. The child is a fresh interpreter; helpers.watched is what runs in it.
"""

from __future__ import annotations

import contextlib
import marshal
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
import time
import types
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import cloudpickle
import psutil

from helpers.polling import wait_until
from helpers.process_tree import END_LIMIT_S, IDLE_S, end_tree, ends_while_busy, living_after, starves, workers
from helpers.stacks import Frame, Stack, parse_stacks, without_parent

_START_LIMIT_S = 60  # for the interpreter to start on a busy machine; not part of the caller's limit
_LONGEST_S = 60  # for a function that always does something, and never ends
_MOST_LIMITS = 10  # for one that the machine is too busy for


@dataclass(frozen=True)
class Outcome:
    """How a watched function ended.

    finished: it returned value. raised: error says what, trace where. hung: the limit came first, and stacks holds
    every thread of the child and (not on Windows) of the processes that it had started. died: the child process ended
    without a word, with exit_code (negative: the signal). output and errors are what it wrote to stdout and to stderr
    until then.
    """

    ending: Literal["finished", "raised", "hung", "died"]
    value: Any = None
    error: BaseException | None = None
    trace: list[Frame] = field(default_factory=list)
    stacks: list[Stack] = field(default_factory=list)
    exit_code: int | None = None
    output: str = ""
    errors: str = ""

    @property
    def problem(self) -> str:
        """The error in words: "KeyError: 'lost'", or "KeyboardInterrupt" if it says nothing."""
        said = f": {self.error}" if str(self.error) else ""
        return f"{type(self.error).__name__}{said}"

    def __str__(self) -> str:
        """What a page prints: the ending, and for a hang one line for each thread that says something about it."""
        if self.ending == "finished":
            return f"finished: {self.value!r}"
        if self.ending == "raised":
            return f"raised: {self.problem}"
        if self.ending == "died":
            return f"died: exit code {self.exit_code}"
        return "\n".join(["hung:", *(f"  {stack}" for stack in self.stacks if stack.tells)])

    __repr__ = __str__


def watch(function: Callable[..., Any], *args: Any, limit_s: float | None = None) -> Outcome:
    """Run function(*args) in a child process and say how it ended; it never hangs and leaves no process behind.

    It is hung once nothing has happened in it for some seconds: no process began or ended, none used the CPU; or once
    it has taken a minute. limit_s: seconds it may take instead, whatever happens in them; the child's own start does
    not count, and on a machine that is too busy for it there are more of them. Locks and thread-locals that the
    function refers to arrive in the child as new ones. Raises ValueError if limit_s is not positive, and TypeError,
    with a sentence that names it, if the function refers to something that cannot be sent to another process.
    """
    if limit_s is not None and limit_s <= 0:
        raise ValueError(f"limit_s must be positive, not {limit_s}")
    work = _pickled((function, args))
    # Whatever the child's libraries put into the temporary directory (sockets of a fork server, say) goes with it.
    with tempfile.TemporaryDirectory(prefix="watch-", ignore_cleanup_errors=True) as directory:
        home = Path(directory)
        start_method = multiprocessing.get_start_method(allow_none=True)
        settings = {"path": sys.path, "start_method": start_method, "alarm_s": limit_s or IDLE_S / 2}
        (home / "work").write_bytes(pickle.dumps(settings) + work)
        with open(home / "output", "wb") as output, open(home / "errors", "wb") as errors:
            child = subprocess.Popen(
                [sys.executable, "-m", "helpers.watched", directory],
                stdin=subprocess.DEVNULL, stdout=output, stderr=errors,
                env={**os.environ, "TMPDIR": directory, "PYTHONPATH": str(Path(__file__).parents[1]),
                     "PYTHON_COLORS": "0",  # tracebacks as plain text, whatever a notebook asks for
                     "PYTHONFAULTHANDLER": "1"},  # see _stacks_of_family
                start_new_session=True,
            )  # fmt: skip
        try:
            started = wait_until(lambda: (home / "started").exists() or child.poll() is not None, _START_LIMIT_S)
            in_time = started and _ends_in_time(child, home / "ended", limit_s)
            stacks = _stacks(child, home) if started and not in_time else []
            wrote = {name: (home / name).read_text(errors="replace") for name in ("output", "errors")}
            stacks += _stacks_of_family(child, home) if stacks else []
        finally:
            end_tree(child)
        if (home / "ended").exists():
            told = pickle.loads((home / "ended").read_bytes())
            told["trace"] = [Frame(*place) for place in told.get("trace", [])]
            return Outcome(**told, **wrote)
        if in_time:
            return Outcome("died", exit_code=child.returncode, **wrote)
        return Outcome("hung", stacks=stacks, **wrote)


def _ends_in_time(child: subprocess.Popen, ended: Path, limit_s: float | None) -> bool:
    def has_ended() -> bool:
        return ended.exists() or child.poll() is not None

    if limit_s is None:
        return ends_while_busy(has_ended, child.pid, _LONGEST_S)
    deadline = time.monotonic() + _MOST_LIMITS * limit_s
    while not wait_until(has_ended, limit_s):
        if time.monotonic() > deadline or not starves(child.pid, limit_s):
            return has_ended()
    return True


def _stacks(child: subprocess.Popen, home: Path) -> list[Stack]:
    """Have the child write down where each of its threads stands, and read it."""
    file = home / "stacks"
    if hasattr(signal, "SIGUSR1"):  # elsewhere the child has set an alarm for itself
        child.send_signal(signal.SIGUSR1)
    # faulthandler writes in C, in one go, whatever Python is doing; it is done once the file has stopped growing.
    size, deadline = -1, time.monotonic() + 5
    while time.monotonic() < deadline and (file.stat().st_size == 0 or file.stat().st_size != size):
        size = file.stat().st_size
        time.sleep(0.1)
    newest = file.read_text(encoding="utf-8").rpartition("Timeout (")[2]  # an alarm rings again and again
    return parse_stacks(newest, main=(home / "started").read_text())


def _stacks_of_family(child: subprocess.Popen, home: Path) -> list[Stack]:
    """End each process that the child has started, oldest first, and read where its threads stood (POSIX).

    Every Python in the family has faulthandler enabled by an environment variable, which fork passes on as well: on
    SIGABRT it writes its stacks to stderr, whatever Python is doing, and dies.
    """
    if os.name != "posix":
        return []
    stacks = []
    family = sorted(workers(child.pid), key=lambda process: (process.create_time(), process.pid))
    child.send_signal(signal.SIGSTOP)  # the child must not react to what happens to its children
    for number, process in enumerate(family, 1):
        said = (home / "errors").stat().st_size
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGABRT)
        living_after(END_LIMIT_S, [process])
        with open(home / "errors", encoding="utf-8", errors="replace") as errors:
            errors.seek(said)
            for stack in parse_stacks(errors.read()):
                thread = f"process {number}" if stack.thread == "main thread" else f"process {number}, {stack.thread}"
                stacks.append(Stack(thread, without_parent(stack.frames)))
    return stacks


class _Pickler(cloudpickle.Pickler):
    """cloudpickle, but a lock or a thread-local that a learner's function refers to arrives as a new one.

    Code arrives as it is: cloudpickle takes away its file's name since 3.1.3, and with it the text of a stack's lines.
    """

    dispatch_table = cloudpickle.Pickler.dispatch_table.new_child(
        {
            types.CodeType: lambda code: (marshal.loads, (marshal.dumps(code),)),  # the child is the same Python
            type(threading.Lock()): lambda lock: (threading.Lock, ()),
            type(threading.RLock()): lambda lock: (threading.RLock, ()),
            threading.local: lambda local: (threading.local, ()),
        }
    )


def _pickled(work: object) -> bytes:
    from io import BytesIO

    buffer = BytesIO()
    try:
        _Pickler(buffer).dump(work)
    except (TypeError, pickle.PicklingError) as error:
        raise TypeError(f"the function refers to something that cannot be sent to another process: {error}") from None
    return buffer.getvalue()
