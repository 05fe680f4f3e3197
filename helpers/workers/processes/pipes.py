"""Workers of notebooks/processes/08_pipes: both ends of a pipe, and how much goes through one in a second."""

import threading
from multiprocessing.connection import Connection
from multiprocessing.queues import Queue, SimpleQueue
from multiprocessing.shared_memory import SharedMemory
from typing import Any


def send_and_receive(end: Connection, size: int) -> None:
    """Send that many bytes, and then receive."""
    end.send(bytes(size))
    end.recv()


def receive_and_send(end: Connection, size: int) -> None:
    """Receive, and then send that many bytes."""
    end.recv()
    end.send(bytes(size))


def send_back(end: Connection) -> None:
    """Receive, and send the same back."""
    end.send(end.recv())


def until_eof(end: Connection, told: SimpleQueue) -> None:
    """Receive until there can be no more."""
    try:
        while True:
            told.put(end.recv())
    except EOFError:
        told.put("the end")


def close_and_receive(end: Connection, told: SimpleQueue, others: list[Connection]) -> None:
    """Close the ends that are the parent's, then receive until there can be no more."""
    for other in others:
        other.close()
    until_eof(end, told)


def sit(told: SimpleQueue) -> None:
    """Be there, for ever."""
    told.put("here")
    threading.Event().wait()


def send_big(end: Connection, size: int) -> None:
    """Send that many bytes."""
    end.send(bytes(size))


def receive(end: Connection, count: int, done: Connection) -> None:
    """Receive so many messages from a pipe."""
    for _ in range(count):
        end.recv()
    done.send(count)


def take(queue: Queue | Any, count: int, done: Connection) -> None:
    """Take so many messages from a queue: one of multiprocessing, or a manager's."""
    for _ in range(count):
        queue.get()
    done.send(count)


def copy_out(end: Connection, name: str, size: int, count: int, done: Connection) -> None:
    """Copy so many messages out of shared memory; a pipe says when there is one, and that there is room again."""
    memory = SharedMemory(name)
    for _ in range(count):
        end.recv_bytes()
        bytes(memory.buf[:size])
        end.send_bytes(b"next")
    memory.close()
    done.send(count)
