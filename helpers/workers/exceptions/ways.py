"""Ways to run a task: each is a block that gives call(task, argument, limit_s), and ends what it has started.

call returns what a caller gets back, or raises what a caller would see. A pool has two workers.
"""

import multiprocessing
import sys
from concurrent import futures
from contextlib import contextmanager
from multiprocessing import Process, Queue
from threading import Thread
from typing import NamedTuple


class Nothing(NamedTuple):
    """What join tells: that it is over, and of a process its exit code."""

    exit_code: int | None = None

    def __repr__(self) -> str:
        """As a cell of the table says it."""
        return "nothing" if self.exit_code is None else f"nothing, exit code {self.exit_code}"


@contextmanager
def thread():
    """Run each task in a thread of its own, and join it."""
    threads = []

    def call(task, argument, limit_s=None):
        thread = Thread(target=task, args=(argument,))
        thread.start()
        threads.append(thread)
        thread.join(limit_s)
        return Nothing()

    yield call
    for thread in threads:  # as at the end of a program
        thread.join()


@contextmanager
def process():
    """Run each task in a process of its own, and join it."""
    processes = []

    def call(task, argument, limit_s=None):
        process = Process(target=task, args=(argument,))
        process.start()
        processes.append(process)
        process.join(limit_s)
        return Nothing(process.exitcode)

    yield call
    for process in processes:  # as at the end of a program
        process.join()


@contextmanager
def process_and_queue():
    """Run each task in a process of its own, with a queue for its result."""
    started = []

    def call(task, argument, limit_s=None):
        results = Queue()
        process = Process(target=put_result, args=(task, argument, results))
        process.start()
        started.append((process, results))  # a slow start must find the queue
        return results.get(timeout=limit_s)

    yield call
    for process, _ in started:  # as at the end of a program
        process.join()


def put_result(task, argument, results):
    """In the process: do the task, and send the result."""
    results.put(task(argument))


@contextmanager
def pool_map(initializer=None):
    """Have a pool of processes map the task, which has no time limit."""
    with multiprocessing.Pool(2, initializer) as pool:
        yield lambda task, argument: pool.map(task, [argument])


@contextmanager
def pool_apply_async(initializer=None):
    """Hand the task to a pool of processes, and get the result."""
    with multiprocessing.Pool(2, initializer) as pool:

        def call(task, argument, limit_s=None):
            return pool.apply_async(task, [argument]).get(limit_s)

        yield call


@contextmanager
def thread_pool(initializer=None):
    """Submit the task to an executor of threads."""
    with futures.ThreadPoolExecutor(2, initializer=initializer) as pool:

        def call(task, argument, limit_s=None):
            return pool.submit(task, argument).result(limit_s)

        yield call


@contextmanager
def process_pool(initializer=None):
    """Submit the task to an executor of processes."""
    with futures.ProcessPoolExecutor(2, initializer=initializer) as pool:

        def call(task, argument, limit_s=None):
            return pool.submit(task, argument).result(limit_s)

        yield call


@contextmanager
def interpreter_pool(initializer=None):
    """Submit the task to an executor of interpreters (from Python 3.14)."""
    with futures.InterpreterPoolExecutor(2, initializer=initializer) as pool:

        def call(task, argument, limit_s=None):
            return pool.submit(task, argument).result(limit_s)

        yield call


@contextmanager
def dask():
    """Submit the task to a cluster of processes on this machine."""
    from dask import config  # takes half a second
    from distributed import Client

    with config.set(CALM), Client(**CLUSTER) as client:

        def call(task, argument, limit_s=None):
            # A call that is taken for pure is not made twice.
            return client.submit(task, argument, pure=False).result(limit_s)

        yield call


# A cluster on this machine, with its web server at any port that is free.
CLUSTER = {"n_workers": 2, "threads_per_worker": 1, "host": "127.0.0.1", "dashboard_address": ":0"}
# Start workers as copies of one that has imported everything, where that can be done; and have nothing measured,
# so that a cluster that does nothing can be told from one that works.
CALM = {
    "distributed.worker.multiprocessing-method": "forkserver" if sys.platform != "win32" else "spawn",
    "distributed.worker.profile.enabled": False,
    "distributed.admin.system-monitor.interval": "1h",
    "distributed.admin.tick.interval": "1h",
}
