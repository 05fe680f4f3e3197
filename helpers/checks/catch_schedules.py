"""A learner's test of code with threads, run by the explorer: it refuses what it refuses in some schedule."""

import contextlib
import io
import traceback
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from helpers.checks.catch import Test
from helpers.checks.schedules import Always
from helpers.checks.verdict import NotYet
from helpers.interleave import ExploreError

_MOST_PREEMPTIONS = 1  # enough for each wrong one to show
_MOST_SCHEDULES = 300  # for one implementation, in about a second; three threads with one call each have fewer
_FAR_TOO_MANY = "the test has too many schedules to be tried. Use fewer threads."
_TOO_MANY = " (Tried without preemption only, as there are too many schedules. Use fewer threads, or fewer steps.)"


class UnderSchedules:
    """A test, tried under all schedules with at most one preemption, or with none if there are too many."""

    def __init__(self, test: Test) -> None:
        """Implementations stand in helpers/workers, or else the explorer does not step through them."""
        self.test, self.note = test, ""

    def refusals(self, implementations: Iterable[Any], *, right: bool) -> Iterator[NotYet | None]:
        """See Trial; each with the shortest schedule that is refused."""
        for implementation in implementations:
            with _in_words(), contextlib.redirect_stdout(io.StringIO()):
                refusal = self._refusal(implementation, right)
            yield refusal

    def _refusal(self, implementation: Any, right: bool) -> NotYet | None:
        most = 0 if self.note else _MOST_PREEMPTIONS
        # Most wrong ones are caught without preemption; of a right one the count of schedules is told.
        for preemptions in [most] if right else range(most + 1):
            trial = Always(_call, {True}, max_preemptions=preemptions, max_schedules=_MOST_SCHEDULES)
            try:
                tried = trial.run(_acceptance(self.test, implementation), ())
            except NotYet as refusal:
                if refusal.trace is None:  # it is not refused: even without preemption there are too many
                    raise NotYet(_FAR_TOO_MANY) from None
                return refusal if refusal.trace.rows else NotYet(str(refusal).removesuffix(" Shortest:"))
            if preemptions and tried.bound == 0:
                self.note = _TOO_MANY
        return None


def _call(acceptance: Callable[[], bool]) -> bool:
    return acceptance()


def _acceptance(test: Test, implementation: Any) -> Callable[[], bool]:
    """Whether the test accepts it, as a function that names both: the explorer looks first at what a function names."""

    def acceptance() -> bool:
        try:
            return test(implementation) is not False
        except AssertionError as error:
            if not error.args:  # say at least which one it was
                error.args = (traceback.extract_tb(error.__traceback__)[-1].line,)
            raise

    return acceptance


@contextlib.contextmanager
def _in_words() -> Iterator[None]:
    """Turn what the explorer cannot run, and what a test raises past it, into NotYet."""
    try:
        yield
    except NotYet:
        raise
    except ExploreError as problem:
        raise NotYet(str(problem)) from None
    except (Exception, SystemExit) as error:  # noqa: BLE001  an error in the test is a verdict on it
        raise NotYet(f"your code raised {type(error).__name__}: {error}") from None
