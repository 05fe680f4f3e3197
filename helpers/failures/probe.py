"""What happens in one cell of the failure table. It runs in a child process of the watchdog."""

from __future__ import annotations

import builtins
import multiprocessing
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue
from typing import NamedTuple

import psutil

from helpers.failures.axes import FAILURES, WAYS, Way
from helpers.process_tree import cpu_seconds, is_ready
from helpers.shown import shown
from helpers.workers.exceptions.failures import returns

HANG = "hang"
_LOOK_S = 0.3
_IDLE_USE = 0.04  # of one CPU's time: a cluster that does nothing needs half of it
_RESTARTS = 15  # processes seen, where no way needs ten: a pool that starts its workers forever


def examine(failure: str, way: str, start_method: str) -> tuple[str, str, str]:
    """What a caller sees of the failure, what it sees of the next task, and what of leaving the block.

    Each is a value as shown by helpers.shown, the name of an exception, or HANG. Raises RuntimeError if the block
    cannot be entered.
    """
    multiprocessing.set_start_method(start_method, force=True)
    row, column = FAILURES[failure], WAYS[way]
    entered, leave = SimpleQueue(), threading.Event()

    def program() -> None:
        try:
            with column.block(row.initializer) if row.initializer else column.block() as call:
                entered.put(call)
                leave.wait()
        finally:
            entered.put(None)

    block = _Asked(program)  # one thread enters and leaves: Dask keeps what it must restore with the thread
    call = entered.get()
    if call is None:
        raise RuntimeError(f"the block cannot be entered: {block.answer(column)}")
    limit = {"limit_s": row.limit_s} if row.limit_s else {}
    sees = _Asked(lambda: call(row.task, row.argument(), **limit)).answer(column)
    then = _Asked(lambda: call(returns, None)).answer(column)
    leave.set()
    return sees, then, block.answer(column)


class _Asked:
    """Something that may hang, asked for in a thread of its own."""

    def __init__(self, ask: Callable[[], object]) -> None:
        self._ask, self._answer = ask, HANG
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._answer = shown(self._ask())
        except BaseException as error:  # noqa: BLE001  SystemExit and KeyboardInterrupt are answers too
            self._answer = _name(type(error))

    def answer(self, way: Way) -> str:
        """What came of it, or HANG once what could bring an answer has done next to nothing for way.idle_s seconds.

        A process that waits for a CPU or a disk is not idle, and as long as this thread gets its own turn too late
        nothing is taken for idle. Processes that start others without end never are; so it counts them.
        """
        since, before, ever = time.monotonic(), None, set()
        while True:
            looked_at = time.monotonic()
            self._thread.join(_LOOK_S)
            now, seen = time.monotonic(), _look(way.in_processes)
            ever |= seen.processes
            is_late = now - looked_at > 2 * _LOOK_S
            if before is None or is_late or seen.is_active_since(before, way.idle_s):
                since, before = now, seen
            before = before._replace(ready=seen.ready)
            if not self._thread.is_alive() or now - since > way.idle_s or len(ever) > _RESTARTS:
                return self._answer


class _Look(NamedTuple):
    """The processes started from here, which of them could go on at once, and the CPU time used."""

    processes: set[psutil.Process]
    ready: set[psutil.Process]
    used_s: float

    def is_active_since(self, before: _Look, idle_s: float) -> bool:
        """Whether something has happened; before.ready: of the last look, as one that starves is ready each time."""
        has_used = self.used_s - before.used_s > _IDLE_USE * idle_s
        return has_used or self.processes != before.processes or bool(self.ready & before.ready)


def _look(in_processes: bool) -> _Look:
    """Look at the processes started from here; CPU time is theirs, or that of this process without this thread."""
    me = psutil.Process()
    family, own = set(me.children(recursive=True)), me.cpu_times()
    if not in_processes:
        return _Look(family, set(), own.user + own.system - time.thread_time())
    return _Look(family, set(filter(is_ready, family)), cpu_seconds(family))


def _name(kind: type) -> str:
    """The type's name, with its package if a built-in exception has the same: multiprocessing.TimeoutError."""
    is_taken = hasattr(builtins, kind.__name__) and kind.__module__ != "builtins"
    return f"{kind.__module__.split('.')[0]}.{kind.__name__}" if is_taken else kind.__name__
