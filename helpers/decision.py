"""A chart of questions that lead to a choice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Tree = Mapping[str, "Tree | str"]  # answer -> what is asked next, or what to choose

_ROW_IN = 0.36
_PALE, _INK, _LINE = "#e6edf3", "#222222", "#8a949e"


class _Box(NamedTuple):
    """A text in its place: column from the left, row from the top, and the box that it follows from."""

    text: str
    column: int
    row: float
    parent: _Box | None
    is_choice: bool


def choices(tree: Tree) -> list[str]:
    """What the tree leads to, from the top of the chart to its bottom.

    >>> choices({"it waits": "threads", "it computes": {"in Python": "processes", "in C": "threads"}})
    ['threads', 'processes', 'threads']
    """
    return [leaf for below in tree.values() for leaf in ([below] if isinstance(below, str) else choices(below))]


def decision_chart(tree: Tree, ax: Axes | None = None, title: str = "") -> Axes:
    """Draw answers from left to right, each with what follows from it, what to choose at the right; return the axes.

    tree: answer -> the answers to the next question, or a choice; raises ValueError if it is empty
    """
    from helpers import figure

    boxes: list[_Box] = []
    _place(tree, 0, 0, None, boxes)
    if not boxes:
        raise ValueError("there is no answer to draw")
    columns, rows = max(box.column for box in boxes) + 1, max(box.row for box in boxes) + 1
    ax = figure.axes(ax, height=0.45 + _ROW_IN * rows, title=title)
    for box in boxes:
        # Choices all stand in the last column, so that the eye finds them.
        at = (columns - 1 if box.is_choice else box.column, box.row)
        if box.parent is not None:
            _join(ax, (box.parent.column, box.parent.row), at)
        ax.text(
            *at, box.text, va="center", fontsize=10, color=_INK, fontweight="bold" if box.is_choice else "normal",
            bbox={
                "boxstyle": "round,pad=0.3", "edgecolor": "none",
                "facecolor": _PALE if box.is_choice else ax.figure.get_facecolor(),  # over the line that passes behind
            },
        )  # fmt: skip
    ax.set_xlim(-0.05, columns)
    ax.set_ylim(rows - 0.5, -0.5)
    ax.axis("off")
    return ax


def _place(tree: Tree, column: int, row: float, parent: _Box | None, boxes: list[_Box]) -> None:
    """Add the boxes of a tree, from a row on."""
    for answer, below in tree.items():
        size = len(choices({answer: below}))
        box = _Box(answer, column, row + (size - 1) / 2, parent, is_choice=False)
        boxes.append(box)
        if isinstance(below, str):
            boxes.append(_Box(below, column + 1, row, box, is_choice=True))
        else:
            _place(below, column + 1, row, box, boxes)
        row += size


def _join(ax: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    """A line that leaves a box's column at its foot and reaches the next box at its height."""
    turn = start[0] + 0.93
    ax.plot([start[0], turn, turn, end[0]], [start[1], start[1], end[1], end[1]], color=_LINE, linewidth=1, zorder=-1)
