"""Classic wrong answers to the exercises, a module a lesson, each with a part of the sentence that refuses it.

The modules, in a folder a part, stand apart from the tests because a checker's child process imports them.
"""

import pkgutil
from collections.abc import Callable
from importlib import import_module
from typing import NamedTuple


class Refused(NamedTuple):
    check: Callable
    answer: object
    reason: str


REFUSED: list[Refused] = []


def refused(check: Callable, reason: str) -> Callable:
    """The decorated answer is wrong, and check says why."""

    def enter(answer):
        REFUSED.append(Refused(check, answer, reason))
        return answer

    return enter


def every_one() -> list[Refused]:
    for module in pkgutil.walk_packages(__path__, f"{__name__}."):
        import_module(module.name)
    return REFUSED
