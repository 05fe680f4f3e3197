"""The worker of notebooks/pools/03_executors."""

import math


def factorial(n):
    """Compute the factorial of a number."""
    return math.factorial(n)
