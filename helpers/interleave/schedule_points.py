"""Schedule points: where a thread arrives at a statement or an access, and another may go first.

By line each statement is one. By access it is each read or write of what another thread could touch, as earlier runs
have shown. Main's are those where it could get in a thread's way, see main_thread.
"""

from __future__ import annotations

import types
from typing import TYPE_CHECKING, Any

from helpers.interleave import choices, loops, main_thread, source
from helpers.interleave.effects import ANYTHING, EXPOSED, Touched
from helpers.interleave.errors import Abort
from helpers.interleave.model import ERROR, Verdict
from helpers.interleave.statements import NOWHERE, statements

if TYPE_CHECKING:
    from helpers.interleave.scheduler import Run
    from helpers.interleave.tasks import Task


def arrive(run: Run, number: int, frame: types.FrameType, loop: bool = False) -> None:
    """The thread that has the baton is about to run a statement: here another may go first."""
    if run.ending:
        raise Abort
    task = run.current
    stack = task.stack
    entry = stack[-1] if stack and stack[-1].frame is frame else task.enter(frame)
    entry.number = task.last_site = number
    entry.touched = None
    run.steps += 1
    task.arrivals += 1
    if run.steps - len(run.picks) > run.mains_limit:  # main's, which are taken without a choice
        run.end(Verdict(ERROR, "StepLimit"))
        run.leave(task)
    task.took_lock = False
    if run.mains and (number if task.index else -number) not in run.mains.judged:
        _judge_statement(run, task, number)
    if loop:
        _look_round(run, task, entry, number, frame)
    if run.by_line or task.spinning or run.main_last or (run.by_access and _is_site(run, task, number)):
        _schedule_point(run, task, number)


def switch(run: Run) -> None:
    """The interpreter can hand over its lock, in the middle of a statement."""
    if run.by_switch and not run.ending:
        task = run.current
        task.paused = True
        _schedule_point(run, task, 0)
        task.paused = False


def come_round(run: Run, number: int, frame: types.FrameType) -> None:
    """An endless loop of the thread that has the baton comes round."""
    if run.ending:
        raise Abort
    _look_round(run, run.current, run.current.enter(frame), number, frame)


def access(run: Run, number: int, touched: Touched, things: tuple | None = None) -> None:
    """The thread that has the baton is about to read and write: where accesses are steps, another may go first.

    things: the objects with which it does so, None if that may be any
    """
    if run.ending:
        return
    task = run.current
    run.exposed = run.exposed or EXPOSED in touched.writes
    if run.exposed:
        touched.writes.add(ANYTHING)
    if run.by_access:
        _access_by_site(run, task, number, touched)
    if run.mains:
        run.mains.note(run, task, touched, things)
    task.touched.add(touched)
    if task.stack and touched:
        entry = task.stack[-1]
        entry.touched = entry.touched or Touched()
        entry.touched.add(touched)
    task.changes += len(touched.writes)


def before_lock(run: Run, caller: types.FrameType) -> None:
    """A statement that takes a second lock, `with a, b:`, is two steps: another thread may come between.

    A call that takes several inside, as a semaphore's acquire does, is one.
    """
    task = run.current
    if not task.stack or not (task.index or run.preempt_main or main_thread.is_at_site(run, task)):
        return
    call, frame = None, caller  # call: what the reader's statement calls and that takes the lock, if not directly
    while frame is not None and frame is not task.stack[-1].frame:
        if source.kind_of(frame.f_code) is not source.OWN:
            call = frame
        frame = frame.f_back
    if frame is None or (call is not None and call.f_code.co_name not in ("acquire", "__enter__")):
        return
    if task.took_lock and (call is None or call is not task.lock_call) and not run.ending:
        task.paused = True
        run.hand_on(task)
        task.paused = False
    task.took_lock, task.lock_call = True, call


def begin_item(run: Run, task: Task) -> None:
    """A worker of a pool has taken a task, and is about to do it; it counts as a call of the reader's."""
    if not run.ending and (run.by_line or run.by_switch or run.main_last or _ITEM in run.sites):
        run.hand_on(task)
        task.granted = run.by_line
    task.has_item, task.site = True, _ITEM


_ITEM = len(statements)
statements.append(NOWHERE._replace(text="(takes a task)"))


def _schedule_point(run: Run, task: Task, number: int) -> None:
    if task.granted:
        task.granted = False
        run.collect_if_chosen(task)
        was_picked = run.picks and choices.thread_of(run.picks[-1]) == task.index
        if was_picked:  # main may go on without
            run.entered[len(run.picks) - 1] = task.place
    elif task.index or _main_stops(run, task, number):
        run.hand_on(task)


def _main_stops(run: Run, main: Task, number: int) -> bool:
    """Whether another thread may go before this step of main's."""
    if run.preempt_main or main.spinning:
        return True
    if not run.main_sites or (number not in run.main_sites and not run.by_switch) or not run.is_concurrent():
        return False
    run.last = main  # it could go on, so whoever goes before it preempts it
    return True


def _is_site(run: Run, task: Task, number: int) -> bool:
    """Whether a statement is a step by access: in the middle of a call in C that touches what is shared."""
    sites, (operator, depth) = _sites_of(run, task), task.operator
    return number in sites or task.from_c in sites or (operator in sites and len(task.stack) > depth)


def _sites_of(run: Run, task: Task) -> set[int]:
    return run.sites if task.index or run.preempt_main else run.main_sites


def _access_by_site(run: Run, task: Task, number: int, touched: Touched) -> None:
    """What library code does counts as done by the reader's call that is under way."""
    site = run.site_of(number)
    if site == number:
        task.last_site, task.operator = number, (number, len(task.stack))
        if task.stack and (run.main_last or run.options.collect or number in _sites_of(run, task)):
            task.stack[-1].number = number
            _schedule_point(run, task, number)
    if touched and run.takes_part(task):
        run.sharing.note(site, task.index, touched)


def _look_round(run: Run, task: Task, entry: Any, number: int, frame: types.FrameType) -> None:
    if loops.is_vain(run, task, entry, number, frame):
        if run.records:
            task.spinning = True
        else:
            _do_again_with_records(run, task)


def _judge_statement(run: Run, task: Task, number: int) -> None:
    """No run with records has carried out this statement. Of main's, those count before it has joined all."""
    if task.index or run.unjoined:
        if not run.records:
            _do_again_with_records(run, task)
        run.mains.judged.add(number if task.index else -number)


def _do_again_with_records(run: Run, task: Task) -> None:
    run.asks_for_records = True
    run.end(None)
    run.leave(task)
