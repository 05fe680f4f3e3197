"""The hooks at reads and writes: each tells the run in progress what is touched, right before."""

from __future__ import annotations

from _thread import get_ident
from collections.abc import Callable
from sys import _getframe
from typing import Any

from helpers.interleave import effects, effects_of_accesses, effects_of_calls, hooks, switches
from helpers.interleave import schedule_points as points
from helpers.interleave.effects import Touched
from helpers.interleave.rewrite_expressions import variables


def read(number: int) -> None:
    """A name is read that another function can reach."""
    if hooks.in_run():
        _name(number, _getframe(1).f_globals, write=False)


def write(number: int, value: Any) -> Any:
    """A value is assigned to such a name."""
    if hooks.in_run():
        _name(number, _getframe(1).f_globals, write=True)
    return value


def wrote(number: int) -> None:
    """Such a name has been written."""
    if hooks.in_run():
        _name(number, _getframe(1).f_globals, write=True)


def _name(number: int, namespace: dict, write: bool) -> None:
    variable = variables[number]
    touched = Touched()
    if variable.scope is not None:
        (touched.writes if write else touched.reads).add(variable)
    elif write or variable.name in namespace:
        (touched.writes if write else touched.reads).add((effects.objects.number(namespace), variable.name))
    else:
        return  # a builtin
    points.access(hooks.run, number, touched)


def load(number: int, owner: Any, name: str) -> Any:
    """An attribute is read."""
    now = hooks.run
    if now is not None and get_ident() == now.current.ident:
        points.access(now, number, effects_of_accesses.of_load(owner, name), (owner,))
    return owner


def store(number: int, owner: Any, name: str) -> Any:
    """An attribute is written or deleted."""
    if hooks.in_run():
        points.access(hooks.run, number, effects_of_accesses.of_store(owner, name), (owner,))
    return owner


def item(number: int, owner: Any, key: Any) -> Any:
    """owner[key]."""
    if hooks.in_run():
        points.access(hooks.run, number, effects_of_accesses.of_item(owner), (owner,))
    return owner[key]


class _Cell:
    """What an item or an attribute is assigned through: the hook comes when the value is there."""

    __slots__ = ("key", "owner", "read", "write")

    def __init__(self, read: int, write: int, owner: Any, key: Any) -> None:
        self.read, self.write, self.owner, self.key = read, write, owner, key

    def __getitem__(self, _: None) -> Any:
        if hooks.in_run():
            points.access(hooks.run, self.read, effects_of_accesses.of_item(self.owner), (self.owner,))
        value = self.owner[self.key]
        _changes_in_place(self.read, value)
        return value

    def __setitem__(self, _: None, value: Any) -> None:
        if hooks.in_run():
            points.access(hooks.run, self.write, effects_of_accesses.of_item_store(self.owner), (self.owner,))
        self.owner[self.key] = value

    def __delitem__(self, _: None) -> None:
        if hooks.in_run():
            points.access(hooks.run, self.write, effects_of_accesses.of_item_store(self.owner), (self.owner,))
        del self.owner[self.key]


class _Attribute(_Cell):
    __slots__ = ()

    def __getitem__(self, _: None) -> Any:
        if hooks.in_run():
            points.access(hooks.run, self.read, effects_of_accesses.of_load(self.owner, self.key), (self.owner,))
        value = getattr(self.owner, self.key)
        _changes_in_place(self.read, value)
        return value

    def __setitem__(self, _: None, value: Any) -> None:
        if hooks.in_run():
            points.access(hooks.run, self.write, effects_of_accesses.of_store(self.owner, self.key), (self.owner,))
        setattr(self.owner, self.key, value)


def cell(number: int, owner: Any, key: Any) -> _Cell:
    """owner[key] as the target of an assignment or of del."""
    return _Cell(number, number, owner, key)


def inplace(number: int, value: Any) -> None:
    """A value that += may change in its place."""
    _changes_in_place(number, value)


def _changes_in_place(number: int, value: Any) -> None:
    if hooks.in_run():
        touched = effects.of_inplace(value)
        if touched:
            points.access(hooks.run, number, touched, (value,))


def call(number: int, function: Callable, *arguments: Any, **named: Any) -> Any:
    """function(...), after a report of what it reads and writes."""
    if not hooks.in_run():
        return function(*arguments, **named)
    task = hooks.run.current
    written_in = switches.PYTHON if hooks.run.by_line else switches.written_in(function)  # by line it does not matter
    looks = hooks.run.by_switch and number in switches.calls
    if looks and written_in == switches.LIBRARY:
        points.switch(hooks.run)
    touched = effects_of_calls.of_call(function, arguments, named)
    outer = task.site, task.from_c
    task.site, task.from_c = hooks.run.site_of(number), number if written_in == switches.C else 0
    try:
        if touched or hooks.run.by_access:  # what the library does inside is put down to this call
            points.access(hooks.run, number, touched, (effects.receiver_of(function), *arguments, *named.values()))
        result = function(*arguments, **named)
    finally:
        task.site, task.from_c = outer
    effects_of_calls.came_from(result, function, arguments)
    if looks and written_in == switches.C:
        points.switch(hooks.run)
    return result


def decorator(number: int, function: Callable) -> Callable:
    """A function is about to be called with another, and decorates it."""
    if hooks.in_run():
        points.access(hooks.run, number, effects_of_calls.of_call(function, (), {}), ())
    return function


def manager(number: int, value: Any) -> Any:
    """The manager of a with block."""
    if hooks.in_run():
        touched = effects_of_calls.of_manager(value)
        points.access(hooks.run, number, touched, (value,))
        if touched.writes and hooks.run.site_of(number) == number:  # in the reader's code
            hooks.run.current.stack[-1].leaves_unknown = True
    return value


def use(number: int, value: Any, deep: bool) -> Any:
    """A value that is compared, calculated with, or asked for its truth."""
    if hooks.in_run():
        touched = effects.of_use(value, deep)
        if touched:
            points.access(hooks.run, number, touched, (value,))
    return value


def matched(number: int, value: Any) -> Any:
    """The subject of match, whose attributes and items patterns look at."""
    if hooks.in_run():
        points.access(hooks.run, number, effects.of_match(value), (value,))
    return value


def anything(number: int) -> None:
    """What comes next may read and write whatever it likes."""
    if hooks.in_run():
        points.access(hooks.run, number, effects.anything())


def exposed(number: int) -> None:
    """What comes next gives out an object's attributes, or variables, as a dictionary."""
    if hooks.in_run():
        points.access(hooks.run, number, effects.exposed())


HOOKS: dict[str, Any] = {
    "read": read, "write": write, "wrote": wrote, "load": load, "store": store, "item": item, "cell": cell,
    "item_cell": _Cell, "attribute": _Attribute, "inplace": inplace, "call": call, "decorator": decorator,
    "manager": manager, "use": use, "matched": matched, "anything": anything, "exposed": exposed, "slice": slice,
}  # fmt: skip
