"""Checkers for the exercises of processes/07_queues."""

import multiprocessing
from collections.abc import Callable, Sequence
from typing import Any

from helpers.checks.family import Family, Trial
from helpers.checks.processes.apparatus import Gathering, Started, is_from_sample_work, judged, sample_work
from helpers.checks.verdict import NotYet, say
from helpers.workers.processes.queues import Stop

# compute --------------------------------------------------------------------------------------------------------------

_COMPUTATIONS = Family(n=(2, 1, 3), items=([3, None, 0, "", 3], ["big", "big"], [], ["raises", 1]))


def check_compute(compute: Callable[[Callable[[Any], Any], Sequence, int], list]) -> None:
    """Print whether compute(work, items, n) returns all results in order, whatever their size, and ends."""
    solved = "{trials} of {trials} lists computed in n processes, in the order of the items, and no process is left."
    say(judged(_judge_compute, compute, _COMPUTATIONS, solved=solved))


class _Work:
    """A computation that waits until all processes are at work, if there is enough for all."""

    def __init__(self, together: Gathering) -> None:
        self.together = together

    def __call__(self, item: Any) -> Any:
        self.together.wait()
        return sample_work(item)


def _judge_compute(compute: Callable, trial: Trial) -> None:
    together = Gathering(min(trial.n, len(trial.items)))
    with Started(_with_join, compute, _Work(together), trial.items, trial.n) as call:
        if not call.ends():
            raise NotYet(
                "it does not come back. Take all results before you join: a process does not end before its results "
                "are read. And each process needs a Stop of its own."
            )
        results = call.value()
    if not isinstance(results, list) or len(results) != len(trial.items):
        raise NotYet(f"there should be a list of {len(trial.items)} results, and there is {results!r:.80}.")
    for item, result in zip(trial.items, results, strict=True):
        if not is_from_sample_work(item, result):
            raise NotYet(f"the result of {item!r} should stand at its place, and there is {result!r:.60}.")
    if not together.met:
        raise NotYet(f"at most {together.peak} of {together.expected} processes were at work at the same time.")


def _with_join(compute: Callable, work: Callable, items: Sequence, n: int) -> list:
    """Call the answer, and see that it has joined its processes."""
    results = compute(work, items, n)
    if multiprocessing.process._children:
        raise NotYet("a process was started and never joined. Join each, after all results have been taken.")
    return results


# collect --------------------------------------------------------------------------------------------------------------

_COLLECTIONS = Family(parts=([["a"], [None, 0]], [[], [""], [1, 1]], [[2]], [[], []]))


def check_collect(collect: Callable[[Any, int], list]) -> None:
    """Print whether collect(items, n) takes everything from n producers, also from the slow ones, and then ends."""
    solved = "{trials} of {trials} collections are complete."
    say(judged(_judge_collect, collect, _COLLECTIONS, solved=solved))


def _judge_collect(collect: Callable, trial: Trial) -> None:
    items, gates = multiprocessing.Queue(), [multiprocessing.Semaphore(0) for _ in trial.parts]
    with Started(collect, items, len(trial.parts)) as call:
        for part, gate in zip(trial.parts, gates, strict=True):
            # One producer after the other, each once the one before has been read to its end.
            if call.has_ended(0.3):
                raise NotYet(f"it returned {call.value()!r} before all producers had put their Stop.")
            with Started(_produce, items, part, gate) as producer:
                gate.release()
                producer.value()
        if not call.ends():
            raise NotYet("each producer has put its Stop, and it still waits.")
        collected = call.value()
    wanted = [item for part in trial.parts for item in part]
    if collected != wanted:
        raise NotYet(f"it should return {wanted}, and returned {collected!r}.")


def _produce(items: Any, part: list, gate: Any) -> None:
    gate.acquire()
    for item in part:
        items.put(item)
    items.put(Stop)
    items.close()
    items.join_thread()
