"""Tests of tickets that accept what is wrong, or refuse what is right."""

from multiprocessing import Pool, Process, SimpleQueue
from threading import Barrier, Thread

from helpers.checks.processes.catch_the_wrong_ones import check_test_tickets
from wrong_answers import refused


def sell(tickets, answers):
    answers.put(tickets.sell())


def sold(tickets, sellers):
    answers = SimpleQueue()
    sellers = [Process(target=sell, args=(tickets, answers)) for _ in range(sellers)]
    for seller in sellers:
        seller.start()
    for seller in sellers:
        seller.join()
    return sum(answers.get() for _ in sellers)


@refused(check_test_tickets, "catches 2 of 7, and accepts the reference. Not caught: no lock; a lock of")
def sells_in_one_process(Tickets):
    tickets = Tickets(1)
    assert tickets.sell()
    assert not tickets.sell()


@refused(check_test_tickets, "Not caught: a lock of each process's own; the number in each process's own memory.")
def sells_in_threads(Tickets):
    tickets, answers, all_here = Tickets(2), [], Barrier(4)

    def ask():
        all_here.wait()  # else a thread may get the identifier of one that has ended, and with it its RLock
        answers.append(tickets.sell())

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(answers) == 2


@refused(check_test_tickets, "catches 6 of 7, and accepts the reference. Not caught: the lock kept when all are sold.")
def refuses_one_buyer_only(Tickets):
    assert sold(Tickets(1), 2) == 1


@refused(check_test_tickets, "catches 6 of 7, and accepts the reference. Not caught: the last ticket never sold.")
def sells_no_more_than_there_are(Tickets):
    assert sold(Tickets(2), 4) <= 2


@refused(check_test_tickets, "refuses another right answer, one that has a semaphore and no number: your code")
def looks_inside(Tickets):
    assert Tickets(2).left.value == 2


@refused(check_test_tickets, "refuses the reference, too: your code raised RuntimeError: Synchronized objects")
def sends_them_to_a_pool(Tickets):
    with Pool(1) as pool:
        assert pool.map(Tickets.sell, [Tickets(1)]) == [True]
