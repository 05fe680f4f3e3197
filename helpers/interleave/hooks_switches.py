"""The hooks at switches: at each this interpreter can hand over its global lock, see switches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from sys import _getframe
from typing import Any

from helpers.interleave import hooks, switches
from helpers.interleave import schedule_points as points


def switch() -> None:
    """The interpreter can hand over its lock."""
    if hooks.in_run():
        points.switch(hooks.run)


def begin(number: int) -> None:
    """It can as a function begins, of which this is the first statement."""
    if hooks.in_run():
        hooks.run.current.enter(_getframe(1)).number = number
        points.switch(hooks.run)


def entering(iterable: Any) -> Any:
    """It can as a comprehension begins."""
    switch()
    return iterable


def resuming(iterable: Any) -> Iterator:
    """It can as a generator expression begins, and as it goes on."""
    return _resuming(iter(iterable))


def _resuming(iterator: Iterator) -> Iterator:
    switch()
    for item in iterator:
        yield item
        switch()


def resumed(value: Any) -> Any:
    """It can as a generator goes on, which has been sent this."""
    switch()
    return value


def first_turn(number: int) -> None:
    """A while loop begins."""
    if hooks.in_run():
        hooks.run.current.enter(_getframe(1)).turns.discard(number)


def turn(number: int) -> bool:
    """It can as a while loop comes round, which this does not end."""
    if hooks.in_run():
        turns = hooks.run.current.enter(_getframe(1)).turns
        if number in turns:
            points.switch(hooks.run)
        turns.add(number)
    return True


def decorating(function: Callable) -> Callable:
    """It can once a function has been decorated by one in C."""

    def decorate(decorated: Any) -> Any:
        result = function(decorated)
        if switches.written_in(function) == switches.C:
            switch()
        return result

    return decorate


class _Managed:
    """The manager of a with block: it can after what is not written in Python, and after some more."""

    def __init__(self, manager: Any) -> None:
        self.manager, self.kind = manager, type(manager)

    def __enter__(self) -> Any:
        value = self.kind.__enter__(self.manager)
        if switches.AFTER_ENTERING and switches.written_in(self.kind.__enter__) == switches.C:
            switch()
        return value

    def __exit__(self, *exception: Any) -> Any:
        handled = self.kind.__exit__(self.manager, *exception)
        if exception[0] is None and (switches.AFTER_LEAVING or switches.written_in(self.kind.__exit__) == switches.C):
            switch()
        return handled


def managed(manager: Any) -> Any:
    """The manager of a with block."""
    return _Managed(manager) if hasattr(type(manager), "__enter__") else manager


HOOKS: dict[str, Any] = {
    "switch": switch, "begin": begin, "entering": entering, "resuming": resuming, "resumed": resumed,
    "first_turn": first_turn, "turn": turn, "decorating": decorating, "managed": managed,
}  # fmt: skip
