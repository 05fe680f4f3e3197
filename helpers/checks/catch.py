"""How a learner's test is judged: it must accept what is right, and is told which of the wrong ones it catches.

This is mutation testing, with a handful of mutants that are named in words. A test is a function of one argument, the
class or function that it tests. It refuses that by raising, by returning False, or by not coming to an end.

    say(caught(UnderSchedules(test_cache), RIGHT, WRONG))   # helpers/checks/catch_schedules.py: the explorer runs it
    say(caught(ForReal(test_run_all), RIGHT, WRONG))        # helpers/checks/catch_runs.py: processes of its own run it

RIGHT and WRONG map a name to an implementation. The first right one is the reference; the others do the same by other
means, and find out a test that asks for more than the task does. What a test prints is dropped, as it runs many times.

Source: DeMillo, Lipton and Sayward, Hints on test data selection, IEEE Computer 11(4), 1978
"""

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from helpers.checks.verdict import NotYet, Verdict, refuse_type

Test = Callable[[Any], Any]
_MOST_NAMED = 3  # of those that were not caught


class Trial(Protocol):
    """A test, and a way to run it. note: what a verdict adds, a sentence after a space, or nothing."""

    test: Test
    note: str

    def refusals(self, implementations: Iterable[Any], *, right: bool) -> Iterable[NotYet | None]:
        """For each implementation why the test refuses it, or None if it accepts it.

        raises NotYet if the test cannot be run. right: whether they are right, and the evidence will be read
        """


def caught(trial: Trial, right: Mapping[str, Any], wrong: Mapping[str, Any]) -> Verdict:
    """What to say of a test: whether it accepts all right implementations, and which of the wrong ones it catches.

    never raises, never hangs; right, wrong: name -> implementation
    """
    try:
        _refuse_what_is_no_test(trial.test)
        for name, refusal in zip(right, trial.refusals(right.values(), right=True), strict=True):
            if refusal:
                raise NotYet(f"{_refuses(name, list(right))}: {refusal}", refusal.trace)
        refusals = trial.refusals(wrong.values(), right=False)
        missed = [name for name, refusal in zip(wrong, refusals, strict=True) if not refusal]
    except NotYet as problem:
        return Verdict(f"Not yet: {problem}", problem.trace)
    if not missed:
        return Verdict(f"Solved: the test catches {len(wrong)} of {len(wrong)}, and accepts the reference.{trial.note}")
    count = f"the test catches {len(wrong) - len(missed)} of {len(wrong)}, and accepts the reference"
    if len(missed) == len(wrong):
        count = f"the test catches none of {len(wrong)}, and accepts whatever it is given"
    return Verdict(f"Not yet: {count}. Not caught: {_listed(missed)}.{trial.note}")


def _refuse_what_is_no_test(test: Any) -> None:
    refuse_type(test, callable)
    try:
        inspect.signature(test).bind(object())
    except (TypeError, ValueError):  # it does not fit, or is not known
        raise NotYet("the test should take one argument, which is what it tests.") from None
    if inspect.isgeneratorfunction(test) or inspect.iscoroutinefunction(test) or inspect.isasyncgenfunction(test):
        raise NotYet("a call of the test runs none of its lines, because it has a yield or is async. Do without.")


def _refuses(name: str, right: Sequence[str]) -> str:
    if name == right[0]:
        return f"the test refuses {name}, too"
    return f"the test asks for more than the task does, and refuses another right answer, {name}"


def _listed(names: list[str]) -> str:
    """All, if they are few, or else the first two and how many more there are.

    >>> _listed(["a", "b", "c"]), _listed(["a", "b", "c", "d"])
    ('a; b; c', 'a; b; and 2 more')
    """
    if len(names) > _MOST_NAMED:
        names = [*names[:2], f"and {len(names) - 2} more"]
    return "; ".join(names)
