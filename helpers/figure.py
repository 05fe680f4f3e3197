"""What every figure shares: its look, its size on the page, and a line that says where it was measured."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

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


def circumstances(ax: Axes) -> None:
    """Write under the figure which Python and machine it was measured on, once a figure."""
    figure = ax.figure
    if figure.get_gid() != "has circumstances":
        figure.set_gid("has circumstances")
        figure.supxlabel(machine(), x=0.99, ha="right", fontsize=7.5, color="#777777")


def curves(
    series: Mapping[str, Mapping[float, Sequence[float]]],
    ax: Axes | None = None,
    *,
    title: str = "",
    xlabel: str,
    ylabel: str,
    level: float | None = None,
    ticks: Sequence[float] | None = None,
) -> Axes:
    """Draw the median of repeated measurements against x, a band from lowest to highest, and return the axes.

    Both axes are logarithmic. series: label -> x -> the measured values at x, all positive; each curve carries its
    label at its right end. level: a horizontal line to compare with. ticks: the x values to name, if not powers of 10
    """
    ax = axes(ax, height=3.4, title=title)
    for label, points in series.items():
        xs = sorted(points)
        (line,) = ax.plot(xs, [median(points[x]) for x in xs], marker="o")
        colour = line.get_color()
        ax.fill_between(xs, [min(points[x]) for x in xs], [max(points[x]) for x in xs], color=colour, alpha=0.18, lw=0)
        end = (xs[-1], median(points[xs[-1]]))
        ax.annotate(label, end, xytext=(8, 0), textcoords="offset points", va="center", color=colour, fontweight="bold")
    if level is not None:
        ax.axhline(level, color="#222222", linewidth=1)
    ax.set_xscale("log")
    ax.set_yscale("log")
    if ticks:
        ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        ax.minorticks_off()
    smallest, largest = (edge(x for points in series.values() for x in points) for edge in (min, max))
    ax.set_xlim(smallest * 0.8, largest * (largest / smallest) ** 0.3)  # room for the labels
    ax.grid(True)
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    circumstances(ax)
    return ax
