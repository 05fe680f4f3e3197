"""Workers of notebooks/pools/03_executors: factorials, as values and as sizes."""

import math


def factorial(n):
    """Compute the factorial of a number."""
    return math.factorial(n)


def bits_of_factorial(n: int) -> int:
    """How many bits the factorial of n has: the same work, and a small result to carry home."""
    return math.factorial(n).bit_length()
