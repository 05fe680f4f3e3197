"""Rows that the threads and processes of one with block write down, and that are read together at its end."""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import tempfile
import threading
from multiprocessing import current_process
from pathlib import Path
from typing import Any, NamedTuple

_GIVEN_BY_PYTHON = re.compile(r"MainProcess|\w*(Process|PoolWorker)-\d+(:\d+)*")


class Note(NamedTuple):
    """What one thread wrote down once.

    process: empty for the one that owns the block; else the name that it was given, or process 1, process 2 in order of
    their first notes; at_s: on the clock of time.perf_counter
    """

    process: str
    thread: str
    at_s: float
    row: list[Any]


class Notes:
    """Something that every thread and process can write to, without a lock that would change what is watched.

    It can be pickled: hand it to a child process as an argument. Each thread writes to a file of its own in a
    temporary directory, which is gone after the block. What is written after that is dropped.
    """

    def __init__(self) -> None:
        """Nothing can be written before the with block begins."""
        self._home_pid = os.getpid()
        self._directory = ""

    def __enter__(self) -> Notes:
        """Begin to take notes."""
        self._directory = tempfile.mkdtemp(prefix="notes-")
        return self

    def __exit__(self, *_: object) -> None:
        """Read the notes, hand them to ended, and remove the files."""
        try:
            self.ended(self._read())
        finally:
            shutil.rmtree(self._directory, ignore_errors=True)

    def write(self, at_s: float, *row: object) -> None:
        """Write down a row of plain values; the notes are sorted by at_s, on the clock of time.perf_counter."""
        line = json.dumps([at_s, os.getpid(), current_process().name, self._thread(), row])
        try:
            with open(Path(self._directory) / f"{os.getpid()}-{threading.get_ident()}", "a", encoding="utf-8") as file:
                file.write(line + "\n")
        except FileNotFoundError:
            return  # the block has ended, and a worker outlived it

    def _thread(self) -> str:
        """The calling thread's name. In a forked child, the main thread has that of the thread that forked."""
        thread = threading.current_thread()
        in_child = os.getpid() != self._home_pid
        return "MainThread" if in_child and thread is threading.main_thread() else thread.name

    def ended(self, notes: list[Note]) -> None:
        """Take the notes, sorted by time; a subclass says what becomes of them."""
        raise NotImplementedError

    def _read(self) -> list[Note]:
        lines = []
        for file in Path(self._directory).iterdir():
            # A process that was killed may have left half a line.
            whole = [line for line in file.read_text(encoding="utf-8").splitlines(True) if line.endswith("\n")]
            lines += map(json.loads, whole)
        lines.sort(key=lambda line: line[0])
        names = {self._home_pid: ""}
        unnamed = itertools.count(1)  # a pid means nothing on a page
        for _, pid, name, *_ in lines:
            if pid not in names:
                names[pid] = f"process {next(unnamed)}" if _GIVEN_BY_PYTHON.fullmatch(name) else name
        return [Note(names[pid], thread, at_s, row) for at_s, pid, _, thread, row in lines]
