"""Programs of 02_races that the checkers explore: the lines of a module under workers count as the reader's."""


class Tally:
    """A number to which threads add one, in two lines."""

    def __init__(self) -> None:
        self.value = 0

    def add_one(self) -> None:
        """Read, then write."""
        value = self.value
        self.value = value + 1
