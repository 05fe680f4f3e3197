"""Classic wrong answers to the exercises of threads/04_deadlocks."""

from contextlib import ExitStack

from helpers.checks.threads.deadlocks import check_can_deadlock, check_dine
from wrong_answers import refused
from wrong_answers.threads.locks import one_for_all

refused(check_can_deadlock, "S cannot: none of 72 schedules ends in deadlock")(lambda: {"Q", "S"})
refused(check_can_deadlock, "Q can: ")(lambda: set())


@refused(check_dine, "No thread can go on: Thread-1 waits")
def takes_the_left_fork_first(forks, i, eat):
    with forks[i], forks[(i + 1) % len(forks)]:
        eat()


@refused(check_dine, "two who share no fork never eat at once")
def takes_turns_with_one_lock(forks, i, eat):
    with one_for_all:
        takes_the_left_fork_first(forks, i, eat)


@refused(check_dine, "two who share no fork never eat at once: they take turns")
def takes_every_fork(forks, i, eat):
    with ExitStack() as held:
        for fork in forks:
            held.enter_context(fork)
        eat()


@refused(check_dine, "in step, forever (a livelock)")
def gives_up_after_a_second(forks, i, eat):
    right = forks[(i + 1) % len(forks)]
    while True:
        with forks[i]:
            if right.acquire(timeout=1):
                eat()
                right.release()
                return


@refused(check_dine, "in step, forever (a livelock)")
def gives_up_at_once(forks, i, eat):
    right = forks[(i + 1) % len(forks)]
    while True:
        with forks[i]:
            if right.acquire(blocking=False):
                eat()
                right.release()
                return


@refused(check_dine, "Each philosopher must eat once, with both forks")
def eats_with_the_fingers(forks, i, eat):
    eat()
