"""The checker for the exercise of pools/04_beyond_one_machine."""

from __future__ import annotations

import functools
import math
import os
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

from distributed import Client, SchedulerPlugin

from helpers.checks.verdict import NotYet, say, verdict
from helpers.cluster import cluster
from helpers.workers.pools.beyond_one_machine import count_words

_TEXTS = ["to be or not to be", "", "0", "to be or not to be", "None be", "or", "to be", "be not 0"]
_SIZES = (0, 1, 2, 3, 5, 8)


def check_total_counts(total_counts: Callable[[Client, Callable[[str], Counter], list[str]], Counter]) -> None:
    """Print whether total_counts(client, count, paths) adds up in a tree on the cluster, and gets the total alone."""
    if not callable(total_counts):
        say(verdict(_judge, total_counts))
        return
    with cluster() as client:  # here, so that the limit is for the answer and not for the start of a cluster
        say(verdict(functools.partial(_judge, client.scheduler.address), total_counts, patience=3))


def _judge(address: str, total_counts: Callable) -> str:
    runs = []
    with Client(address) as client, tempfile.TemporaryDirectory(prefix="watch-") as folder:
        client.register_plugin(_Graph())
        for n in _SIZES:
            runs.append(_Run(client, total_counts, _files(Path(folder, str(n)), n)))
        _judge_missing(client, total_counts, [*_files(Path(folder, "two"), 2), str(Path(folder, "missing"))])
        _judge_lost(client, total_counts, _files(Path(folder, "lost"), len(_TEXTS)), _LosesAWorker(folder))
    for run in runs:
        run.judge_what_came_home()
    for run in runs:
        run.judge_tree()
    return f"{len(runs)} of {len(runs)} totals were added up in a tree, and from 8 files one result came home."


def _files(folder: Path, n: int) -> list[str]:
    """The paths of n new files, each with one of the texts."""
    folder.mkdir()
    for number, text in enumerate(_TEXTS[:n]):
        (folder / f"{number}.txt").write_text(text, encoding="utf-8")
    return [str(folder / f"{number}.txt") for number in range(n)]


class _Run:
    """One call of the answer, of which it is known that its total is right; what came home by it, and its tasks."""

    def __init__(self, client: Client, total_counts: Callable, paths: list[str]) -> None:
        """Make the call; raises NotYet if its total is wrong, or came by another way than as a task's result."""
        self.paths, self.name = paths, "1 file" if len(paths) == 1 else f"{len(paths)} files"
        self.came, self.submitted_at_first, self._before = [], None, set(client.futures)
        with patch.object(Client, "_gather_remote", self._listening(Client._gather_remote)):
            self.total = _call(total_counts, client, count_words, paths, self.name)
        self._judge_total()
        self.tasks = client.run_on_scheduler(_tasks_since_last_time)

    def _listening(self, gather: Callable) -> Callable:
        """What every way to a result comes through, and notes it: result, gather, as_completed, an executor."""

        async def listen(client: Client, *args: Any, **kwargs: Any) -> dict:
            if self.submitted_at_first is None:
                self.submitted_at_first = len(client.futures.keys() - self._before)
            response = await gather(client, *args, **kwargs)
            self.came += response.get("data", {}).values()
            return response

        return listen

    def _judge_total(self) -> None:
        wanted = _total(self.paths)
        for word in sorted({*wanted, *self.total}, key=str):
            if (found := self.total.get(word, 0)) != wanted[word]:
                left = " Is something left from the call before, in a file or in a worker's global?"
                raise NotYet(
                    f"with {self.name}: the count of {word!r} should be {wanted[word]}, and is {found}."
                    f"{left if found > wanted[word] else ''}"
                )
        if self.paths and not self.came:
            raise NotYet(
                f"with {self.name}: the total is right, and came home by a side effect of the tasks, not as a result. "
                "What a lost worker has done is done again, and a side effect then happens twice."
            )

    def judge_what_came_home(self) -> None:
        """Raise NotYet unless the total came home, and nothing else."""
        n = len(self.paths)
        if len(self.came) > 1 and self.submitted_at_first < n:
            raise NotYet(
                f"with {self.name}: you waited for a result when {self.submitted_at_first} of {n} had been submitted, "
                "so a worker had nothing to do. Submit all, and ask for the total alone."
            )
        if len(self.came) > 1:
            entries = sum(len(value) for value in self.came if isinstance(value, dict))
            raise NotYet(
                f"with {self.name}: {len(self.came)} results came home, with {entries} entries; the total has "
                f"{len(self.total)}. {'Some were sent back. ' if len(self.came) > n else ''}"
                "Leave the counts on the workers, and add them up there."
            )
        if n and self.came != [self.total]:
            kind = type(self.came[0]).__name__
            raise NotYet(f"with {self.name}: the total should come home, and what came is a {kind} that is not it.")

    def judge_tree(self) -> None:
        """Raise NotYet unless each file had a task, and the counts were added two at a time and not one by one."""
        n = len(self.paths)
        leaves = sum(not needed for needed in self.tasks.values())
        if leaves < n:
            found = "is 1" if leaves == 1 else f"are {leaves}"
            raise NotYet(f"with {self.name}: there should be a task for each file, and there {found}.")
        widest = max(map(len, self.tasks.values()), default=0)
        if widest > 2:
            raise NotYet(
                f"with {self.name}: one task adds up {widest} counts, and all have to be moved to its worker. "
                "Add two at a time."
            )
        levels, enough = _levels(self.tasks), n and math.ceil(math.log2(n))
        if levels - 1 > enough + 1:
            raise NotYet(
                f"with {self.name}: {levels - 1} sums wait for each other, one after the other; in a tree {enough} do. "
                "Add neighbours, then the sums of neighbours."
            )


