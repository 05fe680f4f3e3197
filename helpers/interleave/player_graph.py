"""The states of all schedules as a graph, for the player."""

from __future__ import annotations

from typing import Any

from helpers.interleave import model
from helpers.interleave.errors import ExploreError
from helpers.interleave.model import Verdict
from helpers.interleave.recorder import Recorder, Snapshot
from helpers.interleave.scheduler import Run
from helpers.interleave.search import Branch, Search
from helpers.interleave.session import Session
from helpers.interleave.trace import ending_sentence

MOST_NODES = 3_000


class Node:
    """A state between two steps, and the states to which each thread's next step leads."""

    def __init__(self, snapshot: Snapshot, output: str) -> None:
        """It leads nowhere yet. output: what has been printed up to here."""
        self.snapshot, self.output = snapshot, output
        self.after: dict[int, Node] = {}
        self.ending: Verdict | None = None


class Graph(Search):
    """A search that keeps every state it passes."""

    def __init__(self, session: Session, watch: list[str] | None) -> None:
        """watch: see explore's find."""
        super().__init__(session)
        self.watch = watch
        self.nodes: list[Node] = []  # of the present path
        self.by_key: dict[Any, Node] = {}
        self.texts: dict[Verdict, str] = {}
        # How the program ends if no thread is interrupted; if that is badly, the first way in which it returns.
        self.serial: Verdict | None = None
        self.names: list[str] = []
        self.count = 0

    def _execute(self, path: list[Branch], known: dict) -> Run:
        recorder = Recorder(self.watch, skip=len(path))
        run = self.session.execute([b.chosen for b in path], [b.node for b in path], known, recorder)
        self._add(run, recorder, len(path))
        return run

    def _add(self, run: Run, recorder: Recorder, depth: int) -> None:
        del self.nodes[depth:]
        merged = run.verdict.kind == model.MERGED
        for step in range(depth, len(run.picks) + 1):
            if merged and step == len(run.picks):
                node = self.by_key[run.verdict.value]
            else:
                snapshot = recorder.snapshots[step]
                node = Node(snapshot, "".join(text for _, text in run.output[: snapshot.printed]))
                self.count += 1
            if step:
                self.nodes[-1].after[run.picks[step - 1]] = node
            self.nodes.append(node)
            if step < len(run.picks) and run.keys[step] is not None:
                self.by_key[run.keys[step]] = node
        if not merged:
            self._end(run, recorder)
        if self.count > 20 * MOST_NODES:
            raise ExploreError(
                "The program has too many states for a player. Give it fewer threads or steps, or a bound."
            )

    def _end(self, run: Run, recorder: Recorder) -> None:
        ending = self.nodes[-1].ending = self._ending(run)
        self.texts.setdefault(ending, ending_sentence(run, recorder.standstill, recorder.in_cycle))
        if self.serial is None or (self.serial.kind != model.RETURNED == ending.kind):
            self.serial = ending
        if len(run.tasks) > len(self.names):
            self.names = [task.name for task in run.tasks]

    def worst(self) -> Verdict:
        """The ending that the shortest failing schedule has, or the only one there is."""
        wrong = [ending for ending in self.best if ending != self.serial]
        return min(wrong, key=self.best.__getitem__) if wrong else self.serial
