"""Turns: who takes the next step of a run, and what the last one was, as an event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.interleave import choices, effects, hooks, loops, main_thread, primitives
from helpers.interleave.effects import ANYTHING, Touched
from helpers.interleave.model import DEADLOCK, ERROR, MERGED, Node, Verdict
from helpers.interleave.statements import NOWHERE

if TYPE_CHECKING:
    from helpers.interleave.scheduler import Run
    from helpers.interleave.tasks import Task


def choose(run: Run) -> Task | None:
    """Whoever takes the next step; None where the run is over."""
    if run.records:
        _settle(run, run.running)
    main = run.tasks[0]
    if main.can_run() and not (run.preempt_main or main.spinning or main_thread.is_at_site(run, main)):
        run.running = main
        return main
    if main.finished and all(task.finished or task.thread.daemon for task in run.tasks):
        return None
    if run.observer:
        run.observe()
    step = len(run.picks)
    if step < len(run.expected) - 1 and (again := _as_before(run, step)) is not None:
        return again
    options, free = choices.options_of(run)
    if not options:
        _judge_standstill(run)
        return None
    index = _pick(run, options, free)
    if index is None:
        return None
    return _grant(run, run.tasks[choices.thread_of(index)], index, index not in options[:free])


def _as_before(run: Run, step: int) -> Task | None:
    """Whoever took this step in the run before, which chose the same up to here; None if that is not so."""
    index, node = run.prefix[step], run.expected[step]
    thread = choices.thread_of(index)
    task = run.tasks[thread] if thread < len(run.tasks) else None
    if task is None or task.place != node.place or not (task.can_run() or task.can_time_out()):
        return None
    run.keys.append(None)
    run.nodes.append(node)
    run.picks.append(index)
    return _grant(run, task, index, index not in node.options[: node.free])


def _settle(run: Run, task: Task) -> None:
    """The step is over, and an event."""
    if task.announced:
        run.order.withdraw(task.announced, task.touched)
        task.announced = 0
    if _sweep(run):
        task.touched.writes.add(ANYTHING)
    if isinstance(task.waiting, primitives.Lock) and task.deadline is None and not task.touched.writes:
        task.announced = run.order.announce(task.past, task.touched)
        return
    task.past = run.order.event(task.past, task.touched)
    task.touched = Touched()
    for entry in task.stack:  # in the middle of a statement: what it has begun with it may end with
        if entry.touched:
            task.touched.add(entry.touched)


def _sweep(run: Run) -> bool:
    if not effects.objects.kept:
        return False
    with hooks.paused():  # what goes may have a __del__
        return effects.objects.sweep()


def _state(run: Run) -> tuple:
    """Equal for two runs that will have the same choices and the same endings."""
    last = run.last
    bounded = run.options.max_preemptions is not None
    return (
        tuple((task.past, task.arrivals, task.announced and task.waiting.variable) for task in run.tasks),
        (run.preemptions, last.index if last is not None and last.can_run() else -1) if bounded else (),
        tuple(task.spinning for task in run.tasks),
        loops.open_visits(run),
        run.collected,
        len(run.picks) if run.length_matters else 0,
    )


def _pick(run: Run, options: list[int], free: int) -> int | None:
    step = len(run.picks)
    if step >= run.max_steps:
        run.end(Verdict(ERROR, "StepLimit"))
        return None
    index = run.prefix[step] if step < len(run.prefix) else options[0]
    if run.main_last and index == 0 and len(options) > 1:
        index = options[1]
    expected = run.expected[step] if step < len(run.expected) else None
    thread = choices.thread_of(index)
    place = run.tasks[thread].place if thread < len(run.tasks) else NOWHERE
    if index not in options or (expected and choices.differs(expected, options, place)):
        run.abandon(choices.surprise(run, step, index, expected, place))
        return None
    key = None
    if run.reduce and len(options) > 1 and step >= len(run.prefix):
        key = _state(run)
        if key in run.known:
            run.end(Verdict(MERGED, key))
            return None
    run.keys.append(key)
    run.nodes.append(Node(tuple(options), free, place))
    run.picks.append(index)
    return index


def _grant(run: Run, task: Task, option: int, preempts: bool) -> Task:
    if option < 0:
        run.collected = task.collects = True
    if not task.can_run():
        run.clock = max(run.clock, task.deadline)
        task.touched.writes.add("clock")
    run.preemptions += preempts
    if task is not run.running:
        run.switches += 1
        for other in run.tasks:
            other.spinning = False
    if task.index or run.preempt_main or main_thread.is_at_site(run, task):
        run.last = task
    run.running = task
    return task


def _judge_standstill(run: Run) -> None:
    stuck = [task for task in run.tasks if not task.finished and not task.thread.daemon]
    if run.returned:
        stuck = [task for task in stuck if not task.is_pool_worker]
    run.end(Verdict(DEADLOCK) if stuck else None)
