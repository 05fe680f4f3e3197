"""What reading and writing an attribute or an item touches."""

from __future__ import annotations

import collections
import concurrent.futures.thread
import functools
import threading
import types
import weakref
from collections import deque
from typing import Any

from helpers.interleave import effects, source
from helpers.interleave.effects import Touched


def of_load(owner: Any, name: str) -> Touched:
    """owner.name."""
    touched = Touched()
    kind = type(owner)
    if kind in effects.ATOMS or kind in effects.CONTAINERS or effects.is_own(kind):
        return touched
    if name != "__dict__" and name in source.attributes_of(owner) and not issubclass(type(owner), _SPECIAL):
        if not isinstance(effects.method_of(kind, name), property):
            touched.reads.add((effects.objects.number(owner), name))
        return touched
    if issubclass(type(owner), types.ModuleType):
        touched.reads.add((effects.objects.number(vars(owner)), name))
    elif issubclass(type(owner), type):
        _add_class_attribute(touched, owner, name)
    elif name == "__dict__":
        touched.writes.add(effects.EXPOSED)
    elif not issubclass(type(owner), threading.local):
        _add_attribute(touched, owner, kind, name)
    return touched


_SPECIAL = (type, types.ModuleType, threading.local)


def _add_class_attribute(touched: Touched, owner: type, name: str) -> bool:
    for base in owner.__mro__:
        if name in vars(base):
            touched.reads.add((effects.objects.number(base), name))
            return True
    touched.reads.add((effects.objects.number(owner), name))
    return False


def _add_attribute(touched: Touched, owner: Any, kind: type, name: str) -> None:
    found = next((vars(base)[name] for base in kind.__mro__ if name in vars(base)), None)
    if issubclass(type(found), property):
        if effects.reports(found.fget) != "seen":
            touched.writes.add(effects.ANYTHING)
        return
    touched.reads.add((effects.objects.number(owner), name))
    if name in source.attributes_of(owner):
        return
    known = _add_class_attribute(touched, kind, name)
    if issubclass(type(found), functools.cached_property):
        touched.writes.add((effects.objects.number(owner), name))
    if kind.__getattribute__ is not object.__getattribute__ or (
        not known and effects.is_unknown(effects.method_of(kind, "__getattr__"))
    ):
        touched.writes.add(effects.ANYTHING)


def of_store(owner: Any, name: str) -> Touched:
    """owner.name = ..., or del owner.name."""
    touched = Touched()
    if issubclass(type(owner), types.ModuleType):
        touched.writes.add((effects.objects.number(vars(owner)), name))
        return touched
    if issubclass(type(owner), threading.local):
        return touched
    kind = type(owner)
    found = next((vars(base)[name] for base in kind.__mro__ if name in vars(base)), None)
    if issubclass(type(found), property):
        if found.fset is not None and effects.reports(found.fset) != "seen":
            touched.writes.add(effects.ANYTHING)
        return touched
    touched.writes.add((effects.objects.number(owner), name))
    set_attribute = effects.method_of(kind, "__setattr__")
    if kind in weakref.ProxyTypes or (
        issubclass(type(set_attribute), types.FunctionType) and effects.is_unknown(set_attribute)
    ):
        touched.writes.add(effects.ANYTHING)
    if name in ("__dict__", "__class__"):
        touched.writes.add(effects.EXPOSED)
    return touched


def of_item(owner: Any, key: Any) -> Touched:
    """owner[key]."""
    touched = effects.of_use(key, True)  # it may be hashed, compared
    kind = type(owner)
    if kind in effects.ATOMS or issubclass(type(owner), type | tuple | frozenset):
        return touched
    method = effects.method_of(kind, "__getitem__")
    if issubclass(type(owner), list | dict | deque | bytearray) and not isinstance(method, types.FunctionType):
        touched.reads.add(effects.objects.number(owner))
        factory = _factory_of(owner)
        if issubclass(kind, collections.defaultdict):
            touched.reads.add((effects.objects.number(owner), "default_factory"))
        if factory is not None or effects.is_unknown(effects.method_of(kind, "__missing__")):
            touched.writes.add(effects.objects.number(owner))
        if factory is not None and not issubclass(type(factory), _REPORTING):
            touched.writes.add(effects.ANYTHING)
    elif effects.is_unknown(method):
        touched.writes.add(effects.ANYTHING)
    return touched


_REPORTING = (types.FunctionType, types.MethodType, type)  # what they do is reported, or nothing to others


def _factory_of(owner: Any) -> Any:
    kind = collections.defaultdict
    return kind.default_factory.__get__(owner) if issubclass(type(owner), kind) else None


def of_item_store(owner: Any, key: Any) -> Touched:
    """owner[key] = ..., or del owner[key]."""
    if owner is concurrent.futures.thread._threads_queues:  # of the library's own, for the end of the process
        return Touched()
    touched = effects.of_use(key, True)
    method = effects.method_of(type(owner), "__setitem__")
    if issubclass(type(owner), list | dict | deque | bytearray) and not isinstance(method, types.FunctionType):
        touched.writes.add(effects.objects.number(owner))
    elif effects.is_unknown(method) or method is None:
        touched.writes.add(effects.ANYTHING)
    return touched
