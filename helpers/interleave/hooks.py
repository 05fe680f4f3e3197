"""The hooks that rewritten code calls: each tells the run in progress what the thread is about to do.

They stay among the builtins, because a function or class that an explored program has made keeps its hooks. Outside a
run, and in threads that are not the program's, they do nothing.
"""

from __future__ import annotations

import builtins
import contextlib
from _thread import get_ident
from collections.abc import Iterator
from sys import _getframe
from typing import TYPE_CHECKING, Any

from helpers.interleave import effects
from helpers.interleave import schedule_points as points
from helpers.interleave.hook_calls import hook_name

if TYPE_CHECKING:
    from helpers.interleave.scheduler import Run

run: Run | None = None  # the one in progress, of which one thread runs at a time


def in_run() -> bool:
    """Whether the calling thread belongs to the explored program."""
    now = run  # looked at once: in a thread outside, it may be another the next time
    return now is not None and get_ident() == now.current.ident


@contextlib.contextmanager
def paused() -> Iterator[None]:
    """What is called now is no part of the run, be it code of the program's."""
    global run
    here, run = run, None
    try:
        yield
    finally:
        run = here


def step(number: int) -> None:
    """A statement comes next."""
    now = run
    if now is not None and get_ident() == now.current.ident:
        points.arrive(now, number, _getframe(1))


def head(number: int) -> None:
    """The condition of a while loop comes next."""
    now = run
    if now is not None and get_ident() == now.current.ident:
        points.arrive(now, number, _getframe(1), loop=True)


def round_(number: int) -> None:
    """An endless loop comes round; its first statement is the next step."""
    now = run
    if now is not None and get_ident() == now.current.ident:
        points.come_round(now, number, _getframe(1))


def leave() -> None:
    """A function returns, or an exception leaves it."""
    now = run
    if now is not None and get_ident() == now.current.ident:
        now.current.leave(_getframe(1))


def rounds(number: int, iterable: Any, access: int = 0, deep: bool = False) -> Any:
    """The items of an iterable, with a step before each but the first."""
    if not in_run():
        return iterable
    if access:
        points.access(run, access, effects.of_use(iterable, deep), (iterable,))
    return _rounds(number, iterable, iter(iterable), access, deep)


def _rounds(number: int, iterable: Any, iterator: Iterator, access: int, deep: bool) -> Iterator:
    first = True
    while True:
        if in_run():
            if number and not first:
                if run.by_switch:
                    points.switch(run)
                points.arrive(run, number, _getframe(1))
            if access:
                points.access(run, access, effects.of_use(iterable, deep), (iterable,))
        first = False
        try:
            item = next(iterator)
        except StopIteration:
            return
        yield item


class _Leaving:
    """The innermost manager of a with statement: leaving the block is a step."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __enter__(self) -> None:
        pass

    def __exit__(self, *exception: object) -> None:
        now = run
        if now is not None and get_ident() == now.current.ident:
            points.arrive(now, self.number, _getframe(1))
            if now.current.stack[-1].leaves_unknown:
                points.access(now, self.number, effects.anything())


_leaving: dict[int, _Leaving] = {}


def leaving(number: int) -> _Leaving:
    """The manager that takes a step when its block is left."""
    manager = _leaving.get(number)
    if manager is None:
        manager = _leaving[number] = _Leaving(number)
    return manager


HOOKS: dict[str, Any] = {
    "step": step, "head": head, "round": round_, "leave": leave, "rounds": rounds, "leaving": leaving
}  # fmt: skip


def put_among_builtins(named: dict[str, Any]) -> None:
    """Make hooks known to rewritten code."""
    for name, hook in named.items():
        setattr(builtins, hook_name(name), hook)
