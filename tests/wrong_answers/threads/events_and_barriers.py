"""Classic wrong answers to the exercises of threads/07_events_and_barriers."""

import threading
import time
from functools import partial

from helpers.checks.schedules import in_threads
from helpers.checks.threads.events_and_barriers import check_shares, check_Ticker
from wrong_answers import refused

# Ticker --------------------------------------------------------------------------------------------------------------


class AnyTicker:
    def __init__(self, tick, seconds):
        self.tick, self.seconds, self.stopped = tick, seconds, threading.Event()
        self.thread = threading.Thread(target=self.run)

    def start(self):
        self.thread.start()

    def run(self):
        self.tick()
        while not self.stopped.wait(timeout=self.seconds):
            self.tick()

    def stop(self):
        self.stopped.set()
        self.thread.join()


class PausesFirst(AnyTicker):
    """A right one."""

    def run(self):
        while not self.stopped.wait(self.seconds):
            self.tick()


@refused(check_Ticker, "stop tells the thread nothing")
class StopOnlyJoins(AnyTicker):
    def stop(self):
        self.thread.join()


@refused(check_Ticker, "keeps a processor busy")
class LooksAtABool(AnyTicker):
    running = True

    def run(self):
        while self.running:
            self.tick()
            begun = time.monotonic()
            while self.running and time.monotonic() < begun + self.seconds:
                pass

    def stop(self):
        self.running = False
        self.thread.join()


@refused(check_Ticker, "keeps a processor busy")
class TicksWithoutAPause(AnyTicker):
    def run(self):
        while not self.stopped.is_set():
            self.tick()


@refused(check_Ticker, "keeps a processor busy")
class WaitsForNoTimeAtAll(AnyTicker):
    def run(self):
        while not self.stopped.wait(0):
            self.tick()


@refused(check_Ticker, "keeps a processor busy")
class SleepsInTinyPieces(AnyTicker):
    def run(self):
        while not self.stopped.is_set():
            self.tick()
            due = time.monotonic() + self.seconds
            while not self.stopped.is_set() and time.monotonic() < due:
                time.sleep(0.001)


@refused(check_Ticker, "tick again after each pause")
class TicksOnce(AnyTicker):
    def run(self):
        self.tick()
        self.stopped.wait()


@refused(check_Ticker, "nothing ends a sleep early")
class Sleeps(AnyTicker):
    def run(self):
        while not self.stopped.is_set():
            self.tick()
            time.sleep(self.seconds)


@refused(check_Ticker, "never clear it")
class ClearsWhenItBegins(AnyTicker):
    def run(self):
        self.stopped.clear()
        super().run()


@refused(check_Ticker, "never clear it")
class ClearsAfterStopping(AnyTicker):
    def stop(self):
        self.stopped.set()
        self.stopped.clear()
        self.thread.join()


@refused(check_Ticker, "Join it")
class DoesNotJoin(AnyTicker):
    def stop(self):
        self.stopped.set()


@refused(check_Ticker, "in the thread that called start")
class HasNoThread(AnyTicker):
    def start(self):
        self.tick()

    def stop(self):
        self.stopped.set()


# shares --------------------------------------------------------------------------------------------------------------


def with_barrier(parts, barrier, work):
    totals, result = [0] * len(parts), [None] * len(parts)
    in_threads(*[partial(work, parts, totals, result, barrier, i) for i in range(len(parts))])
    return result


def add_meet_divide(parts, totals, result, barrier, i):
    totals[i] = sum(parts[i])
    barrier.wait()
    result[i] = [x / sum(totals) for x in parts[i]]


@refused(check_shares, "Between the two phases all must meet")
def never_meets(parts):
    def work(parts, totals, result, barrier, i):
        totals[i] = sum(parts[i])
        result[i] = [x / sum(totals) for x in parts[i]]

    return with_barrier(parts, None, work)


@refused(check_shares, "Between the two phases all must meet")
def meets_before_the_first_phase(parts):
    def work(parts, totals, result, barrier, i):
        barrier.wait()
        totals[i] = sum(parts[i])
        result[i] = [x / sum(totals) for x in parts[i]]

    return with_barrier(parts, threading.Barrier(len(parts)), work)


@refused(check_shares, "waits for more threads than come to it")
def counts_the_main_thread(parts):
    return with_barrier(parts, threading.Barrier(len(parts) + 1), add_meet_divide)


@refused(check_shares, "Between the two phases all must meet")
def counts_one_too_few(parts):
    return with_barrier(parts, threading.Barrier(len(parts) - 1), add_meet_divide)


@refused(check_shares, "Each list has a thread of its own")
def has_new_threads_for_the_second_phase(parts):
    totals, result = [0] * len(parts), [None] * len(parts)

    def add(i):
        totals[i] = sum(parts[i])

    def divide(i):
        result[i] = [x / sum(totals) for x in parts[i]]

    for phase in (add, divide):
        in_threads(*[partial(phase, i) for i in range(len(parts))])
    return result


@refused(check_shares, "Let a barrier count")
def counts_without_a_lock(parts):
    totals, result = [0] * len(parts), [None] * len(parts)
    counted, all_there = [0], threading.Event()

    def work(i):
        totals[i] = sum(parts[i])
        counted[0] += 1
        if counted[0] == len(parts):
            all_there.set()
        all_there.wait()
        result[i] = [x / sum(totals) for x in parts[i]]

    in_threads(*[partial(work, i) for i in range(len(parts))])
    return result


@refused(check_shares, "The main thread did the work")
def adds_up_beforehand(parts):
    total = sum(map(sum, parts))
    return [[x / total for x in part] for part in parts]
