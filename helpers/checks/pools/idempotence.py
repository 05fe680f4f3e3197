"""The checker for the second exercise of pools/04_beyond_one_machine: a task that may be cut off, and run again."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from helpers.checks.family import Family, Trial
from helpers.checks.processes.apparatus import judged
from helpers.checks.verdict import NotYet, say

_AMOUNTS = Family(name=("a.txt", "0", "words"), amount=(12, 0, None), other=("b.txt", "a", "word"))
_MOST_LINES = 3_000  # of the answer's own code and of the library's Python that it calls


def check_record(record: Callable[[str, str, Any], None]) -> None:
    """Print whether record(folder, name, amount) comes to the same however often it runs and wherever it is cut off."""
    solved = "{trials} of {trials} amounts are whole at every moment, cut off at any line, run again, and run at once."
    say(judged(_judge, record, _AMOUNTS, solved=solved))


class _CutOff(BaseException):
    """The worker is lost here."""


class _Lines:
    """Runs a function and calls back before each line of Python that it comes to, its own or the library's."""

    def __init__(self, at_line: Callable[[int], None]) -> None:
        """at_line: is given the number of the line, counted from 1; it may raise."""
        self.at_line, self.count, self._inside = at_line, 0, False

    def run(self, record: Callable, *args: Any) -> None:
        before = sys.gettrace()
        sys.settrace(self._trace)
        try:
            record(*args)
        finally:
            sys.settrace(before)

    def _trace(self, frame: FrameType, event: str, _arg: Any) -> Callable | None:
        if self._inside:
            return None
        if event == "line":
            self.count += 1
            if self.count > _MOST_LINES:
                raise NotYet(f"it had not come to its end after {_MOST_LINES:,} lines.")
            self._inside = True
            try:
                self.at_line(self.count)
            finally:
                self._inside = False
        return self._trace


def _judge(record: Callable, trial: Trial) -> None:
    _judge_twice(record, trial)
    lines = max(_judge_each_moment(record, trial, before) for before in (0, 1))
    for cut_at in range(1, lines + 1):
        _judge_cut_off(record, trial, cut_at)
    for at in range(1, lines + 1):
        _judge_beside(record, trial, at, trial.name)
        _judge_beside(record, trial, at, trial.other)


def _judge_twice(record: Callable, trial: Trial) -> None:
    with tempfile.TemporaryDirectory(prefix="record-") as folder:
        record(folder, trial.name, trial.amount)
        _judge_end(folder, trial, trial.name, "after it ran")
        record(folder, trial.name, trial.amount)
        _judge_end(folder, trial, trial.name, "after it ran twice")


def _judge_each_moment(record: Callable, trial: Trial, before: int) -> int:
    """Look at the file before each line, and return how many lines there were.

    before: how many times it has run already, so that there is something to lose
    """
    with tempfile.TemporaryDirectory(prefix="record-") as folder:
        for _ in range(before):
            record(folder, trial.name, trial.amount)
        lines = _Lines(lambda _: _judge_whole(folder, trial))
        lines.run(record, folder, trial.name, trial.amount)
        return lines.count


def _judge_cut_off(record: Callable, trial: Trial, cut_at: int) -> None:
    def cut(line: int) -> None:
        if line == cut_at:
            raise _CutOff

    with tempfile.TemporaryDirectory(prefix="record-") as folder:
        try:
            _Lines(cut).run(record, folder, trial.name, trial.amount)
        except _CutOff:
            _judge_whole(folder, trial)
        record(folder, trial.name, trial.amount)
        _judge_end(folder, trial, trial.name, "after it was cut off and ran again")


def _judge_beside(record: Callable, trial: Trial, at: int, name: str) -> None:
    """In the middle of a call, another worker makes one too: for the same name, or for another."""

    def other_worker(line: int) -> None:
        if line == at:
            record(folder, name, trial.amount)

    beside = "for the same name" if name == trial.name else "for another name"
    with tempfile.TemporaryDirectory(prefix="record-") as folder:
        try:
            _Lines(other_worker).run(record, folder, trial.name, trial.amount)
        except OSError as error:
            raise NotYet(
                f"another worker's call {beside} came in the middle, and {type(error).__name__} was raised. Give each "
                "call a temporary file of its own."
            ) from None
        for recorded in {trial.name, name}:
            _judge_end(folder, trial, recorded, f"after another worker's call {beside} came in the middle")


def _judge_whole(folder: str, trial: Trial) -> None:
    text = _text(folder, trial.name)
    if text is not None and text != str(trial.amount):
        raise NotYet(
            f"at one moment the file holds {text!r:.30} and not {str(trial.amount)!r}: a worker that is lost then "
            "leaves it so. Write another file, and put it in its place when it is whole."
        )


def _judge_end(folder: str, trial: Trial, name: str, when: str) -> None:
    text, wanted = _text(folder, name), str(trial.amount)
    if text is None:
        raise NotYet(f"{when}, there is no file {name!r}.")
    if text != wanted:
        added = wanted and text == wanted * 2
        why = " What runs twice must not add: replace what is there." if added else ""
        raise NotYet(f"{when}, the file {name!r} should hold {wanted!r}, and holds {text!r:.40}.{why}")


def _text(folder: str, name: str) -> str | None:
    """What is in the file, or None if there is none."""
    path = Path(folder, name)
    return path.read_text(encoding="utf-8") if path.is_file() else None
