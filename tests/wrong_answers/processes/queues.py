"""Classic wrong answers to the exercises of processes/07_queues."""

from multiprocessing import Process, Queue
from queue import Empty

from helpers.checks.processes.queues import check_collect, check_compute
from helpers.workers.processes import queues as workers
from wrong_answers import refused

# compute --------------------------------------------------------------------------------------------------------------


def started(work, items, n):
    tasks, results = Queue(), Queue()
    children = [Process(target=workers.serve, args=(work, tasks, results)) for _ in range(n)]
    for child in children:
        child.start()
    for task in enumerate(items):
        tasks.put(task)
    return tasks, results, children


@refused(check_compute, "items=['big', 'big']: it does not come back. Take all results before you join")
def joins_before_it_reads(work, items, n):
    tasks, results, children = started(work, items, n)
    for _ in children:
        tasks.put(workers.Stop)
    for child in children:
        child.join()
    found = dict(results.get() for _ in items)
    return [found[number] for number in range(len(items))]


@refused(check_compute, "each process needs a Stop of its own")
def one_stop_for_all(work, items, n):
    tasks, results, children = started(work, items, n)
    tasks.put(workers.Stop)
    found = dict(results.get() for _ in items)
    for child in children:
        child.join()
    return [found[number] for number in range(len(items))]


@refused(check_compute, "a process was started and never joined")
def never_joins(work, items, n):
    tasks, results, children = started(work, items, n)
    for _ in children:
        tasks.put(workers.Stop)
    found = dict(results.get() for _ in items)
    return [found[number] for number in range(len(items))]


@refused(check_compute, "should stand at its place")
def sorts_by_nothing(work, items, n):
    tasks, results, children = started(work, items, n)
    for _ in children:
        tasks.put(workers.Stop)
    found = sorted((results.get() for _ in items), key=lambda numbered: -numbered[0])
    for child in children:
        child.join()
    return [result for _, result in found]


# collect --------------------------------------------------------------------------------------------------------------


@refused(check_collect, "before all producers had put their Stop")
def until_it_is_empty(items, n):
    collected = []
    while not items.empty():
        item = items.get()
        if item is not workers.Stop:
            collected.append(item)
    return collected


@refused(check_collect, "before all producers had put their Stop")
def until_the_first_stop(items, n):
    collected = []
    while (item := items.get()) is not workers.Stop:
        collected.append(item)
    return collected


@refused(check_collect, "before all producers had put their Stop")
def until_nothing_comes_for_a_moment(items, n):
    collected = []
    try:
        while True:
            item = items.get(timeout=0.05)
            if item is not workers.Stop:
                collected.append(item)
    except Empty:
        return collected


@refused(check_collect, "it should return ['a', None, 0], and returned ['a']")
def drops_what_counts_as_false(items, n):
    collected = []
    while n:
        item = items.get()
        if item is workers.Stop:
            n -= 1
        elif item:
            collected.append(item)
    return collected
