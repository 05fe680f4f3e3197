"""Classic wrong answers to the exercises of threads/05_conditions."""

import threading

from helpers.checks.threads.conditions import check_Buffer, check_Document, check_Turnstile
from wrong_answers import refused

# Buffer --------------------------------------------------------------------------------------------------------------


class AnyBuffer:
    def __init__(self, size):
        self.size, self.items, self.changed = size, [], threading.Condition()


@refused(check_Buffer, "while, not if")
class WaitsWithIf(AnyBuffer):
    def put(self, item):
        with self.changed:
            if len(self.items) == self.size:
                self.changed.wait()
            self.items.append(item)
            self.changed.notify_all()

    def get(self):
        with self.changed:
            if not self.items:
                self.changed.wait()
            item = self.items.pop(0)
            self.changed.notify_all()
            return item


@refused(check_Buffer, "use notify_all, or a condition for each reason to wait")
class OneConditionAndNotify(AnyBuffer):
    def put(self, item):
        with self.changed:
            while len(self.items) == self.size:
                self.changed.wait()
            self.items.append(item)
            self.changed.notify()

    def get(self):
        with self.changed:
            while not self.items:
                self.changed.wait()
            item = self.items.pop(0)
            self.changed.notify()
            return item


@refused(check_Buffer, "notify was called without the lock")
class NotifiesWithoutTheLock(AnyBuffer):
    def put(self, item):
        with self.changed:
            while len(self.items) == self.size:
                self.changed.wait()
            self.items.append(item)
        self.changed.notify_all()

    def get(self):
        with self.changed:
            while not self.items:
                self.changed.wait()
            item = self.items.pop(0)
        self.changed.notify_all()
        return item


@refused(check_Buffer, "its time was up")
class GivesUpWaiting(AnyBuffer):
    put = OneConditionAndNotify.put

    def get(self):
        with self.changed:
            self.changed.wait_for(lambda: self.items, timeout=1)
            item = self.items.pop(0)
            self.changed.notify_all()
            return item


@refused(check_Buffer, "put does not wait for room")
class NeverFull(AnyBuffer):
    def put(self, item):
        with self.changed:
            self.items.append(item)
            self.changed.notify_all()

    get = OneConditionAndNotify.get


@refused(check_Buffer, "it is not notified")
class GetTellsNobody(AnyBuffer):
    put = OneConditionAndNotify.put

    def get(self):
        with self.changed:
            while not self.items:
                self.changed.wait()
            return self.items.pop(0)


# Turnstile -----------------------------------------------------------------------------------------------------------


class AnyTurnstile:
    def __init__(self):
        self.turn, self.changed = 0, threading.Condition()


@refused(check_Turnstile, "Threads go through out of turn")
class FirstComeFirstServed(AnyTurnstile):
    def pass_through(self, ticket, go):
        with self.changed:
            go()


@refused(check_Turnstile, "notify wakes any one of those who wait: use notify_all")
class WakesOne(AnyTurnstile):
    def pass_through(self, ticket, go):
        with self.changed:
            while ticket != self.turn:
                self.changed.wait()
            go()
            self.turn += 1
            self.changed.notify()


@refused(check_Turnstile, "without looking whether it is its turn")
class LooksOnce(AnyTurnstile):
    def pass_through(self, ticket, go):
        with self.changed:
            if ticket != self.turn:
                self.changed.wait()
            go()
            self.turn += 1
            self.changed.notify_all()


@refused(check_Turnstile, "it is not notified that its turn has come")
class TellsNobody(AnyTurnstile):
    def pass_through(self, ticket, go):
        with self.changed:
            while ticket != self.turn:
                self.changed.wait()
            go()
            self.turn += 1


@refused(check_Turnstile, "the turn is over when go has come back")
class GoesOutside(AnyTurnstile):
    def pass_through(self, ticket, go):
        with self.changed:
            while ticket != self.turn:
                self.changed.wait()
            self.turn += 1
            self.changed.notify_all()
        go()


# Document ------------------------------------------------------------------------------------------------------------


class AnyDocument:
    def __init__(self):
        self.readers, self.writing, self.changed = 0, False, threading.Condition()

    def read(self, look):
        with self.changed:
            while self.writing:
                self.changed.wait()
            self.readers += 1
        look()
        with self.changed:
            self.readers -= 1
            self.changed.notify_all()

    def write(self, change):
        with self.changed:
            while self.writing or self.readers:
                self.changed.wait()
            self.writing = True
        change()
        with self.changed:
            self.writing = False
            self.changed.notify_all()


@refused(check_Document, "two readers never read at once")
class OneLockForAll(AnyDocument):
    def read(self, look):
        with self.changed:
            look()

    write = read


@refused(check_Document, "A writer comes in while a reader is there")
class ReadersAreNotCounted(AnyDocument):
    def read(self, look):
        with self.changed:
            while self.writing:
                self.changed.wait()
        look()


@refused(check_Document, "A writer comes in while a reader is there")
class WritersDoNotLook(AnyDocument):
    def write(self, change):
        with self.changed:
            change()


@refused(check_Document, "it is free, and the thread is not notified")
class ReadersLeaveInSilence(AnyDocument):
    def read(self, look):
        with self.changed:
            while self.writing:
                self.changed.wait()
            self.readers += 1
        look()
        with self.changed:
            self.readers -= 1


@refused(check_Document, "it is free, and the thread is not notified")
class LastReaderTellsOneWriter(AnyDocument):
    def read(self, look):
        with self.changed:
            self.readers += 1
        look()
        with self.changed:
            self.readers -= 1
            if self.readers == 0:
                self.changed.notify()

    def write(self, change):
        with self.changed:
            while self.readers:
                self.changed.wait()
            change()


@refused(check_Document, "Two writers are in at once")
class WritersDoNotSayThatTheyWrite(AnyDocument):
    def write(self, change):
        with self.changed:
            while self.readers:
                self.changed.wait()
        change()
