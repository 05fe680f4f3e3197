"""Happens-before: what stands for all that a thread has seen, so that equal states of different runs are recognized.

An event is a step of a thread. It comes after the thread's last one, and after those that it depends on: the last write
of each variable that it touches, and for a variable that it writes the reads since. Its hash stands for all events
before it. So two runs whose threads have equal hashes did the same steps with the same order between any two that
depend on each other, and are in the same state (happens-before caching: Musuvathi et al., OSDI 2008).
"""

from __future__ import annotations

from typing import Any

from helpers.interleave.effects import ANYTHING, Touched


class Order:
    """The events of one run so far."""

    def __init__(self) -> None:
        """No step has been taken."""
        self.last_write: dict[Any, int] = {}
        self.reads_since: dict[Any, list[int]] = {}

    def event(self, past: int, touched: Touched) -> int:
        """The hash of an event; past: that of the thread's last one."""
        reads, writes = touched.reads, touched.writes
        if reads or writes:
            reads.add(ANYTHING)
        last_write, reads_since = self.last_write, self.reads_since
        before = {last_write.get(variable, 0) for variable in reads}
        for variable in writes:
            before.add(last_write.get(variable, 0))
            before.update(reads_since.get(variable, ()))
        event = hash((past, frozenset(before)))
        for variable in reads - writes:
            reads_since.setdefault(variable, []).append(event)
        for variable in writes:
            last_write[variable] = event
            reads_since.pop(variable, None)
        return event

    def announce(self, past: int, touched: Touched) -> int:
        """A stand-in for the event of a step that has only read so far, and now waits for a lock.

        What is written in the meantime comes after those reads; withdraw takes the stand-in back. So a step that had to
        wait and one that had not are the same event, unless that made a difference.
        """
        marker = hash((past, "waits"))
        touched.reads.add(ANYTHING)
        for variable in touched.reads:
            self.reads_since.setdefault(variable, []).append(marker)
        return marker

    def withdraw(self, marker: int, touched: Touched) -> None:
        """The step goes on."""
        for variable in touched.reads:
            readers = self.reads_since.get(variable, ())
            if marker in readers:
                readers.remove(marker)
