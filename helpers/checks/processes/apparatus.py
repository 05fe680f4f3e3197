"""What the checkers of the processes part share: the trials in a child of their own, and what processes meet by."""

from __future__ import annotations

import io
import multiprocessing
import os
import tempfile
import time
import types
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from multiprocessing.connection import Connection, wait
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from typing import Any

import cloudpickle

from helpers.checks.family import Family, Trial
from helpers.checks.verdict import NotYet, Verdict, verdict
from helpers.process_tree import ends_while_busy

QUIET_S = 4.0  # far longer than a process needs to start, also under spawn and on a busy machine
_POLL_S = 0.005


def judged(
    judge: Callable[[Any, Trial], None], answer: Any, family: Family, *, solved: str, kind: type | Callable = callable
) -> Verdict:
    """What to say of the learner's answer, tried on each member of a family; never raises, never hangs.

    judge(answer, trial) raises NotYet with what is wrong. It runs in a process that is gone afterwards, and so is
    whatever the answer started. The sentence then names the trial. solved: what the answer achieved, in which {trials}
    stands for how many there were; kind: type for a class, callable for a function
    """
    return verdict(_Trials(judge, family, solved), answer, kind, patience=3)


class _Trials:
    """A judge, in the sense of verdict, that tries one trial after the other."""

    def __init__(self, judge: Callable[[Any, Trial], None], family: Family, solved: str) -> None:
        self.judge, self.family, self.solved = judge, family, solved

    def __call__(self, answer: Any) -> str:
        with cell_functions_cross():
            for trial in self.family:
                try:
                    self.judge(answer, trial)
                except NotYet as wrong:
                    raise NotYet(f"with {trial}: {wrong}") from None
                if multiprocessing.process._children:  # the public active_children() would join those that have ended
                    raise NotYet(f"with {trial}: a process was started and never joined. Join each, and none is left.")
        return self.solved.format(trials=len(self.family))


@contextmanager
def cell_functions_cross() -> Iterator[None]:
    """Let a function or class of a notebook cell reach a child process by value, whatever the start method.

    Its module, __main__, is not the same in a spawned child; so the exercise would be about start methods.
    """

    def reduce(pickler: ForkingPickler, thing: Any) -> Any:
        if isinstance(thing, types.FunctionType | type) and thing.__module__ == "__main__":
            buffer = io.BytesIO()
            _ByValue(buffer).dump(thing)
            return cloudpickle.loads, (buffer.getvalue(),)
        return NotImplemented

    ForkingPickler.reducer_override = reduce
    try:
        yield
    finally:
        del ForkingPickler.reducer_override


class _ByValue(cloudpickle.Pickler):
    """cloudpickle, for functions that refer to a queue, a lock or a pipe of multiprocessing."""

    dispatch_table = cloudpickle.Pickler.dispatch_table.new_child(ForkingPickler._extra_reducers)


class Started:
    """A call of work(*args) in a process of its own, which has begun; with its block the process ends."""

    def __init__(self, work: Callable, *args: Any) -> None:
        """Start it."""
        self._end, child_end = multiprocessing.Pipe(duplex=False)
        self.process = multiprocessing.Process(target=_answer, args=(work, args, child_end))
        self.process.start()
        child_end.close()

    def __enter__(self) -> Started:
        """The call itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Kill what has not ended, and join."""
        self.process.kill()
        self.process.join()

    def fileno(self) -> int:
        """What multiprocessing.connection.wait waits for: that the call has ended."""
        return self._end.fileno()

    def has_ended(self, limit_s: float = 0) -> bool:
        """Whether the call has come to its end, or does so within the limit."""
        return self._end.poll(limit_s)

    def ends(self) -> bool:
        """Whether the call comes to its end (see comes)."""
        return comes(self.has_ended)

    def value(self) -> Any:
        """What the call returned, once it has; raises NotYet if it raised, or if its process ended before."""
        try:
            value, wrong = self._end.recv()
        except EOFError:
            raise NotYet("a process ended in the middle of your code.") from None
        if wrong:
            raise NotYet(wrong)
        self.process.join()
        return value


