"""Classic wrong answers to the exercises of pools/01_process_pools."""

import threading
from collections import Counter, deque
from itertools import islice

from helpers.checks.pools.process_pools import check_count_all, check_ordered
from helpers.workers.pools.process_pools import count_words
from wrong_answers import refused

# count_all ------------------------------------------------------------------------------------------------------------

TOTAL = Counter()


def count_into_total(text):
    TOTAL.update(count_words(text))


@refused(check_count_all, "A worker that adds to a global Counter adds to its own copy of it")
def adds_to_a_global(pool, texts):
    pool.map(count_into_total, texts)
    return TOTAL


@refused(check_count_all, "a text was counted in the process that owns the pool")
def counts_in_a_loop(pool, texts):
    return sum(map(count_words, texts), Counter())


def read(text):
    return text.read()


def words_of(text):
    return text.read().split()


@refused(check_count_all, "times=50000, workers=2: 1.0 MB came back from the workers, for texts of 0.9 MB")
def fetches_the_texts(pool, texts):
    total = Counter()
    for content in pool.imap(read, texts):
        total.update(content.split())
    return total


@refused(check_count_all, "Let each worker count what it reads")
def fetches_the_words(pool, texts):
    return sum(map(Counter, pool.map(words_of, texts)), Counter())


@refused(check_count_all, "That is what one text has: add the counts up, and do not replace them.")
def replaces_counts(pool, texts):
    total = {}
    for part in pool.map(count_words, texts):
        total.update(part)
    return total


@refused(check_count_all, "That is what one text has")
def takes_the_larger_count(pool, texts):
    total = Counter()
    for part in pool.imap_unordered(count_words, texts):
        total |= part
    return total


@refused(check_count_all, "at most 1 of 2 workers counted at the same time. Hand out all texts before you wait")
def waits_for_each(pool, texts):
    return sum((pool.apply(count_words, (text,)) for text in texts), Counter())


@refused(check_count_all, "and not all of them in one chunk")
def one_chunk(pool, texts):
    return sum(pool.map(count_words, texts, chunksize=len(texts) or 1), Counter())


@refused(check_count_all, "the pool was closed. It belongs to the caller")
def closes_the_pool(pool, texts):
    with pool:
        return sum(pool.imap_unordered(count_words, texts), Counter())


@refused(check_count_all, "the pool was closed")
def closes_and_joins_the_pool(pool, texts):
    parts = pool.map_async(count_words, texts)
    pool.close()
    pool.join()
    return sum(parts.get(), Counter())


@refused(check_count_all, "and it returned Counter({'be': 2, 'to': 1}). Let the exception out.")
def leaves_out_what_fails(pool, texts):
    total = Counter()
    for part in [pool.apply_async(count_words, (text,)) for text in texts]:
        try:
            total += part.get()
        except OSError:
            continue
    return total


@refused(check_count_all, "your code raised TypeError: unsupported operand type(s) for +: 'NoneType' and 'Counter'")
def starts_with_the_first(pool, texts):
    total, *others = pool.map(count_words, texts) or [None]
    for part in others:
        total += part
    return total + Counter()


@refused(check_count_all, "'be' occurs 3 times, and its count is 2.")
def stops_at_an_empty_text(pool, texts):
    total = Counter()
    for part in pool.imap(count_words, texts):
        if not part:
            break
        total += part
    return total


@refused(check_count_all, "and returned [Counter(")
def returns_the_parts(pool, texts):
    return pool.map(count_words, texts)


# ordered --------------------------------------------------------------------------------------------------------------


@refused(check_ordered, "imap draws its whole input ahead, in a thread of the pool")
def imaps(pool, function, items, limit):
    yield from pool.imap(function, items)


@refused(check_ordered, "the result of item 0 is None, and 0 stands at its place")
def in_order_of_ending(pool, function, items, limit):
    yield from pool.imap_unordered(function, items)


@refused(check_ordered, "it swallows its whole input")
def maps(pool, function, items, limit):
    yield from pool.map(function, items, chunksize=limit)


