"""Locks and waiting for controlled threads. Condition, Semaphore, Event, Barrier and the queues are Python's own: they
are written in Python over these locks, and their code runs unchanged."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Any

from helpers.interleave import schedule_points
from helpers.interleave.carriers import controlled
from helpers.interleave.errors import Abort, Over

if TYPE_CHECKING:
    from helpers.interleave.scheduler import Run
    from helpers.interleave.tasks import Task

_OVER = "This lock belongs to a run of the explorer that is over."


class Lock:
    """A lock that makes a thread wait in the scheduler. Like threading.Lock, any thread may release it."""

    def __init__(self, run: Run) -> None:
        """A free lock; variable stands for it where accesses are compared."""
        self.run = run
        self.owner: Task | None = None
        creator = run.current
        self.variable = ("lock", len(run.locks))
        creator.locks_made += 1
        run.locks.append(self)

    def free(self, task: Task) -> bool:
        """Whether the task could take the lock."""
        return self.owner is None

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Take the lock, waiting for it if need be."""
        if not blocking and timeout != -1:
            raise ValueError("can't specify a timeout for a non-blocking call")
        if timeout < 0 and timeout != -1:
            raise ValueError("timeout value must be a non-negative number")
        run = self.run
        schedule_points.before_lock(run, sys._getframe(1))
        task = run.current
        if self.owner is None:
            if run.records:  # touch asks that, too, but this and release are called so often that a call shows
                run.touch(self.variable)
            self.owner = task
            task.locks_taken += 1
            return True
        if not blocking or timeout != -1:
            run.touch(self.variable, write=False)  # a thread that waits for the lock itself learns nothing from that
        if run.over:
            raise Over(_OVER)
        if not blocking:
            return False
        condition = task.condition
        then = getattr(condition, "_lock", None) if condition is not None and self is not condition._lock else None
        if not run.block(self, None if timeout == -1 else timeout, then if isinstance(then, Lock) else None):
            return False
        run.touch(self.variable)
        self.owner = task
        task.locks_taken += 1
        return True

    __enter__ = acquire

    def release(self) -> None:
        """Free the lock."""
        run = self.run
        if run.records:
            run.touch(self.variable)
        if self.owner is None and not run.ending:
            raise RuntimeError("release unlocked lock")
        self.owner = None

    def __exit__(self, *exception: object) -> None:
        """Free the lock, whether or not the block raised."""
        self.release()

    def locked(self) -> bool:
        """Whether a thread has the lock."""
        self.run.touch(self.variable, write=False)
        return self.owner is not None

    def _is_owned(self) -> bool:  # asked by Condition
        self.run.touch(self.variable, write=False)
        return self.owner is not None

    def _at_fork_reinit(self) -> None:
        self.owner = None

    def __repr__(self) -> str:
        """Locked or unlocked, without an address, so that it is the same in every run."""
        return f"<{'locked' if self.owner else 'unlocked'} {type(self).__name__}>"


class RLock(Lock):
    """A lock that its owner may take again."""

    def __init__(self, run: Run) -> None:
        """A free lock; count says how often its owner has taken it."""
        super().__init__(run)
        self.count = 0

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Take the lock, or count once more if this thread has it."""
        if self.owner is self.run.current:
            self.run.touch(self.variable)
            self.count += 1
            return True
        taken = super().acquire(blocking, timeout)
        if taken:
            self.count = 1
        return taken

    __enter__ = acquire

    def release(self) -> None:
        """Undo one acquire."""
        if self.owner is not self.run.current:
            if self.run.ending:
                return
            raise RuntimeError("cannot release un-acquired lock")
        self.count -= 1
        if self.count == 0:
            super().release()

    def _is_owned(self) -> bool:
        return self.owner is self.run.current

    def _release_save(self) -> int:  # Condition.wait gives the lock back whole
        count, self.count = self.count, 1
        self.release()
        return count

    def _acquire_restore(self, count: int) -> None:
        self.acquire()
        self.count = count


class Lent:
    """A lock of the library's, which is one of the run's for its threads, and stays what it was for those outside."""

    def __init__(self, lock: Any, run: Run) -> None:
        """lock: what it was, or was lent as in the run before."""
        self.outside, self.inside = getattr(lock, "outside", lock), RLock(run)

    def __enter__(self) -> bool:
        """Take the lock."""
        return (self.inside if controlled() else self.outside).__enter__()

    def __exit__(self, *exception: object) -> None:
        """Free the lock."""
        (self.inside if controlled() else self.outside).__exit__(*exception)


class Ending:
    """The end of a thread, as something to wait for."""

    def __init__(self, task: Task) -> None:
        """task: the thread whose end is waited for."""
        self.task = task

    def free(self, task: Task) -> bool:
        """Whether that thread has ended."""
        return self.task.finished


class Sleep:
    """A wait that only time ends."""

    def free(self, task: Task) -> bool:
        """Never: only the deadline ends it."""
        return False


def start(run: Run, thread: threading.Thread) -> None:
    """Make a thread of the program a controlled one. It takes its first step when the scheduler says so."""
    if not getattr(thread, "_initialized", False):
        raise RuntimeError("thread.__init__() not called")
    if thread._started.is_set():
        raise RuntimeError("threads can only be started once")
    if run.ending:
        raise Abort
    task = run.new_task(thread)
    thread._interleave_task = task
    thread._ident, thread._native_id = task.carrier.ident, task.carrier.native_id
    threading._active[task.carrier.ident] = thread
    thread._started._flag = True  # what set does, where no thread waits
    run.touch(("thread", task.index))
    task.touched.reads.add(("thread", task.index))


def join(run: Run, thread: threading.Thread, timeout: float | None = None) -> None:
    """Wait for the end of a controlled thread."""
    task: Any = getattr(thread, "_interleave_task", None)
    if task is None:
        raise RuntimeError("cannot join thread before it is started")
    if task is run.current:
        raise RuntimeError("cannot join current thread")
    run.touch(("end", task.index), write=False)
    if not task.finished:
        run.block(Ending(task), timeout)
        run.touch(("end", task.index), write=False)
    task.note_joined()


def sleep(run: Run, seconds: float) -> None:
    """Let virtual time pass: other threads may run, and nothing is promised about how far they get."""
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    run.block(Sleep(), seconds)


def now(run: Run) -> float:
    """Virtual time in seconds. Each look at the clock takes a millisecond, so a loop that waits for a time ends."""
    run.touch("clock")
    run.current.changes += 1
    run.clock += 0.001
    return run.clock
