"""What an operation reads and writes, judged from the objects that it is given when it is carried out.

A variable is an attribute (the object's id and the name), the contents of a container (its id), a global, a closure's
variable, a lock, or the clock. Tables say what built-in types and functions do; rewritten Python code reports for
itself. What neither covers may do anything: it writes ANYTHING, which every access reads.
"""

from __future__ import annotations

import concurrent.futures._base
import concurrent.futures.thread
import datetime
import decimal
import fractions
import functools
import pathlib
import queue
import re
import threading
import types
import uuid
import weakref
from collections import deque
from typing import Any

from helpers.interleave import source
from helpers.interleave.identity import Identities
from helpers.interleave.instrument import is_hooked

ANYTHING = "*"
UNKNOWN = types.SimpleNamespace()  # stands among what an iterator goes through for what it may call
EXPOSED = "**"  # an object's attributes are reached as a dictionary: from now on, anything may touch anything


class Touched:
    """The variables that an operation, or a whole step, has read and written."""

    __slots__ = ("reads", "writes")

    def __init__(self) -> None:
        """Nothing has been touched yet."""
        self.reads: set = set()
        self.writes: set = set()

    def __bool__(self) -> bool:
        """Whether anything was touched."""
        return bool(self.reads or self.writes)

    def add(self, other: Touched) -> None:
        """What the other has read and written, this has, too."""
        self.reads |= other.reads
        self.writes |= other.writes


ATOMS = frozenset({int, str, float, bool, bytes, type(None), complex, range, type(Ellipsis), type(NotImplemented)})
IMMUTABLE = (
    datetime.date, datetime.time, datetime.timedelta, datetime.tzinfo, decimal.Decimal, fractions.Fraction,
    pathlib.PurePath, uuid.UUID, re.Pattern, re.Match, type, types.FunctionType, types.MethodType, types.ModuleType,
    types.BuiltinFunctionType, types.CodeType, slice, property, classmethod, staticmethod, functools.partial,
    types.GenericAlias, types.UnionType, types.MethodDescriptorType, types.WrapperDescriptorType, weakref.ref,
)  # fmt: skip
CONTAINERS = (list, dict, set, deque, tuple, frozenset, bytearray)
VIEWS = (type({}.keys()), type({}.values()), type({}.items()))
_OPERATORS = frozenset({
    "__bool__", "__len__", "__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__hash__", "__contains__",
    "__iter__", "__str__", "__repr__", "__format__", "__add__", "__radd__", "__sub__", "__rsub__", "__mul__",
    "__rmul__", "__truediv__", "__rtruediv__", "__floordiv__", "__mod__", "__pow__", "__and__", "__or__", "__xor__",
    "__lshift__", "__rshift__", "__matmul__", "__neg__", "__pos__", "__invert__", "__abs__", "__int__", "__float__",
    "__index__", "__iadd__", "__isub__", "__imul__", "__ior__", "__iand__", "__getitem__", "__reversed__",
})  # fmt: skip

# Library modules whose methods report for themselves, see library.
REWRITTEN = (threading, queue, concurrent.futures._base, concurrent.futures.thread)
REWRITTEN_FILES = frozenset(str(module.__file__) for module in REWRITTEN)
REWRITTEN_NAMES = frozenset(module.__name__ for module in REWRITTEN)

objects = Identities()  # of the run in progress


def anything() -> Touched:
    """Of what may do anything."""
    touched = Touched()
    touched.writes.add(ANYTHING)
    return touched


def exposed() -> Touched:
    """Of what gives out an object's attributes as a dictionary."""
    touched = Touched()
    touched.writes.add(EXPOSED)
    return touched


def of_use(value: Any, deep: bool) -> Touched:
    """A value that is compared, printed, gone through; deep: also what it holds is."""
    touched = Touched()
    if type(value) not in ATOMS:
        add_use(touched, value, deep, set())
    return touched


def add_use(touched: Touched, value: Any, deep: bool, met: set[int]) -> None:
    """Add what a use of the value touches; met: the values that have been looked at."""
    kind = type(value)
    if kind in ATOMS or id(value) in met:
        return
    met.add(id(value))
    if value is UNKNOWN:
        touched.writes.add(ANYTHING)
    elif kind not in CONTAINERS and id(value) in objects.numbers and objects.number(value) in objects.behind:
        touched.writes.add(objects.number(value))
        for behind in objects.behind[objects.number(value)]:
            add_use(touched, behind, True, met)
    elif issubclass(type(value), CONTAINERS):
        _add_container(touched, value, kind, deep, met)
    elif issubclass(type(value), IMMUTABLE):
        return
    elif issubclass(type(value), types.GeneratorType):  # its code reports for itself
        touched.writes.add(objects.number(value))
        if not is_hooked(value.gi_code):
            touched.writes.add(ANYTHING)
    else:
        _add_operators(touched, value, kind, met)


