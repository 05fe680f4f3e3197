"""Programs of 04_deadlocks that the checkers explore: the lines of a module under workers count as the reader's."""

ORDERS = {
    "P": ["ab", "ab"],
    "Q": ["ab", "bc", "ca"],
    "R": ["ab", "bc", "ac"],
    "S": ["cab", "cba"],
}


def take(locks: dict, order: str) -> None:
    """Take the named locks one inside the other."""
    if order:
        with locks[order[0]]:
            take(locks, order[1:])
