"""Wait until processes wait at an event or a condition of multiprocessing: what a lesson orders by, without sleeps."""

import time
from multiprocessing.synchronize import Condition, Event

_POLL_S = 0.005


def wait_until_asleep(thing: Event | Condition, count: int = 1, limit_s: float = 60) -> None:
    """Return once so many processes or threads wait there.

    raises TimeoutError after limit_s seconds. Where the system cannot tell (macOS), it waits for a second. Source: two
    counters that multiprocessing.synchronize.Condition keeps, of those who have begun to wait and of those woken.
    """
    condition = thing._cond if isinstance(thing, Event) else thing
    deadline = time.monotonic() + limit_s
    while True:
        try:
            asleep = condition._sleeping_count._semlock._get_value() - condition._woken_count._semlock._get_value()
        except NotImplementedError:
            time.sleep(1)
            return
        if asleep >= count:
            return
        if time.monotonic() > deadline:
            raise TimeoutError(f"after {limit_s:g} s {asleep} wait there, and not {count}")
        time.sleep(_POLL_S)
