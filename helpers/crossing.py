"""What crossed from one process to another: the same object, as each of them sees it.

    with Crossing() as crossing:
        crossing.look("before", basket)      # in the parent
        ...                                  # a child looks as well: crossing.look("in the child", basket)
        crossing.look("after", basket)
    crossing                                 # a table: a row for each look, a column for each process

Nothing here is imported that a child process would have to pay for.
"""

from __future__ import annotations

import html
import pickle
import pickletools
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

from helpers.notes import Note, Notes
from helpers.shown import shown

PARENT = "parent"


class Look(NamedTuple):
    """What one process saw once. place: "A" for the first address of an object that was looked at, "B" for the next;
    empty if places are not asked for.
    """

    when: str
    process: str
    content: str
    place: str


class Crossing(Notes):
    """A table of what each process saw when it looked at an object, in the order in which they looked.

    It can be pickled: hand it to a child process as an argument. looks is filled when the block ends.
    """

    def __init__(self, places: bool = False) -> None:
        """places: also say at which address (id) an object was, as A, B, C."""
        super().__init__()
        self.places = places
        self.looks: list[Look] = []

    def look(self, when: str, thing: object) -> None:
        """Note how the thing looks now, in the process that calls this.

        when: a few words, the same for all processes that look at that moment
        """
        self.write(perf_counter(), when, shown(thing), id(thing))

    def parcel(self, content: Any) -> Parcel:
        """A parcel that tells when it is pickled and unpickled, and in which process."""
        return Parcel(self, content)

    def ended(self, notes: list[Note]) -> None:
        """Turn the notes into looks."""
        letters: dict[int, str] = {}
        self.looks = []
        for note in notes:
            when, content, address = note.row
            place = letters.setdefault(address, chr(ord("A") + len(letters))) if self.places else ""
            self.looks.append(Look(when, note.process or PARENT, content, place))
        if {look.process for look in self.looks} <= {PARENT, "process 1"}:  # a family of two needs no number
            self.looks = [look._replace(process=look.process.replace("process 1", "child")) for look in self.looks]

    def _columns(self) -> list[str]:
        """The parent, then the others in order of their first look."""
        return list(dict.fromkeys([PARENT, *(look.process for look in self.looks)]))

    def __str__(self) -> str:
        """The table in plain text."""
        columns = self._columns()
        lines = [["", *columns]]
        for look in self.looks:
            text = look.content + (f" at {look.place}" if look.place else "")
            lines.append([look.when, *(text if name == look.process else "" for name in columns)])
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        lines.insert(1, ["-" * width for width in widths])
        return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """The same as HTML."""
        columns = self._columns()
        head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in ["moment", *columns])
        rows = []
        for look in self.looks:
            place = f' <span class="cr-place">at {look.place}</span>' if look.place else ""
            seen = f"<td><code>{html.escape(look.content)}</code>{place}</td>"
            cells = "".join(seen if name == look.process else "<td></td>" for name in columns)
            rows.append(f'<tr><th scope="row">{html.escape(look.when)}</th>{cells}</tr>')
        style = Path(__file__).with_name("crossing.css").read_text(encoding="utf-8")
        return (
            f'<style>{style}</style><div class="crossing" tabindex="0" role="group" aria-label="What crossed">'
            f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
        )


class Parcel:
    """An object that notes when, and in which process, it is pickled and unpickled, and with what in it."""

    def __init__(self, crossing: Crossing, content: Any) -> None:
        """content: anything that can be pickled."""
        self.crossing, self.content = crossing, content

    def look(self, when: str) -> None:
        """Note how the content looks now."""
        self.crossing.look(when, self.content)

    def __reduce__(self) -> tuple:
        """Travel as bytes, and say so."""
        self.look(f"pickled, {len(pickle.dumps(self.content))} bytes")
        return _unpack, (self.crossing, self.content)


def _unpack(crossing: Crossing, content: Any) -> Parcel:
    parcel = Parcel(crossing, content)
    parcel.look("unpickled")
    return parcel


def spelled(data: bytes) -> list[str]:
    """The texts in a pickle, in order: names of modules, functions and attributes, and the strings that were sent.

    >>> spelled(pickle.dumps(print)), spelled(pickle.dumps({"name": "Ann"}))
    (['builtins', 'print'], ['name', 'Ann'])
    """
    return [argument for _, argument, _ in pickletools.genops(data) if isinstance(argument, str)]