def _add_container(touched: Touched, value: Any, kind: type, deep: bool, met: set[int]) -> None:
    if not issubclass(type(value), tuple | frozenset):
        touched.reads.add(objects.number(value))
    if kind not in CONTAINERS and not _is_plain(kind):
        _add_operators(touched, value, kind, met)
    if deep:
        for part in parts_of(value):
            if type(part) not in ATOMS:
                add_use(touched, part, deep, met)


def parts_of(value: Any) -> list[Any]:
    """What a container holds, without calling any code of the program's; nothing of what is none."""
    if issubclass(type(value), dict):
        return [*dict.values(value), *dict.keys(value)]
    for kind in (list, tuple, set, frozenset, deque):
        if issubclass(type(value), kind):
            return list(kind.__iter__(value))
    return []


def receiver_of(function: Any) -> Any:
    """The object whose method is called, None if it is none."""
    return function.__self__ if issubclass(type(function), _METHODS) else None


_METHODS = (types.MethodType, types.BuiltinMethodType, types.MethodWrapperType)


def _is_plain(kind: type) -> bool:
    return kind.__module__ == "collections"


def _add_operators(touched: Touched, value: Any, kind: type, met: set[int]) -> None:
    """What the operators of a class of objects touch."""
    judged = _operators_of(kind)
    if judged == "fields":  # those of a dataclass, which exec has made
        for name in method_of(kind, "__dataclass_fields__") or list(source.attributes_of(value)):
            touched.reads.add((objects.number(value), name))
            try:
                add_use(touched, object.__getattribute__(value, name), True, met)
            except AttributeError:  # not there, or not yet
                continue
    elif judged == "unknown":
        touched.writes.add(ANYTHING)


def _operators_of(kind: type) -> str:
    """Whether a class's operators report for themselves ("seen"), read its fields, or do what is not known."""
    judged = "seen"
    for name in _OPERATORS:
        for base in kind.__mro__[:-1]:
            if name in vars(base):
                how = reports(vars(base)[name])
                if how == "unknown":
                    return how
                judged = how if how != "seen" else judged
                break
    return judged


def reports(member: Any) -> str:
    """Whether a method reports for itself ("seen"), reads the fields of a dataclass, or does what is not known."""
    if member is None:
        return "seen"
    if issubclass(type(member), types.FunctionType):
        code = member.__code__
        if is_known(code):
            return "seen"
        return "fields" if code.co_filename == "<string>" else "unknown"
    return "unknown"


def is_known(code: types.CodeType) -> bool:
    """Whether code reports for itself, or touches nothing of the program's."""
    return is_hooked(code) or code.co_filename in REWRITTEN_FILES or source.kind_of(code) is source.OWN


def of_inplace(value: Any) -> Touched:
    """The left side of +=: a container changes in its place."""
    touched = Touched()
    if type(value) not in ATOMS and issubclass(type(value), list | dict | set | deque | bytearray):
        touched.writes.add(objects.number(value))
    elif type(value) not in ATOMS:
        add_use(touched, value, True, set())
    return touched


def of_match(value: Any) -> Touched:
    """The subject of match."""
    touched = of_use(value, True)
    if _holds_objects(value, set()):
        touched.writes.add(ANYTHING)
    return touched


def _holds_objects(value: Any, met: set[int]) -> bool:
    if type(value) in ATOMS or id(value) in met:
        return False
    met.add(id(value))
    return not issubclass(type(value), CONTAINERS) or any(_holds_objects(part, met) for part in parts_of(value))


def is_own(kind: type) -> bool:
    """Whether a class is one of the explorer's."""
    return kind.__module__.startswith("helpers.interleave")


def method_of(kind: type, name: str) -> Any:
    """What stands under a name in a class or its bases, None if nothing does."""
    return next((vars(base)[name] for base in kind.__mro__ if name in vars(base)), None)


def is_unknown(method: Any) -> bool:
    """Whether there is such a method, and it does not report for itself."""
    return method is not None and reports(method) != "seen"
