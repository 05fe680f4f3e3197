"""What every figure shares: its look, its size on the page, and a line that says where it was measured."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullLocator

from helpers.measure import machine

plt.style.use(Path(__file__).with_name("course.mplstyle"))


def _fit_notebook() -> None:
    """Have a notebook show figures at two pixels a point and at their full size."""
    try:
        from IPython import get_ipython
        from matplotlib_inline.backend_inline import set_matplotlib_formats
    except ImportError:
        return
    if get_ipython() is not None:
        set_matplotlib_formats("retina", bbox_inches=None)


_fit_notebook()


def axes(ax: Axes | None = None, *, height: float = 2.8, title: str = "") -> Axes:
    """The axes to draw on: the ones given, or new ones on a figure of the course's width.

    height: inches, of a new figure
    """
    if ax is None:
        ax = plt.figure(figsize=(7.2, height)).add_subplot()
    ax.set_title(title)
    return ax


def stack(heights: Sequence[float]) -> list[Axes]:
    """Axes one above the other on a figure of the course's width, sharing their x axis.

    heights: inches, of each
    """
    figure = plt.figure(figsize=(7.2, sum(heights) + 0.5))
    return list(figure.subplots(len(heights), sharex=True, squeeze=False, height_ratios=heights)[:, 0])


def circumstances(ax: Axes) -> None:
    """Write under the figure which Python and machine it was measured on, once a figure."""
    figure = ax.figure
    if figure.get_gid() != "has circumstances":
        figure.set_gid("has circumstances")
        figure.supxlabel(machine(), x=0.99, ha="right", fontsize=8.5, color="#777777")


def curves(
    series: Mapping[str, Mapping[float, Sequence[float]]],
    ax: Axes | None = None,
    *,
    title: str = "",
    xlabel: str,
    ylabel: str = "seconds",
    level: float | None = None,
    ticks: Sequence[float] | None = None,
) -> Axes:
    """Draw the median of repeated measurements against x, a band from lowest to highest, and return the axes.

    Both axes are logarithmic. series: label -> x -> the measured values at x, all positive; each curve carries its
    label at its right end. level: a horizontal line to compare with. ticks: the x values to name, if not powers of 10
    """
    ax = axes(ax, height=3.4, title=title)
    ends = []
    for label, points in series.items():
        xs = sorted(points)
        (line,) = ax.plot(xs, [median(points[x]) for x in xs], marker="o")
        colour = line.get_color()
        ax.fill_between(xs, [min(points[x]) for x in xs], [max(points[x]) for x in xs], color=colour, alpha=0.18, lw=0)
        ends.append((median(points[xs[-1]]), xs[-1], label, colour))
    if level is not None:
        ax.axhline(level, color="#222222", linewidth=1)
    ax.set_xscale("log")
    ax.set_yscale("log")
    smallest, largest = (edge(x for points in series.values() for x in points) for edge in (min, max))
    ax.set_xlim(smallest * 0.8, largest * (largest / smallest) ** 0.3)  # room for the labels
    for scale, values in ((ax.xaxis, ax.get_xlim()), (ax.yaxis, ax.get_ylim())):
        if values[1] < 100 * values[0]:  # too few powers of ten to read a scale by
            scale.set_major_locator(LogLocator(subs=(1, 2, 5)))
            scale.set_minor_locator(NullLocator())
        scale.set_major_formatter(lambda value, _: f"{value:,.0f}" if value >= 1 else f"{value:g}")
    if ticks:
        ax.set_xticks(ticks)
    _label_ends(ax, ends)
    ax.grid(True)
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    circumstances(ax)
    return ax


def levels(
    series: Mapping[str, Sequence[tuple[float, float]]], ax: Axes | None = None, *, title: str = "", ylabel: str
) -> Axes:
    """Draw quantities that go up and down in steps, from zero and each from its own first moment; return the axes.

    series: label -> (seconds, value), by time; each line carries its label above its highest stretch
    """
    ax = axes(ax, height=2.8, title=title)
    for label, points in series.items():
        times = [t - points[0][0] for t, _ in points]
        values = [value for _, value in points]
        (line,) = ax.step(times, values, where="post")
        ax.fill_between(times, values, step="post", color=line.get_color(), alpha=0.12, lw=0)
        highest = [i for i, value in enumerate(values) if value == max(values)]
        top = highest[len(highest) // 2]
        ax.annotate(
            label, (times[top], values[top]), xytext=(0, 6), textcoords="offset points", ha="center",
            color=line.get_color(), fontweight="bold",
        )  # fmt: skip
    ax.set_ylim(0, 1.15 * max(value for points in series.values() for _, value in points))
    ax.set_xlim(left=0)
    ax.grid(True)
    ax.set_xlabel("seconds")
    ax.set_ylabel(ylabel)
    circumstances(ax)
    return ax


def stacked_bars(
    parts: Mapping[str, Mapping[str, float]], ax: Axes | None = None, *, title: str = "", xlabel: str
) -> Axes:
    """Draw a bar for each name, made of two parts end to end, with a key to the parts; return the axes.

    parts: name -> part -> value, the same two parts in each
    """
    ax = axes(ax, height=1.15 + 0.44 * len(parts), title=title)
    names = list(parts)
    both = list(parts[names[0]])
    ends = dict.fromkeys(names, 0.0)
    for part, colour in zip(both, ("#2a78b5", "#d5dae0"), strict=True):
        values = [parts[name][part] for name in names]
        ax.barh(range(len(names)), values, left=list(ends.values()), color=colour, height=0.62, label=part)
        ends = {name: ends[name] + value for name, value in zip(names, values, strict=True)}
    for y, name in enumerate(names):
        label = f"{parts[name][both[0]]:,.0f} of {ends[name]:,.0f}"
        ax.annotate(label, (ends[name], y), xytext=(7, 0), textcoords="offset points", va="center")
    ax.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, handlelength=0.9, borderaxespad=0.2, fontsize=9.5)
    ax.set_yticks(range(len(names)), names)
    ax.invert_yaxis()
    ax.tick_params(axis="y", length=0)
    ax.set_xlim(0, 1.2 * max(ends.values()))
    ax.set_xlabel(xlabel)
    circumstances(ax)
    return ax


def _label_ends(ax: Axes, ends: list[tuple[float, float, str, str]]) -> None:
    """Write each curve's label beside its last point, moved up where it would lie on the one below."""
    last_y = float("-inf")
    for y, x, label, colour in sorted(ends):
        at = ax.transData.transform((x, y))[1]
        last_y = max(at, last_y + 0.17 * ax.figure.dpi)
        shift = (last_y - at) * 72 / ax.figure.dpi
        ax.annotate(
            label, (x, y), xytext=(8, shift), textcoords="offset points", va="center", color=colour, fontweight="bold"
        )
