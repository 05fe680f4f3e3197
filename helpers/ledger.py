"""Where the time of a pool's tasks goes: waiting, pickling, running, coming back.

    with ProcessPoolExecutor(2) as pool:
        tasks = ledger(pool, work, items)
    print(table({"squares": tasks}))

The item and the result of each task travel in a Parcel, which notes when it is pickled and unpickled, on the clock of
time.perf_counter, the same for all processes of one machine. matplotlib is imported only when something is drawn,
because the workers import this module too.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor, Future
from itertools import pairwise
from queue import SimpleQueue
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

from helpers.measure import pretty

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = {"waiting": "#d5dae0", "pickling": "#f0a202", "running": "#2a78b5", "coming back": "#0b2545"}

# What a task is in from each moment to the next. In a pool of threads nothing is pickled.
_IN_PROCESSES = (
    "waiting", "pickling", "waiting", "pickling", "waiting", "running",
    "coming back", "pickling", "coming back", "pickling", "coming back",
)  # fmt: skip
_IN_THREADS = ("waiting", "running", "coming back")


class Task(NamedTuple):
    """What became of one item: the result, and the moments at which it went from one stage to the next, in seconds."""

    result: Any
    moments_s: Sequence[float]

    @property
    def stretches(self) -> list[tuple[str, float, float]]:
        """In which stage it was from when to when."""
        stages = _IN_THREADS if len(self.moments_s) == len(_IN_THREADS) + 1 else _IN_PROCESSES
        return [(stage, *times) for stage, times in zip(stages, pairwise(self.moments_s), strict=True)]

    @property
    def seconds(self) -> dict[str, float]:
        """Stage -> how long it was in it."""
        total = dict.fromkeys(COLOURS, 0.0)
        for stage, start_s, end_s in self.stretches:
            total[stage] += end_s - start_s
        return total


class Parcel:
    """Something that notes when it is pickled and unpickled."""

    def __init__(self, content: Any, moments_s: tuple[float, ...] = ()) -> None:
        """moments_s: what has been noted so far."""
        self.content, self.moments_s = content, moments_s

    def __reduce__(self) -> tuple:
        """Pickle the content here, between two looks at the clock."""
        start_s = perf_counter()
        data = pickle.dumps(self.content)
        return _unpack, (data, (*self.moments_s, start_s, perf_counter()))


def _unpack(data: bytes, moments_s: tuple[float, ...]) -> Parcel:
    start_s = perf_counter()
    content = pickle.loads(data)
    return Parcel(content, (*moments_s, start_s, perf_counter()))


def _run(work: Callable[[Any], Any], parcel: Parcel) -> Parcel:
    start_s = perf_counter()
    result = work(parcel.content)
    return Parcel(result, (*parcel.moments_s, start_s, perf_counter()))


def ledger(pool: Executor, work: Callable[[Any], Any], items: Iterable[Any]) -> list[Task]:
    """Have work(item) done for each item, all submitted at once, and return what became of each, in order.

    pool: an executor of threads or processes, which is best warm, else the first tasks wait for its workers to start;
    raises what work raises
    """
    ended: SimpleQueue[tuple[Future, float]] = SimpleQueue()
    submitted = []
    for item in items:
        start_s = perf_counter()
        future = pool.submit(_run, work, Parcel(item))
        future.add_done_callback(lambda done: ended.put((done, perf_counter())))
        submitted.append((start_s, future))
    ends_s = dict(ended.get() for _ in submitted)  # a future's result may be had before its callback is called
    parcels = [(start_s, future.result(), ends_s[future]) for start_s, future in submitted]
    return [Task(parcel.content, (start_s, *parcel.moments_s, end_s)) for start_s, parcel, end_s in parcels]


def table(ledgers: Mapping[str, Sequence[Task]]) -> str:
    """One line a ledger: the median time that a task spent in each stage."""
    width = max(map(len, ledgers))
    lines = [" " * width + "".join(f"{stage:>13}" for stage in COLOURS)]
    for name, tasks in ledgers.items():
        medians = (median(task.seconds[stage] for task in tasks) for stage in COLOURS)
        lines.append(f"{name:<{width}}" + "".join(f"{pretty(value):>13}" for value in medians))
    return "\n".join(lines)


def waterfall(tasks: Sequence[Task], ax: Axes | None = None, title: str = "") -> Axes:
    """Draw one bar a task, from its submission to its result, in the colours of its stages; return the axes."""
    from helpers import figure

    ax = figure.axes(ax, height=0.9 + 0.16 * len(tasks), title=title)
    origin = tasks[0].moments_s[0]
    for row, task in enumerate(tasks):
        for stage, start_s, end_s in task.stretches:
            ax.barh(row, (end_s - start_s) * 1e3, left=(start_s - origin) * 1e3, color=COLOURS[stage], height=0.8)
    keys = [ax.bar(0, 0, color=colour) for colour in COLOURS.values()]
    ax.legend(keys, COLOURS, ncols=4, loc="lower right", bbox_to_anchor=(1, 1), handlelength=0.9, fontsize=9.5)
    ax.set_yticks([])
    ax.invert_yaxis()
    ax.set_ylabel("task")
    ax.set_xlabel("milliseconds since the first was submitted")
    figure.circumstances(ax)
    return ax
