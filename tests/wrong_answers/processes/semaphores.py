"""Classic wrong answers to the exercises of processes/06_semaphores."""

from multiprocessing import Process

from helpers.checks.processes.semaphores import check_at_most, check_use
from wrong_answers import refused

# at_most --------------------------------------------------------------------------------------------------------------


def run(children):
    for child in children:
        child.start()
    for child in children:
        child.join()
    return [child.exitcode for child in children]


@refused(check_at_most, "Do not run them in batches")
def batches(k, jobs):
    codes = []
    for i in range(0, len(jobs), k):
        codes += run([Process(target=job) for job in jobs[i : i + k]])
    return codes


@refused(check_at_most, "nor wait for them in order")
def waits_for_the_oldest(k, jobs):
    children = []
    for i, job in enumerate(jobs):
        if i >= k:
            children[i - k].join()
        child = Process(target=job)
        child.start()
        children.append(child)
    for child in children:
        child.join()
    return [child.exitcode for child in children]


@refused(check_at_most, "the exit codes should be [0, 1, 3], and are [0, 0, 0]")
def hides_how_they_ended(k, jobs):
    children, running = [], []
    for job in jobs:
        while len(running) == k:
            running = [child for child in running if child.is_alive()]
        child = Process(target=job)
        child.start()
        children.append(child)
        running.append(child)
    for child in children:
        child.join()
    return [child.exitcode if child.exitcode == 9 else 0 for child in children]


# use ------------------------------------------------------------------------------------------------------------------


@refused(check_use, "Look at what acquire returns")
def does_not_look(licences, work, limit_s):
    licences.acquire(timeout=limit_s)
    try:
        return work()
    finally:
        licences.release()


@refused(check_use, "Give it back also if work raises")
def leaks_on_an_exception(licences, work, limit_s):
    if not licences.acquire(timeout=limit_s):
        return None
    result = work()
    licences.release()
    return result


@refused(check_use, "Give back what you took only")
def releases_in_any_case(licences, work, limit_s):
    try:
        if licences.acquire(timeout=limit_s):
            return work()
        return None
    finally:
        licences.release()


@refused(check_use, "without a limit")
def waits_forever(licences, work, limit_s):
    with licences:
        return work()


@refused(check_use, "swallowed it")
def swallows(licences, work, limit_s):
    if not licences.acquire(timeout=limit_s):
        return None
    try:
        return work()
    except Exception:  # noqa: BLE001
        return None
    finally:
        licences.release()
