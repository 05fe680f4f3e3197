"""What an operation reads and writes, judged from the objects that it is given when it is carried out.

A variable is an attribute (the object's id and the name), the contents of a container (its id), a global, a closure's
variable, a lock, or the clock. Tables say what built-in types and functions do; rewritten Python code reports for
itself. What neither covers may do anything: it writes ANYTHING, which every access reads.
"""

from __future__ import annotations

import _operator
import builtins
import collections
import concurrent.futures._base
import concurrent.futures.thread
import datetime
import decimal
import fractions
import functools
import math
import operator
import pathlib
import queue
import re
import threading
import types
import uuid
import weakref
from collections import deque
from collections.abc import Callable
from typing import Any

from helpers.interleave import source
from helpers.interleave.identity import Identities
from helpers.interleave.instrument import is_hooked

ANYTHING = "*"


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


ATOMS = frozenset({int, str, float, bool, bytes, type(None), complex, range, type(Ellipsis), type(NotImplemented)})
_IMMUTABLE = (
    datetime.date, datetime.time, datetime.timedelta, datetime.tzinfo, decimal.Decimal, fractions.Fraction,
    pathlib.PurePath, uuid.UUID, re.Pattern, re.Match, type, types.FunctionType, types.MethodType, types.ModuleType,
    types.BuiltinFunctionType, types.CodeType, slice, property, classmethod, staticmethod, functools.partial,
    types.GenericAlias, types.UnionType, types.MethodDescriptorType, types.WrapperDescriptorType, weakref.ref,
)  # fmt: skip
_CONTAINERS = (list, dict, set, deque, tuple, frozenset, bytearray)
_READING_METHODS = frozenset({
    "get", "items", "keys", "values", "copy", "index", "count", "union", "intersection", "difference", "issubset",
    "issuperset", "isdisjoint", "symmetric_difference", "__len__", "__contains__", "__getitem__", "__iter__", "__eq__",
    "__repr__", "__bool__", "__reversed__", "find", "join", "decode", "__sizeof__",
})  # fmt: skip
_VIEWS = (type({}.keys()), type({}.values()), type({}.items()))
_LOOKS_AT_ARGUMENTS = frozenset({
    len, repr, print, isinstance, issubclass, callable, id, hash, abs, round, min, max, sum, sorted, any, all, divmod,
    pow, ord, chr, format, bin, hex, oct, ascii, iter, operator.index, threading.get_ident,
    threading.get_native_id, builtins.__build_class__,
})  # fmt: skip
_MAKES_NEW = frozenset({
    list, dict, set, deque, tuple, frozenset, bytearray, int, str, float, bool, bytes, complex, range, object, slice,
    type, memoryview, property, classmethod, staticmethod, functools.partial, collections.OrderedDict,
    collections.defaultdict, collections.Counter, collections.ChainMap, threading.local,
})  # fmt: skip
_ITERATORS = (enumerate, zip, map, filter, reversed)
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
_REWRITTEN_NAMES = frozenset(module.__name__ for module in REWRITTEN)

objects = Identities()  # of the run in progress


def anything() -> Touched:
    """Of what may do anything."""
    touched = Touched()
    touched.writes.add(ANYTHING)
    return touched


# ---- values -------------------------------------------------------------------------------------------------------


def of_use(value: Any, deep: bool) -> Touched:
    """A value that is compared, printed, gone through; deep: also what it holds is."""
    touched = Touched()
    if type(value) not in ATOMS:
        _add_use(touched, value, deep, set())
    return touched


def _add_use(touched: Touched, value: Any, deep: bool, met: set[int]) -> None:
    kind = type(value)
    if kind in ATOMS or id(value) in met:
        return
    met.add(id(value))
    if kind not in _CONTAINERS and id(value) in objects.numbers and objects.number(value) in objects.behind:
        touched.writes.add(objects.number(value))
        for behind in objects.behind[objects.number(value)]:
            _add_use(touched, behind, deep, met)
    elif isinstance(value, _CONTAINERS):
        _add_container(touched, value, kind, deep, met)
    elif isinstance(value, _IMMUTABLE):
        return
    elif isinstance(value, types.GeneratorType):  # its code reports for itself
        touched.writes.add(objects.number(value))
        if not is_hooked(value.gi_code):
            touched.writes.add(ANYTHING)
    else:
        _add_operators(touched, value, kind, met)