def comes(fact: Callable[[], bool]) -> bool:
    """Wait for a fact, and say whether it came; it is not waited for any more once the processes that were started here
    have done nothing for two seconds, or after half a minute.
    """
    return ends_while_busy(fact, os.getpid(), 30, itself=False)


def _answer(work: Callable, args: tuple, end: Connection) -> None:
    """In the child: call, and send what came of it."""
    try:
        end.send((work(*args), None))
    except NotYet as wrong:
        end.send((None, str(wrong)))
    except Exception as error:  # noqa: BLE001  an error in the answer is a verdict on it
        end.send((None, f"your code raised {type(error).__name__}: {error}"))


BIG_BYTES = 200_000  # more than a pipe holds


def sample_work(item: Any) -> Any:
    """A computation to be handed out: "raises" does, "big" gives more than a pipe holds, anything else is done."""
    if item == "raises":
        raise ValueError("this one fails")
    return bytes(BIG_BYTES) if item == "big" else (item, "done")


def is_from_sample_work(item: Any, result: Any) -> bool:
    """Whether the result is what sample_work makes of the item, or the exception that it raises."""
    return isinstance(result, ValueError) if item == "raises" else result == sample_work(item)


def in_children(work: Callable, arguments: Sequence[tuple]) -> list[Any]:
    """What work(*args) returned for each args, each in a process of its own and all at the same time.

    raises NotYet if one raised, or ended without an answer; none is left then either
    """
    with ExitStack() as calls:
        started = [calls.enter_context(Started(work, *args)) for args in arguments]
        values: dict[Started, Any] = {}
        while len(values) < len(started):  # as they come: one may wait for another that has failed
            for call in wait([call for call in started if call not in values]):
                try:
                    values[call] = call.value()
                except NotYet as wrong:
                    raise _first_wrong(started, values, call, wrong) from None
        return [values[call] for call in started]


def _first_wrong(started: list[Started], values: dict[Started, Any], failed: Started, wrong: NotYet) -> NotYet:
    """Of those that failed, the first in order of start, so that a verdict is the same each time."""
    for call in started[: started.index(failed)]:
        if call not in values and call.ends():
            try:
                call.value()
            except NotYet as earlier:
                return earlier
    return wrong


class Gathering:
    """A place where processes wait until all expected ones are there, or no other has come for QUIET_S.

    It can be sent to any process by any means, as it is a folder in which each leaves a file.
    """

    def __init__(self, expected: int) -> None:
        """expected: how many must be there at the same time, to be let go at once."""
        self.expected = expected
        self._home = os.getpid()
        self.folder = Path(tempfile.mkdtemp(prefix="gathering-"))

    def wait(self) -> None:
        """Come in, and wait for the others. Let through: one that comes again, and the one that made this place."""
        if self._file("came").exists():
            return
        self._file("came").touch()
        if os.getpid() == self._home:
            return
        seen, since = 0, time.monotonic()
        while (inside := len(self.came - self._who("left"))) < self.expected and not self._is_over.exists():
            if inside != seen:
                seen, since = inside, time.monotonic()
                (self.folder / f"inside-{inside}").touch()
            if time.monotonic() - since > QUIET_S:
                self._is_over.touch()
            time.sleep(_POLL_S)
        (self.folder / f"inside-{inside}").touch()
        self._is_over.touch()  # whoever comes late need not wait
        self._file("left").touch()

    @property
    def came(self) -> set[int]:
        """The identifiers of the processes that came."""
        return self._who("came")

    @property
    def peak(self) -> int:
        """How many were there at the same time, at most."""
        return max(self._who("inside"), default=0)

    @property
    def met(self) -> bool:
        """Whether all expected ones were there at the same time."""
        return self.peak >= self.expected

    @property
    def _is_over(self) -> Path:
        return self.folder / "over"

    def _file(self, what: str) -> Path:
        return self.folder / f"{what}-{os.getpid()}"

    def _who(self, what: str) -> set[int]:
        return {int(file.name.rpartition("-")[2]) for file in self.folder.glob(f"{what}-*")}
