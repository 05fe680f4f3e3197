"""Main takes part where it touches what a running thread touches; elsewhere nobody can tell when its steps came.

Main starts the threads and waits for them, and mostly that is all it does while they run. So main's statement is a
schedule point only if, in some run so far, it touched a variable that a thread touched which main had started and not
joined, and one of the two wrote it. An exploration begins without any, and begins again whenever a run has shown more.

One run lets main come last wherever it can, so that threads that it does not wait for are seen at work, too. What was
touched is known only where accesses are recorded. So a run that carries out a statement for the first time is done
again with records, and all are recorded from then on if main and a thread touch the same.
"""

from __future__ import annotations

import threading
import types
from typing import TYPE_CHECKING, Any

from helpers.interleave import effects, source
from helpers.interleave.effects import ANYTHING, Touched

if TYPE_CHECKING:
    from helpers.interleave.scheduler import Run
    from helpers.interleave.tasks import Task

_REACH = 100


class Mains:
    """What main has touched in one run while threads ran, and what these have."""

    def __init__(self, judged: set[int]) -> None:
        """judged: the statements that recorded runs have carried out, main's with a minus."""
        self.judged = judged
        self.by_main: dict[Any, set[tuple[int, bool, frozenset[int]]]] = {}  # site, whether it wrote, who was running
        self.by_others: dict[Any, dict[int, bool]] = {}  # whether a thread wrote

    def note(self, run: Run, task: Task, touched: Touched, things: tuple | None = None) -> None:
        """A thread reads and writes; things: the objects with which it does what may be anything."""
        reads, writes = _with_owners(touched, things)
        if task.index:
            if task.stack or task.has_item or not task.is_pool_worker:  # else it looks for work, as submit expects
                for variable in reads | writes:
                    wrote = self.by_others.setdefault(variable, {})
                    wrote[task.index] = wrote.get(task.index, False) or variable in writes
        elif task.stack and not task.only_waits and (running := frozenset(run.unjoined)):
            site = (task.site or task.last_site) if run.by_access else task.stack[-1].number
            for variable in reads | writes:
                self.by_main.setdefault(variable, set()).add((site, variable in writes, running))

    def sites(self) -> set[int]:
        """The statements of main, or accesses, at which a thread could get in the way."""
        return {
            site
            for variable, visits in self.by_main.items()
            for site, wrote, running in visits
            if any(thread in running and (wrote or other) for thread, other in self.by_others.get(variable, {}).items())
        }

    def may_race(self) -> bool:
        """Whether main and a thread touched the same, and one of the two wrote it, be it at different times."""
        common = self.by_main.keys() & self.by_others.keys()
        return any(
            any(wrote for _, wrote, _ in self.by_main[variable]) or any(self.by_others[variable].values())
            for variable in common
        )


def _with_owners(touched: Touched, things: tuple | None) -> tuple[set, set]:
    """The variables that are read and written, and for each object of which one is, that something of it is read.

    Where anything may be written, something of these things is, and of what they hold.
    """
    reads, writes = set(touched.reads), set(touched.writes)
    for variable in touched.reads | touched.writes:
        owner = variable[0] if isinstance(variable, tuple) else variable
        if issubclass(type(owner), int):
            reads.add(("something of", owner))
    if ANYTHING in writes and things is not None:
        writes.discard(ANYTHING)
        writes.update(("something of", effects.objects.number(thing)) for thing in _reached_from(things))
        writes.add("the world outside")
    reads.add(ANYTHING)
    return reads, writes


def _reached_from(things: tuple) -> list[Any]:
    """These objects and what they hold, as far as it is a hundred."""
    found: list[Any] = []
    for thing in things:
        _reach(thing, found)
    return found


def _reach(thing: Any, found: list[Any]) -> None:
    kind = type(thing)  # a thread is touched by those who start it or wait for it
    known = kind in effects.ATOMS or kind is threading.Thread or effects.is_own(kind)
    if known or len(found) == _REACH or any(thing is other for other in found):
        return
    found.append(thing)
    if issubclass(kind, types.ModuleType | type):
        return
    for part in (*effects.parts_of(thing), *source.attributes_of(thing).values()):
        _reach(part, found)


def is_at_site(run: Run, main: Task) -> bool:
    """Whether the step that main is in, or has before it, is a schedule point."""
    between = run.by_switch and main.waiting is None  # it waits at a switch
    return bool(main.stack) and (between or main.stack[-1].number in run.main_sites)
