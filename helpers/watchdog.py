"""Run something that may hang: in a child process, with a limit, and with nothing left afterwards.

    outcome = watch(may_hang, limit_s=2)
    outcome.ending     # "finished", "raised", "hung" or "died"

The function travels to the child by value (cloudpickle), so one defined in a notebook cell works under every start
method. The child is a fresh interpreter; helpers.watched is what runs in it.
"""

from __future__ import annotations

import contextlib
import linecache
import multiprocessing
import os
import pickle
import re
import signal
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

import cloudpickle
import psutil

_START_LIMIT_S = 60  # for the interpreter to start on a busy machine; not part of the caller's limit
_END_LIMIT_S = 5  # for killed processes to end
_POLL_S = 0.01


class Frame(NamedTuple):
    """A place in the code where a thread stands."""

    file: str
    line: int
    function: str

    @property
    def source(self) -> str:
        """The text of the line, or an empty string where it is not known."""
        return linecache.getline(self.file, self.line).strip()

    @property
    def is_library(self) -> bool:
        """Whether the frame belongs to Python, an installed package or helpers; workers count as the reader's code."""
        if self.file.startswith(_WORKERS):
            return False
        return self.file.startswith(("<frozen", _HELPERS, *_LIBRARIES))


_LIBRARIES = tuple({sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")})
_HELPERS = str(Path(__file__).parent)
_WORKERS = str(Path(__file__).parent / "workers")


@dataclass(frozen=True)
class Stack:
    """Where one thread stood when the limit was reached, innermost frame first."""

    thread: str
    frames: list[Frame]

    @property
    def own(self) -> Frame | None:
        """The innermost frame that is not library code, if there is one."""
        return next((frame for frame in self.frames if not frame.is_library), None)

    def __str__(self) -> str:
        """One line: the thread, and where it stands in code that is not a library's."""
        if self.own is None:
            return f"{self.thread}: in library code ({self.frames[0].function})"
        return f"{self.thread}: in {self.own.function}, at: {self.own.source or f'line {self.own.line}'}"


@dataclass(frozen=True)
class Outcome:
    """How a watched function ended.

    finished: it returned value. raised: error says what, trace where. hung: the limit came first, and stacks holds
    every thread of the child. died: the child process ended without a word, with exit_code (negative: the signal).
    output and errors are what it wrote to stdout and to stderr until then.
    """

    ending: Literal["finished", "raised", "hung", "died"]
    value: Any = None
    error: BaseException | None = None
    trace: list[Frame] = field(default_factory=list)
    stacks: list[Stack] = field(default_factory=list)
    exit_code: int | None = None
    output: str = ""
    errors: str = ""

    def __str__(self) -> str:
        """What a page prints: the ending, and for a hang one line for each thread that runs more than library code."""
        if self.ending == "finished":
            return f"finished: {self.value!r}"
        if self.ending == "raised":
            return f"raised: {type(self.error).__name__}: {self.error}"
        if self.ending == "died":
            return f"died: exit code {self.exit_code}"
        return "\n".join(["hung:", *(f"  {stack}" for stack in self.stacks if stack.own)])

    __repr__ = __str__


def watch(function: Callable[..., Any], *args: Any, limit_s: float = 10) -> Outcome:
    """Run function(*args) in a child process and say how it ended; it never hangs and leaves no process behind.

    limit_s: seconds the function may take; the child's own start does not count. Locks and thread-locals that the
    function refers to arrive in the child as new ones. Raises ValueError if limit_s is not positive, and TypeError,
    with a sentence that names it, if the function refers to something that cannot be sent to another process.
    """
    if limit_s <= 0:
        raise ValueError(f"limit_s must be positive, not {limit_s}")
    work = _pickled((function, args))
    # Whatever the child's libraries put into the temporary directory (sockets of a fork server, say) goes with it.
    with tempfile.TemporaryDirectory(prefix="watch-", ignore_cleanup_errors=True) as directory:
        home = Path(directory)
        start_method = multiprocessing.get_start_method(allow_none=True)
        settings = {"path": sys.path, "start_method": start_method, "limit_s": limit_s}
        (home / "work").write_bytes(pickle.dumps(settings) + work)
        with open(home / "output", "wb") as output, open(home / "errors", "wb") as errors:
            child = subprocess.Popen(
                [sys.executable, "-m", "helpers.watched", directory],
                stdin=subprocess.DEVNULL, stdout=output, stderr=errors,
                env={**os.environ, "TMPDIR": directory, "PYTHONPATH": str(Path(__file__).parents[1])},
                start_new_session=True,
            )  # fmt: skip
        try:
            started = _wait(lambda: (home / "started").exists(), child, _START_LIMIT_S)
            in_time = started and _wait(lambda: (home / "ended").exists(), child, limit_s)
            stacks = _stacks(child, home) if started and not in_time else []
            wrote = {name: (home / name).read_text(errors="replace") for name in ("output", "errors")}
        finally:
            end_tree(child)
        if (home / "ended").exists():
            told = pickle.loads((home / "ended").read_bytes())
            told["trace"] = [Frame(*place) for place in told.get("trace", [])]
            return Outcome(**told, **wrote)
        if in_time:
            return Outcome("died", exit_code=child.returncode, **wrote)
        return Outcome("hung", stacks=stacks, **wrote)


def _wait(condition: Callable[[], bool], child: subprocess.Popen, limit_s: float) -> bool:
    """Wait until the condition holds or the child has ended; False if the limit comes first."""
    deadline = time.monotonic() + limit_s
    while not condition():
        if child.poll() is not None:
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_S)
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
    return parse_stacks(file.read_text(encoding="utf-8"), main=(home / "started").read_text())


def parse_stacks(text: str, main: str) -> list[Stack]:
    """The stacks in a dump of faulthandler, main thread first, then the others in the order they were started.

    main: the identifier of the main thread, decimal. Source: the format of faulthandler.dump_traceback.
    """
    stacks = []
    for block in re.split(r"\n\n+", text.strip()):
        head = re.match(r"(?:Current thread|Thread) 0x([0-9a-f]+)", block)
        frames = re.findall(r'^  File "(.+)", line (\d+) in (.+)$', block, re.M)
        if head and frames:
            stacks.append((int(head[1], 16), [Frame(file, int(line), name) for file, line, name in frames]))
    stacks.reverse()  # faulthandler lists the youngest thread first
    others = (f"thread {n}" for n in range(1, len(stacks) + 1))
    named = [Stack("main thread" if ident == int(main) else next(others), frames) for ident, frames in stacks]
    return sorted(named, key=lambda stack: stack.thread != "main thread")


def end_tree(child: subprocess.Popen) -> None:
    """Kill the child and every process it started, and wait until they are gone.

    multiprocessing's resource trackers are left to the end: once everyone else is gone they remove the shared memory
    and semaphores that were left, and exit by themselves.
    """
    family = _descendants(child.pid)
    child.kill()
    child.wait()
    family |= _session(child.pid)
    trackers = {process for process in family if _is_tracker(process)}
    while hunted := [process for process in family - trackers if is_alive(process)]:
        for process in hunted:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        _living_after(_END_LIMIT_S, hunted)
        family = _session(child.pid)
    for process in _living_after(_END_LIMIT_S, trackers):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


def _descendants(pid: int) -> set[psutil.Process]:
    try:
        return set(psutil.Process(pid).children(recursive=True))
    except psutil.NoSuchProcess:
        return set()


def _living_after(limit_s: float, processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    """Wait until all have ended, and return those that have not by then."""
    deadline = time.monotonic() + limit_s
    while (living := [process for process in processes if is_alive(process)]) and time.monotonic() < deadline:
        time.sleep(_POLL_S)
    return living


def is_alive(process: psutil.Process) -> bool:
    """Whether it has not ended. In a container, nobody may take in a zombie whose parent is gone, and it stays."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _session(leader: int) -> set[psutil.Process]:
    """The living processes of the child's session: also those whose own parent is gone (POSIX)."""
    if not hasattr(os, "getsid"):
        return set()
    members = set()
    for process in psutil.process_iter():
        with contextlib.suppress(ProcessLookupError, PermissionError, psutil.NoSuchProcess):
            if os.getsid(process.pid) == leader and is_alive(process):
                members.add(process)
    return members


def _is_tracker(process: psutil.Process) -> bool:
    try:
        return any("resource_tracker" in word for word in process.cmdline())
    except psutil.Error:
        return False


class _Pickler(cloudpickle.Pickler):
    """cloudpickle, but a lock or a thread-local that a learner's function refers to arrives as a new one."""

    dispatch_table = cloudpickle.Pickler.dispatch_table.new_child(
        {
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
