"""What a call touches: tables say it of built-in functions; Python functions with hooks report for themselves."""

from __future__ import annotations

import _operator
import abc
import builtins
import collections
import contextlib
import dataclasses
import functools
import math
import operator
import sys
import threading
import types
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from helpers.interleave import effects, effects_of_accesses
from helpers.interleave.effects import Touched

_READING_METHODS = frozenset({
    "get", "items", "keys", "values", "copy", "index", "count", "union", "intersection", "difference", "issubset",
    "issuperset", "isdisjoint", "symmetric_difference", "__len__", "__contains__", "__getitem__", "__iter__", "__eq__",
    "__repr__", "__bool__", "__reversed__", "find", "join", "decode", "__sizeof__",
})  # fmt: skip
_LOOKS_AT_ARGUMENTS = frozenset({
    len, repr, isinstance, issubclass, callable, id, hash, abs, round, min, max, sum, sorted, any, all, divmod,
    pow, ord, chr, format, bin, hex, oct, ascii, iter, operator.index, threading.get_ident,
    threading.get_native_id, builtins.__build_class__,
})  # fmt: skip
_MAKES_NEW = frozenset({
    list, dict, set, deque, tuple, frozenset, bytearray, int, str, float, bool, bytes, complex, range, object, slice,
    type, memoryview, property, classmethod, staticmethod, functools.partial, collections.OrderedDict,
    collections.defaultdict, collections.Counter, collections.ChainMap, threading.local,
})  # fmt: skip
_HASHES = (dict, set, frozenset)
_ITERATORS = (enumerate, zip, map, filter, reversed)


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
    elif issubclass(type(function), type):
        _add_class(touched, function, arguments, named)
    elif effects.reports(effects.method_of(kind, "__call__")) != "seen" and not effects.is_own(kind):
        touched.writes.add(effects.ANYTHING)


def _add_function(touched: Touched, function: Any) -> None:
    code = getattr(function, "__code__", None)
    if code is None or not effects.is_known(code):
        touched.writes.add(effects.ANYTHING)


def _add_arguments(touched: Touched, arguments: tuple, named: dict, deep: bool = True) -> None:
    met: set[int] = set()
    for argument in (*arguments, *named.values()):
        if callable(argument) and not issubclass(type(argument), type):
            _add_call(touched, argument, (), {})  # it may be called back
        else:
            effects.add_use(touched, argument, deep, met)


def _add_builtin(touched: Touched, function: Any, arguments: tuple, named: dict) -> None:
    owner = function.__self__
    name = function.__name__
    if issubclass(type(owner), effects.CONTAINERS) or type(owner) in effects.VIEWS:
        if not issubclass(type(owner), tuple | frozenset):
            touched.reads.add(effects.objects.number(owner))
            if name not in _READING_METHODS:
                touched.writes.add(effects.objects.number(owner))
        if name in _COMPARES:
            effects.add_use(touched, owner, True, set())
        _add_arguments(touched, arguments, named, deep=name not in _STORES_ARGUMENT)
    elif name in ("format", "format_map") and type(owner) is str and not _are_atoms(arguments, named):
        touched.writes.add(effects.ANYTHING)  # it may look at their attributes
    elif type(owner) in effects.ATOMS or (
        issubclass(type(owner), effects.IMMUTABLE) and not issubclass(type(owner), type | types.ModuleType)
    ):
        _add_arguments(touched, arguments, named)
    elif issubclass(type(owner), types.GeneratorType):
        effects.add_use(touched, owner, False, set())
    elif function in _LOOKS_AT_ARGUMENTS or owner is math:
        shallow = function in (len, isinstance, callable, id)
        _add_arguments(touched, arguments, named, deep=not shallow)
        if function in (isinstance, issubclass) and len(arguments) == 2 and _asks_attributes(arguments[1]):
            touched.writes.add(effects.ANYTHING)
    elif function is print:
        file = named.get("file")
        if not effects.is_own(type(sys.stdout if file is None else file)):
            touched.writes.add(effects.ANYTHING)
        _add_arguments(touched, arguments, {})
    elif function is next and arguments:
        effects.add_use(touched, arguments[0], False, set())
    elif function in (getattr, hasattr) and len(arguments) > 1:
        touched.add(effects_of_accesses.of_load(*arguments[:2]))
    elif function in (setattr, delattr) and len(arguments) > 1:
        touched.add(effects_of_accesses.of_store(*arguments[:2]))
    elif owner is _operator:
        _add_arguments(touched, arguments, named)
        if arguments and name.startswith(("i", "set", "del")):
            touched.add(effects.of_inplace(arguments[0]))
    elif issubclass(type(owner), type) and owner in (dict, bytes, str, int, float):
        _add_arguments(touched, arguments, named)
    else:
        touched.writes.add(effects.ANYTHING)


