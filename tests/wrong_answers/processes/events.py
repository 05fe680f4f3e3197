"""Classic wrong answers to the exercises of processes/04_events."""

from time import sleep

from helpers.checks.processes.events import check_look, check_tick
from wrong_answers import refused

# look -----------------------------------------------------------------------------------------------------------------


@refused(check_look, "there was a hit, and stop was not set")
def tells_nobody(part, test, stop, hits):
    for candidate in part:
        if test(candidate):
            hits.put(candidate)
            return


@refused(check_look, "a test was begun after stop had been set")
def looks_at_the_event_once(part, test, stop, hits):
    if stop.is_set():
        return
    for candidate in part:
        if test(candidate):
            hits.put(candidate)
            stop.set()
            return


@refused(check_look, "a test was begun after stop had been set")
def goes_on_after_its_own_hit(part, test, stop, hits):
    for candidate in part:
        if test(candidate):
            hits.put(candidate)
            stop.set()


@refused(check_look, "what was handed over should be [None], and is []")
def takes_none_for_no_hit(part, test, stop, hits):
    hit = None
    for candidate in part:
        if stop.is_set():
            return
        if test(candidate):
            hit = candidate
            stop.set()
            break
    if hit is not None:
        hits.put(hit)


@refused(check_look, "there was no hit, and stop was set")
def sets_stop_in_any_case(part, test, stop, hits):
    for candidate in part:
        if stop.is_set():
            return
        if test(candidate):
            hits.put(candidate)
            break
    stop.set()


# tick -----------------------------------------------------------------------------------------------------------------


@refused(check_tick, "a sleep hears nothing")
def sleeps(act, pause_s, stop):
    while not stop.is_set():
        act()
        sleep(pause_s)


@refused(check_tick, "acted again at once")
def does_not_pause(act, pause_s, stop):
    while not stop.is_set():
        act()


@refused(check_tick, "acted once more after stop had been set")
def acts_first_and_looks_later(act, pause_s, stop):
    while True:
        act()
        if stop.wait(pause_s):
            return


@refused(check_tick, "and acted 0 times")
def pauses_first(act, pause_s, stop):
    while not stop.wait(pause_s):
        act()