def _total(paths: list[str]) -> Counter:
    return sum(map(count_words, paths), Counter())


def _call(total_counts: Callable, client: Client, count: Callable, paths: list[str], name: str) -> dict:
    try:
        returned = total_counts(client, count, list(paths))
    except Exception as error:  # noqa: BLE001  an error in the answer is a verdict on it
        raise NotYet(f"with {name}: your code raised {type(error).__name__}: {error}.") from None
    if not isinstance(returned, dict):
        raise NotYet(
            f"with {name}: it should return a Counter, and returned an object of type {type(returned).__name__}."
        )
    return returned


def _judge_missing(client: Client, total_counts: Callable, paths: list[str]) -> None:
    try:
        total_counts(client, count_words, paths)
    except FileNotFoundError:
        return
    except Exception as error:  # noqa: BLE001  the learner may raise anything
        raise NotYet(f"a file is missing, and instead of FileNotFoundError came {type(error).__name__}.") from None
    raise NotYet("a file is missing, and it returned a total. Let the error come out of the call.")


def _judge_lost(client: Client, total_counts: Callable, paths: list[str], count: Callable) -> None:
    name = f"{len(paths)} files and a worker that is lost"
    # No word is named here: which files the lost worker had counted is different each time.
    if _call(total_counts, client, count, paths, name) != _total(paths):
        raise NotYet(
            f"with {name}: the total is wrong. What the lost worker had done was done again: a side effect then "
            "happens twice, and a result counts once."
        )


class _LosesAWorker:
    """count_words, but the first process to begin its third call ends: what it has counted is lost, and not counted."""

    def __init__(self, folder: str) -> None:
        self.folder = Path(folder)

    def __call__(self, path: str) -> Counter:
        with open(self.folder / f"calls-{os.getpid()}", "a+", encoding="utf-8") as calls:
            calls.write(".")
            if calls.tell() >= 3 and not (self.folder / "ended").exists():
                (self.folder / "ended").touch()
                os._exit(1)
        return count_words(path)


class _Graph(SchedulerPlugin):
    """On the scheduler: the tasks that were computed, and which of them each needed."""

    name = "graph of the checker"

    def start(self, scheduler: Any) -> None:
        """Keep the scheduler."""
        self.scheduler, self.needs = scheduler, {}

    def transition(self, key: str, start: str, finish: str, *args: Any, **kwargs: Any) -> None:
        """Note a task that is given to a worker."""
        if finish == "processing":
            self.needs[key] = {other.key for other in self.scheduler.tasks[key].dependencies}


def _tasks_since_last_time(dask_scheduler: Any) -> dict[str, set[str]]:
    graph = dask_scheduler.plugins[_Graph.name]
    tasks, graph.needs = graph.needs, {}
    return {key: needed & tasks.keys() for key, needed in tasks.items()}


def _levels(tasks: dict[str, set[str]]) -> int:
    """How many tasks are on the longest way from a task to one that it needs."""

    @functools.cache
    def level(key: str) -> int:
        return 1 + max(map(level, tasks[key]), default=0)

    return max(map(level, tasks), default=0)
