"""A Dask cluster on this machine, which is quiet, and gone when its block ends.

    with cluster() as client:
        client.submit(pow, 2, 10).result()  # 1024, computed by another process

Its scheduler runs in a process of its own too, and not in the notebook's, as on a real cluster. So all of it can be
ended at once, whatever its workers do.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import dask
from distributed import Client, LocalCluster, utils

from helpers.polling import wait_until
from helpers.process_tree import end_tree, name_semaphores

_START_LIMIT_S = 60  # for three interpreters on a busy machine; it takes two seconds
_END_LIMIT_S = 5  # for the scheduler's loop to end, before it is killed; it takes milliseconds


@contextmanager
def cluster(workers: int = 2) -> Iterator[Client]:
    """A client of a cluster on loopback, of which neither a process, a thread nor a folder is left after the block.

    workers: how many processes, each with one thread for tasks. There is no dashboard, and what the workers and their
    tasks print goes to a log that is gone as well. Settings of dask.config hold in the cluster, too. A task that still
    runs at the end of the block is killed.
    raises ValueError if workers is not positive, RuntimeError if the cluster does not start
    """
    if workers < 1:
        raise ValueError(f"a cluster needs at least one worker, not {workers}")
    with (
        tempfile.TemporaryDirectory(prefix="cluster-", ignore_cleanup_errors=True) as folder,
        _started(workers, Path(folder)) as address,
        utils.silence_logging_cmgr(logging.CRITICAL + 1),  # a result that cannot be pickled is logged as critical
        # Dask sends what is large from a thread that it keeps until the program ends; this one ends with the block.
        ThreadPoolExecutor(1, thread_name_prefix="Dask-Offload") as offload,
        patch.object(utils, "_offload_executor", offload),
        Client(address) as client,
    ):
        yield client


@contextmanager
def _started(workers: int, home: Path) -> Iterator[str]:
    """The address of the scheduler of a cluster that runs until the end of the block, or of this process."""
    settings = {
        "temporary-directory": str(home),
        "distributed": {
            # A worker that asks another for a result tries for so long, also if that one was lost meanwhile; else 30 s.
            "comm": {"timeouts": {"connect": "4s"}},
            # So long after a loss Dask gives a worker up, if it is just then being started after another; else 15 s.
            "deploy": {"lost-worker-timeout": "1 day"},
        },
    }
    inherited = dask.config.serialize(dask.config.merge(dask.config.global_config, settings))
    with (
        open(home / "log", "wb") as log,
        subprocess.Popen(
            [sys.executable, "-m", "helpers.cluster", str(workers), str(home)],
            stdin=subprocess.PIPE, stdout=log, stderr=log,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "DASK_INTERNAL_INHERIT_CONFIG": inherited},
            start_new_session=True,
        ) as child,
    ):  # fmt: skip
        try:
            wait_until(lambda: (home / "address").exists() or child.poll() is not None, _START_LIMIT_S)
            if not (home / "address").exists():
                said = (home / "log").read_text(errors="replace").strip() or "nothing was said"
                raise RuntimeError(f"the cluster did not start: {said.splitlines()[-1]}")
            yield (home / "address").read_text()
        finally:
            child.stdin.close()
            wait_until(lambda: child.poll() is not None, _END_LIMIT_S)
            end_tree(child)


def _serve(workers: int, home: Path) -> None:
    """In the child: start a cluster, tell its address, and keep it until the other end of stdin is closed.

    It ends between two steps of its event loop, and without any clean-up: workers end with it, and one that is closed
    while it is started again would fail now and then, or take seconds. Killed in the middle of a step, it could leave a
    semaphore that is only half made.
    """
    name_semaphores()
    local = LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None)
    (home / "address.part").write_text(local.scheduler_address)
    (home / "address.part").replace(home / "address")  # whole at once
    sys.stdin.read()
    local.loop.add_callback(os._exit, 0)
    threading.Event().wait()


if __name__ == "__main__":
    _serve(int(sys.argv[1]), Path(sys.argv[2]))
