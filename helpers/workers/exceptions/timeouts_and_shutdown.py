"""Workers of notebooks/exceptions/03_timeouts_and_shutdown: processes and Ctrl-C, and the end of their parent."""

import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from multiprocessing import Process, parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.synchronize import Event

from helpers.polling import wait_until


def ignore_ctrl_c() -> None:
    """Leave Ctrl-C to the parent: a terminal sends it to every process of the program."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def keep(event: Event) -> None:
    """Have an event that wait_for_it waits for: an initializer."""
    global kept
    kept = event


def wait_for_it() -> None:
    """Wait until the event is set."""
    kept.wait()


def settle(executor: Executor, calls: list[Future]) -> None:
    """Wait until an executor with one worker has handed over what it does without waiting for a result."""
    ahead = isinstance(executor, ProcessPoolExecutor)  # it sends a call, and another one for the time after that
    wait_until(calls[1 if ahead else 0].running, 30)


def start_child(work: Callable[[Connection], None], told: Connection) -> None:
    """Start a daemon process, and wait for its end."""
    child = Process(target=work, args=(told,), daemon=True)
    child.start()
    child.join()


def stay(told: Connection) -> None:
    """Tell the identifier of this process, and go on for a minute."""
    told.send(os.getpid())
    time.sleep(60)


def stay_with_parent(told: Connection) -> None:
    """Tell it, and go on as long as the parent lives, and for a minute at most."""
    told.send(os.getpid())
    wait([parent_process().sentinel], timeout=60)
