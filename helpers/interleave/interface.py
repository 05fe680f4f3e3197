"""The explorer's interface: explore a program, look at how it can end, replay one schedule."""

from __future__ import annotations

import threading
import types
from collections.abc import Callable, Iterable
from typing import Any

from helpers.interleave.errors import Nondeterministic
from helpers.interleave.options import Options, check, modules_of, turns_of
from helpers.interleave.result import Result
from helpers.interleave.search import as_found, search
from helpers.interleave.session import Session, in_session
from helpers.interleave.trace import Trace, trace


def explore(
    program: Callable[[], Any],
    max_preemptions: int | None = 2,
    step: str = "line",
    max_schedules: int = 50_000,
    reduce: bool = False,
    *,
    preempt_main: bool | None = None,
    step_into: Iterable[types.ModuleType] = (),
    collect: bool = False,
    max_steps: int = 2_000,
) -> Result:
    """Run the program under every schedule with at most max_preemptions preemptions, and count how each ends.

    It speaks of a model of the program: a step is a statement of its own code, or an access in it, and a library call
    is part of a step unless it waits; the main function takes part where it touches what a running thread touches;
    sleeps and timeouts take no time, and any time that a schedule likes; an exception that a thread does not catch ends
    that thread. A count of schedules is no likelihood.

    program: a function without arguments that starts its own threads and returns what they made
    max_preemptions: how often a schedule may interrupt a thread that could go on; None for every schedule
    step: "line", a statement; "access", each read and write of what another thread can reach: all that the language
    allows; "switch", only where this interpreter can hand over its global lock, see switches
    reduce: run only one of several schedules that differ merely in the order of steps which do not touch the same
    data, and count the rest (see effects for what is taken to touch what)
    preempt_main: whether every line of main is a step, like a thread's; False: none is, it runs whenever it can; None:
    those are that touch what a running thread touches, and what the others do makes no difference
    step_into: library modules whose code is stepped through like the reader's
    collect: whether the garbage collector may come before any step of a thread, once in a schedule; otherwise it waits
    for the end of each
    max_steps: a run with more steps counts as endless, under errors["StepLimit"]; main's own lines count separately
    raises ExploreError: Uncontrolled if the program waits for what cannot be scheduled or has code that cannot be
    stepped through, Nondeterministic if it does not repeat itself
    Source: Musuvathi et al., Finding and reproducing Heisenbugs in concurrent programs, OSDI 2008
    """
    modules = modules_of(step_into)
    options = Options(max_preemptions, step, max_schedules, reduce, preempt_main, max_steps, modules, collect)
    check(options)
    found, runs = search(program, options)
    return Result(program, options, found, runs)


def replay(
    program: Callable[[], Any],
    schedule: Iterable[int],
    watch: Iterable[str] | None = None,
    *,
    step: str = "line",
    preempt_main: bool | None = None,
    step_into: Iterable[types.ModuleType] = (),
    collect: bool = False,
    max_steps: int = 2_000,
) -> Trace:
    """Run the program once under a given schedule and record each step.

    schedule: for each step the number of the thread that takes it, in the order in which the program starts them from
    1 (with collect, minus one minus that number where the garbage collector comes first); when it is used up, each
    thread runs on as long as it can
    """
    options = Options(
        step=step, preempt_main=preempt_main, max_steps=max_steps, step_into=modules_of(step_into), collect=collect
    )
    check(options)
    turns = turns_of(schedule)
    if step == "line" and (preempt_main is not None or not _main_takes_part(program, turns, options)):
        return trace(program, turns, watch, options)
    # Which steps are schedule points is known only once all schedules are.
    return trace(program, turns, watch, as_found(options, search(program, options)[0].session))


def _main_takes_part(program: Callable[[], Any], turns: list[int], options: Options) -> bool:
    """Whether main does under this schedule, or the schedule is none without."""

    def work(session: Session) -> bool:
        session.look_at_threads_first()
        run = session.execute(turns, [])
        return bool(session.main_sites) or len(run.picks) < len(turns)

    try:
        return in_session(program, options._replace(max_preemptions=None), work)
    except Nondeterministic:
        return True


def is_blocked(thread: threading.Thread) -> bool:
    """Whether a thread of the program that is being explored has to wait; asked by the program itself.

    False for a thread outside of it, which the explorer knows nothing of. Not for use with reduce: what a thread waits
    for is no part of a program's state.
    """
    task = getattr(thread, "_interleave_task", None)
    return task is not None and not task.finished and not task.can_run()
