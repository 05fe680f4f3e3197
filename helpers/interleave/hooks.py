"""The hooks that rewritten code calls: each tells the run in progress what the thread is about to do.

They stay among the builtins, because a function or class that an explored program has made keeps its hooks. Outside a
run, and in threads that are not the program's, they do nothing.
"""

from __future__ import annotations

import builtins
import contextlib
from _thread import get_ident
from collections.abc import Callable, Iterator
from sys import _getframe
from typing import TYPE_CHECKING, Any

from helpers.interleave import effects
from helpers.interleave.effects import Touched
from helpers.interleave.rewrite import hook_name
from helpers.interleave.rewrite_accesses import variables

if TYPE_CHECKING:
    from helpers.interleave.scheduler import Run

run: Run | None = None  # the one in progress, of which one thread runs at a time


def in_run() -> bool:
    """Whether the calling thread belongs to the explored program."""
    return run is not None and get_ident() == run.current.ident


@contextlib.contextmanager
def paused() -> Iterator[None]:
    """What is called now is no part of the run, be it code of the program's."""
    global run
    here, run = run, None
    try:
        yield
    finally:
        run = here


# ---- statements -----------------------------------------------------------------------------------------------------


def step(number: int) -> None:
    """A statement comes next."""
    now = run
    if now is not None and get_ident() == now.current.ident:
        now.arrive(number, _getframe(1))


def head(number: int) -> None:
    """The condition of a while loop comes next."""
    now = run
    if now is not None and get_ident() == now.current.ident:
        now.arrive(number, _getframe(1), loop=True)


def round_(number: int) -> None:
    """An endless loop comes round; its first statement is the next step."""
    now = run
    if now is not None and get_ident() == now.current.ident:
        now.come_round(number, _getframe(1))


def leave() -> None:
    """A function returns, or an exception leaves it."""
    now = run
    if now is not None and get_ident() == now.current.ident:
        now.current.leave(_getframe(1))


def rounds(number: int, iterable: Any, access: int = 0) -> Any:
    """The items of an iterable, with a step before each but the first."""
    return _rounds(number, iterable, iter(iterable), access) if in_run() else iterable


def _rounds(number: int, iterable: Any, iterator: Iterator, access: int) -> Iterator:
    first = True
    while True:
        if in_run():
            if number and not first:
                run.arrive(number, _getframe(1))
            if access:
                run.access(access, effects.of_use(iterable, False))
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
            now.arrive(self.number, _getframe(1))


_leaving: dict[int, _Leaving] = {}


def leaving(number: int) -> _Leaving:
    """The manager that takes a step when its block is left."""
    manager = _leaving.get(number)
    if manager is None:
        manager = _leaving[number] = _Leaving(number)
    return manager


# ---- accesses -------------------------------------------------------------------------------------------------------


def read(number: int) -> None:
    """A name is read that another function can reach."""
    if in_run():
        _name(number, _getframe(1).f_globals, write=False)


def write(number: int, value: Any) -> Any:
    """A value is assigned to such a name."""
    if in_run():
        _name(number, _getframe(1).f_globals, write=True)
    return value


def wrote(number: int) -> None:
    """Such a name has been written."""
    if in_run():
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
    run.access(number, touched)


def load(number: int, owner: Any, name: str) -> Any:
    """An attribute is read."""
    now = run
    if now is not None and get_ident() == now.current.ident:
        now.access(number, effects.of_load(owner, name))
    return owner


def store(number: int, owner: Any, name: str) -> Any:
    """An attribute is written or deleted."""
    if in_run():
        run.access(number, effects.of_store(owner, name))
    return owner


def item(number: int, owner: Any, key: Any) -> Any:
    """owner[key]."""
    if in_run():
        run.access(number, effects.of_item(owner))
    return owner[key]


class _Cell:
    """What an item or an attribute is assigned through: the hook comes when the value is there."""

    __slots__ = ("key", "owner", "read", "write")

    def __init__(self, read: int, write: int, owner: Any, key: Any) -> None:
        self.read, self.write, self.owner, self.key = read, write, owner, key

    def __getitem__(self, _: None) -> Any:
        if in_run():
            run.access(self.read, effects.of_item(self.owner))
        value = self.owner[self.key]
        _changes_in_place(self.read, value)
        return value

    def __setitem__(self, _: None, value: Any) -> None:
        if in_run():
            run.access(self.write, effects.of_item_store(self.owner))
        self.owner[self.key] = value

    def __delitem__(self, _: None) -> None:
        if in_run():
            run.access(self.write, effects.of_item_store(self.owner))
        del self.owner[self.key]


class _Attribute(_Cell):
    __slots__ = ()

    def __getitem__(self, _: None) -> Any:
        if in_run():
            run.access(self.read, effects.of_load(self.owner, self.key))
        value = getattr(self.owner, self.key)
        _changes_in_place(self.read, value)
        return value

    def __setitem__(self, _: None, value: Any) -> None:
        if in_run():
            run.access(self.write, effects.of_store(self.owner, self.key))
        setattr(self.owner, self.key, value)


def cell(number: int, owner: Any, key: Any) -> _Cell:
    """owner[key] as the target of an assignment or of del."""
    return _Cell(number, number, owner, key)


def inplace(number: int, value: Any) -> None:
    """A value that += may change in its place."""
    _changes_in_place(number, value)


def _changes_in_place(number: int, value: Any) -> None:
    if in_run():
        touched = effects.of_inplace(value)
        if touched:
            run.access(number, touched)


def call(number: int, function: Callable, *arguments: Any, **named: Any) -> Any:
    """function(...), after a report of what it reads and writes."""
    if not in_run():
        return function(*arguments, **named)
    task = run.current
    touched = effects.of_call(function, arguments, named)
    outer, task.site = task.site, run.site_of(number)
    try:
        if touched:
            run.access(number, touched)
        result = function(*arguments, **named)
    finally:
        task.site = outer
    effects.came_from(result, function, arguments)
    return result


def decorator(number: int, function: Callable) -> Callable:
    """A function is about to be called with another, and decorates it."""
    if in_run():
        run.access(number, effects.of_call(function, (), {}))
    return function


def manager(number: int, value: Any) -> Any:
    """The manager of a with block."""
    if in_run():
        run.access(number, effects.of_manager(value))
    return value


def use(number: int, value: Any, deep: bool) -> Any:
    """A value that is compared, calculated with, or asked for its truth."""
    if in_run():
        touched = effects.of_use(value, deep)
        if touched:
            run.access(number, touched)
    return value


def matched(number: int, value: Any) -> Any:
    """The subject of match, whose attributes and items patterns look at."""
    if in_run():
        run.access(number, effects.of_match(value))
    return value


def anything(number: int) -> None:
    """What comes next may read and write whatever it likes."""
    if in_run():
        run.access(number, effects.anything())


_HOOKS: dict[str, Any] = {
    "step": step, "head": head, "round": round_, "leave": leave, "rounds": rounds, "leaving": leaving,
    "read": read, "write": write, "wrote": wrote, "load": load, "store": store, "item": item, "cell": cell,
    "item_cell": _Cell, "attribute": _Attribute, "inplace": inplace, "call": call, "decorator": decorator,
    "manager": manager, "use": use, "matched": matched, "anything": anything, "slice": slice,
}  # fmt: skip

for _name_of, _hook in _HOOKS.items():
    setattr(builtins, hook_name(_name_of), _hook)
