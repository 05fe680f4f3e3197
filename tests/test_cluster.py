"""A cluster computes in other processes, says nothing, and is gone when its block ends, whatever happens in it."""

import asyncio
import os
import signal
import tempfile
import threading
import time

import dask
import psutil
import pytest

from helpers import cluster as module
from helpers.cluster import cluster
from helpers.polling import wait_until


@pytest.fixture(scope="module")
def client():
    with dask.config.set({"distributed.scheduler.allowed-failures": 7}), cluster() as client:
        yield client


@pytest.fixture
def left():
    """What was not there before: threads, processes, and folders of a cluster."""

    def there():
        folders = {name for name in os.listdir(tempfile.gettempdir()) if name.startswith("cluster-")}
        return {*threading.enumerate(), *psutil.Process().children(recursive=True), *folders}

    before = there()
    return lambda: there() - before


def test_two_workers_compute_in_processes_of_their_own(client):
    pids = client.run(os.getpid).values()
    assert len({os.getpid(), *pids}) == 3
    assert client.submit(lambda x: x + 1, 1).result() == 2  # a function without a name travels by value


def test_it_listens_on_loopback_alone(client):
    processes = psutil.Process().children(recursive=True)
    listening = [c.laddr.ip for p in processes for c in p.net_connections() if c.status == psutil.CONN_LISTEN]
    assert set(listening) == {"127.0.0.1"}


def test_a_setting_that_was_made_here_holds_there(client):
    assert client.run_on_scheduler(lambda: dask.config.get("distributed.scheduler.allowed-failures")) == 7


def test_it_is_used_without_await_where_an_event_loop_runs(client):
    async def notebook():
        return client.submit(pow, 2, 10).result()

    assert asyncio.run(notebook()) == 1024


def test_nothing_is_said_of_tasks_that_fail_or_print(client, capfd):
    assert isinstance(client.submit(divmod, 1, 0).exception(), ZeroDivisionError)
    client.submit(print, "to the worker's log").result()
    with pytest.raises(TypeError, match="Could not serialize"):
        client.submit(threading.Lock).result()
    assert capfd.readouterr() == ("", "")


def end_worker_once(flag):
    """End the process that computes this, but for the second time."""
    if not os.path.exists(flag):
        open(flag, "x").close()
        os._exit(1)
    return "computed again"


def hold_the_worker(flag):
    open(flag, "x").close()
    if hasattr(signal, "SIGSTOP"):
        os.kill(os.getpid(), signal.SIGSTOP)
    time.sleep(60)


def test_nothing_is_left_when_a_worker_was_lost_and_one_hangs_and_the_block_raises(left, capfd, tmp_path):
    environment = dict(os.environ)
    with pytest.raises(KeyError), cluster() as client:
        assert client.submit(end_worker_once, str(tmp_path / "ended")).result() == "computed again"
        held = client.submit(hold_the_worker, str(tmp_path / "held"))
        assert wait_until(lambda: (tmp_path / "held").exists(), 60)
        assert left()
        raise KeyError
    assert held.status == "cancelled"
    assert left() == set()
    assert os.environ == environment
    assert capfd.readouterr() == ("", "")


def test_a_cluster_that_does_not_start_is_said_in_one_sentence(left, monkeypatch):
    monkeypatch.setattr(module, "_START_LIMIT_S", 0)
    with pytest.raises(RuntimeError, match="the cluster did not start: nothing was said"), cluster():
        pass
    assert left() == set()


@pytest.mark.parametrize("workers", [0, -1])
def test_a_cluster_without_workers_is_refused(workers):
    with pytest.raises(ValueError, match="at least one worker"), cluster(workers):
        pass
