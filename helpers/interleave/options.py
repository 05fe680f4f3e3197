"""Options: what bounds an exploration, and what is wrong with them."""

from __future__ import annotations

import types
from typing import Any, Literal, NamedTuple

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
    for module in options.step_into:
        if not getattr(module, "__file__", ""):
            raise ExploreError(f"step_into is a list of modules that are written in Python, and {module!r} is none.")
    if options.max_preemptions is not None and not _is_number(options.max_preemptions, 0):
        raise ExploreError("max_preemptions is a number from 0 up, or None for every schedule.")
    for name in ("max_schedules", "max_steps"):
        if not _is_number(getattr(options, name), 1):
            raise ExploreError(f"{name} must be at least 1.")
    for name in ("reduce", "collect", "preempt_main"):
        value = getattr(options, name)
        if not isinstance(value, bool) and (value is not None or name != "preempt_main"):
            raise ExploreError(f"{name} is True or False{', or None' * (name == 'preempt_main')}, not {value!r}.")


def _is_number(value: Any, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def modules_of(step_into: Any) -> tuple[types.ModuleType, ...]:
    """What explore is given as step_into. raises ExploreError if it is no list of modules"""
    return tuple(_listed("step_into", step_into, types.ModuleType, "modules that are written in Python"))


def expressions_of(watch: Any) -> list[str] | None:
    """What find is given as watch. raises ExploreError if it is no list of texts"""
    return None if watch is None else _listed("watch", watch, str, "expressions")


def turns_of(schedule: Any) -> list[int]:
    """What replay is given as schedule. raises ExploreError if it is no list of numbers"""
    return _listed("schedule", schedule, int, "numbers of threads")


def _listed(name: str, values: Any, kind: type, what: str) -> list:
    try:
        found = [values] if isinstance(values, str | types.ModuleType) and kind is not int else list(values)
    except TypeError:
        found = [values]
    if any(not isinstance(value, kind) or isinstance(value, bool) for value in found):
        raise ExploreError(f"{name} is a list of {what}, not {values!r:.60}.")
    return found
