"""What each thread and process really did, as lanes over time.

A Recorder collects spans ("this worker held the lock from here to there") from threads and processes alike, on one
clock. timeline draws them. matplotlib is imported only when something is drawn, because child processes that
record import this module too.
"""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import groupby
from time import perf_counter
from typing import TYPE_CHECKING, Literal, get_args

from helpers.notes import Note, Notes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

State = Literal["running", "waiting", "holding", "sleeping"]

# Four colours that stay apart for colour-blind readers and, by their lightness, in greyscale.
COLOURS = {"running": "#2a78b5", "waiting": "#f0a202", "holding": "#0b2545", "sleeping": "#d5dae0"}

LEAST_WAIT_S = 0.0005  # a call that comes back sooner has not waited

_sleep = time.sleep  # the real one, even while a lesson has put Recorder.sleep in its place


@dataclass(frozen=True, order=True)
class Span:
    """A stretch of time in which one worker was in one state.

    start_s, end_s: seconds on the clock of time.perf_counter, the same for all processes of one machine; raises
    ValueError if end_s < start_s or the state is not one of running, waiting, holding, sleeping
    """

    start_s: float
    end_s: float
    worker: str
    state: State

    def __post_init__(self) -> None:
        """Refuse a span that cannot have happened."""
        if self.end_s < self.start_s:
            raise ValueError(f"a span cannot end ({self.end_s}) before it starts ({self.start_s})")
        if self.state not in get_args(State):
            raise ValueError(f"no state {self.state!r}; there are {', '.join(get_args(State))}")


class Recorder(Notes):
    """Collects the spans of all threads and processes that take part in one with block.

    A Recorder can be pickled: hand it to a child process as an argument. spans is filled when the block ends; what a
    worker notes after that is dropped.
    """

    def __init__(self) -> None:
        """Nothing is recorded before the with block begins."""
        super().__init__()
        self.spans: list[Span] = []

    def note(self, state: State, start_s: float, end_s: float) -> None:
        """Record that the calling thread was in this state from start_s to end_s."""
        span = Span(start_s, end_s, threading.current_thread().name, state)
        self.write(span.start_s, span.end_s, span.state)

    def ended(self, notes: list[Note]) -> None:
        """Turn the notes into spans."""
        self.spans = []
        for note in notes:
            end_s, state = note.row
            self.spans.append(Span(note.at_s, end_s, self._lane(note), state))

    @contextmanager
    def state(self, state: State) -> Iterator[None]:
        """Record that the calling thread is in this state for the length of the block."""
        start = perf_counter()
        try:
            yield
        finally:
            self.note(state, start, perf_counter())

    def run(self, function: Callable[..., object], *args: object) -> object:
        """Call function(*args), record that the calling thread is running meanwhile, and return the result."""
        with self.state("running"):
            return function(*args)

    def sleep(self, duration_s: float) -> None:
        """Do what time.sleep does, and record it."""
        with self.state("sleeping"):
            _sleep(duration_s)

    def lock(self, lock: object = None) -> RecordedLock:
        """A lock that records who waits for it and who holds it; around a new threading.Lock if none is given.

        A semaphore will do as well: who has a permit is holding.
        """
        return RecordedLock(self, threading.Lock() if lock is None else lock)

    def condition(self) -> RecordedCondition:
        """A condition variable that records who waits to be notified, and its lock as lock does."""
        return RecordedCondition(self)

    def waits(self, thing: object) -> RecordedWaits:
        """An event, a barrier, a queue or a thread, whose wait, get, put and join are recorded as waiting."""
        return RecordedWaits(self, thing)

    @staticmethod
    def _lane(note: Note) -> str:
        if not note.process:
            return note.thread
        return note.process if note.thread == "MainThread" else f"{note.process}, {note.thread}"


class RecordedLock:
    """A lock that behaves as the one inside it and records its waiting and holding."""

    def __init__(self, recorder: Recorder, lock: object) -> None:
        """lock: anything with acquire and release."""
        self._recorder, self._lock = recorder, lock
        self._mine = threading.local()  # several threads hold a semaphore at the same time

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """As threading.Lock.acquire."""
        asked = perf_counter()
        at_once = got = self._lock.acquire(False)
        if not got and blocking:
            got = self._lock.acquire(True, timeout) if timeout >= 0 else self._lock.acquire()
        now = perf_counter()
        if got:
            self._mine.asked, self._mine.got = (None if at_once else asked), now
        elif blocking:
            self._recorder.note("waiting", asked, now)
        return got

    def release(self) -> None:
        """As threading.Lock.release; what is recorded is written after, not inside the critical section."""
        got, now = getattr(self._mine, "got", None), perf_counter()
        self._lock.release()
        if got is None:
            return  # a permit that somebody else acquired
        if self._mine.asked is not None:
            self._recorder.note("waiting", self._mine.asked, got)
        self._recorder.note("holding", got, now)
        self._mine.got = None

    def locked(self) -> bool:
        """As threading.Lock.locked, for which a condition asks since Python 3.14."""
        return self._lock.locked()

    __enter__ = acquire

    def __exit__(self, *_: object) -> None:
        """Release."""
        self.release()


class RecordedCondition(threading.Condition):
    """A condition variable that records its waits."""

    def __init__(self, recorder: Recorder) -> None:
        """Around a recorded lock of its own."""
        super().__init__(recorder.lock())
        self._recorder = recorder

    def wait(self, timeout: float | None = None) -> bool:
        """As threading.Condition.wait."""
        with self._recorder.state("waiting"):
            return super().wait(timeout)


