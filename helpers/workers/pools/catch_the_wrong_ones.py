"""bounded_map for the exercise *Catch the wrong ones*: right ones and wrong ones.

bounded_map(executor, function, items, limit) gives the results of function(item) one by one, in the order of the items.
Up to limit calls are under way at once; no more than limit items are drawn whose results have not been given. An error
of a call is raised in its place. The executor stays open. Each wrong one breaks that in one way, and in each run.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, wait
from itertools import islice
from typing import Any

_SLEEPS = 30  # of a hundredth of a second: within them a call ends that waits for nothing
_MOST_ITEMS = 100_000  # of an endless input, in the place of all memory

Function = Callable[[Any], Any]


def bounded_map(executor: Executor, function: Function, items: Iterable, limit: int) -> Iterator[Any]:
    """The reference: a window of futures, moved on by one for each result."""
    items = iter(items)
    window = deque(executor.submit(function, item) for item in islice(items, limit))
    while window:
        yield window.popleft().result()
        window.extend(executor.submit(function, item) for item in islice(items, 1))


class EagerMap:
    """Right as well: it begins when it is called, and goes on after an error."""

    def __init__(self, executor: Executor, function: Function, items: Iterable, limit: int) -> None:
        """Submit the first calls."""
        self.executor, self.function, self.items, self.limit = executor, function, iter(items), limit
        self.window: deque[Future] = deque()
        self.fill()

    def fill(self) -> None:
        """Submit calls up to the limit, if there are items for them."""
        for item in islice(self.items, self.limit - len(self.window)):
            self.window.append(self.executor.submit(self.function, item))

    def __iter__(self) -> Iterator[Any]:
        """The results, one by one."""
        return self

    def __next__(self) -> Any:
        """The next result, after calls have been submitted in the place of those that were given."""
        self.fill()
        if not self.window:
            raise StopIteration
        return self.window.popleft().result()


def whole_input(executor: Executor, function: Function, items: Iterable, limit: int) -> Iterator[Any]:
    """Wrong: it draws all items before it gives a result, and of an endless input never gives one."""
    drawn = list(islice(items, _MOST_ITEMS))
    if len(drawn) == _MOST_ITEMS:
        raise MemoryError("all memory is full of items")
    yield from bounded_map(executor, function, drawn, limit)


def one_too_many(executor: Executor, function: Function, items: Iterable, limit: int) -> Iterator[Any]:
    """Wrong: the next item is drawn while limit results have not been given. It waits with the call, though."""
    window: deque[Future] = deque()
    for item in items:
        if len(window) == limit:
            yield window.popleft().result()
        window.append(executor.submit(function, item))
    for future in window:
        yield future.result()


def one_at_a_time(executor: Executor, function: Function, items: Iterable, limit: int) -> Iterator[Any]:
    """Wrong: no call begins before the one before it has ended."""
    for item in items:
        yield executor.submit(function, item).result()


def in_order_of_ending(executor: Executor, function: Function, items: Iterable, limit: int) -> Iterator[Any]:
    """Wrong: the result of a call that waits for a later one comes behind it.

    Calls that wait for nothing end in the order of the items, so that a test which lets them end as they like is told
    each time that it does not see this.
    """
    soon, late = deque(), deque()
    for item in items:
        future = executor.submit(function, item)
        (soon if _ends_soon(future) else late).append(future)
        if len(soon) + len(late) == limit:
            yield (soon or late).popleft().result()
    for future in [*soon, *late]:
        yield future.result()


def _ends_soon(future: Future) -> bool:
    """Whether it ends while no call after it has begun.

    The time is counted in short sleeps, which take longer on a busy machine, as the call does.
    """
    return any(future in wait([future], 0.01).done for _ in range(_SLEEPS))


def forgets_the_last(executor: Executor, function: Function, items: Iterable, limit: int) -> Iterator[Any]:
    """Wrong: when the items are used up, the calls that are under way are left to themselves."""
    window: deque[Future] = deque()
    for item in items:
        window.append(executor.submit(function, item))
        if len(window) == limit:
            yield window.popleft().result()


def loses_what_counts_as_false(executor: Executor, function: Function, items: Iterable, limit: int) -> Iterator[Any]:
    """Wrong: a result such as 0 is taken for none."""
    return filter(None, bounded_map(executor, function, items, limit))


def leaves_errors_out(executor: Executor, function: Function, items: Iterable, limit: int) -> Iterator[Any]:
    """Wrong: nothing is known of an error."""
    for call in bounded_map(executor, lambda item: _tried(function, item), items, limit):
        yield from call


def _tried(function: Function, item: Any) -> list[Any]:
    try:
        return [function(item)]
    except Exception:  # noqa: BLE001
        return []


def closes_the_executor(executor: Executor, function: Function, items: Iterable, limit: int) -> Iterator[Any]:
    """Wrong: the executor was lent, and may have more to do."""
    with executor:
        yield from bounded_map(executor, function, items, limit)


RIGHT = {"the reference": bounded_map, "one that begins at once, and goes on after an error": EagerMap}

WRONG = {
    "the whole input drawn before the first result": whole_input,
    "one item too many drawn": one_too_many,
    "one call at a time": one_at_a_time,
    "the results in the order in which the calls end": in_order_of_ending,
    "the last calls forgotten": forgets_the_last,
    "a result that counts as false left out": loses_what_counts_as_false,
    "an error left out": leaves_errors_out,
    "the executor shut down": closes_the_executor,
}
