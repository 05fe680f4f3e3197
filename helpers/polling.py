"""Wait for a fact of which no notification comes."""

import time
from collections.abc import Callable

_POLL_S = 0.005


def wait_until(fact: Callable[[], bool], limit_s: float) -> bool:
    """Look again and again until the fact holds, and say whether it did so within the limit; it looks at least once."""
    deadline = time.monotonic() + limit_s
    while not fact():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_S)
    return True
