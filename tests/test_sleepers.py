"""Each wait returns once others wait, and not before."""

import multiprocessing
import threading

import pytest

from helpers.sleepers import wait_until_asleep, wait_until_getting, wait_until_sent


def in_thread(work, *args):
    thread = threading.Thread(target=work, args=args, daemon=True)
    thread.start()
    return thread


@pytest.fixture
def context():
    return multiprocessing.get_context("spawn")


def test_nobody_asleep_is_a_timeout_that_says_how_many_there_are(context):
    with pytest.raises(TimeoutError, match="0 wait there, and not 1"):
        wait_until_asleep(context.Event(), 1, limit_s=0.05)


def test_those_who_wait_at_an_event_are_counted_and_those_woken_are_not(context):
    event = context.Event()
    threads = [in_thread(event.wait), in_thread(event.wait)]
    wait_until_asleep(event, 2)
    event.set()
    for thread in threads:
        thread.join()
    with pytest.raises(TimeoutError):
        wait_until_asleep(event, 1, limit_s=0.05)


def test_those_who_wait_at_a_condition_are_counted(context):
    condition = context.Condition()

    def wait():
        with condition:
            condition.wait()

    thread = in_thread(wait)
    wait_until_asleep(condition)
    with condition:
        condition.notify_all()
    thread.join()


def test_somebody_in_get_is_seen(context):
    queue = context.SimpleQueue()
    with pytest.raises(TimeoutError, match="no process is in get"):
        wait_until_getting(queue, limit_s=0.05)
    thread = in_thread(queue.get)
    wait_until_getting(queue)
    queue.put(None)
    thread.join()


def test_bytes_in_a_pipe_are_counted(context):
    ours, theirs = context.Pipe(duplex=False)
    with pytest.raises(TimeoutError, match="fewer than 1000 bytes"):
        wait_until_sent(ours, limit_s=0.05)
    theirs.send(bytes(2000))
    wait_until_sent(ours)
