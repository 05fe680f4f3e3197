"""How long things take, said with its spread and its circumstances.

A single time says little: the machine was busy with something else as well. So everything here repeats, takes
turns between the candidates, and keeps every time it measured.
"""

from __future__ import annotations

import multiprocessing
import os
import platform
import statistics
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import floor
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from helpers.progress import with_progress

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def seconds(work: Callable[[], object]) -> float:
    """The wall seconds that one call of work takes."""
    start = perf_counter()
    work()
    return perf_counter() - start


def repeat(work: Callable[[], object], times: int = 5) -> list[float]:
    """The wall seconds of each of several calls of work, in order.

    times: at least 1; raises ValueError if not
    """
    if times < 1:
        raise ValueError(f"times must be at least 1, not {times}")
    return [seconds(work) for _ in range(times)]


@dataclass(frozen=True)
class Comparison:
    """The wall seconds of several ways to do the same thing; the first is what the others are compared with."""

    times_s: Mapping[str, list[float]]

    def median_s(self, name: str) -> float:
        """The middle one of the times of name, in seconds: an unlucky run does not move it."""
        return statistics.median(self.times_s[name])

    def speed_up(self, name: str) -> tuple[float, float, float]:
        """How many times faster name was than the first way: lowest in any round, by the medians, highest in any.

        Each round ran every way once, so a round's ratio is of two runs made close together.
        """
        first = next(iter(self.times_s))
        ratios = [b / t for b, t in zip(self.times_s[first], self.times_s[name], strict=True)]
        return min(ratios), self.median_s(first) / self.median_s(name), max(ratios)

    def __str__(self) -> str:
        """A table: one line a way, with its median, its range and its speed-up."""
        width = max(map(len, self.times_s))
        lines = []
        for name, times in self.times_s.items():
            spread = f"({pretty(min(times))} to {pretty(max(times))})"
            line = f"{name:<{width}}  {pretty(self.median_s(name)):>8}  {spread:<20}  {self._verdict(name)}"
            lines.append(line.rstrip())
        return "\n".join([*lines, machine()])

    __repr__ = __str__

    def _verdict(self, name: str) -> str:
        """In words, how name compares with the first way."""
        if name == next(iter(self.times_s)):
            return ""
        low, middle, high = self.speed_up(name)
        if low <= 1 <= high or 0.95 < middle < 1.05:
            return "no clear difference"
        if middle > 1:
            return f"{_times(middle)} times faster ({_times(low)} to {_times(high)})"
        return f"{_times(1 / middle)} times slower ({_times(1 / high)} to {_times(1 / low)})"

    def bars(self, ax: Axes | None = None, title: str = "") -> Axes:
        """Draw the median of each way as a bar, with its range, and return the axes."""
        from helpers import figure

        ax = figure.axes(ax, height=0.85 + 0.44 * len(self.times_s), title=title)
        names = list(self.times_s)
        unit, scale = next((u, s) for u, s in _UNITS if max(map(max, self.times_s.values())) * s >= 1 or u == "µs")
        for y, name in enumerate(names):
            shortest, middle, longest = (scale * f(self.times_s[name]) for f in (min, statistics.median, max))
            ax.barh(y, middle, color="#2a78b5" if y else "#b9c0c8", height=0.62)
            ax.plot([shortest, longest], [y, y], color="#222222", marker="|", linewidth=1.2)
            label = pretty(middle / scale)
            ax.annotate(label, (longest, y), xytext=(7, 0), textcoords="offset points", va="center")
        ax.set_yticks(range(len(names)), names)
        ax.invert_yaxis()
        ax.tick_params(axis="y", length=0)
        ax.set_xlim(0, 1.16 * scale * max(map(max, self.times_s.values())))
        ax.set_xlabel(f"{unit} (bar: median; line: shortest to longest run)")
        figure.circumstances(ax)
        return ax


def compare(ways: Mapping[str, Callable[[], object]], times: int = 5) -> Comparison:
    """Measure several ways to do the same thing, in turns: A, B, C, A, B, C, ...

    Turns spread whatever else the machine is doing over all of them.

    ways: name -> a function without arguments; times: rounds, at least 1; raises ValueError if fewer or no ways
    """
    if not ways or times < 1:
        raise ValueError("compare needs at least one way and one round")
    measured: dict[str, list[float]] = {name: [] for name in ways}
    for name in with_progress([*ways] * times, "Measuring"):
        measured[name].append(seconds(ways[name]))
    return Comparison(measured)


def memory_mb(pid: int) -> tuple[float, float]:
    """How many megabytes (2**20 bytes) a process has in memory: those that no other has, and those that others share.

    Source: psutil's memory_full_info, unique set size, and resident set size less that.
    """
    import psutil  # child processes import this module, and need it for other things

    info = psutil.Process(pid).memory_full_info()
    return info.uss / 2**20, (info.rss - info.uss) / 2**20


_UNITS = (("seconds", 1), ("milliseconds", 1e3), ("µs", 1e6))


def _times(ratio: float) -> str:
    """A ratio to two figures, and no more than a whole number."""
    return f"{ratio:.2g}" if ratio < 10 else f"{ratio:,.0f}"


def pretty(duration_s: float) -> str:
    """A duration with the unit that suits it, to two or three figures.

    >>> pretty(0.0000421), pretty(0.0123), pretty(2.5)
    ('42 µs', '12 ms', '2.5 s')
    """
    for unit, size in (("s", 1), ("ms", 1e-3), ("µs", 1e-6)):
        if abs(duration_s) >= size:
            value = duration_s / size
            return f"{value:.3g} {unit}" if value < 10 or unit == "s" else f"{value:.0f} {unit}"
    return f"{duration_s / 1e-9:.0f} ns"


def cpus() -> dict[str, int]:
    """Three answers to "how many CPUs?": in the machine, open to this process, and paid for by its container.

    A limit that is not set counts as the machine. Source: os.cpu_count, os.sched_getaffinity (Linux), and
    cpu.max of control groups version 2 (Linux; quota divided by period, rounded down but at least 1).
    """
    machine_cpus = os.cpu_count() or 1
    affinity = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else machine_cpus
    return {
        "in the machine": machine_cpus,
        "open to this process": affinity,
        "within the quota": _quota(machine_cpus),
    }


def usable_cpus() -> int:
    """How many CPUs this process can really keep busy: the smallest answer of cpus."""
    return min(cpus().values())


def _quota(unlimited: int, root: Path = Path("/sys/fs/cgroup")) -> int:
    try:
        quota, period = (root / "cpu.max").read_text().split()
    except (OSError, ValueError):
        return unlimited
    return unlimited if quota == "max" else max(1, floor(int(quota) / int(period)))


def gil_enabled() -> bool:
    """Whether this interpreter runs Python code of one thread at a time."""
    return getattr(sys, "_is_gil_enabled", lambda: True)()


def machine() -> str:
    """One line that says where a number was measured: Python, GIL, system, CPUs and start method."""
    count = usable_cpus()
    method = multiprocessing.get_start_method(allow_none=True) or multiprocessing.get_all_start_methods()[0]
    return (
        f"{platform.python_implementation()} {platform.python_version()}, GIL {'on' if gil_enabled() else 'off'}, "
        f"{platform.system()} {platform.machine()}, {count} CPU{'s' if count > 1 else ''}, {method}"
    )
