"""Caches for the exercise *Catch the wrong ones*: Cache(make).get_or_create(key), right ones and wrong ones.

Each makes the value of a key once, whichever threads ask and whatever the value is; an error of make goes to the asker,
and the next one to ask makes the value again. Each wrong one breaks one of these promises only.
"""

import threading
from collections.abc import Callable, Hashable
from typing import Any


class Cache:
    """The reference: check and act under one hold of one lock."""

    def __init__(self, make: Callable[[Hashable], Any]) -> None:
        """make: called with a key, gives its value."""
        self.make, self.values, self.lock = make, {}, threading.Lock()

    def get_or_create(self, key: Hashable) -> Any:
        """The value of the key, made by the first call that asks for it."""
        with self.lock:
            if key not in self.values:
                self.values[key] = self.make(key)
            return self.values[key]


class LockForEachKey:
    """Right as well: values of different keys may be made at the same time."""

    def __init__(self, make: Callable[[Hashable], Any]) -> None:
        """make: called with a key, gives its value."""
        self.make, self.found = make, {}
        self.locks: dict[Hashable, threading.Lock] = {}
        self.guard = threading.Lock()

    def get_or_create(self, key: Hashable) -> Any:
        """One lock guards the locks, and each of them one value."""
        with self.guard:
            lock = self.locks.setdefault(key, threading.Lock())
        with lock:
            if key not in self.found:
                self.found[key] = self.make(key)
            return self.found[key]


class LockForEachCall(Cache):
    """Wrong: no two threads ever wait for the same lock."""

    def get_or_create(self, key: Hashable) -> Any:
        """Make a lock, too."""
        with threading.Lock():
            if key not in self.values:
                self.values[key] = self.make(key)
            return self.values[key]


class LockAroundTheAct(Cache):
    """Wrong: two threads may both have passed the check before either has the lock."""

    def get_or_create(self, key: Hashable) -> Any:
        """Check, then lock."""
        if key not in self.values:
            with self.lock:
                self.values[key] = self.make(key)
        return self.values[key]


class LockReleasedBetween(Cache):
    """Wrong: what the check has found may be over when the lock is taken again."""

    def get_or_create(self, key: Hashable) -> Any:
        """Check under one hold of the lock, and act under another."""
        with self.lock:
            missing = key not in self.values
        if missing:
            with self.lock:
                self.values[key] = self.make(key)
        return self.values[key]


class NoneIsMissing(Cache):
    """Wrong: a value that is None is made again."""

    def get_or_create(self, key: Hashable) -> Any:
        """Look whether there is a value by looking at it."""
        with self.lock:
            if self.values.get(key) is None:
                self.values[key] = self.make(key)
            return self.values[key]


class OneValueForAll(Cache):
    """Wrong: the second key gets the first one's value."""

    def get_or_create(self, key: Hashable) -> Any:
        """Make one value."""
        with self.lock:
            if not self.values:
                self.values["only"] = self.make(key)
            return self.values["only"]


class KeysByIdentity(Cache):
    """Wrong: two keys that are equal and not the same object have a value each."""

    def get_or_create(self, key: Hashable) -> Any:
        """Look for that very object."""
        with self.lock:
            for known, value in self.values.values():
                if known is key:
                    return value
            value = self.make(key)
            self.values[len(self.values)] = key, value
            return value


class LockKeptAfterAnError(Cache):
    """Wrong: once make has raised, no thread gets in any more."""

    def get_or_create(self, key: Hashable) -> Any:
        """Acquire and release by hand."""
        self.lock.acquire()
        if key not in self.values:
            self.values[key] = self.make(key)
        self.lock.release()
        return self.values[key]


class ErrorRemembered(Cache):
    """Wrong: a key whose value could not be made once is never made."""

    def get_or_create(self, key: Hashable) -> Any:
        """Note the key before its value is there."""
        with self.lock:
            if key not in self.values:
                self.values[key] = None
                self.values[key] = self.make(key)
            return self.values[key]


RIGHT = {"the reference": Cache, "one with a lock for each key": LockForEachKey}

WRONG = {
    "a lock for each call": LockForEachCall,
    "the lock around the act only": LockAroundTheAct,
    "the lock released between the check and the act": LockReleasedBetween,
    "None taken for a missing value": NoneIsMissing,
    "equal keys taken for different ones": KeysByIdentity,
    "one value for all keys": OneValueForAll,
    "the lock kept when make raises": LockKeptAfterAnError,
    "a failed make never tried again": ErrorRemembered,
}
