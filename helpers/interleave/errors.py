"""What the explorer says when it cannot go on. Each is one sentence, in a notebook without a traceback."""

from __future__ import annotations


class ExploreError(Exception):
    """The exploration cannot be carried out as asked."""

    def _render_traceback_(
        self,
    ) -> list[str]:  # IPython calls this: frames inside helpers would say nothing to the reader
        return [f"{type(self).__name__}: {self}"]


class Uncontrolled(ExploreError):
    """The program waits for something that the explorer does not schedule."""


class Nondeterministic(ExploreError):
    """The program took another course although each thread was given the same turns."""


class Impossible(Nondeterministic):
    """A schedule wants a turn of a thread that cannot take it."""


def does_not_repeat(found: str) -> Nondeterministic:
    """The error that says what was found to differ; a sentence that goes on after "does not repeat itself"."""
    return Nondeterministic(
        f"The program does not repeat itself{found} Remove what differs from run to run (random numbers, the time of "
        "day, the order of a set, addresses, leftovers in globals)."
    )


class NotFound(ExploreError, LookupError):
    """No explored schedule ends as asked."""


class Abort(BaseException):
    """Unwinds a thread whose run is over. Not an Exception, so that the program's own handlers let it through."""


class Over(RuntimeError):
    """A lock is used whose run is over."""
