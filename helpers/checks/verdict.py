"""How every checker judges: in a child process, with a limit, and with one sentence as the result.

A judge is a function that is given the learner's answer. It returns what the answer achieved, or raises NotYet with
what is wrong and the evidence. It orders events with gates, never with sleeps; the only clock is QUIET_S, after which
something that should have happened by now is taken not to happen.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from helpers.watchdog import Outcome, watch

if TYPE_CHECKING:  # each child process imports this module, and none explores
    from helpers.interleave import Trace

QUIET_S = 2.0  # far longer than a thread needs to start, also on a busy machine
LIMIT_S = 10.0  # for an answer to come back


class NotYet(Exception):
    """What is wrong with an answer: a sentence, and a trace as evidence if there is one."""

    def __init__(self, sentence: str, trace: Trace | None = None) -> None:
        """sentence: ends with "Shortest:" if there is a trace."""
        super().__init__(sentence)
        self.trace = trace


class Verdict(NamedTuple):
    """What a checker says: a sentence, "Solved: ..." or "Not yet: ...", and a trace as evidence if there is one."""

    sentence: str
    trace: Trace | None = None


def say(verdict: Verdict) -> None:
    """Print the sentence, and show the trace: as a table in a notebook, as text elsewhere."""
    print(verdict.sentence)
    if verdict.trace is not None:
        from IPython.display import display  # heavy, and most verdicts have no trace

        display(verdict.trace)


def verdict(
    judge: Callable[..., str], answer: object, kind: type | Callable = callable, *, patience: int = 1
) -> Verdict:
    """What to say of the learner's answer; never raises, never hangs.

    judge(answer) runs in a child process that is gone afterwards; kind: type for a class, callable for a function;
    patience: how many times the usual limit it may take
    """
    limit_s = patience * LIMIT_S
    return _told(answer, lambda: watch(judge, answer, limit_s=limit_s), kind, limit_s)


def predicted(judge: Callable[[Any], str], answer: object) -> Verdict:
    """The same for a function without arguments that returns a prediction: judge is given what it returned.

    Only the answer runs in a child process; what the judge explores may take its time.
    """

    def ask() -> Outcome:
        outcome = watch(answer, limit_s=LIMIT_S)
        if outcome.ending != "finished":
            return outcome
        try:
            refuse_dots(outcome.value)
            return Outcome("finished", judge(outcome.value))
        except NotYet as wrong:
            return Outcome("raised", error=wrong)

    return _told(answer, ask, callable, LIMIT_S)


def refuse_type(answer: object, kind: type | Callable) -> None:
    """Raise NotYet if the answer is not of the kind asked for. kind: type for a class, callable for a function."""
    wanted, fits = ("a class", isinstance(answer, type)) if kind is type else ("a function", callable(answer))
    if not fits:
        raise NotYet(f"the answer should be {wanted}, and is {_named(answer)}.")


def refuse_dots(prediction: object) -> None:
    """Raise NotYet if the prediction still has the stub's dots in it."""
    if prediction is ... or (isinstance(prediction, set) and ... in prediction):
        raise NotYet("put your prediction in the place of the dots.")


def _named(thing: object) -> str:
    """A few words for an object, the same in every run: without an address."""
    if thing is None or isinstance(thing, int | float | str | list | tuple | set | dict):
        return f"{thing!r:.60}"
    name = getattr(thing, "__name__", None)
    return f"the function {name}" if callable(thing) and name else f"an object of type {type(thing).__name__}"


def _told(answer: object, ask: Callable[[], Outcome], kind: type | Callable, limit_s: float) -> Verdict:
    try:
        refuse_type(answer, kind)
        outcome = ask()
    except NotYet as wrong:
        return Verdict(f"Not yet: {wrong}")
    except TypeError as error:
        return Verdict(f"Not yet: {error}.")
    if outcome.ending == "finished":
        return Verdict(f"Solved: {outcome.value}")
    return Verdict(f"Not yet: {what_is_wrong(outcome, limit_s)}", getattr(outcome.error, "trace", None))


def what_is_wrong(outcome: Outcome, limit_s: float, not_theirs: str = "") -> str:
    """A sentence on code of the learner's that has died, has hung for limit_s seconds, or has raised.

    not_theirs: the folder of code that was handed to theirs; a line of it is not named
    """
    if outcome.ending == "died":
        return f"your code ended its process (exit code {outcome.exit_code})."
    if outcome.ending == "hung":
        # Function names only: in an endless loop the line would be another one each time.
        # Where idle workers stand says something only if nothing else does, and it is another place each time.
        telling = [stack for stack in outcome.stacks if stack.own] or [s for s in outcome.stacks if s.tells]
        where = sorted({f"{stack.thread} in {stack.place}" for stack in telling})
        return f"your code had not come back after {limit_s:g} s. It stands in: {', '.join(where) or 'library code'}."
    if isinstance(outcome.error, NotYet):
        return str(outcome.error)
    theirs = [frame for frame in outcome.trace if not frame.is_library]
    if not_theirs:
        theirs = [frame for frame in theirs if not frame.file.startswith(not_theirs)]
    where = f", in {theirs[-1].function}: {theirs[-1].source}" if theirs else ""
    return f"your code raised {outcome.problem}{where}"


def is_open(executor: Executor) -> bool:
    """Whether an executor still takes calls."""
    try:
        executor.submit(int)
    except RuntimeError:
        return False
    return True


@contextmanager
def noticing_thread_errors(hints: dict[type[BaseException], str] | None = None) -> Iterator[None]:
    """Turn an exception that ended a thread, which would be printed and forgotten, into NotYet at the end of the block.

    hints: exception type -> a sentence to add
    """
    errors: list[BaseException] = []
    before = threading.excepthook
    threading.excepthook = lambda args: errors.append(args.exc_value)
    try:
        yield
    except NotYet:
        raise
    except Exception:
        if not errors:
            raise  # else it is most likely a consequence of what went wrong in the thread
    finally:
        threading.excepthook = before
    if errors:
        hint = (hints or {}).get(type(errors[0]), "The exception ended that thread, and no other thread learned of it.")
        raise NotYet(f"a thread raised {type(errors[0]).__name__}: {errors[0]}. {hint}")


class Meeting:
    """A place where several threads wait until all expected ones are there, or until nobody else comes."""

    def __init__(self, expected: int) -> None:
        """expected: how many must be there at the same time, to be let go at once."""
        self.expected, self.peak, self.visitors = expected, 0, []
        self._inside, self._given_up = 0, False
        self._changed = threading.Condition()

    def wait(self) -> None:
        """Come in, and stay until all expected are here; all go as well once nobody is left who could come, or QUIET_S
        has passed without a newcomer.
        """
        with self._changed:
            self.visitors.append(threading.current_thread())
            self._inside += 1
            self.peak = max(self.peak, self._inside)
            self._changed.notify_all()
            while self.peak < self.expected and not self._given_up:
                seen = len(self.visitors)
                everybody_is_here = self._inside == threading.active_count()  # so nobody is left who could come
                quiet_s = 0 if everybody_is_here else QUIET_S
                if not self._changed.wait(quiet_s) and len(self.visitors) == seen:
                    self._given_up = True
                    self._changed.notify_all()
            self._inside -= 1

    @property
    def in_main_thread(self) -> bool:
        """Whether a visitor was the main thread itself."""
        return threading.main_thread() in self.visitors
