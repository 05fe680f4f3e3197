"""The failure table as plain text, as HTML, and as a picture."""

from __future__ import annotations

import html
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from helpers.failures.table import Cell, FailureTable


def as_text(table: FailureTable) -> str:
    """For each way its failures, a line each."""
    width = max(map(len, table.failures), default=0)
    blocks = [
        "\n".join([way, *(f"  {failure:<{width}}  {table[failure, way]}" for failure in table.failures)])
        for way in table.ways
    ]
    return "\n\n".join([*blocks, "\n".join([table.circumstances, *table.left_out])])


def as_html(table: FailureTable) -> str:
    """A row for each failure, a column for each way; wider than a page, it scrolls beside its row headings."""
    head = "".join(f'<th scope="col">{html.escape(way)}</th>' for way in table.ways)
    rows = "".join(
        f'<tr><th scope="row">{html.escape(failure)}</th>{"".join(_td(table[failure, way]) for way in table.ways)}</tr>'
        for failure in table.failures
    )
    style = Path(__file__).with_name("failures.css").read_text(encoding="utf-8")
    caption = " ".join([table.circumstances + ".", *table.left_out])
    return (
        f'<style>{style}</style><div class="failures" tabindex="0" role="group" aria-label="How tasks fail">'
        f"<table><caption><span>{html.escape(caption)}</span></caption>"
        f'<thead><tr><th scope="col">the task</th>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _td(cell: Cell) -> str:
    """One cell: what the caller sees, and below it what else is wrong."""
    if cell.empty:
        return f'<td class="fl-empty">{html.escape(cell.empty)}</td>'
    kind = "fl-hang" if cell.hangs else "fl-lost" if cell.lost else "fl-told"
    first, *more = (
        f"<b>{words}</b>" if "hang" in words else words for words in map(html.escape, str(cell).split("; "))
    )
    return f'<td class="{kind}"><code>{first}</code>{"".join(f"<br><small>{words}</small>" for words in more)}</td>'


def as_grid(table: FailureTable, ax: Axes | None = None) -> Axes:
    """Draw the table small enough to see at a glance which cells hang, and which lose more than their task."""
    from matplotlib.patches import Rectangle

    from helpers import figure

    ax = figure.axes(ax, height=1.6 + 0.24 * len(table.failures))
    for (failure, way), cell in table.cells.items():
        word, ground, ink = _at_a_glance(cell)
        x, y = table.ways.index(way), table.failures.index(failure)
        ax.add_patch(Rectangle((x, y), 0.96, 0.9, facecolor=ground))
        ax.text(x + 0.48, y + 0.45, word, ha="center", va="center", fontsize=8.5, color=ink)
    ax.set_xticks([x + 0.48 for x in range(len(table.ways))], table.ways, rotation=30, ha="left", fontsize=9)
    ax.set_yticks([y + 0.45 for y in range(len(table.failures))], table.failures, fontsize=9)
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.set_xlim(0, len(table.ways))
    ax.set_ylim(len(table.failures), 0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.figure.supxlabel(table.circumstances, x=0.99, ha="right", fontsize=8.5, color="#777777")
    return ax


def _at_a_glance(cell: Cell) -> tuple[str, str, str]:
    """A word, and the colours of its ground and its ink."""
    if cell.empty:
        return "", "#fbfbf8", "#222222"
    if cell.hangs:
        return ("hang" if "hang" in (cell.sees, cell.then) else "at end"), "#0b2545", "white"
    if cell.lost:
        return cell.lost, "#f0a202", "#222222"
    return "", "#d5dae0", "#222222"
