"""A small family of trials, so that an answer that is right for one size or one value only is not taken for right."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any


class Trial(SimpleNamespace):
    """One member of a family: its choices are its attributes."""

    def __str__(self) -> str:
        """The choices as a learner would write them: n=2, numbers=[0, 0]."""
        return ", ".join(f"{name}={value!r}" for name, value in vars(self).items())


class Family:
    """A few trials in which each value of each choice occurs, always the same ones and in the same order.

    There are as many as the longest choice has values, and the shorter ones come round again. Values are copied for
    each trial, so an answer that changes its argument does not change the next.

    >>> [str(trial) for trial in Family(n=(1, 2, 3), numbers=([], [0, 0]))]
    ['n=1, numbers=[]', 'n=2, numbers=[0, 0]', 'n=3, numbers=[]']
    """

    def __init__(self, **choices: Sequence[Any]) -> None:
        """choices: name -> its values, at least one; raises ValueError if a choice has none, or there is no choice."""
        if not choices or not all(choices.values()):
            raise ValueError("a family needs at least one choice, and each choice at least one value")
        self.choices = choices

    def __len__(self) -> int:
        """How many trials there are."""
        return max(map(len, self.choices.values()))

    def __iter__(self) -> Iterator[Trial]:
        """The trials, in order."""
        for i in range(len(self)):
            yield Trial(**{name: copy.deepcopy(values[i % len(values)]) for name, values in self.choices.items()})
