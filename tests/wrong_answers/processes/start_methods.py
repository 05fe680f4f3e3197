"""Classic wrong answers to the exercises of processes/02_start_methods."""

import threading

from helpers.checks.processes.start_methods import check_survives, check_Tally
from helpers.workers.processes.start_methods import objects
from wrong_answers import refused

# survives -------------------------------------------------------------------------------------------------------------


@refused(check_survives, "a lambda does not arrive")
def everything():
    return dict.fromkeys(objects(), True)


@refused(check_survives, "len was given to a child, and arrived")
def nothing():
    return dict.fromkeys(objects(), False)


@refused(check_survives, 'get_context("spawn").Lock() was given to a child, and arrived')
def no_locks():
    return {name: name in ("len", "partial(pow, 2)") for name in objects()}


@refused(check_survives, "should be True or False, and is 1")
def numbers():
    return dict.fromkeys(objects(), 1)


# Tally ----------------------------------------------------------------------------------------------------------------


class Tally:
    def __init__(self, names):
        self.counts = dict.fromkeys(names, 0)
        self.lock = threading.Lock()

    def add(self, name):
        with self.lock:
            self.counts[name] += 1


@refused(check_Tally, "Leave the lock out of what __getstate__ returns")
class AsItIs(Tally):
    pass


@refused(check_Tally, "must be made anew by __setstate__")
class WithoutLockOnArrival(Tally):
    def __getstate__(self):
        return {"counts": self.counts}


@refused(check_Tally, "at home has no lock any more")
class TakesItsOwnLockAway(Tally):
    def __getstate__(self):
        del self.__dict__["lock"]
        return self.__dict__

    def __setstate__(self, state):
        self.__dict__.update(state)
        self.lock = threading.Lock()


@refused(check_Tally, "in the child they were {'ant': 0, 'bee': 0}")
class LosesItsCounts(Tally):
    def __reduce__(self):
        return type(self), (list(self.counts),)


@refused(check_Tally, "two tallies have one and the same lock")
class OneLockForAll:
    lock = threading.Lock()

    def __init__(self, names):
        self.counts = dict.fromkeys(names, 0)

    def add(self, name):
        with self.lock:
            self.counts[name] += 1


@refused(check_Tally, "add does not take the lock any more")
class DoesWithoutALock(Tally):
    def add(self, name):
        self.counts[name] += 1

    def __getstate__(self):
        return {"counts": self.counts}

    def __setstate__(self, state):
        self.counts, self.lock = state["counts"], threading.Lock()
