"""Where the threads of a process stand, read from what faulthandler writes."""

import itertools
import linecache
import os
import re
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple


class Frame(NamedTuple):
    """A place in the code where a thread stands."""

    file: str
    line: int
    function: str

    @property
    def source(self) -> str:
        """The text of the line, or an empty string where it is not known."""
        return linecache.getline(self.file, self.line).strip()

    @property
    def is_library(self) -> bool:
        """Whether the frame belongs to Python, an installed package or helpers; workers count as the reader's code."""
        if self.file.startswith(_WORKERS):
            return False
        return self.file.startswith(("<frozen", _HELPERS, *_LIBRARIES))


_LIBRARIES = tuple({sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")})
_HELPERS = str(Path(__file__).parent)
_WORKERS = str(Path(__file__).parent / "workers")
_MULTIPROCESSING = f"{os.sep}multiprocessing{os.sep}"


@dataclass(frozen=True)
class Stack:
    """Where one thread stood when the limit was reached, innermost frame first.

    thread: "main thread" or "thread 1" of the watched process; "process 1" or "process 1, thread 1" of one it started
    """

    thread: str
    frames: list[Frame]

    @property
    def own(self) -> Frame | None:
        """The innermost frame that is not library code, if there is one."""
        return next((frame for frame in self.frames if not frame.is_library), None)

    @property
    def place(self) -> str | None:
        """The function in which it stands: the reader's, or else multiprocessing's; None if it is in neither.

        A process that is at its end, or a thread that helps multiprocessing, has no function of the reader's.
        """
        if self.own:
            return self.own.function
        waits = next((frame for frame in self.frames if _MULTIPROCESSING in frame.file), None)
        return f"multiprocessing.{Path(waits.file).stem}.{waits.function}" if waits else None

    @property
    def tells(self) -> bool:
        """Whether it says something about a hang; a thread of the watched process does in the reader's code only."""
        return bool(self.own) or (self.place is not None and self.thread.startswith("process"))

    @property
    def calls(self) -> list[str]:
        """The functions in which it stands, outermost first: each of the reader's, and what they called of a library.

        Of a stretch of library frames that is the first, with its module: what the reader's code calls. What lies below
        the reader's code, such as the start of a thread, is left out.
        """
        named = []
        for is_library, stretch in itertools.groupby(reversed(self.frames), lambda frame: frame.is_library):
            frames = list(stretch)
            named += [_with_module(frames[0])] if is_library else [frame.function for frame in frames]
        first = next((i for i, frame in enumerate(reversed(self.frames)) if not frame.is_library), None)
        if first is None:
            return [self.place or named[0]]
        return named[1:] if first else named

    def __str__(self) -> str:
        """One line: the thread, and where it stands."""
        if self.own:
            return f"{self.thread}: in {self.place}, at: {self.own.source or f'line {self.own.line}'}"
        return f"{self.thread}: in {self.place or f'library code ({self.frames[0].function})'}"


def parse_stacks(text: str, main: str | None = None) -> list[Stack]:
    """The stacks in a dump of faulthandler, main thread first, then the others in the order they were started.

    main: the identifier of the main thread, decimal; without it, the oldest is taken for it. Source: the format of
    faulthandler.dump_traceback.
    """
    stacks = []
    for block in re.split(r"\n\n+", text.strip()):
        head = re.match(r"(?:Current thread|Thread) 0x([0-9a-f]+)", block)
        frames = re.findall(r'^  File "(.+)", line (\d+) in (.+)$', block, re.M)
        if head and frames:
            stacks.append((int(head[1], 16), [Frame(file, int(line), name) for file, line, name in frames]))
    stacks.reverse()  # faulthandler lists the youngest thread first
    if main is None and stacks:
        main = str(stacks[0][0])
    others = (f"thread {n}" for n in range(1, len(stacks) + 1))
    named = [Stack("main thread" if str(ident) == main else next(others), frames) for ident, frames in stacks]
    return sorted(named, key=lambda stack: stack.thread != "main thread")


def _with_module(frame: Frame) -> str:
    path = Path(frame.file)
    return f"{path.parent.name if path.stem == '__init__' else path.stem}.{frame.function}"


_BEGINNINGS = {("popen_fork", "_launch"), ("forkserver", "main")}


def without_parent(frames: list[Frame]) -> list[Frame]:
    """The frames above the place where a child process began: a forked one has its parent's below."""
    return list(itertools.takewhile(lambda f: f.file != "<string>" and _place(f) not in _BEGINNINGS, frames))


def _place(frame: Frame) -> tuple[str, str]:
    return Path(frame.file).stem, frame.function
