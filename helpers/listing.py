"""The source of functions that a notebook only imports, so that a reader sees what runs."""

import inspect
from collections.abc import Callable


def show(*functions: Callable) -> None:
    """Print the source of each function or class, as it stands in its module."""
    print("\n\n".join(inspect.getsource(function).rstrip() for function in functions))
