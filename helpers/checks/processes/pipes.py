"""Checkers for the exercises of processes/08_pipes."""

import multiprocessing
import threading
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from typing import Any

from helpers.checks.family import Family, Trial
from helpers.checks.processes.apparatus import (
    BIG_BYTES,
    QUIET_S,
    Started,
    comes,
    is_from_sample_work,
    judged,
    sample_work,
)
from helpers.checks.verdict import NotYet, say

# answer ---------------------------------------------------------------------------------------------------------------

_TALKS = Family(
    items=([3, None, 0, ""], [], ["raises", 1], ["big"], [2], [2]),
    closed=("at the end", "at the end", "at the end", "at the end", "with an answer unread", "while it works"),
)


def check_answer(answer: Callable[[Connection, Connection, Callable[[Any], Any]], None]) -> None:
    """Print whether answer(own, other, work) answers each item, and returns when the parent's end is closed."""
    solved = "{trials} of {trials} conversations: an answer to each item, and a clean end."
    say(judged(_judge_answer, answer, _TALKS, solved=solved))


class _Work:
    """A computation that says when it is at work, and goes on when it may."""

    def __init__(self) -> None:
        self.begun, self.may_end = multiprocessing.Semaphore(0), multiprocessing.Semaphore(0)

    def __call__(self, item: Any) -> Any:
        self.begun.release()
        self.may_end.acquire()
        return sample_work(item)


def _judge_answer(answer: Callable, trial: Trial) -> None:
    ours, theirs = multiprocessing.Pipe()
    work = _Work()
    with Started(answer, theirs, ours, work) as call:
        theirs.close()
        for item in trial.items:
            try:
                ours.send(item)
                if not comes(lambda: work.begun.acquire(block=False) or ours.poll()):
                    raise NotYet(f"{item!r} was sent, and work was not called.")
                if trial.closed == "while it works":
                    break
                work.may_end.release()
                if not comes(ours.poll):
                    raise NotYet(f"{item!r} was sent, and no answer came.")
                if trial.closed == "with an answer unread":
                    break
                got = ours.recv()
            except (EOFError, ConnectionError):  # of a socket that was closed with something unread
                call.value()
                raise NotYet(f"it ended when {item!r} was sent, and not when the parent's end was closed.") from None
            if not is_from_sample_work(item, got):
                raise NotYet(f"the answer to {item!r} should not be {got!r:.60}.")
        ours.close()
        work.may_end.release()
        if not call.ends():
            raise NotYet(
                "the parent has closed its end, and the child still waits: it holds a copy of that end itself. Close "
                "the end that is not yours."
            )
        call.value()


# gather ---------------------------------------------------------------------------------------------------------------

_STREAMS = Family(messages=([["a"], [None, 0]], [[], ["", 1, 1], [2]], [[]]), first=(1, 2, 0))


def check_gather(gather: Callable[[Sequence[Connection]], list[list]]) -> None:
    """Print whether gather(ends) receives from all ends, whichever is ready, until each has come to its end."""
    solved = "{trials} of {trials} sets of pipes were read to their ends, and no sender waited for another."
    say(judged(_judge_gather, gather, _STREAMS, solved=solved))


class _Sender(threading.Thread):
    """Sends its messages, the first of which is big, once its turn has come; then closes its end."""

    def __init__(self, end: Connection, messages: list, turn: threading.Event, then: threading.Event) -> None:
        super().__init__(daemon=True)
        self.end, self.messages, self.turn, self.then = end, messages, turn, then

    def run(self) -> None:
        self.turn.wait()
        self.end.send(bytes(BIG_BYTES))  # returns once somebody reads it
        for message in self.messages:
            self.end.send(message)
        self.end.close()
        self.then.set()


def _judge_gather(gather: Callable, trial: Trial) -> None:
    pipes = [multiprocessing.Pipe(duplex=False) for _ in trial.messages]
    # One sender's turn comes when the one before is done; the first is not the first of the ends.
    order = [*range(trial.first, len(pipes)), *range(trial.first)]
    turns = [threading.Event() for _ in range(len(pipes) + 1)]
    for turn, then, place in zip(turns, turns[1:], order, strict=False):
        _Sender(pipes[place][1], trial.messages[place], turn, then).start()
    turns[0].set()
    told: list[Any] = []
    reader = threading.Thread(target=_gather, args=(gather, [end for end, _ in pipes], told), daemon=True)
    reader.start()
    reader.join(QUIET_S)
    if not told:
        raise NotYet(
            "it waits for one end, while another has something, and its sender cannot go on. Wait for all of them at "
            "once."
        )
    received, error = told[0]
    if error:
        raise NotYet(f"your code raised {type(error).__name__}: {error}")
    wanted = [[bytes(BIG_BYTES), *messages] for messages in trial.messages]
    if received != wanted:
        short = [[item for item in messages if item != bytes(BIG_BYTES)] for messages in received or []]
        raise NotYet(f"but for one big message each, it should return {trial.messages}, and returned {short}.")


def _gather(gather: Callable, ends: list[Connection], told: list) -> None:
    try:
        told.append((gather(ends), None))
    except BaseException as error:  # noqa: BLE001  any error is a verdict on the answer
        told.append((None, error))
