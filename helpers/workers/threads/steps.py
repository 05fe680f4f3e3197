"""Work for checkers' programs that takes two steps: the lines of a module under workers count as the reader's, so
another thread can come between.
"""


class Visits:
    """Who began and who ended, in order."""

    def __init__(self) -> None:
        """Nobody yet."""
        self.log: list[tuple[object, str]] = []

    def begin_and_end(self, name: object) -> None:
        """Note that somebody begins, then that they end."""
        self.log.append((name, "begins"))
        self.log.append((name, "ends"))


def a_moment_later() -> None:
    """Do nothing, in a step of its own: before it, others can come first."""
    _ = None
