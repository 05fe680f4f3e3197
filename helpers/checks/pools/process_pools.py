"""Checkers for the exercises of pools/01_process_pools."""

import itertools
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.pool import Pool
from typing import Any

from helpers.checks.family import Family, Trial
from helpers.checks.pools.windows import MANY, Input, WatchedPool, Window, result_of
from helpers.checks.processes.apparatus import Gathering, comes, judged
from helpers.checks.verdict import NotYet, say
from helpers.texts import Text

# count_all ------------------------------------------------------------------------------------------------------------

_COLLECTIONS = Family(
    texts=(
        ["to be", "or not to be", "", "to be"],
        [],
        ["be", "unreadable", "to be"],
        ["to be", "or not to be"],
        ["", "be", "be"],
    ),
    times=(1, 1, 1, 50_000, 1),
    workers=(2, 1, 3, 2, 1),
)


def check_count_all(count_all: Callable[[Pool, list[Text]], Counter]) -> None:
    """Print whether count_all(pool, texts) adds up what the pool's workers have counted, and lets the pool be."""
    solved = "{trials} of {trials} collections counted by all workers, and only counts came back."
    say(judged(_judge_count_all, count_all, _COLLECTIONS, solved=solved))


@dataclass(frozen=True)
class _Sample:
    """A text that is some words, repeated; whatever reads it waits until all expected processes do."""

    title: str
    times: int
    together: Gathering

    def read(self) -> str:
        self.together.wait()
        if self.title == "unreadable":
            raise OSError("this text cannot be read")
        return self.content

    @property
    def content(self) -> str:
        """The text, for the judge."""
        return f"{self.title} " * self.times


def _judge_count_all(count_all: Callable, trial: Trial) -> None:
    together = Gathering(min(trial.workers, len(trial.texts)))
    samples = [_Sample(title, trial.times, together) for title in trial.texts]
    readable = [sample for sample in samples if sample.title != "unreadable"]
    pool = WatchedPool(trial.workers)
    total = _total(count_all, pool, samples)
    _refuse_closed(pool)
    if readable != samples:
        if total is not None:
            raise NotYet(f"one text cannot be read, and it returned {total!r:.60}. Let the exception out.")
        total = count_all(pool, readable)
    _judge_total(total, readable)
    if os.getpid() in together.came:
        raise NotYet("a text was counted in the process that owns the pool. Let the workers read and count.")
    if sum(pool.sizes) > 10_000:
        length = sum(len(sample.content) for sample in samples)
        raise NotYet(
            f"{sum(pool.sizes) / 1e6:.1f} MB came back from the workers, for texts of {length / 1e6:.1f} MB. Let each "
            "worker count what it reads, so that only counts cross."
        )
    if not together.met and samples:
        raise NotYet(
            f"at most {together.peak} of {together.expected} workers counted at the same time. Hand out all texts "
            "before you wait for a result, and not all of them in one chunk."
        )
    pool.close()
    pool.join()


def _total(count_all: Callable, pool: Pool, samples: list[_Sample]) -> Any:
    """What the answer returns, or None if it let out that a text cannot be read."""
    try:
        return count_all(pool, samples)
    except OSError as error:
        if "cannot be read" in str(error):
            return None
        raise


def _judge_total(total: Any, samples: list[_Sample]) -> None:
    parts = [Counter(sample.content.split()) for sample in samples]
    wanted = sum(parts, Counter())
    if not isinstance(total, dict):
        raise NotYet(f"it should return the counts of all words, a Counter, and returned {total!r:.60}.")
    if wanted and not total:
        raise NotYet(
            "the total is empty. A worker that adds to a global Counter adds to its own copy of it: return what it "
            "has counted, and add that up."
        )
    for word in sorted(wanted):
        if (found := total.get(word)) != wanted[word]:
            kept = any(part[word] == found for part in parts)
            why = " That is what one text has: add the counts up, and do not replace them." if kept else ""
            raise NotYet(f"{word!r} occurs {wanted[word]} times, and its count is {found}.{why}")
    if extra := sorted(map(repr, total.keys() - wanted.keys())):
        raise NotYet(f"{extra[0]} is counted, and does not occur.")


def _refuse_closed(pool: Pool) -> None:
    """Refuse an answer that has closed the pool, or after which it does no more work."""
    try:
        probe = pool.apply_async(abs, (0,))
    except ValueError:
        raise NotYet("the pool was closed. It belongs to the caller, who may have more for it to do.") from None
    if not comes(probe.ready):
        raise NotYet(
            "afterwards the pool does no more work. Its thread that hands out tasks stands inside your code, and waits "
            "there for something that no longer comes."
        )


# ordered --------------------------------------------------------------------------------------------------------------

_TAKEN = 10  # results, of those inputs that have so many

_INPUTS = Family(items=(MANY, MANY, MANY, 2, 0), fails_at=(None, 1, 2, None, None), limit=(2, 3, 1, 3, 1))


def check_ordered(ordered: Callable[[Pool, Callable, Iterable, int], Iterator]) -> None:
    """Print whether ordered(pool, function, items, limit) keeps order and always has limit items under way."""
    solved = "{trials} of {trials} inputs in order, endless ones too, always with limit items under way and never more."
    say(judged(_judge_ordered, ordered, _INPUTS, solved=solved))


def _judge_ordered(ordered: Callable, trial: Trial) -> None:
    window, items = Window(trial), Input(trial)
    pool = WatchedPool(trial.limit, window.received)
    results = ordered(pool, window, iter(items), trial.limit)
    if not isinstance(results, Iterator):
        raise NotYet(f"it should give results one by one (yield them), and returned {results!r:.60}.")
    got, failed = _results(results, items, trial)
    window.over.touch()
    if hasattr(results, "close"):
        results.close()
    _judge_results(got, failed, trial)
    items.judge()
    window.judge()
    _refuse_closed(pool)
    pool.close()
    pool.join()


def _results(results: Iterator, items: Input, trial: Trial) -> tuple[list, bool]:
    """What came out, and whether the exception of a failing item did, after it."""
    got: list = []
    try:
        for result in itertools.islice(results, _TAKEN if trial.items == MANY else None):
            got.append(result)
            items.yielded += 1
            if len(got) == 1 and trial.fails_at is None:  # else it is seen often enough
                items.settle()
    except ValueError as error:
        if "this one fails" not in str(error):
            raise
        return got, True
    return got, False


def _judge_results(got: list, failed: bool, trial: Trial) -> None:
    wanted = [result_of(number) for number in range(min(trial.items, _TAKEN))][: trial.fails_at]
    for number, (result, right) in enumerate(zip(got, wanted, strict=False)):
        if result != right or type(result) is not type(right):
            raise NotYet(f"the result of item {number} is {right!r}, and {result!r:.60} stands at its place.")
    if trial.fails_at is not None and not (failed and len(got) == len(wanted)):
        came = f"came after {len(got)} results" if failed else "did not come out"
        raise NotYet(f"item {trial.fails_at} fails; its exception {came}. It belongs where its result would stand.")
    if len(got) != len(wanted):
        raise NotYet(f"there should be {len(wanted)} results, and there are {len(got)}.")
