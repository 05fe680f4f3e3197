"""A process and all that it has started: who they are, whether they live, and how to end them all."""

import contextlib
import multiprocessing
import os
import subprocess
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import psutil

from helpers.polling import wait_until

END_LIMIT_S = 5  # for killed processes to end
_TRACKER_LIMIT_S = 60  # for trackers to end once nobody else lives, on a busy machine; killed, they leave all there
IDLE_S = 2.0  # after which processes that have done nothing are taken to wait for each other
_SEMAPHORES = Path("/dev/shm")  # Linux; elsewhere they have names, but are no files
_POLL_S = 0.01
_LOOK_S = 0.25
_IDLE_USE = 0.02  # of one CPU's time: what a thread that looks around now and then needs


def end_tree(child: subprocess.Popen) -> None:
    """Kill the child and every process it started, and wait until they are gone.

    So too who has lost its parent, if its session is the child's own or was begun by one of its family (POSIX).
    multiprocessing's resource trackers are left to the end: once everyone else is gone they remove the shared memory
    and semaphores that were left, and exit by themselves. See name_semaphores for those that no tracker knows.
    """
    family = _descendants(child.pid)
    sessions = {child.pid} | _begun_by(family)
    child.kill()
    child.wait()
    family |= _members(sessions)
    while hunted := [process for process in family if is_alive(process) and not _is_tracker(process)]:
        for process in hunted:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        living_after(END_LIMIT_S, hunted)
        family |= _members(sessions)
    for process in living_after(_TRACKER_LIMIT_S, family):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    for leader in sessions:
        for semaphore in _SEMAPHORES.glob(f"sem.mp-{leader}-*"):
            semaphore.unlink(missing_ok=True)


def name_semaphores() -> None:
    """Have the semaphores of this process and its children named after it, so that end_tree can remove them (Linux).

    For the process that is given to end_tree, or that begins a session in its family. Whoever is killed right after it
    has made a semaphore has not told the tracker yet, and nobody else knows of it.
    """
    multiprocessing.current_process()._config["semprefix"] = f"/mp-{os.getpid()}"


def _descendants(pid: int) -> set[psutil.Process]:
    try:
        return set(psutil.Process(pid).children(recursive=True))
    except psutil.NoSuchProcess:
        return set()


def ends_while_busy(ended: Callable[[], bool], pid: int, limit_s: float, *, itself: bool = True) -> bool:
    """Wait until it has ended, and say whether it did; give up once the family of pid has been idle for IDLE_S.

    Idle: no process came or went, all together used next to no CPU, and none waits for one. So a busy machine makes no
    hang. limit_s: give up after that many seconds in any case; itself: whether the process belongs to its family
    """
    deadline, since, seen = time.monotonic() + limit_s, time.monotonic(), None
    while not wait_until(ended, _LOOK_S):  # most have ended by then, and to look at a family takes milliseconds
        now, (members, used_s) = time.monotonic(), _activity(pid, itself)
        busy = seen is None or members != seen[0] or used_s - seen[1] > _IDLE_USE * IDLE_S
        if busy or any(map(is_ready, members)):
            since, seen = now, (members, used_s)
        if now - since > IDLE_S or now > deadline:
            return ended()
    return True


def starves(pid: int, limit_s: float) -> bool:
    """Whether the family of pid waits for a CPU, and has had one for less than so many seconds."""
    members, used_s = _activity(pid, itself=True)
    return used_s < limit_s and wait_until(lambda: any(map(is_ready, members)), _POLL_S)


def is_ready(process: psutil.Process) -> bool:
    """Whether it could go on at once, were there a CPU or a faster disk."""
    try:
        return process.status() in (psutil.STATUS_RUNNING, psutil.STATUS_DISK_SLEEP)
    except psutil.NoSuchProcess:
        return False


def _activity(pid: int, itself: bool) -> tuple[frozenset[psutil.Process], float]:
    """Who is in the family, and how many seconds of CPU time they have used, with those of them that have ended."""
    family = _descendants(pid)
    if itself:
        with contextlib.suppress(psutil.NoSuchProcess):
            family.add(psutil.Process(pid))
    return frozenset(family), cpu_seconds(family)


def cpu_seconds(processes: Iterable[psutil.Process]) -> float:
    """How much CPU time they have used, with those of their children that have ended and been waited for."""
    used_s = 0.0
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            used_s += times.user + times.system + times.children_user + times.children_system
    return used_s


def living_after(limit_s: float, processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    """Wait until all have ended, and return those that have not by then."""
    processes = list(processes)
    wait_until(lambda: not any(map(is_alive, processes)), limit_s)
    return [process for process in processes if is_alive(process)]


def is_alive(process: psutil.Process) -> bool:
    """Whether it has not ended. In a container, nobody may take in a zombie whose parent is gone, and it stays."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _begun_by(family: set[psutil.Process]) -> set[int]:
    """The sessions that were begun by one of them (POSIX)."""
    return {process.pid for process in family if _session(process) == process.pid}


def _members(sessions: set[int]) -> set[psutil.Process]:
    """The living processes of those sessions: also those whose own parent is gone (POSIX)."""
    return {process for process in psutil.process_iter() if _session(process) in sessions and is_alive(process)}


def _session(process: psutil.Process) -> int | None:
    """The process that began its session, or None if it is gone or there are no sessions here."""
    with contextlib.suppress(ProcessLookupError, PermissionError, AttributeError):
        return os.getsid(process.pid)
    return None


def _is_tracker(process: psutil.Process) -> bool:
    try:
        return any("resource_tracker" in word for word in process.cmdline())
    except psutil.Error:
        return False


def state_at_end(pid: int) -> str:
    """What the system says of a process once it has ended: "zombie", or "gone" if its parent has taken it in."""
    while psutil.pid_exists(pid):
        with contextlib.suppress(psutil.NoSuchProcess):
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return "zombie"
        time.sleep(_POLL_S)
    return "gone"


def workers(pid: int) -> set[psutil.Process]:
    """The living descendants of a process without multiprocessing's own servants."""
    family = {process for process in _descendants(pid) if is_alive(process) and not _is_tracker(process)}
    with contextlib.suppress(psutil.NoSuchProcess):
        # A fork server's children have its command line; it is the one that is started by the process itself.
        family -= {process for process in psutil.Process(pid).children() if "forkserver" in " ".join(process.cmdline())}
    return family
