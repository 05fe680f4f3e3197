"""Histories: what stands for all that happened in a run, so that runs in equal states are recognized.

A history is a hash of the step's own past and of the last conflicting steps on each variable it touched. Two runs whose
threads have equal histories did the same steps with the same order between all that depend on each other, so they are
in the same state (happens-before caching, as in CHESS: Musuvathi et al., OSDI 2008). See state for what is compared
where objects can be read, which finds more states to be equal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from helpers.interleave import footprint, spinning, state
from helpers.interleave.tasks import Task, Touched

if TYPE_CHECKING:
    from helpers.interleave.scheduler import Run


class Histories:
    """The last step that wrote each variable of a run, and the steps that have read it since."""

    def __init__(self) -> None:
        """No step has been taken."""
        self.last_write: dict[Any, int] = {}
        self.reads_since: dict[Any, int] = {}
        self.waiting: list[tuple[Task, Touched]] = []  # steps not counted yet: often nobody asks for a history

    def fold(self, task: Task) -> None:
        """Count the step that is over into its thread's history. What was before the first choice, all runs share."""
        task.line.settle(task.done)
        if task.run.picks:
            self.waiting.append((task, task.done))
        task.done = Touched()
        for entry in task.stack:
            if entry.hides():
                entry.settle(self.of(task))

    def of(self, task: Task) -> int:
        """The history of a thread: equal in two runs only if all that its state can depend on happened alike."""
        for who, step in self.waiting:
            self._count(who, step)
        self.waiting.clear()
        return task.history

    def _count(self, task: Task, step: Touched) -> None:
        if any(isinstance(variable, str) for variable in step.reads | step.writes):
            step.reads.add(footprint.ANYTHING)
        reads = step.reads - step.writes
        last = self.last_write.get
        since = self.reads_since.get
        read = sum(hash((variable, last(variable))) for variable in reads)
        wrote = sum(hash((variable, last(variable), since(variable))) for variable in step.writes)
        task.history = hash((task.history, read, wrote))
        for variable in reads:
            self.reads_since[variable] = (since(variable, 0) + task.history) & 0xFFFFFFFFFFFF
        for variable in step.writes:
            self.last_write[variable] = task.history
            self.reads_since[variable] = 0


def state_of(run: Run) -> tuple:
    """What the rest of a run depends on: equal for two runs that will have the same choices and the same endings."""
    last = run.last
    visits = spinning.visits_that_count(run)
    data = None
    if not run.opcodes:  # between two bytecodes of a line most values are out of sight
        data = state.fingerprint(run, visits)
    if data is None:
        past = tuple(tuple((where, visit[2:]) for where, visit in entry) for entry in visits)
        data = (*(run.histories.of(task) for task in run.tasks), past)
    return (
        data,
        () if run.options.max_preemptions is None else (run.preemptions, last and last.can_run() and last.index),
        tuple(task.spinning for task in run.tasks),
        run.clock if run.clock_read else 0,
        len(run.picks) if run.length_matters else 0,
    )