def _add_container(touched: Touched, value: Any, kind: type, deep: bool, met: set[int]) -> None:
    if not isinstance(value, tuple | frozenset):
        touched.reads.add(objects.number(value))
    if kind not in _CONTAINERS and not _is_plain(kind):
        _add_operators(touched, value, kind, met)
    if deep:
        for item in list(value.values()) if isinstance(value, dict) else list(value):
            if type(item) not in ATOMS:
                _add_use(touched, item, deep, met)
        if isinstance(value, dict):
            for key in list(value):
                if type(key) not in ATOMS:
                    _add_use(touched, key, deep, met)


def _is_plain(kind: type) -> bool:
    return kind.__module__ == "collections"


def _add_operators(touched: Touched, value: Any, kind: type, met: set[int]) -> None:
    """What the operators of a class of objects touch."""
    judged = _operators_of(kind)
    if judged == "fields":  # those of a dataclass, which exec has made
        for name, item in list(getattr(value, "__dict__", {}).items()):
            touched.reads.add((objects.number(value), name))
            _add_use(touched, item, True, met)
    elif judged == "unknown":
        touched.writes.add(ANYTHING)


def _operators_of(kind: type) -> str:
    """Whether a class's operators report for themselves ("seen"), read its fields, or do what is not known."""
    judged = "seen"
    for name in _OPERATORS:
        for base in kind.__mro__[:-1]:
            if name in vars(base):
                how = _reports(vars(base)[name])
                if how == "unknown":
                    return how
                judged = how if how != "seen" else judged
                break
    return judged


def _reports(member: Any) -> str:
    if member is None:
        return "seen"
    if isinstance(member, types.FunctionType):
        code = member.__code__
        if _is_known(code):
            return "seen"
        return "fields" if code.co_filename == "<string>" else "unknown"
    return "unknown"


def _is_known(code: types.CodeType) -> bool:
    return is_hooked(code) or code.co_filename in REWRITTEN_FILES or source.kind_of(code) is source.OWN


def of_inplace(value: Any) -> Touched:
    """The left side of +=: a container changes in its place."""
    touched = Touched()
    if type(value) not in ATOMS and isinstance(value, list | dict | set | deque | bytearray):
        touched.writes.add(objects.number(value))
    elif type(value) not in ATOMS:
        _add_use(touched, value, True, set())
    return touched


def of_match(value: Any) -> Touched:
    """The subject of match."""
    touched = of_use(value, True)
    if type(value) not in ATOMS and not isinstance(value, _CONTAINERS):
        touched.writes.add(ANYTHING)
    return touched


# ---- attributes and items -------------------------------------------------------------------------------------------


def of_load(owner: Any, name: str) -> Touched:
    """owner.name."""
    touched = Touched()
    kind = type(owner)
    if kind in ATOMS or kind in _CONTAINERS or _is_own(kind):
        return touched
    if name != "__dict__" and name in getattr(owner, "__dict__", ()) and not isinstance(owner, _SPECIAL):
        if not isinstance(_method(kind, name), property):
            touched.reads.add((objects.number(owner), name))
        return touched
    if isinstance(owner, types.ModuleType):
        touched.reads.add((objects.number(vars(owner)), name))
    elif isinstance(owner, type):
        _add_class_attribute(touched, owner, name)
    elif name == "__dict__":
        touched.writes.add(EXPOSED)
    elif not isinstance(owner, threading.local):
        _add_attribute(touched, owner, kind, name)
    return touched


_SPECIAL = (type, types.ModuleType, threading.local)
EXPOSED = "**"  # an object's attributes are reached as a dictionary: from now on, anything may touch anything


def _is_own(kind: type) -> bool:
    return kind.__module__.startswith("helpers.interleave")


def _add_class_attribute(touched: Touched, owner: type, name: str) -> bool:
    for base in owner.__mro__:
        if name in vars(base):
            touched.reads.add((objects.number(base), name))
            return True
    touched.reads.add((objects.number(owner), name))
    return False