def _asks_attributes(kinds: Any) -> bool:
    """Whether one of these classes, as a protocol does, has its own way to say what is an instance of it."""
    if issubclass(type(kinds), tuple):
        return any(map(_asks_attributes, kinds))
    if issubclass(type(kinds), types.UnionType):
        return any(map(_asks_attributes, kinds.__args__))
    check = effects.method_of(type(kinds), "__instancecheck__")
    return check not in _PLAIN_CHECKS and effects.is_unknown(check)


_PLAIN_CHECKS = (type.__instancecheck__, abc.ABCMeta.__instancecheck__)
_COMPARES = frozenset({"count", "index", "remove", "sort"})
_STORES_ARGUMENT = frozenset({"append", "appendleft", "add", "insert", "setdefault", "get", "pop"})


def _are_atoms(arguments: tuple, named: dict) -> bool:
    return all(type(argument) in effects.ATOMS for argument in (*arguments, *named.values()))


def _add_class(touched: Touched, kind: type, arguments: tuple, named: dict) -> None:
    """Making an object: a new one, so that only its arguments count."""
    if (
        kind in _MAKES_NEW
        or kind in _ITERATORS
        or kind.__module__ == "itertools"
        or issubclass(kind, effects.IMMUTABLE)
    ):
        shallow = kind in (*effects.CONTAINERS, *_ITERATORS) and kind not in _HASHES
        _add_arguments(touched, arguments, named, deep=not shallow)
        return
    if kind.__module__ in effects.REWRITTEN_NAMES:  # nobody knows the new object yet
        _add_arguments(touched, arguments, named)
        return
    for name in ("__new__", "__init__"):
        member = effects.method_of(kind, name)
        member = getattr(member, "__func__", member)  # __new__ is a static method
        if issubclass(type(member), types.FunctionType):
            if effects.reports(member) == "unknown":
                touched.writes.add(effects.ANYTHING)
        elif not issubclass(kind, (BaseException, *effects.CONTAINERS)) and member not in _INHERITED:
            touched.writes.add(effects.ANYTHING)
    if type(kind).__call__ is not type.__call__ and effects.is_unknown(effects.method_of(type(kind), "__call__")):
        touched.writes.add(effects.ANYTHING)
    if issubclass(kind, effects.CONTAINERS):
        _add_arguments(touched, arguments, named)
    elif issubclass(kind, BaseExceptionGroup):
        _add_arguments(touched, arguments, named, deep=False)
    for field in (effects.method_of(kind, "__dataclass_fields__") or {}).values():
        if field.default_factory is not dataclasses.MISSING:
            _add_call(touched, field.default_factory, (), {})


_INHERITED = (object.__new__, object.__init__, threading.local.__new__)


def of_manager(value: Any) -> Touched:
    """What entering and leaving a with block may touch."""
    touched = Touched()
    kind = type(value)
    if effects.is_own(kind):
        variable = getattr(value, "variable", None)
        if variable is not None:
            touched.reads.add(variable)  # taking it is reported by itself
        return touched
    if kind in _REPORTING_MANAGERS:  # what it wraps is rewritten code, and reports for itself
        return touched
    if kind is contextlib.closing and not effects.is_unknown(effects.method_of(type(value.thing), "close")):
        return touched
    for name in ("__enter__", "__exit__"):
        if effects.is_unknown(effects.method_of(kind, name)):
            touched.writes.add(effects.ANYTHING)
    return touched


_REPORTING_MANAGERS = (contextlib._GeneratorContextManager, contextlib.nullcontext, contextlib.suppress)


def only_waits(function: Any, arguments: tuple, named: dict) -> bool:
    """Whether a call waits for a thread's result as join waits for its end, however long that takes."""
    if arguments or named or type(function) is not types.MethodType:
        return False
    return function.__func__.__name__ in ("result", "exception") and issubclass(type(function.__self__), Future)


def came_from(result: Any, function: Any, arguments: tuple) -> None:
    """Note what an iterator or a view goes through, which its type does not tell."""
    kind = type(result)
    if kind in effects.ATOMS:
        return
    if kind in effects.VIEWS or (issubclass(type(function), types.BuiltinFunctionType) and hasattr(kind, "__next__")):
        owner = getattr(function, "__self__", None)
        through = arguments if issubclass(type(owner), types.ModuleType) else (owner, *arguments)
        effects.objects.goes_through(result, (*through, *_what_is_called(arguments)))
    elif any(function is iterator for iterator in _ITERATORS) or kind.__module__ == "itertools":
        effects.objects.goes_through(result, (*arguments, *_what_is_called(arguments)))


def _what_is_called(arguments: tuple) -> list[Any]:
    """UNKNOWN if an iterator may call something that changes what is shared."""
    functions = [a for a in arguments if callable(a) and not issubclass(type(a), type)]
    return [effects.UNKNOWN] if any(of_call(function, (), {}).writes for function in functions) else []
