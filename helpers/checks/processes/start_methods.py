"""Checkers for the exercises of processes/02_start_methods."""

import multiprocessing
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from helpers.checks.family import Family, Trial
from helpers.checks.processes.apparatus import judged
from helpers.checks.verdict import NotYet, say, verdict
from helpers.workers.processes.start_methods import objects

# survives -------------------------------------------------------------------------------------------------------------


def check_survives(survives: Callable[[], dict[str, bool]]) -> None:
    """Print whether survives() says of each of the eight objects whether it arrives in a spawned child."""
    say(verdict(_judge_survives, survives))


def _arrived(_: Any) -> None:
    """Be called with something that was sent: that is all."""


def _why_not(thing: Any) -> str | None:
    """Give a spawned child a thing as an argument, and say what came of it: None if it arrived."""
    child = multiprocessing.get_context("spawn").Process(target=_arrived, args=(thing,))
    try:
        child.start()
    except Exception as error:  # noqa: BLE001  whatever pickling raises
        return type(error).__name__
    child.join()
    return None if child.exitcode == 0 else f"exit code {child.exitcode}"


def _judge_survives(survives: Callable) -> str:
    answer, wanted = survives(), objects()
    if not isinstance(answer, dict) or set(answer) != set(wanted):
        raise NotYet("survives should return a dictionary with the eight names of objects().")
    for name in wanted:
        if answer[name] is ...:
            raise NotYet("put True or False in the place of the dots.")
        if type(answer[name]) is not bool:
            raise NotYet(f"the answer for {name} should be True or False, and is {answer[name]!r}.")
    for name, make in wanted.items():
        problem = _why_not(make())
        if answer[name] and problem:
            raise NotYet(f"{name} does not arrive: it ends in {problem}.")
        if not answer[name] and not problem:
            raise NotYet(f"{name} was given to a child, and arrived.")
    return f"{len(wanted)} of {len(wanted)}, each tried with a child of its own."


# Tally ----------------------------------------------------------------------------------------------------------------

_TALLIES = Family(
    names=(["ant", "bee"], ["", None, 0], [1]),
    added=(["ant", "ant"], [None, "", None], []),  # before the trip
)


def check_Tally(Tally: type) -> None:
    """Print whether a Tally arrives in a spawned child with its counts and a working lock, and stays whole at home."""
    solved = "{trials} of {trials} tallies arrived with their counts and a lock of their own, and stayed whole at home."
    say(judged(_judge_tally, Tally, _TALLIES, solved=solved, kind=type))


def _visit(tally: Any, name: Any, tell: Connection) -> None:
    """Count once in the child, and tell what is there then."""
    try:
        before = dict(tally.counts)
        tally.add(name)
        tell.send((before, dict(tally.counts), tally.lock.locked()))
    except AttributeError as error:
        tell.send(str(error))


def _judge_tally(tally_type: type, trial: Trial) -> None:
    first = trial.names[0]
    tally = tally_type(trial.names)
    for name in trial.added:
        tally.add(name)
    counted = dict(tally.counts)
    told, tell = multiprocessing.get_context("spawn").Pipe(duplex=False)
    child = multiprocessing.get_context("spawn").Process(target=_visit, args=(tally, first, tell))
    try:
        child.start()
    except TypeError as error:
        raise NotYet(f"it cannot be sent: {error}. Leave the lock out of what __getstate__ returns.") from None
    tell.close()
    try:
        seen = told.recv()
    except EOFError:
        raise NotYet("it was sent, and could not be put together again in the child.") from None
    finally:
        child.join()
    if isinstance(seen, str):
        raise NotYet(f"in the child: {seen}. What is left out on the way must be made anew by __setstate__.")
    before, after, locked = seen
    if before != counted:
        raise NotYet(f"at home the counts are {counted}, and in the child they were {before}.")
    if locked or after != {**counted, first: counted[first] + 1}:
        raise NotYet(f"in the child, add made {after} of {before}.")
    _judge_at_home(tally_type, tally, counted, first)


def _judge_at_home(tally_type: type, tally: Any, counted: dict, name: Any) -> None:
    """The tally that was sent must be as it was, and have a lock that it shares with no other."""
    if dict(tally.counts) != counted:
        raise NotYet(f"the tally at home had counted {counted}, and after the trip it has {dict(tally.counts)}.")
    if not hasattr(tally, "lock"):
        raise NotYet("after the trip the tally at home has no lock any more. Change a copy of __dict__, not __dict__.")
    other = tally_type([name])
    if other.lock is tally.lock:
        raise NotYet("two tallies have one and the same lock. Each needs its own, made in __init__ and __setstate__.")
    blocked = threading.Thread(target=tally.add, args=(name,), daemon=True)
    with tally.lock:
        blocked.start()
        blocked.join(0.2)
        if not blocked.is_alive():
            raise NotYet("add does not take the lock any more.")
    blocked.join()