def _add_attribute(touched: Touched, owner: Any, kind: type, name: str) -> None:
    found = next((vars(base)[name] for base in kind.__mro__ if name in vars(base)), None)
    if isinstance(found, property):
        if _reports(found.fget) != "seen":
            touched.writes.add(ANYTHING)
        return
    touched.reads.add((objects.number(owner), name))
    if name in getattr(owner, "__dict__", ()):
        return
    known = _add_class_attribute(touched, kind, name)
    if isinstance(found, functools.cached_property):
        touched.writes.add((objects.number(owner), name))
    if kind.__getattribute__ is not object.__getattribute__ or (
        not known and _is_unknown(_method(kind, "__getattr__"))
    ):
        touched.writes.add(ANYTHING)


def of_store(owner: Any, name: str) -> Touched:
    """owner.name = ..., or del owner.name."""
    touched = Touched()
    if isinstance(owner, types.ModuleType):
        touched.writes.add((objects.number(vars(owner)), name))
        return touched
    if isinstance(owner, threading.local):
        return touched
    kind = type(owner)
    found = next((vars(base)[name] for base in kind.__mro__ if name in vars(base)), None)
    if isinstance(found, property):
        if found.fset is not None and _reports(found.fset) != "seen":
            touched.writes.add(ANYTHING)
        return touched
    touched.writes.add((objects.number(owner), name))
    if name in ("__dict__", "__class__"):
        touched.writes.add(EXPOSED)
    return touched


def of_item(owner: Any) -> Touched:
    """owner[key]."""
    touched = Touched()
    kind = type(owner)
    if kind in ATOMS or isinstance(owner, type | tuple | frozenset):
        return touched
    method = _method(kind, "__getitem__")
    if isinstance(owner, list | dict | deque | bytearray) and not isinstance(method, types.FunctionType):
        touched.reads.add(objects.number(owner))
        if getattr(owner, "default_factory", None) is not None or _is_unknown(_method(kind, "__missing__")):
            touched.writes.add(objects.number(owner))
    elif _is_unknown(method):
        touched.writes.add(ANYTHING)
    return touched


def of_item_store(owner: Any) -> Touched:
    """owner[key] = ..., or del owner[key]."""
    touched = Touched()
    method = _method(type(owner), "__setitem__")
    if isinstance(owner, list | dict | deque | bytearray) and not isinstance(method, types.FunctionType):
        touched.writes.add(objects.number(owner))
    elif _is_unknown(method) or method is None:
        touched.writes.add(ANYTHING)
    return touched


def _method(kind: type, name: str) -> Any:
    return next((vars(base)[name] for base in kind.__mro__ if name in vars(base)), None)


def _is_unknown(method: Any) -> bool:
    return method is not None and _reports(method) != "seen"


# ---- calls ----------------------------------------------------------------------------------------------------------


def of_call(function: Callable, arguments: tuple, named: dict) -> Touched:
    """function(*arguments, **named)."""
    touched = Touched()
    _add_call(touched, function, arguments, named)
    return touched


def _add_call(touched: Touched, function: Any, arguments: tuple, named: dict) -> None:
    kind = type(function)
    if kind is types.MethodType:
        _add_function(touched, function.__func__)
    elif kind is types.FunctionType:
        _add_function(touched, function)
    elif kind is types.BuiltinFunctionType:
        _add_builtin(touched, function, arguments, named)
    elif kind is functools.partial:
        _add_call(touched, function.func, function.args + arguments, {**function.keywords, **named})
    elif isinstance(function, type):
        _add_class(touched, function, arguments, named)
    elif _reports(_method(kind, "__call__")) != "seen" and not _is_own(kind):
        touched.writes.add(ANYTHING)


def _add_function(touched: Touched, function: Any) -> None:
    code = getattr(function, "__code__", None)
    if code is None or not _is_known(code):
        touched.writes.add(ANYTHING)


def _add_arguments(touched: Touched, arguments: tuple, named: dict, deep: bool = True) -> None:
    met: set[int] = set()
    for argument in (*arguments, *named.values()):
        if callable(argument) and not isinstance(argument, type):
            _add_call(touched, argument, (), {})  # it may be called back
        else:
            _add_use(touched, argument, deep, met)


