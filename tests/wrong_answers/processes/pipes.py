"""Classic wrong answers to the exercises of processes/08_pipes."""

import sys
from multiprocessing.connection import wait

from helpers.checks.processes.pipes import check_answer, check_gather
from wrong_answers import refused

# answer ---------------------------------------------------------------------------------------------------------------


def answer_until_eof(own, work):
    while True:
        try:
            item = own.recv()
        except EOFError:
            return
        try:
            own.send(work(item))
        except Exception as error:  # noqa: BLE001
            own.send(error)


@refused(check_answer, "it holds a copy of that end itself")
def keeps_the_parent_s_end(own, other, work):
    answer_until_eof(own, work)


@refused(check_answer, "your code raised EOFError")
def does_not_expect_the_end(own, other, work):
    other.close()
    while True:
        item = own.recv()
        try:
            own.send(work(item))
        except Exception as error:  # noqa: BLE001
            own.send(error)


@refused(check_answer, "it ended when None was sent")
def takes_none_for_the_end(own, other, work):
    other.close()
    while (item := own.recv()) is not None:
        own.send(work(item))


@refused(check_answer, "your code raised ValueError: this one fails")
def dies_of_an_exception(own, other, work):
    other.close()
    try:
        while True:
            own.send(work(own.recv()))
    except EOFError:
        return


if sys.platform == "linux":  # elsewhere what is unread is still read

    @refused(check_answer, "your code raised ConnectionResetError")
    def does_not_expect_unread_answers(own, other, work):
        other.close()
        answer_until_eof(own, work)


@refused(check_answer, "your code raised BrokenPipeError")
def does_not_expect_the_end_while_it_works(own, other, work):
    other.close()
    while True:
        try:
            item = own.recv()
        except (EOFError, ConnectionError):
            return
        try:
            result = work(item)
        except Exception as error:  # noqa: BLE001
            result = error
        own.send(result)


# gather ---------------------------------------------------------------------------------------------------------------


@refused(check_gather, "Wait for all of them at once")
def one_after_the_other(ends):
    received = []
    for end in ends:
        messages = []
        try:
            while True:
                messages.append(end.recv())
        except EOFError:
            received.append(messages)
    return received


@refused(check_gather, "your code raised EOFError")
def does_not_expect_the_end_of_one(ends):
    received = [[] for _ in ends]
    while True:
        for end in wait(ends):
            received[ends.index(end)].append(end.recv())


@refused(check_gather, "and returned [")
def stops_at_the_first_end(ends):
    received = [[] for _ in ends]
    try:
        while True:
            for end in wait(ends):
                received[ends.index(end)].append(end.recv())
    except EOFError:
        return received
