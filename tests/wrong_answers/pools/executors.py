"""Classic wrong answers to the exercises of pools/03_executors."""

import threading
from collections import deque
from concurrent.futures import FIRST_COMPLETED, as_completed, wait
from itertools import islice

from helpers.checks.pools.executors import check_bounded_map, check_first_good
from wrong_answers import refused

# first_good -----------------------------------------------------------------------------------------------------------


@refused(check_first_good, "waited for a slow call")
def in_order_of_submission(executor, calls):
    for future in [executor.submit(call) for call in calls]:
        if future.exception() is None:
            return future.result()
    raise ExceptionGroup("all failed", [])


@refused(check_first_good, "A failure is not an answer")
def first_completed_is_the_answer(executor, calls):
    done, _ = wait([executor.submit(call) for call in calls], return_when=FIRST_COMPLETED)
    return done.pop().result()


@refused(check_first_good, "5 of 5 calls that had not begun")
def cancels_nothing(executor, calls):
    for future in as_completed([executor.submit(call) for call in calls]):
        if future.exception() is None:
            return future.result()
    raise ExceptionGroup("all failed", [])


@refused(check_first_good, "waited for a slow call")
def leaves_a_with_block(executor, calls):
    with executor:
        futures = [executor.submit(call) for call in calls]
        for future in as_completed(futures):
            if future.exception() is None:
                executor.shutdown(wait=False, cancel_futures=True)
                return future.result()
    raise ExceptionGroup("all failed", [])


@refused(check_first_good, "It belongs to the caller")
def shuts_the_executor_down(executor, calls):
    for future in as_completed([executor.submit(call) for call in calls]):
        if future.exception() is None:
            executor.shutdown(wait=False, cancel_futures=True)
            return future.result()
    raise ExceptionGroup("all failed", [])


@refused(check_first_good, "waited for a slow call")
def takes_false_for_failed(executor, calls):
    futures = [executor.submit(call) for call in calls]
    for future in as_completed(futures):
        if future.exception() is None and future.result():
            for other in futures:
                other.cancel()
            return future.result()
    raise ExceptionGroup("all failed", [])


@refused(check_first_good, "when every call fails there is no answer")
def returns_none_when_all_fail(executor, calls):
    futures = [executor.submit(call) for call in calls]
    for future in as_completed(futures):
        if future.exception() is None:
            for other in futures:
                other.cancel()
            return future.result()


# bounded_map ----------------------------------------------------------------------------------------------------------


@refused(check_bounded_map, "swallows its whole input")
def maps(executor, function, items, limit):
    yield from executor.map(function, items)


@refused(check_bounded_map, "only 1 calls were under way")
def one_at_a_time(executor, function, items, limit):
    for item in items:
        yield executor.submit(function, item).result()


@refused(check_bounded_map, "4 items were drawn and not yet yielded")
def one_too_many(executor, function, items, limit):
    items = iter(items)
    window = deque(executor.submit(function, item) for item in islice(items, limit))
    for item in items:
        window.append(executor.submit(function, item))
        yield window.popleft().result()
    for future in window:
        yield future.result()


@refused(check_bounded_map, "in the order of the items")
def in_order_of_ending(executor, function, items, limit):
    items = iter(items)
    window = {executor.submit(function, item) for item in islice(items, limit)}
    while window:
        done, window = wait(window, return_when=FIRST_COMPLETED)
        for future in done:
            yield future.result()
        window |= {executor.submit(function, item) for item in islice(items, len(done))}


@refused(check_bounded_map, "Chunk by chunk, all wait for each chunk's slowest")
def chunk_by_chunk(executor, function, items, limit):
    items = iter(items)
    while chunk := list(islice(items, limit)):
        yield from executor.map(function, chunk)


@refused(check_bounded_map, "no new item was handed over when a result had been yielded")
def refills_when_empty(executor, function, items, limit):
    items = iter(items)
    while window := deque(executor.submit(function, item) for item in islice(items, limit)):
        while window:
            yield window.popleft().result()


@refused(check_bounded_map, "items were drawn and not yet yielded")
def lets_results_pile_up(executor, function, items, limit):
    free, window = threading.Semaphore(limit), deque()
    for item in items:
        free.acquire()
        window.append(executor.submit(function, item))
        window[-1].add_done_callback(lambda _: free.release())
        if len(window) > 2 * limit:
            yield window.popleft().result()
    for future in window:
        yield future.result()


@refused(check_bounded_map, "one by one")
def returns_a_list(executor, function, items, limit):
    return [function(item) for item in islice(items, 10)]
