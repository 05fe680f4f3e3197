"""Checker for the exercise of exceptions/04_finding_bugs."""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from helpers.checks.exceptions.changes import CHANGES
from helpers.checks.verdict import NotYet, predicted, say
from helpers.watchdog import Outcome, watch
from helpers.workers.exceptions import finding_bugs as programs
from helpers.workers.exceptions.finding_bugs import NEEDS, WAITS_FOR


def check_diagnose(diagnose: Callable[[], dict[str, tuple[str, str]]]) -> None:
    """Print whether diagnose() says of each program what it waits for, and which function has to change.

    Both are tried: the program is run once with what it waits for supplied, and once with that function changed.
    """
    say(predicted(_judge_diagnose, diagnose))


class _Case(NamedTuple):
    """A program and what is known of it.

    waits_for: a key of WAITS_FOR; supply: the program with that at hand; supplied: so in words; look: a question that
    leads there; trials: arguments -> what the program returns once it is repaired
    """

    waits_for: str
    supply: Callable[[], object]
    supplied: str
    look: str
    trials: list[tuple[tuple, object]]


_DEEP = {f"level {n}": [f"level {n + 1}"] if n < 12 else [] for n in range(13)}
_PIECES = 30


def _shop_with_an_rlock() -> int:
    return _changed("shop", "__init__")


_CASES = {
    "install": _Case(
        "free worker", lambda: programs.install(NEEDS, 9), "with nine workers",
        "For which call does each worker wait, and which thread is to run that?",
        [((NEEDS, 3), sorted(NEEDS)), ((_DEEP, 3), sorted(_DEEP))],
    ),
    "report": _Case(
        "room in a pipe", lambda: programs.report(2, 100), "with visits that fit into a pipe",
        "The readers have returned. What do they still have to do, and which process could help them?",
        [((2, 50_000), 100_000)],
    ),
    "shop": _Case(
        "own lock", _shop_with_an_rlock, "with a lock that its thread can take again",
        "Read the calls of the thread in __str__ from the first to the last. What does it hold by then?",
        [((3, _PIECES // 3, 25), _PIECES)],
    ),
}  # fmt: skip


def _changed(name: str, function: str, *args: Any) -> object:
    """Run a program with one of its functions changed; only in a process that is for this alone."""
    change = CHANGES[name][function]
    setattr(change.owner, function, change.function)
    return getattr(programs, name)(*args)


def _judge_diagnose(guess: Any) -> str:
    for name, case in _CASES.items():
        waits_for, function = _pair(guess, name)
        if waits_for != case.waits_for:
            raise NotYet(f'{name} does not wait for "{waits_for}". {case.look}')
        if (outcome := watch(case.supply)).ending != "finished":
            raise NotYet(f"{name} should end {case.supplied}, and here it is {outcome.ending}.")
        _try_change(name, function, case.trials)
    if extra := [name for name in guess if name not in _CASES]:
        raise NotYet(f"there is no program {extra[0]!r}.")
    supplied = "; ".join(f"{name} {case.supplied}" for name, case in _CASES.items())
    return f"each ends with what it waits for ({supplied}), and as it is with the function changed that you named."


def _pair(guess: Any, name: str) -> tuple[str, str]:
    """What the guess says of a program, if it is of the form asked for."""
    if not isinstance(guess, dict):
        raise NotYet(f"the answer should be a dict, a program to what it waits for and what has to change: {guess!r}.")
    pair = guess.get(name)
    if pair is ... or (isinstance(pair, tuple) and ... in pair):
        raise NotYet("put your diagnosis in the place of the dots.")
    if not (isinstance(pair, tuple | list) and len(pair) == 2 and all(isinstance(word, str) for word in pair)):
        raise NotYet(f'{name} should have two words, such as ("dead process", "main"), and has {pair!r}.')
    waits_for, function = pair[0], pair[1].rpartition(".")[2]
    if waits_for not in WAITS_FOR:
        raise NotYet(f"{waits_for!r} is not among what a program can wait for: {', '.join(WAITS_FOR)}.")
    if function not in CHANGES[name]:
        raise NotYet(f"{name} has no function {function!r} that could be changed: {', '.join(CHANGES[name])}.")
    return waits_for, function


def _try_change(name: str, function: str, trials: list[tuple[tuple, object]]) -> None:
    """Run the program with that function changed, and raise NotYet if it does not end as it should."""
    change = CHANGES[name][function]
    for args, wanted in trials:
        outcome = watch(_changed, name, function, *args)
        if wrong := _wrong(outcome, wanted):
            raise NotYet(f"{name}, {change.did}, {wrong} {change.why}".rstrip())


def _wrong(outcome: Outcome, wanted: object) -> str:
    """What is wrong with how a changed program ended, or an empty string."""
    if outcome.ending == "hung":
        return f"is hung as well: the main thread in {outcome.stacks[0].place if outcome.stacks else 'library code'}."
    if outcome.ending != "finished":
        return f"ends with {type(outcome.error).__name__}."
    if outcome.value != wanted:
        return "ends before its work is done."
    for left, sold in re.findall(r"(\d+) left, (\d+) sold", outcome.errors):
        if int(left) + int(sold) != _PIECES:
            return f"ends, and warns of {left} left, {sold} sold: of {_PIECES} pieces, that is one too few."
    return ""
