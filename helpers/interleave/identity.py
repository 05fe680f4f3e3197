"""Which object is which in a run: a number for each, which no other has, whatever becomes of its address.

The garbage goes when it would without: an object that can have a weak reference has one, and what cannot (lists,
dicts) is kept only until the step is over in which nobody else had it any more.
"""

from __future__ import annotations

import weakref
from sys import getrefcount
from typing import Any


class Identities:
    """The objects that one run has touched so far."""

    def __init__(self) -> None:
        """None yet."""
        self.count = 0
        self.numbers: dict[int, int] = {}  # by address
        self.references: dict[int, weakref.ref] = {}
        self.kept: list[Any] = []
        self.behind: dict[int, tuple] = {}  # what an iterator or a view goes through, by its number

    def number(self, thing: Any) -> int:
        """The number of an object, the same as long as it lives."""
        address = id(thing)
        number = self.numbers.get(address)
        if number is None:
            self.count = number = self.count + 1
            self.numbers[address] = number
            try:
                self.references[address] = weakref.ref(thing, lambda _: self._gone(address))
            except TypeError:
                self.kept.append(thing)
        return number

    def _gone(self, address: int) -> None:
        self.behind.pop(self.numbers.pop(address, 0), None)
        self.references.pop(address, None)

    def goes_through(self, iterator: Any, things: tuple) -> None:
        """Going on with the iterator reads these."""
        self.behind[self.number(iterator)] = things

    def sweep(self) -> bool:
        """Let go of what nobody else has. Whether something went with it that may be more than a plain value."""
        alone = [position for position, thing in enumerate(self.kept) if getrefcount(thing) <= _ALONE]
        more = False
        for position in reversed(alone):
            thing = self.kept.pop(position)
            self._gone(id(thing))
            parts = thing.values() if issubclass(type(thing), dict) else thing if issubclass(type(thing), list) else ()
            more = more or any(type(part) not in _PLAIN for part in parts)
        return more


_PLAIN = frozenset({int, str, float, bool, bytes, type(None)})
_ALONE = max(getrefcount(thing) for _, thing in enumerate([[]]))
