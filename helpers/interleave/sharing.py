"""Where accesses are steps: which of them another thread could get in the way of.

An access is a schedule point only if what it touches was touched by another thread, too, in some run so far, and
written by one of them. An exploration begins with none, and begins again whenever a run has shown more, until none is
new. That misses nothing: up to the first such access of a schedule no earlier one is in anybody's way, so the same
schedule can be had with fewer points.
"""

from __future__ import annotations

from typing import Any

from helpers.interleave.effects import ANYTHING, Touched


class Sharing:
    """Who touched which variable in one run, and at which accesses."""

    def __init__(self) -> None:
        """Nothing has been touched yet."""
        self.touched: dict[Any, tuple[set[int], set[int], set[int]]] = {}

    def note(self, site: int, thread: int, touched: Touched) -> None:
        """A thread makes an access. site: its number."""
        for variable in touched.reads:
            self._note(variable, site, thread, False)
        for variable in touched.writes:
            self._note(variable, site, thread, True)
        self._note(ANYTHING, site, thread, False)

    def _note(self, variable: Any, site: int, thread: int, write: bool) -> None:
        readers, writers, sites = self.touched.setdefault(variable, (set(), set(), set()))
        (writers if write else readers).add(thread)
        if site:
            sites.add(site)

    def sites(self) -> set[int]:
        """The accesses at which another thread could get in the way."""
        found: set[int] = set()
        for readers, writers, sites in self.touched.values():
            if writers and len(readers | writers) > 1:
                found |= sites
        return found
