"""A learner's test that runs for real: once with each implementation, in a child process that is gone afterwards."""

import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from helpers.checks import verdict
from helpers.checks.catch import Test
from helpers.checks.processes.apparatus import cell_functions_cross
from helpers.checks.verdict import NotYet, what_is_wrong
from helpers.watchdog import Outcome, watch

_AT_ONCE = 4  # child processes
_LONGER_S = 5  # with a wrong one than with a right one, besides what a busy machine makes of it: it does not come back
_HELPERS = str(Path(__file__).parents[1])


class ForReal:
    """A test, run once with each implementation; so each wrong one must be wrong in every run, or in none."""

    def __init__(self, test: Test, *, patience: int = 1) -> None:
        """patience: how many times the usual limit it may take with a right implementation."""
        self.test, self.note, self._patience = test, "", patience
        self._slowest_s = 0.0  # of the right ones; a test that waits for seconds does so with the wrong ones, too

    def refusals(self, implementations: Iterable[Any], *, right: bool) -> list[NotYet | None]:
        """See Trial; the right ones come first, as the limit for the others is taken from them."""
        limit_s = self._patience * verdict.LIMIT_S if right else _LONGER_S + _AT_ONCE * self._slowest_s

        def run(implementation: Any) -> NotYet | None:
            begun_s = time.monotonic()
            outcome = watch(_accepts, self.test, implementation, limit_s=limit_s)
            if right:
                self._slowest_s = max(self._slowest_s, time.monotonic() - begun_s)
            return _refusal(outcome, limit_s)

        with ThreadPoolExecutor(_AT_ONCE) as watchers:
            try:
                return list(watchers.map(run, implementations))
            except TypeError as error:  # watch's own: the test cannot be sent to another process
                raise NotYet(f"{error}.") from None


def _accepts(test: Test, implementation: Any) -> bool:
    with cell_functions_cross():
        return test(implementation) is not False


def _refusal(outcome: Outcome, limit_s: float) -> NotYet | None:
    if outcome.ending == "finished":
        return None if outcome.value else NotYet("it returned False.")
    return NotYet(what_is_wrong(outcome, limit_s, not_theirs=_HELPERS))  # a line of the test, not of what it tests
