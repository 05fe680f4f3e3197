"""Classic wrong answers to the exercises of threads/03_locks."""

import threading
from collections import OrderedDict

from helpers.checks.threads.locks import check_LRU, check_transfer
from wrong_answers import refused


@refused(check_transfer, "Money appears or vanishes")
def locks_nothing(source, target, amount):
    source.balance -= amount
    target.balance += amount


@refused(check_transfer, "hold the locks of both accounts, not of one")
def locks_one_account(source, target, amount):
    with source.lock:
        source.balance -= amount
        target.balance += amount


@refused(check_transfer, "Two transfers in opposite directions wait for each other forever")
def locks_in_argument_order(source, target, amount):
    with source.lock, target.lock:
        source.balance -= amount
        target.balance += amount


one_for_all = threading.Lock()


@refused(check_transfer, "one lock for all accounts")
def locks_everything(source, target, amount):
    with one_for_all:
        source.balance -= amount
        target.balance += amount


@refused(check_LRU, "The calls overlapped")
class UnlockedLRU:
    def __init__(self, size):
        self.size, self.items, self.lock = size, OrderedDict(), threading.Lock()

    def get(self, key):
        if key not in self.items:
            return None
        self.items.move_to_end(key)
        return self.items[key]

    def put(self, key, value):
        self.items[key] = value
        self.items.move_to_end(key)
        if len(self.items) > self.size:
            self.items.popitem(last=False)


@refused(check_LRU, "KeyError: 'a'")
class LocksOnlyPut(UnlockedLRU):
    def put(self, key, value):
        with self.lock:
            super().put(key, value)


@refused(check_LRU, "Each thread makes a lock and takes its own")
class LockPerCallLRU(UnlockedLRU):
    def get(self, key):
        with threading.Lock():
            return super().get(key)

    def put(self, key, value):
        with threading.Lock():
            super().put(key, value)


@refused(check_LRU, "waits for a lock that it holds itself")
class LocksTwice(UnlockedLRU):
    def get(self, key):
        with self.lock:
            return super().get(key)

    def put(self, key, value):
        with self.lock:
            if self.get(key) != value:
                super().put(key, value)
