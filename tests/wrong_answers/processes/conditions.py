"""Classic wrong answers to the exercises of processes/05_conditions."""

from multiprocessing import Condition, Value

from helpers.checks.processes.conditions import check_Bounded, check_wait_until_down
from wrong_answers import refused

# Bounded --------------------------------------------------------------------------------------------------------------


class Bounded:
    def __init__(self, limit):
        self.limit, self.count, self.changed = limit, Value("i", 0, lock=False), Condition()

    def up(self):
        with self.changed:
            self.changed.wait_for(lambda: self.count.value < self.limit)
            self.count.value += 1

    def down(self):
        with self.changed:
            self.count.value -= 1
            self.changed.notify_all()


@refused(check_Bounded, "keep the count where all see it")
class CountsInAPlainAttribute:
    def __init__(self, limit):
        self.limit, self.count, self.changed = limit, 0, Condition()

    def up(self):
        with self.changed:
            self.changed.wait_for(lambda: self.count < self.limit)
            self.count += 1

    def down(self):
        with self.changed:
            self.count -= 1
            self.changed.notify_all()


@refused(check_Bounded, "Both were woken; look again after")
class LooksOnce(Bounded):
    def up(self):
        with self.changed:
            if self.count.value >= self.limit:
                self.changed.wait()
            self.count.value += 1


@refused(check_Bounded, "none came in. Notify them")
class NotifiesNobody(Bounded):
    def down(self):
        with self.changed:
            self.count.value -= 1


@refused(check_Bounded, "AssertionError: lock is not owned")
class NotifiesWithoutTheLock(Bounded):
    def down(self):
        self.count.value -= 1
        self.changed.notify_all()


# wait_until_down ------------------------------------------------------------------------------------------------------


@refused(check_wait_until_down, "Look again after waking")
def waits_once(changed, left, limit_s):
    with changed:
        if left.value > 0:
            changed.wait(limit_s)
    return True


@refused(check_wait_until_down, "it should return True, and returned None")
def returns_nothing(changed, left, limit_s):
    with changed:
        changed.wait_for(lambda: left.value <= 0, limit_s)


@refused(check_wait_until_down, "mind the limit")
def forgets_the_limit(changed, left, limit_s):
    with changed:
        return changed.wait_for(lambda: left.value <= 0)


@refused(check_wait_until_down, "Zero or less is down")
def waits_for_exactly_zero(changed, left, limit_s):
    with changed:
        return changed.wait_for(lambda: left.value == 0, limit_s)
