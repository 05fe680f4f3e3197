"""run_all for the exercise *Catch the wrong ones*: run_all(tasks), right ones and wrong ones.

Each runs functions without arguments in threads, all at the same time, and returns a list: for each task, in order,
what it returned, or the exception that it raised. Each wrong one breaks that in one way, and in each run.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Any

Task = Callable[[], Any]
_SLEEPS = 30  # of a hundredth of a second: within them a task ends that waits for nothing


class Call(threading.Thread):
    """A call of a task in a thread of its own, and how it ended: with a value, or with an error."""

    def __init__(self, task: Task) -> None:
        """task: a function without arguments."""
        super().__init__()
        self.task, self.value, self.error = task, None, None

    def run(self) -> None:
        """Call the task, and keep what comes of it; SystemExit and KeyboardInterrupt are errors too."""
        try:
            self.value = self.task()
        except BaseException as error:  # noqa: BLE001
            self.error = error

    @property
    def outcome(self) -> Any:
        """What run_all has to return for it."""
        return self.value if self.error is None else self.error

    def ends_soon(self) -> bool:
        """Whether it ends while no task after it has begun, and so has none to wait for.

        The time is counted in short sleeps, which take longer on a busy machine, as the task does.
        """
        for _ in range(_SLEEPS):
            self.join(0.01)
            if not self.is_alive():
                return True
        return False


def calls_of(tasks: Sequence[Task]) -> list[Call]:
    """All tasks, run at the same time until they have ended."""
    calls = [Call(task) for task in tasks]
    for call in calls:
        call.start()
    for call in calls:
        call.join()
    return calls


def run_all(tasks: Sequence[Task]) -> list[Any]:
    """The reference: a thread for each task, and a place for its outcome."""
    return [call.outcome for call in calls_of(tasks)]


def last_one_here(tasks: Sequence[Task]) -> list[Any]:
    """Right as well: the calling thread would only wait, so it runs the last task."""
    calls = [Call(task) for task in tasks]
    for call in calls[:-1]:
        call.start()
    for call in calls[-1:]:
        call.run()
    for call in calls[:-1]:
        call.join()
    return [call.outcome for call in calls]


def none_for_an_error(tasks: Sequence[Task]) -> list[Any]:
    """Wrong: nothing is known of an error."""
    return [call.value for call in calls_of(tasks)]


def stops_at_the_first_error(tasks: Sequence[Task]) -> list[Any]:
    """Wrong: what comes after an error is lost."""
    outcomes = []
    for call in calls_of(tasks):
        outcomes.append(call.outcome)
        if call.error is not None:
            break
    return outcomes


def raises_the_first_error(tasks: Sequence[Task]) -> list[Any]:
    """Wrong: one error for all results."""
    calls = calls_of(tasks)
    for call in calls:
        if call.error is not None:
            raise call.error
    return [call.value for call in calls]


def in_order_of_ending(tasks: Sequence[Task]) -> list[Any]:
    """Wrong: the outcome of a task that waits for a later one stands behind it.

    Tasks that wait for nothing end in the order of the list, so that a test which lets them end as they like is told
    each time that it does not see this.
    """
    soon, late = [], []
    for call in map(Call, tasks):
        call.start()
        (soon if call.ends_soon() else late).append(call)
    for call in late:
        call.join()
    return [call.outcome for call in soon + late]


def one_after_the_other(tasks: Sequence[Task]) -> list[Any]:
    """Wrong: no task begins before the one before it has ended."""
    return [call.outcome for task in tasks for call in calls_of([task])]


def without_traceback(tasks: Sequence[Task]) -> list[Any]:
    """Wrong: where the error was raised is lost."""
    return [call.error.with_traceback(None) if call.error else call.value for call in calls_of(tasks)]


def loses_what_counts_as_false(tasks: Sequence[Task]) -> list[Any]:
    """Wrong: a result such as 0 is taken for none."""
    return [call.value or call.error for call in calls_of(tasks)]


def exceptions_only(tasks: Sequence[Task]) -> list[Any]:
    """Wrong: a SystemExit is no Exception, and ends its thread without a word."""
    return [call.outcome if isinstance(call.error, Exception) else call.value for call in calls_of(tasks)]


RIGHT = {"the reference": run_all, "one in which the calling thread runs the last task": last_one_here}

WRONG = {
    "None in the place of an error": none_for_an_error,
    "nothing returned after the first error": stops_at_the_first_error,
    "the first error raised, not returned": raises_the_first_error,
    "the results in the order in which the tasks end": in_order_of_ending,
    "the tasks run one after the other": one_after_the_other,
    "an error without its traceback": without_traceback,
    "a result that counts as false lost": loses_what_counts_as_false,
    "a SystemExit lost": exceptions_only,
}