def _add_builtin(touched: Touched, function: Any, arguments: tuple, named: dict) -> None:
    owner = function.__self__
    name = function.__name__
    if isinstance(owner, _CONTAINERS) or type(owner) in _VIEWS:
        if not isinstance(owner, tuple | frozenset):
            touched.reads.add(objects.number(owner))
            if name not in _READING_METHODS:
                touched.writes.add(objects.number(owner))
        _add_arguments(touched, arguments, named, deep=name not in _STORES_ARGUMENT)
    elif type(owner) in ATOMS or (isinstance(owner, _IMMUTABLE) and not isinstance(owner, type | types.ModuleType)):
        _add_arguments(touched, arguments, named)
    elif isinstance(owner, types.GeneratorType):
        _add_use(touched, owner, False, set())
    elif function in _LOOKS_AT_ARGUMENTS or owner is math:
        shallow = function in (len, isinstance, callable, id)
        _add_arguments(touched, arguments, named, deep=not shallow)
    elif function is next:
        _add_use(touched, arguments[0], False, set())
    elif function in (getattr, hasattr):
        _merge(touched, of_load(*arguments[:2]))
    elif function in (setattr, delattr):
        _merge(touched, of_store(*arguments[:2]))
    elif owner is _operator:
        _add_arguments(touched, arguments, named)
        if arguments and name.startswith(("i", "set", "del")):
            _merge(touched, of_inplace(arguments[0]))
    elif isinstance(owner, type) and owner in (dict, bytes, str, int, float):
        _add_arguments(touched, arguments, named)
    else:
        touched.writes.add(ANYTHING)


_STORES_ARGUMENT = frozenset({"append", "appendleft", "add", "insert", "setdefault", "get", "pop"})


def _merge(touched: Touched, other: Touched) -> None:
    touched.reads |= other.reads
    touched.writes |= other.writes


def _add_class(touched: Touched, kind: type, arguments: tuple, named: dict) -> None:
    """Making an object: a new one, so that only its arguments count."""
    if kind in _MAKES_NEW or kind in _ITERATORS or kind.__module__ == "itertools" or issubclass(kind, _IMMUTABLE):
        _add_arguments(touched, arguments, named, deep=not (kind in _CONTAINERS or kind in _ITERATORS))
        return
    if kind.__module__ in _REWRITTEN_NAMES:  # nobody knows the new object yet
        _add_arguments(touched, arguments, named)
        return
    for name in ("__new__", "__init__"):
        member = _method(kind, name)
        member = getattr(member, "__func__", member)  # __new__ is a static method
        if isinstance(member, types.FunctionType):
            if _reports(member) == "unknown":
                touched.writes.add(ANYTHING)
        elif not issubclass(kind, (BaseException, *_CONTAINERS)) and member not in _INHERITED:
            touched.writes.add(ANYTHING)
    if type(kind).__call__ is not type.__call__ and _is_unknown(_method(type(kind), "__call__")):
        touched.writes.add(ANYTHING)
    if issubclass(kind, _CONTAINERS):
        _add_arguments(touched, arguments, named)


_INHERITED = (object.__new__, object.__init__, threading.local.__new__)


def of_manager(value: Any) -> Touched:
    """What entering and leaving a with block may touch."""
    touched = Touched()
    kind = type(value)
    if _is_own(kind):
        variable = getattr(value, "variable", None)
        if variable is not None:
            touched.reads.add(variable)  # taking it is reported by itself
        return touched
    if kind.__module__ == "contextlib":
        return touched  # what it wraps is rewritten code, and reports for itself
    for name in ("__enter__", "__exit__"):
        if _is_unknown(_method(kind, name)):
            touched.writes.add(ANYTHING)
    return touched


def came_from(result: Any, function: Any, arguments: tuple) -> None:
    """Note what an iterator or a view goes through, which its type does not tell."""
    kind = type(result)
    if kind in ATOMS:
        return
    if kind in _VIEWS or (isinstance(function, types.BuiltinFunctionType) and hasattr(kind, "__next__")):
        owner = getattr(function, "__self__", None)
        objects.goes_through(result, arguments if isinstance(owner, types.ModuleType) else (owner, *arguments))
    elif function in _ITERATORS or kind.__module__ == "itertools":
        objects.goes_through(result, tuple(arguments))
