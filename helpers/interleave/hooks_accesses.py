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
    """Such a name has been written by the step in progress."""
    if hooks.in_run():
        hooks.run.touch(_variable(number, _getframe(1).f_globals))
        hooks.run.current.changes += 1


def _name(number: int, namespace: dict, write: bool) -> None:
    variable = variables[number]
    if variable.scope is None and not write and variable.name not in namespace:
        return  # a builtin
    touched = Touched()
    (touched.writes if write else touched.reads).add(_variable(number, namespace))
    points.access(hooks.run, number, touched)


def _variable(number: int, namespace: dict) -> Any:
    variable = variables[number]
    return variable if variable.scope is not None else (effects.objects.number(namespace), variable.name)


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
        points.access(hooks.run, number, effects_of_accesses.of_item(owner, key), (owner, key))
    return owner[key]


def call(number: int, function: Callable, /, *arguments: Any, **named: Any) -> Any:
    """function(...), after a report of what it reads and writes."""
    if not hooks.in_run():
        return function(*arguments, **named)
    task = hooks.run.current
    written_in = switches.PYTHON if hooks.run.by_line else switches.written_in(function)  # by line it does not matter
    looks = hooks.run.by_switch and number in switches.calls
    if looks and written_in == switches.LIBRARY:
        points.switch(hooks.run)
    touched = effects_of_calls.of_call(function, arguments, named)
    outer = task.site, task.from_c, task.only_waits
    task.site, task.from_c = hooks.run.site_of(number), number if written_in == switches.C else 0
    task.operator = 0, 0
    task.only_waits = task.only_waits or effects_of_calls.only_waits(function, arguments, named)
    try:
        if touched or hooks.run.by_access:  # what the library does inside is put down to this call
            points.access(hooks.run, number, touched, (effects.receiver_of(function), *arguments, *named.values()))
        result = function(*arguments, **named)
    finally:
        task.site, task.from_c, task.only_waits = outer
    effects_of_calls.came_from(result, function, arguments)
    if issubclass(type(result), type) and vars(result).get("__module__") == __name__:
        type.__setattr__(result, "__module__", _callers_module())
    if looks and written_in == switches.C:
        points.switch(hooks.run)
    return result


def _callers_module() -> str | None:
    """The name of the module in which a class has been made by a call."""
    frame = _getframe(2)
    return (frame.f_back if frame.f_globals is globals() else frame).f_globals.get("__name__")


def call_with_all(number: int, function: Callable, arguments: Any, /, **named: Any) -> Any:
    """function(*arguments, **named): they are gone through when all else has been evaluated."""
    return call(number, function, *use(number, arguments, True), **named)


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


def later(number: int, value: Any) -> Any:
    """An operand that is looked at once the other is there."""
    if hooks.in_run():
        hooks.run.current.held[id(_getframe(1)), number] = value
    return value


def both(number: int, first: int, value: Any) -> Any:
    """The other operand: now both are looked at."""
    if hooks.in_run():
        other = hooks.run.current.held.pop((id(_getframe(1)), first), None)
        touched = effects.of_use(other, True)
        touched.add(effects.of_use(value, True))
        if touched:
            points.access(hooks.run, number, touched, (other, value))
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
    "read": read, "write": write, "wrote": wrote, "load": load, "store": store, "item": item, "call": call,
    "call_with_all": call_with_all, "decorator": decorator, "manager": manager, "use": use, "later": later,
    "both": both, "matched": matched, "anything": anything, "exposed": exposed, "slice": slice,
}  # fmt: skip
