"""Workers of notebooks/exceptions/02_pools_and_futures: a service that fails for a while, or does not answer, and a
task that may end its process.
"""

import os


class NoAnswer(ConnectionError):
    """The request was sent and no answer came: what it asks for may have been done."""


class Service:
    """Takes requests, of which the first ones end with the errors that it was given."""

    def __init__(self, *errors: BaseException) -> None:
        """errors: one for each of the first calls."""
        self.errors, self.calls, self.done = list(errors), 0, 0

    def __call__(self) -> int:
        """Carry out a request, and return how many were carried out; raises the next error, if one is left."""
        self.calls += 1
        error = self.errors.pop(0) if self.errors else None
        if error is None or isinstance(error, NoAnswer):
            self.done += 1
        if error is not None:
            raise error
        return self.done


def smaller(name: str) -> str:
    """The name of a smaller copy of a picture; a damaged one ends the process, as a crash in a C library does."""
    if "damaged" in name:
        os._exit(1)
    return f"small-{name}"
