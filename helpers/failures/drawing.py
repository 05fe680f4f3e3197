"""The failure table as plain text and as HTML."""

from __future__ import annotations

import html
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
