"""A progress bar for what takes longer than two seconds; it is gone when that is done."""

from collections.abc import Collection, Iterator
from typing import TypeVar

Step = TypeVar("Step")


def with_progress(steps: Collection[Step], doing: str = "") -> Iterator[Step]:
    """The steps, one after the other, with a bar once the first two seconds have passed (TQDM_DISABLE=1: never)."""
    from tqdm import tqdm  # child processes import modules that import this one

    tqdm.monitor_interval = 0  # its thread would be one more to fork beside
    return iter(tqdm(steps, desc=doing, delay=2, leave=False))