@refused(check_ordered, "Chunk by chunk, all wait for each chunk's slowest")
def chunk_by_chunk(pool, function, items, limit):
    items = iter(items)
    while chunk := list(islice(items, limit)):
        yield from pool.map(function, chunk, chunksize=1)


@refused(check_ordered, "Chunk by chunk, all wait for each chunk's slowest")
def refills_when_empty(pool, function, items, limit):
    items = iter(items)
    while window := deque(pool.apply_async(function, (item,)) for item in islice(items, limit)):
        while window:
            yield window.popleft().get()


@refused(check_ordered, "while the first item was computed, fewer than 2 were under way")
def one_at_a_time(pool, function, items, limit):
    for item in items:
        yield pool.apply(function, (item,))


@refused(check_ordered, "it swallows its whole input")
def collects_before_it_yields(pool, function, items, limit):
    results, window = [], deque()
    for item in items:
        window.append(pool.apply_async(function, (item,)))
        if len(window) == limit:
            results.append(window.popleft().get())
    results.extend(each.get() for each in window)
    yield from results


@refused(check_ordered, "3 items were drawn and not yet yielded at one time")
def one_too_many(pool, function, items, limit):
    window = deque()
    for item in items:
        window.append(pool.apply_async(function, (item,)))
        if len(window) > limit:
            yield window.popleft().get()
    while window:
        yield window.popleft().get()


@refused(check_ordered, "items were drawn and not yet yielded at one time")
def released_when_done(pool, function, items, limit):
    free, window = threading.Semaphore(limit), deque()
    for item in items:
        free.acquire()
        window.append(pool.apply_async(function, (item,), callback=lambda _: free.release()))
        if len(window) > 2 * limit:
            yield window.popleft().get()
    while window:
        yield window.popleft().get()


@refused(check_ordered, "imap draws its whole input ahead")
def released_when_drawn(pool, function, items, limit):
    free = threading.Semaphore(limit)

    def gated():
        for item in items:
            with free:
                yield item

    yield from pool.imap(function, gated())


@refused(check_ordered, "the pool does no more work. Its thread that hands out tasks stands inside your code")
def jams_the_pool(pool, function, items, limit):
    free = threading.Semaphore(limit)

    def gated():
        for item in items:
            free.acquire()
            yield item

    for result in pool.imap(function, gated()):
        yield result
        free.release()


@refused(check_ordered, "item 1 fails; its exception did not come out")
def leaves_out_what_fails_in_order(pool, function, items, limit):
    window, items = deque(), iter(items)
    while True:
        window.extend(pool.apply_async(function, (item,)) for item in islice(items, limit - len(window)))
        if not window:
            return
        try:
            result = window.popleft().get()
        except ValueError:
            continue
        yield result


@refused(check_ordered, "item 1 fails; its exception came after 0 results")
def fails_too_early(pool, function, items, limit):
    window, items = deque(), iter(items)
    while window.extend(pool.apply_async(function, (item,)) for item in islice(items, limit - len(window))) or window:
        window[0].wait()
        for each in window:
            if each.ready() and not each.successful():
                each.get()
        yield window.popleft().get()


@refused(check_ordered, "there should be 2 results, and there are 0")
def forgets_the_rest(pool, function, items, limit):
    window = deque()
    for item in items:
        window.append(pool.apply_async(function, (item,)))
        if len(window) == limit:
            yield window.popleft().get()


@refused(check_ordered, "the result of item 0 is None, and (3,) stands at its place")
def drops_what_counts_as_false(pool, function, items, limit):
    window = deque()
    for item in items:
        window.append(pool.apply_async(function, (item,)))
        if len(window) == limit and (result := window.popleft().get()):
            yield result


@refused(check_ordered, "the pool was closed")
def closes_the_pool_at_the_end(pool, function, items, limit):
    items = iter(items)
    with pool:
        window = deque(pool.apply_async(function, (item,)) for item in islice(items, limit))
        while window:
            yield window.popleft().get()
            window.extend(pool.apply_async(function, (item,)) for item in islice(items, 1))


@refused(check_ordered, "one by one (yield them), and returned [")
def returns_a_list(pool, function, items, limit):
    return pool.map(function, islice(items, 10))
