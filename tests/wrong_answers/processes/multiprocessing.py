"""Classic wrong answers to the exercises of processes/01_multiprocessing."""

from multiprocessing import Process, SimpleQueue

from helpers.checks.processes.multiprocessing import check_run_all, check_split_sum
from helpers.workers.processes.multiprocessing import add_up
from wrong_answers import refused

# split_sum ------------------------------------------------------------------------------------------------------------


@refused(check_split_sum, "What a child appends or adds stays in the child")
def adds_to_a_global(numbers, n):
    total = 0

    def add(part):
        nonlocal total
        total += sum(part)

    children = [Process(target=add, args=(numbers[i::n],)) for i in range(n)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    return total


@refused(check_split_sum, "Start every process before you wait for the first")
def joins_before_the_next_start(numbers, n):
    results, total = SimpleQueue(), 0
    for i in range(n):
        child = Process(target=add_up, args=(numbers[i::n], results))
        child.start()
        total += results.get()
        child.join()
    return total


@refused(check_split_sum, "numbers were added up in the parent")
def adds_in_the_parent(numbers, n):
    return sum(sum(numbers[i::n]) for i in range(n))


@refused(check_split_sum, "the total should be 15, and is ")
def drops_the_rest(numbers, n):
    results, size = SimpleQueue(), len(numbers) // n
    children = [Process(target=add_up, args=(numbers[i * size : (i + 1) * size], results)) for i in range(n)]
    for child in children:
        child.start()
    total = sum(results.get() for _ in children)
    for child in children:
        child.join()
    return total


@refused(check_split_sum, "never joined")
def never_joins(numbers, n):
    results = SimpleQueue()
    for i in range(n):
        Process(target=add_up, args=(numbers[i::n], results)).start()
    return sum(results.get() for _ in range(n))


# run_all --------------------------------------------------------------------------------------------------------------


def started(jobs):
    children = [Process(target=job) for job in jobs]
    for child in children:
        child.start()
    return children


@refused(check_run_all, "one after the other")
def one_after_the_other(jobs, limit_s):
    codes = []
    for job in jobs:
        (child,) = started([job])
        child.join(limit_s)
        child.kill()
        child.join()
        codes.append(child.exitcode)
    return codes


@refused(check_run_all, "join after terminate or kill")
def kills_and_does_not_join(jobs, limit_s):
    children = started(jobs)
    for child in children:
        child.join(limit_s)
        if child.is_alive():
            child.kill()
    codes = [None if child.is_alive() else child.exitcode for child in children]
    for child in children:
        child.join()
    return codes


@refused(check_run_all, "terminate can be ignored")
def asks_only(jobs, limit_s):
    children = started(jobs)
    for child in children:
        child.join(limit_s)
        child.terminate()
        child.join(1)
    return [child.exitcode for child in children]


@refused(check_run_all, "the exit code of exits should be 3")
def kills_all_the_same(jobs, limit_s):
    children = started(jobs)
    for child in children:
        child.kill()
        child.join()
    return [child.exitcode for child in children]
