"""Classic wrong answers to the exercises of processes/03_locks."""

import multiprocessing

from helpers.checks.processes.locks import check_count, check_sell
from wrong_answers import refused

# count ----------------------------------------------------------------------------------------------------------------


@refused(check_count, "is written while its lock is not held")
def without_a_lock(words, counts, lock):
    for word in words:
        counts[word] += 1


@refused(check_count, "a lock that a process makes for itself keeps no other out")
def a_lock_for_each_process(words, counts, lock):
    mine = multiprocessing.Lock()
    for word in words:
        with mine:
            counts[word] += 1


@refused(check_count, "is written while its lock is not held")
def a_lock_around_nothing(words, counts, lock):
    with lock:
        pass
    for word in words:
        counts[word] += 1


@refused(check_count, "Read and write under one hold")
def read_before_the_lock(words, counts, lock):
    for word in words:
        seen = counts[word]
        with lock:
            counts[word] = seen + 1


@refused(check_count, "still held when your function has returned")
def never_releases(words, counts, lock):
    lock.acquire()
    for word in words:
        counts[word] += 1


@refused(check_count, "the histogram should be [4, 2, 0, 0], and is")
def counts_a_word_once(words, counts, lock):
    with lock:
        for word in set(words):
            counts[word] += 1


# sell -----------------------------------------------------------------------------------------------------------------


@refused(check_sell, "tickets.value is written while its lock is not held")
def check_then_act(tickets):
    if tickets.value > 0:
        tickets.value -= 1
        return True
    return False


@refused(check_sell, "still held when your function has returned")
def forgets_to_release_on_the_early_return(tickets):
    lock = tickets.get_lock()
    lock.acquire()
    if tickets.value == 0:
        return False
    tickets.value -= 1
    lock.release()
    return True


@refused(check_sell, "Look and take under one hold of the lock")
def looks_before_the_lock(tickets):
    if tickets.value == 0:
        return False
    with tickets.get_lock():
        tickets.value -= 1
    return True


@refused(check_sell, "Look and take under one hold of the lock")
def two_holds(tickets):
    with tickets.get_lock():
        left = tickets.value
    if left == 0:
        return False
    with tickets.get_lock():
        tickets.value -= 1
    return True


@refused(check_sell, "tickets 4 were sold in 4 calls")
def sells_what_is_not_there(tickets):
    with tickets.get_lock():
        tickets.value = max(0, tickets.value - 1)
        return tickets.value >= 0


@refused(check_sell, "should return True or False, and returned None")
def returns_nothing(tickets):
    with tickets.get_lock():
        if tickets.value:
            tickets.value -= 1
