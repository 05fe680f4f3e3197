"""Options: what bounds an exploration, and what is wrong with them."""

from __future__ import annotations

import types
from typing import Literal, NamedTuple

from helpers.interleave import switches
from helpers.interleave.errors import ExploreError

Step = Literal["line", "access", "switch"]


class Options(NamedTuple):
    """What bounds an exploration; see explore."""

    max_preemptions: int | None = 2
    step: Step = "line"
    max_schedules: int = 50_000
    reduce: bool = False
    preempt_main: bool | None = None
    max_steps: int = 2_000
    step_into: tuple[types.ModuleType, ...] = ()
    collect: bool = False
    sites: frozenset[int] = frozenset()  # the accesses that are schedule points, as far as they are known
    main_sites: frozenset[int] | None = None  # main's steps that are schedule points; None if they are to be found out


def check(options: Options) -> None:
    """raises ExploreError, in one sentence, if they make no sense"""
    if options.step not in ("line", "access", "switch"):
        raise ExploreError(f'step is "line", "access" or "switch", not {options.step!r}.')
    if options.step == "switch" and (why := switches.are_none()):
        raise ExploreError(why)
    limits = {"max_schedules": options.max_schedules, "max_steps": options.max_steps}
    for module in options.step_into:
        if not isinstance(module, types.ModuleType) or not getattr(module, "__file__", ""):
            raise ExploreError(f"step_into is a list of modules that are written in Python, and {module!r} is none.")
    if options.max_preemptions is not None and options.max_preemptions < 0:
        raise ExploreError("max_preemptions is a number from 0 up, or None for every schedule.")
    for name, value in limits.items():
        if value < 1:
            raise ExploreError(f"{name} must be at least 1.")
