"""Checkers for the exercises of threads/08_queues."""

import threading
import time
from collections.abc import Callable, Iterable
from queue import Queue
from typing import Any

from helpers.checks.schedules import Always, Mistake, Sometimes, in_threads, judged
from helpers.checks.verdict import say
from helpers.workers.threads.steps import a_moment_later

# drain --------------------------------------------------------------------------------------------------------------


def check_drain(drain: Callable[[Queue], list]) -> None:
    """Print whether drain(queue) takes what is there without ever waiting, also if two threads drain one queue."""
    say(
        judged(
            drain,
            Always(_one_drains, {"ab"}),
            Always(_two_drain, {"ab"}),
            Always(_two_drain, {"ab"}, max_preemptions=1, step="access", counts=False),
            kind=callable,
            mistakes=[
                Mistake(
                    "The queue was not empty when it was asked, and another thread took the last item before get. The "
                    "answer of empty or qsize is old when you have it: try get_nowait, and see.",
                    lambda f: f.waits("for an item in") > 0 and f.took(r"\b(empty|qsize)\b"),
                ),
                Mistake("get waits for an item that no thread will put.", lambda f: f.waits("for an item in") > 0),
                Mistake("Not every item was taken, and each of them once.", lambda f: _is_some_of("ab", f.ending)),
                Mistake("drain waited, although there was nothing to wait for.", lambda f: f.ending == "it waited"),
                Mistake(
                    "get_nowait raises queue.Empty when there is nothing more. That is the end, and no error.",
                    lambda f: f.ending == "Empty",
                ),
            ],
            solved="in {schedules:,} of {schedules:,} schedules each item is taken once and no thread waits.",
        )
    )


def _is_some_of(items: str, ending: Any) -> bool:
    return isinstance(ending, str) and ending != items and set(ending) <= set(items)


def _drained(drain: Callable[[Queue], list], threads: int) -> str:
    queue: Queue = Queue()
    for item in "ab":
        queue.put(item)
    taken: list = []
    begun = time.monotonic()
    in_threads(*[lambda: taken.extend(drain(queue))] * threads)
    return "it waited" if time.monotonic() - begun > 0.1 else "".join(sorted(map(str, taken)))


def _one_drains(drain: Callable[[Queue], list]) -> str:
    return _drained(drain, 1)


def _two_drain(drain: Callable[[Queue], list]) -> str:
    return _drained(drain, 2)


# run ----------------------------------------------------------------------------------------------------------------


def check_run(run: Callable[[Iterable[int], Callable[[int], int], Callable[[int], None]], None]) -> None:
    """Print whether run(items, convert, store) stores every result, leaves out what convert refuses, and ends."""
    say(
        judged(
            run,
            # Main puts the items, and the threads wait for them: to interrupt it as well shows no other ending.
            Always(_refuses_two, {"stored 20"}, max_preemptions=1, preempt_main=False),
            Always(_two_items, {"stored 20 None"}, max_preemptions=1, preempt_main=False),
            Sometimes(_at_once, lambda most: most == 2, _ONE_WORKER, max_preemptions=1, preempt_main=False),
            kind=callable,
            mistakes=[
                Mistake(
                    "A worker that asks whether the queue is empty cannot tell `nothing yet` from `nothing more`, and "
                    "another may take the last item between the question and get. Send a sentinel.",
                    lambda f: f.took(r"\b(empty|qsize)\b") and f.ending != "ValueError",
                ),
                Mistake(
                    "convert raised ValueError, and that was the end of the worker. Catch it, and go on with the next "
                    "item.",
                    lambda f: f.ending == "ValueError",
                ),
                Mistake(
                    "join waits until task_done has been called for each item, also for one that convert refused. Put "
                    "it into a finally.",
                    lambda f: f.waits("to be done") > 0,
                ),
                Mistake(
                    "An item or a result may be None, or count as false: make a sentinel of your own, and compare by "
                    "is.",
                    lambda f: f.program is _two_items and f.always and f.ending != "left running",
                ),
                Mistake(
                    "A worker called store. The results go through a second queue to one writer.",
                    lambda f: f.ending == "stored by a worker",
                ),
                Mistake(
                    "An item that convert refuses ended its worker. Catch the error inside the loop, and go on.",
                    lambda f: f.waits("for room in") > 0 and bool(f.trace.rows) and f.program is _refuses_two,
                ),
                Mistake(
                    "There are more workers than sentinels: the worker that takes one is gone, and the others are not "
                    "told. One for each.",
                    lambda f: f.waits("for an item in") > 0 and not f.took(r"task_done\("),
                ),
                Mistake(
                    "run came back, and threads are still there, waiting for items. End each of them, and join it.",
                    lambda f: f.ending == "left running",
                ),
                Mistake(
                    "The writer was told to stop while a worker still had a result for it, or run did not wait for it. "
                    "Join the workers, then send the writer its sentinel, then join the writer.",
                    lambda f: str(f.ending).startswith("stored"),
                ),
            ],
            solved="in {schedules:,} of {schedules:,} schedules all results are stored, and every thread has ended.",
        )
    )


_ONE_WORKER = "convert is never under way for two items at once: there should be two workers."


class _Use:
    """A run of the pipeline: what was stored, by which threads, and how many conversions were under way at most."""

    def __init__(self, run: Callable, items: list) -> None:
        self.stored: list[int | None] = []
        self.converters: set[threading.Thread] = set()
        self.writers: set[threading.Thread] = set()
        self.converting = self.most = 0
        run(items, self.convert, self.store)
        self.found = list(self.stored)
        self.left_running = any(
            thread.is_alive() for thread in self.converters | self.writers if thread is not threading.current_thread()
        )

    def convert(self, item: int | None) -> int | None:
        self.converters.add(threading.current_thread())
        self.converting += 1
        self.most = max(self.most, self.converting)
        a_moment_later()
        self.converting -= 1
        if item is None:
            return None
        if item < 0:
            raise ValueError(f"{item} is negative")
        return item * 10

    def store(self, result: int | None) -> None:
        self.writers.add(threading.current_thread())
        self.stored.append(result)

    def how_it_went(self) -> str:
        if self.converters & self.writers or len(self.writers) > 1:
            return "stored by a worker"
        found = " ".join(["stored", *map(str, sorted(self.found, key=str))])
        return "left running" if self.left_running and len(self.found) else found


def _pipeline(*items: int | None) -> Callable[[Callable], str]:
    return lambda run: _Use(run, list(items)).how_it_went()


_two_items, _refuses_two = _pipeline(2, None), _pipeline(-1, -2, 2)


def _at_once(run: Callable) -> int:
    return _Use(run, [1, 2]).most
