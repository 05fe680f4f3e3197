"""The worker of notebooks/threads/05_conditions: how long a job lies there before it is taken."""

import threading
import time
from statistics import median
from typing import Any


def lateness_ms(jobs: Any, times: int = 50) -> float:
    """The median of how long jobs lie there, in milliseconds, if one is put every 7 ms and a thread takes them.

    jobs: anything with put and take. A job is the time at which it was put.
    """
    found = []

    def take_all() -> None:
        for _ in range(times):
            put_at = jobs.take()
            found.append((time.perf_counter() - put_at) * 1000)

    taker = threading.Thread(target=take_all)
    taker.start()
    for _ in range(times):
        time.sleep(0.007)
        jobs.put(time.perf_counter())
    taker.join()
    return median(found)
