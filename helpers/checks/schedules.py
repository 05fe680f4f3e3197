"""How a checker judges over all schedules: the explorer runs the learner's code, and the verdict is one sentence.

The explorer ends endless loops and deadlocks by itself, so the answer need not run in a child process, and a trace can
show its source. A judge returns what the answer achieved, or raises NotYet, as for helpers.checks.verdict.
"""

import threading
from collections.abc import Callable
from typing import Any

from helpers.checks.verdict import NotYet
from helpers.interleave import ExploreError, Result, Trace, explore


def judged(judge: Callable[..., str], *answer: object) -> str:
    """One sentence on the learner's answer, and a trace as evidence where there is one; never raises, never hangs."""
    try:
        return f"Solved: {judge(*answer)}"
    except NotYet as wrong:
        return f"Not yet: {wrong}"
    except ExploreError as problem:
        return f"Not yet: {problem}"
    except (Exception, SystemExit) as error:  # noqa: BLE001  an error in the answer is a verdict on it
        return f"Not yet: your code raised {type(error).__name__}: {error}"


def must_always(program: Callable[[], Any], good: set, hint: Callable[[Result, Trace], str], **options: Any) -> Result:
    """Explore a program that must end well under every schedule.

    good: the returned values that are right; hint(result, trace): a sentence on what the shortest failing trace shows
    raises NotYet with the count, the hint and that trace
    """
    result = explore(program, **options)
    wrong = {ending: count for ending, count in result.endings.items() if ending not in good or ending in result.errors}
    if not wrong:
        return result
    ending = next(iter(wrong))
    trace = result.find(ending)
    raise NotYet(
        f"in {sum(wrong.values()):,} of {result.schedules:,} schedules it goes wrong. "
        f"{hint(result, trace)} Shortest:\n\n{trace}"
    )


def in_threads(*work: Callable[[], object]) -> None:
    """Call each function in a thread of its own, and wait for all."""
    threads = [threading.Thread(target=one) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
