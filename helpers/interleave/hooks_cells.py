"""The hooks at what is assigned through an item or an attribute, and at what += changes in its place."""

from __future__ import annotations

import types
from collections.abc import Callable
from sys import _getframe
from typing import Any

from helpers.interleave import effects, effects_of_accesses, hooks
from helpers.interleave import schedule_points as points
from helpers.interleave.effects import Touched


class _Cell:
    """What an item or an attribute is assigned through: the hook comes when the value is there."""

    __slots__ = ("at_once", "key", "owner", "read", "write")

    def __init__(self, read: int, write: int, owner: Any, key: Any, at_once: bool = False) -> None:
        """at_once: whether what += changes in its place is looked at before the other side is there."""
        self.read, self.write, self.owner, self.key, self.at_once = read, write, owner, key, at_once

    def _note(self, number: int, of_access: Callable[[Any, Any], Touched]) -> None:
        if hooks.in_run():
            points.access(hooks.run, number, of_access(self.owner, self.key), (self.owner, self.key))

    def _found(self, value: Any, frame: types.FrameType) -> Any:
        if self.at_once:
            _changes_in_place(self.read, value)
        elif hooks.in_run():
            hooks.run.current.held[id(frame), self.read] = value
        return value

    def __getitem__(self, _: None) -> Any:
        self._note(self.read, effects_of_accesses.of_item)
        return self._found(self.owner[self.key], _getframe(1))

    def __setitem__(self, _: None, value: Any) -> None:
        self._note(self.write, effects_of_accesses.of_item_store)
        self.owner[self.key] = value

    def __delitem__(self, _: None) -> None:
        self._note(self.write, effects_of_accesses.of_item_store)
        del self.owner[self.key]


class _Attribute(_Cell):
    __slots__ = ()

    def __getitem__(self, _: None) -> Any:
        self._note(self.read, effects_of_accesses.of_load)
        return self._found(getattr(self.owner, self.key), _getframe(1))

    def __setitem__(self, _: None, value: Any) -> None:
        self._note(self.write, effects_of_accesses.of_store)
        setattr(self.owner, self.key, value)


def cell(number: int, owner: Any, key: Any) -> _Cell:
    """owner[key] as the target of an assignment or of del."""
    return _Cell(number, number, owner, key)


def in_place(number: int, value: Any) -> Any:
    """The other side of +=: now what an attribute or item was is changed in its place."""
    if hooks.in_run():
        _changes_in_place(number, hooks.run.current.held.pop((id(_getframe(1)), number), None))
    return value


def in_place_now(number: int, value: Any, changed: Any) -> Any:
    """The same for a name, which is read again."""
    _changes_in_place(number, changed)
    return value


def _changes_in_place(number: int, value: Any) -> None:
    if hooks.in_run():
        touched = effects.of_inplace(value)
        if touched:
            points.access(hooks.run, number, touched, (value,))


HOOKS: dict[str, Any] = {
    "cell": cell, "item_cell": _Cell, "attribute": _Attribute, "in_place": in_place, "in_place_now": in_place_now
}  # fmt: skip
