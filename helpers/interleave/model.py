"""Plain data of a run: how it ended, and where somebody took a step."""

from __future__ import annotations

from typing import Any, NamedTuple

from helpers.interleave.statements import Statement

RETURNED, ERROR, DEADLOCK, MERGED = "returned", "error", "deadlock", "merged"


class Verdict(NamedTuple):
    """How a run ended: kind and the returned value, the exception's name, or for a merged run the state it reached.

    died: the names of the exceptions of which threads other than main ended before, in alphabetical order
    """

    kind: str
    value: Any = None
    died: tuple[str, ...] = ()


class Node(NamedTuple):
    """A point of the run where somebody takes a step: who could, the first `free` of them without a preemption."""

    options: tuple[int, ...]
    free: int
    place: Statement | None  # where the one who was picked stood
