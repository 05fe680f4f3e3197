"""Run a program under every schedule within a bound, and count how each ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

from helpers.interleave import model
from helpers.interleave.model import Node, Verdict
from helpers.interleave.options import Options
from helpers.interleave.scheduler import Run
from helpers.interleave.session import Session, in_session
from helpers.interleave.trace import check_repeatable
from helpers.shown import text_or_class

_ENDLESS_RUNS = 20  # after so many runs into the step limit, more would not tell more


class _Best(NamedTuple):
    """The shortest schedule known for an ending: fewest preemptions, then fewest steps."""

    preemptions: int
    steps: int
    schedule: tuple[int, ...]
    ending: Verdict


class Branch:
    """A node of the search: the choice being explored there, and the endings below it.

    Only a search that reduces counts for each node; otherwise all nodes have the search's own counter.
    """

    __slots__ = ("chosen", "endings", "key", "node")

    def __init__(self, node: Node, chosen: int, key: Any, endings: Counter) -> None:
        """key: the state there, for a search that reduces."""
        self.node, self.chosen, self.key, self.endings = node, chosen, key, endings


class Search:
    """Depth first over schedules: run one to its end, step back to the last untried choice, run again."""

    def __init__(self, session: Session) -> None:
        """No schedule has been run; complete and bounded are right once go has returned."""
        self.session, self.options = session, session.options
        self.reduce = session.options.reduce
        self.endings: Counter = Counter()
        self.best: dict[Any, _Best] = {}
        self.complete = True
        self.bounded = False

    def go(self) -> None:
        """Explore all; on the driving carrier."""
        known: dict[Any, Counter] = {}
        path: list[Branch] = []
        endless = 0
        while True:
            depth = len(path)
            run = self._execute(path, known)
            self.bounded = self.bounded or run.bounded
            for i, node in enumerate(run.nodes[depth:], depth):
                path.append(Branch(node, run.picks[i], run.keys[i], Counter() if self.reduce else self.endings))
            below = path[-1].endings if path else self.endings
            if run.verdict.kind == model.MERGED:
                below.update(known[run.verdict.value])
            else:
                ending = self._ending(run)
                below[ending] += 1
                endless += ending[:2] == (model.ERROR, "StepLimit")
            del run  # so that what it leaves can be collected before the next
            path = self._step_back(path, known)
            if not path:
                return
            if self.session.runs >= self.options.max_schedules or endless >= _ENDLESS_RUNS:
                self.complete = False
                if self.reduce:
                    for branch in path:
                        self.endings.update(branch.endings)
                return

    def _execute(self, path: list[Branch], known: dict[Any, Counter]) -> Run:
        return self.session.execute([branch.chosen for branch in path], [branch.node for branch in path], known)

    def _step_back(self, path: list[Branch], known: dict[Any, Counter]) -> list[Branch]:
        """Give up branches that are done, and go to the next choice of the last that is not."""
        while path:
            branch = path[-1]
            options = branch.node.options
            position = options.index(branch.chosen) + 1
            if position < len(options):
                branch.chosen = options[position]
                branch.node = branch.node._replace(place=None)  # another thread's, not known yet
                return path
            path.pop()
            if self.reduce:
                (path[-1].endings if path else self.endings).update(branch.endings)
                if branch.key is not None:
                    known[branch.key] = branch.endings
        return path

    def _ending(self, run: Run) -> Verdict:
        kind, value = run.verdict[:2]
        if kind == model.RETURNED:
            value = hashable(value)
        ending = Verdict(kind, value, run.verdict.died)
        candidate = _Best(run.preemptions, len(run.picks), tuple(run.picks), ending)
        if ending not in self.best or candidate[:2] < self.best[ending][:2]:
            self.best[ending] = candidate
        return ending


class Unhashable(str):
    """A value that cannot be counted, such as a list, as its text."""

    def __new__(cls, value: Any) -> Unhashable:
        """value: what has the text."""
        return super().__new__(cls, text_or_class(repr, value))

    def __repr__(self) -> str:
        """The text as it is: it is no string of the program's."""
        return str(self)


def hashable(value: Any) -> Any:
    """The value, or what stands for it where it cannot be counted."""
    try:
        hash(value)
        repr(value)
    except Exception:  # noqa: BLE001  a list, or what the program's own methods raise
        return Unhashable(value)
    return Unhashable(value) if isinstance(value, float) and value != value else value  # nan is not even itself


def search(program: Callable[[], Any], options: Options) -> tuple[Search, int]:
    """A search that is over, and the number of runs that it took."""

    def work(session: Session) -> tuple[Search, int]:
        check_repeatable(session)
        session.look_at_threads_first()
        session.runs = 0
        found = Search(session)
        found.go()
        if options.reduce and Verdict(model.ERROR, "StepLimit") in found.endings:
            session.length_matters = True  # how far a state is from the limit decides how it goes on
            found = Search(session)
            found.go()
        return found, session.runs

    return in_session(program, options, work)


def as_found(options: Options, session: Session) -> Options:
    """The options with the schedule points that a session has found."""
    main_sites = frozenset(session.main_sites) if options.preempt_main is None else None
    return options._replace(sites=frozenset(session.sites), main_sites=main_sites)
