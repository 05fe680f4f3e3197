"""Wait until other processes wait, in an event, a condition or a queue: what a lesson orders by, without sleeps."""

import struct
import time
from multiprocessing.connection import Connection
from multiprocessing.queues import Queue, SimpleQueue
from multiprocessing.synchronize import Condition, Event

from helpers.polling import wait_until


def wait_until_asleep(thing: Event | Condition, count: int = 1, limit_s: float = 60) -> None:
    """Return once so many processes or threads wait there.

    raises TimeoutError after limit_s seconds. Where the system cannot tell (macOS), it waits for a second. Source: two
    counters that multiprocessing.synchronize.Condition keeps, of those who have begun to wait and of those woken.
    """
    condition = thing._cond if isinstance(thing, Event) else thing

    def asleep() -> int:
        return condition._sleeping_count._semlock._get_value() - condition._woken_count._semlock._get_value()

    try:
        if not wait_until(lambda: asleep() >= count, limit_s):
            raise TimeoutError(f"after {limit_s:g} s {asleep()} wait there, and not {count}")
    except NotImplementedError:
        time.sleep(1)


def wait_until_getting(queue: Queue | SimpleQueue, limit_s: float = 60) -> None:
    """Return once a process is inside get: it holds the queue's lock for readers.

    raises TimeoutError after limit_s seconds
    """
    if not wait_until(queue._rlock._semlock._is_zero, limit_s):
        raise TimeoutError(f"after {limit_s:g} s no process is in get")


def wait_until_sent(end: Connection, at_least: int = 1000, limit_s: float = 60) -> None:
    """Return once so many bytes lie in the pipe, to be received at this end.

    raises TimeoutError after limit_s seconds. Where the system cannot tell (Windows), it waits for a second.
    """
    try:
        import fcntl
        import termios
    except ImportError:
        time.sleep(1)
        return

    def is_there() -> bool:
        return struct.unpack("i", fcntl.ioctl(end.fileno(), termios.FIONREAD, bytes(4)))[0] >= at_least

    if not wait_until(is_there, limit_s):
        raise TimeoutError(f"after {limit_s:g} s there are fewer than {at_least} bytes in the pipe")
