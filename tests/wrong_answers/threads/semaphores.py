"""Classic wrong answers to the exercises of threads/06_semaphores."""

import threading

from helpers.checks.threads.semaphores import check_Barrier, check_Pool, check_Rendezvous
from wrong_answers import refused

# Pool ----------------------------------------------------------------------------------------------------------------


class AnyPool:
    def __init__(self, connections):
        self.free, self.permits = list(connections), threading.Semaphore(len(connections))


@refused(check_Pool, "run does not wait for one")
class NeverWaits(AnyPool):
    def run(self, work):
        connection = self.free.pop()
        try:
            return work(connection)
        finally:
            self.free.append(connection)


@refused(check_Pool, "After a work that raised, its connection never comes back")
class LeaksOnAnException(AnyPool):
    def run(self, work):
        self.permits.acquire()
        connection = self.free.pop()
        result = work(connection)
        self.free.append(connection)
        self.permits.release()
        return result


@refused(check_Pool, "After a work that raised, its connection never comes back")
class GivesBackOnlyThePermit(AnyPool):
    def run(self, work):
        with self.permits:
            connection = self.free.pop()
            result = work(connection)
            self.free.append(connection)
            return result


@refused(check_Pool, "There was a permit, and no connection")
class HoldsThePermitTooBriefly(AnyPool):
    def run(self, work):
        with self.permits:
            connection = self.free.pop()
        try:
            return work(connection)
        finally:
            self.free.append(connection)


@refused(check_Pool, "the answer was not looked at")
class ReleasesWithoutHavingAcquired(AnyPool):
    def run(self, work):
        self.permits.acquire(timeout=1)
        try:
            connection = self.free.pop()
            try:
                return work(connection)
            finally:
                self.free.append(connection)
        finally:
            self.permits.release()


@refused(check_Pool, "one lock makes them take turns")
class OneAtATime(AnyPool):
    def __init__(self, connections):
        super().__init__(connections)
        self.lock = threading.Lock()

    def run(self, work):
        with self.lock:
            return work(self.free[0])


@refused(check_Pool, "Two works have the same connection")
class LendsTheSameOne(AnyPool):
    def run(self, work):
        with self.permits:
            return work(self.free[0])


@refused(check_Pool, "run should return what work returned")
class ReturnsNothing(AnyPool):
    def run(self, work):
        with self.permits:
            connection = self.free.pop()
            try:
                work(connection)
            finally:
                self.free.append(connection)


# Rendezvous ----------------------------------------------------------------------------------------------------------


class AnyMeeting:
    def __init__(self):
        self.ann_is_here, self.bob_is_here = threading.Semaphore(0), threading.Semaphore(0)


@refused(check_Rendezvous, "Signal first, then wait")
class WaitsBeforeItSignals(AnyMeeting):
    def ann(self):
        self.bob_is_here.acquire()
        self.ann_is_here.release()

    def bob(self):
        self.ann_is_here.acquire()
        self.bob_is_here.release()


@refused(check_Rendezvous, "One of the two does not wait for the other")
class OnlyAnnWaits(AnyMeeting):
    def ann(self):
        self.ann_is_here.release()
        self.bob_is_here.acquire()

    def bob(self):
        self.bob_is_here.release()


@refused(check_Rendezvous, "takes the permit that it gave itself")
class OneSemaphoreForBoth(AnyMeeting):
    def ann(self):
        self.ann_is_here.release()
        self.ann_is_here.acquire()

    bob = ann


@refused(check_Rendezvous, "One waits for a signal that no thread gives")
class BobIsSilent(AnyMeeting):
    def ann(self):
        self.ann_is_here.release()
        self.bob_is_here.acquire()

    def bob(self):
        self.ann_is_here.acquire()


# Barrier -------------------------------------------------------------------------------------------------------------


class AnyBarrier:
    def __init__(self, n):
        self.n, self.here = n, 0
        self.lock, self.door, self.way_out = threading.Lock(), threading.Semaphore(0), threading.Semaphore(0)


@refused(check_Barrier, "Use locks and semaphores only")
class IsABarrierAlready(threading.Barrier):
    pass


@refused(check_Barrier, "It works once")
class WorksOnce(AnyBarrier):
    def wait(self):
        with self.lock:
            self.here += 1
            if self.here == self.n:
                self.door.release(self.n)
        self.door.acquire()


@refused(check_Barrier, "A quick thread laps the others")
class CountsDownBehindTheDoor(AnyBarrier):
    def wait(self):
        with self.lock:
            self.here += 1
            if self.here == self.n:
                self.door.release(self.n)
        self.door.acquire()
        with self.lock:
            self.here -= 1


@refused(check_Barrier, "A quick thread laps the others")
class StartsANewCountAtTheDoor(AnyBarrier):
    def wait(self):
        with self.lock:
            self.here += 1
            if self.here == self.n:
                self.here = 0
                self.door.release(self.n)
        self.door.acquire()


@refused(check_Barrier, "Count and look under one lock")
class CountsWithoutALock(AnyBarrier):
    def wait(self):
        self.here += 1
        if self.here == self.n:
            self.here = 0
            self.door.release(self.n)
        self.door.acquire()


@refused(check_Barrier, "A thread leaves before all have come")
class LetsEverybodyThrough(AnyBarrier):
    def wait(self):
        with self.lock:
            self.here += 1
        self.door.release()
        self.door.acquire()
