"""How many megabytes a second go from one process to another, by the size of a message and by the way they take."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable
from functools import partial
from itertools import product
from multiprocessing.connection import Connection
from multiprocessing.shared_memory import SharedMemory
from typing import Any

from helpers.measure import repeat, seconds
from helpers.progress import with_progress
from helpers.workers.processes import pipes as workers

WHILE_S = 0.05  # for so long messages are sent, to measure it once

# What a way needs: the child's function and its arguments, and the parent's function that sends one message.
Way = Callable[[int, int, Connection], tuple[Callable, tuple, Callable[[], None]]]


def throughput(sizes: Iterable[int], times: int = 3) -> dict[str, dict[int, list[float]]]:
    """Megabytes (10**6 bytes) per second: way -> bytes in a message -> one value for each time it was measured.

    Through a pipe, a queue, a manager's queue, and by shared memory, into which the sender copies and out of which the
    receiver copies, with a pipe to say when.
    """
    sizes = list(sizes)
    memory = SharedMemory(create=True, size=max(sizes))
    try:
        with multiprocessing.Manager() as manager:
            ways: dict[str, Way] = {
                "shared memory": partial(_by_memory, memory),
                "Pipe": _by_pipe,
                "Queue": partial(_by_queue, multiprocessing.Queue),
                "Manager": partial(_by_queue, manager.Queue),
            }
            speeds = {name: {size: [] for size in sizes} for name in ways}
            for name, size in with_progress([*product(ways, sizes)], "Sending"):
                speeds[name][size] = _stream(ways[name], size, times)
            return speeds
    finally:
        memory.close()
        memory.unlink()


def copy_speed(size: int = 10**8) -> float:
    """Megabytes per second at which this process copies that many bytes from one place in memory to another.

    Both places have been written to before, so that the system need not find memory for them; the best of five.
    """
    source, target = bytearray(b"x") * size, bytearray(b"y") * size

    def copy() -> None:
        target[:] = source

    return size / 1e6 / min(repeat(copy, 5))


def _stream(way: Way, size: int, times: int) -> list[float]:
    """Megabytes per second, so many times; each time as many messages as go through in a while, and at least three."""
    a_few = _send(way, size, 3)
    count = int(min(5000, max(3, WHILE_S * a_few * 1e6 / size)))
    return [_send(way, size, count) for _ in range(times)]


def _send(way: Way, size: int, count: int) -> float:
    """Send so many messages, one before them so that the start of the child is not measured, and divide."""
    done, tell = multiprocessing.Pipe(duplex=False)
    work, args, send = way(size, count + 1, tell)
    child = multiprocessing.Process(target=work, args=args)
    child.start()
    send()

    def send_all() -> None:
        for _ in range(count):
            send()
        done.recv()

    duration_s = seconds(send_all)
    child.join()
    return count * size / duration_s / 1e6


def _by_pipe(size: int, count: int, tell: Connection) -> tuple:
    theirs, ours = multiprocessing.Pipe(duplex=False)
    return workers.receive, (theirs, count, tell), partial(ours.send, bytes(size))


def _by_queue(make: Callable[[], Any], size: int, count: int, tell: Connection) -> tuple:
    queue = make()
    return workers.take, (queue, count, tell), partial(queue.put, bytes(size))


def _by_memory(memory: SharedMemory, size: int, count: int, tell: Connection) -> tuple:
    ours, theirs = multiprocessing.Pipe()
    message = bytes(size)

    def send() -> None:
        memory.buf[:size] = message
        ours.send_bytes(b"there is one")
        ours.recv_bytes()

    return workers.copy_out, (theirs, memory.name, size, count, tell), send
