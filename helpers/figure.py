"""What every figure of the course shares: its look, its size on the page, and a line that says where it was measured."""

from pathlib import Path

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