class RecordedWaits:
    """Stands for an object, and records what its methods wait, get, put and join wait for."""

    def __init__(self, recorder: Recorder, thing: object) -> None:
        """thing: the object itself."""
        self._recorder, self._thing = recorder, thing

    def __getattr__(self, name: str) -> object:
        """The object's own attribute, recorded if it may wait."""
        value = getattr(self._thing, name)
        return self._recorded(value) if name in ("wait", "get", "put", "join") else value

    def _recorded(self, method: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object, **options: object) -> object:
            start = perf_counter()
            try:
                return method(*args, **options)
            finally:
                if (end := perf_counter()) - start >= LEAST_WAIT_S:
                    self._recorder.note("waiting", start, end)

        return call


def timeline(
    spans: Iterable[Span],
    ax: Axes | None = None,
    title: str = "",
    lanes: Iterable[str] | None = None,
    *,
    longest_s: float | None = None,
) -> Axes:
    """Draw one lane a worker, coloured by state, and return the axes.

    lanes: the workers to show, top down; without it all, the main thread and then the others in order of their first
    span. A thread that Python named after its target, "Thread-3 (produce)", is called produce here; where several
    have the same target, produce 1, produce 2. longest_s: of the charts that share the axis, which then have one unit.
    Raises ValueError if there is no span to draw.
    """
    from helpers import figure

    spans = _by_target(sorted(spans, key=lambda span: (span.start_s, span.worker)))
    names = list(lanes) if lanes is not None else list(dict.fromkeys(s.worker for s in spans))
    if lanes is None:
        names.sort(key=lambda name: name != "MainThread")
    spans = [s for s in spans if s.worker in names]
    if not spans:
        raise ValueError("there is no span to draw")
    origin, length = spans[0].start_s, _length_s(spans)
    unit, scale = ("seconds", 1.0) if (longest_s or length) >= 0.5 else ("milliseconds", 1000.0)

    ax = figure.axes(ax, height=1.05 + 0.38 * len(names), title=title)
    for span in sorted(spans, key=lambda s: s.start_s - s.end_s):  # short ones last, so that no long one covers them
        at, width = (span.start_s - origin) * scale, (span.end_s - span.start_s) * scale
        ax.barh(
            names.index(span.worker), width, left=at, height=0.66, color=COLOURS[span.state],
            linewidth=0.8,
            edgecolor=ax.get_facecolor() if span.end_s - span.start_s > length / 100 else COLOURS[span.state],
        )  # fmt: skip
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.set_xlim(-0.01 * length * scale, 1.01 * length * scale)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel(unit)
    _name_states(ax, spans, names, origin, scale)
    figure.circumstances(ax)
    return ax


def _length_s(spans: Iterable[Span]) -> float:
    """From the first beginning to the last end; 0 if there is no span."""
    spans = list(spans)
    return max(s.end_s for s in spans) - min(s.start_s for s in spans) if spans else 0.0


def _by_target(spans: list[Span]) -> list[Span]:
    """The spans, with threads that Python named after their targets called by them, numbered in order of their "
    "start."""
    found = {s.worker: re.fullmatch(r"Thread-(\d+) \((\w+)\)", s.worker) for s in spans}
    threads = sorted((name[2], int(name[1]), worker) for worker, name in found.items() if name)
    targets = Counter(target for target, _, _ in threads)
    names = {}
    for target, alike in groupby(threads, key=lambda thread: thread[0]):
        for number, (_, _, worker) in enumerate(alike, 1):
            names[worker] = target if targets[target] == 1 else f"{target} {number}"
    return [replace(s, worker=names.get(s.worker, s.worker)) for s in spans]


def timelines(charts: Mapping[str, Iterable[Span]]) -> list[Axes]:
    """Draw several runs one above the other, each from its own beginning, on one scale; return the axes.

    charts: title -> spans
    """
    from helpers import figure

    lanes = [len({span.worker for span in spans}) for spans in charts.values()]
    stacked = figure.stack([0.38 * n + 0.65 for n in lanes])
    for ax, (title, spans) in zip(stacked, charts.items(), strict=True):
        timeline(spans, ax, title, longest_s=max(map(_length_s, charts.values())))
        ax.label_outer()
    right = max(edge for ax in stacked for edge in ax.dataLim.intervalx)
    stacked[0].set_xlim(-0.01 * right, 1.01 * right)  # the axes share it
    return stacked


def _name_states(ax: Axes, spans: list[Span], names: list[str], origin: float, scale: float) -> None:
    """Write each state's name into its longest span; those too short for their name go into a key above the lanes."""
    too_short = []
    ax.figure.draw_without_rendering()
    for state in sorted({s.state for s in spans}):
        span = max((s for s in spans if s.state == state), key=lambda s: s.end_s - s.start_s)
        middle = ((span.start_s + span.end_s) / 2 - origin) * scale
        ink = "white" if state in ("running", "holding") else "#222222"
        place = {"ha": "center", "va": "center", "fontsize": 9.5, "color": ink}
        # Not in the layout: charts that share their axis are drawn one by one, and it may lie outside meanwhile.
        text = ax.text(middle, names.index(span.worker), state, **place, in_layout=False)
        width = text.get_window_extent().width
        left, right = (ax.transData.transform(((s - origin) * scale, 0))[0] for s in (span.start_s, span.end_s))
        if width > 0.9 * (right - left):
            text.remove()
            too_short.append(state)
    if too_short:
        boxes = [ax.bar(0, 0, color=COLOURS[state]) for state in too_short]
        ax.legend(
            boxes, too_short, ncols=4, loc="lower right", bbox_to_anchor=(1, 1), handlelength=0.9, borderaxespad=0.2,
            fontsize=9.5,
        )  # fmt: skip
