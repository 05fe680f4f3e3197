"""Work for checkers' programs that takes two steps: the lines of a module under workers count as the reader's, so
another thread can come between.
"""


def begin_and_end(log: list, name: object) -> None:
    """Note that somebody begins, then that they end."""
    log.append((name, "begins"))
    log.append((name, "ends"))
