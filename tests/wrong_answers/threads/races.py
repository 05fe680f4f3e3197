"""Classic wrong answers to the exercises of threads/02_races."""

import threading

from helpers.checks.threads.races import check_Cache, check_three_increments
from wrong_answers import refused

refused(check_three_increments, "it can also end at 1, as it does in 48 schedules")(lambda: {3})
refused(check_three_increments, "it can also end at 1")(lambda: {2, 3})
refused(check_three_increments, "none of 90 schedules ends at 0")(lambda: {0, 1, 2, 3})
refused(check_three_increments, "should be a set")(lambda: [1, 2, 3])


@refused(check_Cache, "Both threads find no value before either has stored one")
class UnlockedCache:
    def __init__(self, make):
        self.make, self.values, self.lock, self.locks = make, {}, threading.Lock(), {}

    def get_or_create(self, key):
        if key not in self.values:
            self.values[key] = self.make(key)
        return self.values[key]


@refused(check_Cache, "Python makes the value before it calls setdefault")
class MadeForSetdefault(UnlockedCache):
    def get_or_create(self, key):
        return self.values.setdefault(key, self.make(key))


@refused(check_Cache, "Each thread makes a lock and takes its own")
class LockMadeUnlocked(UnlockedCache):
    def get_or_create(self, key):
        if key not in self.locks:
            self.locks[key] = threading.Lock()
        with self.locks[key]:
            if key not in self.values:
                self.values[key] = self.make(key)
            return self.values[key]


@refused(check_Cache, "Each thread makes a lock and takes its own")
class LockPerCall(UnlockedCache):
    def get_or_create(self, key):
        with threading.Lock():
            if key not in self.values:
                self.values[key] = self.make(key)
            return self.values[key]


@refused(check_Cache, "The lock covers the act and not the check")
class LockAroundTheWrite(UnlockedCache):
    def get_or_create(self, key):
        if key not in self.values:
            with self.lock:
                self.values[key] = self.make(key)
        return self.values[key]


@refused(check_Cache, "released between the check and the act")
class LockLetGoBetween(UnlockedCache):
    def get_or_create(self, key):
        with self.lock:
            missing = key not in self.values
        if missing:
            with self.lock:
                self.values[key] = self.make(key)
        return self.values[key]


@refused(check_Cache, "No thread can go on")
class LockNeverReleased(UnlockedCache):
    def get_or_create(self, key):
        self.lock.acquire()
        self.lock.acquire()


@refused(check_Cache, "never comes to an end")
class SpinsForEver(UnlockedCache):
    def get_or_create(self, key):
        while True:
            pass
