"""What each cell of the failure table was found to say, by version and start method."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

_FILE = Path(__file__).with_name("recorded.toml")


def recorded(start_method: str, version: tuple[int, int] = sys.version_info[:2]) -> dict[tuple[str, str], list[str]]:
    """By failure and way, what the cell may say: one text, or several where it varies from run to run.

    The sections of the file apply in order, each to what its name says: "base", or words such as "fork", "not-fork",
    "3.14+" (that version and later) or "3.13-" (and earlier), all of which must hold.
    """
    known = {}
    for section, ways in tomllib.loads(_FILE.read_text(encoding="utf-8")).items():
        if all(_holds(word, start_method, version) for word in section.split()):
            for way, cells in ways.items():
                for failure, text in cells.items():
                    known[failure, way] = [text] if isinstance(text, str) else text
    return known


def _holds(word: str, start_method: str, version: tuple[int, int]) -> bool:
    if word[0].isdigit():
        bound = tuple(map(int, word.rstrip("+-").split(".")))
        return version >= bound if word.endswith("+") else version <= bound
    if word.startswith("not-"):
        return start_method != word.removeprefix("not-")
    return word in ("base", start_method)
