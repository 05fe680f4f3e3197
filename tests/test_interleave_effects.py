"""What operations touch is judged of any function, also one that is only handed on, without its arguments."""

import builtins
import collections
import functools
import operator
import queue
import random
import threading
from concurrent.futures import Future

import pytest
from threaded import Box, run_all

from helpers.interleave import effects, effects_of_calls, explore
from helpers.interleave.identity import Identities

FUNCTIONS = [value for module in (builtins, operator) for value in vars(module).values() if callable(value)]
FUNCTIONS += [member for kind in (list, dict, set, str) for member in vars(kind).values() if callable(member)]


@pytest.fixture(autouse=True)
def _fresh(monkeypatch):
    monkeypatch.setattr(effects, "objects", Identities())


@pytest.mark.parametrize(
    "arguments",
    [(), (1,), ([],), ({}, "a"), (Box(a=1), "a", 2)],
    ids=["none", "a number", "a list", "a dict and a key", "an object and a name"],
)
def test_no_call_is_judged_with_an_error(arguments):
    for function in FUNCTIONS:
        effects_of_calls.of_call(function, arguments, {})
    for method in ([].append, {}.get, set().add, "".join, random.Random(1).random, threading.Lock().acquire):
        effects_of_calls.of_call(method, arguments, {"any": []})


@pytest.mark.parametrize("step", ["line", "access"])
@pytest.mark.parametrize("function", [setattr, delattr, getattr, next, operator.setitem, print, len, sorted])
def test_a_call_that_fails_fails_as_it_does_elsewhere(function, step):
    box = Box(error=None)

    def work():
        try:
            function()
        except TypeError as error:
            box.error = str(error)

    def program():
        run_all(work)
        return box.error

    alone = program()
    assert explore(program, step=step, reduce=True).endings == {alone: 1}


def _last_of(line):
    found = []
    while not line.empty():
        found.append(line.get())
    return tuple(found)


def _try(semaphore, seen, name):
    if semaphore.acquire(blocking=False):
        seen.append(name)


SHARED = {
    "queue": (queue.Queue, lambda line, seen, name: line.put(name), _last_of),
    "priority queue": (queue.PriorityQueue, lambda line, seen, name: seen.append(line.put(name) or line.qsize()), None),
    "simple queue": (lambda: queue.SimpleQueue(), lambda line, seen, name: line.put(name), _last_of),
    "event": (threading.Event, lambda event, seen, name: seen.append(event.is_set()) or event.set(), None),
    "semaphore": (lambda: threading.Semaphore(2), _try, None),
    "lock": (lambda: threading.Lock(), _try, None),
    "future": (Future, lambda future, seen, name: seen.append(future.cancel()), None),
}


@pytest.mark.parametrize("kind", SHARED)
def test_a_call_of_a_library_object_is_a_step_by_access(kind):
    """Two threads that call it twice each: whatever order of the calls there is by line, there is by access."""
    make, call, what_is_left = SHARED[kind]

    def program():
        shared, seen = make(), []

        def work(name):
            call(shared, seen, name)
            call(shared, seen, name + "'")

        run_all(functools.partial(work, "a"), functools.partial(work, "b"))
        return what_is_left(shared) if what_is_left else tuple(seen)

    by_line, by_access = explore(program), explore(program, step="access")
    assert set(by_line.endings) <= set(by_access.endings)
    assert by_access.schedules > 2


def test_going_through_a_shared_collection_is_a_step_before_it_begins_and_before_each_item():
    names = {}

    def go_through():
        for name in names:
            seen.append(name)

    def program():
        names.clear()
        names.update(a=1)
        seen.clear()
        run_all(go_through, lambda: names.setdefault("b"))
        return tuple(seen)

    seen = []
    every = {("a",), ("a", "b"), "RuntimeError, then ('a',)", "RuntimeError, then ()"}
    assert set(explore(program, step="access").endings) == every


class Watchful(list):
    """A list that notices who goes through it, or asks for its attributes."""

    def __init__(self, *items):
        super().__init__(items)
        self.seen_by = set()

    def __iter__(self):
        self.seen_by.add(threading.current_thread().name)
        return super().__iter__()

    def __getattribute__(self, name):
        super().__getattribute__("__dict__").setdefault("asked", []).append(name)
        return super().__getattribute__(name)


@pytest.mark.parametrize("options", [{}, {"reduce": True}, {"step": "access"}], ids=str)
def test_looking_at_what_is_touched_calls_none_of_the_programs_code(options):
    def program():
        watchful = Watchful(1, 2)

        def work():
            str([watchful])
            sorted([watchful, watchful], key=id)
            watchful.append(len(watchful))

        run_all(work)
        return watchful.seen_by, object.__getattribute__(watchful, "__dict__")["asked"]

    assert explore(program, **options).endings == {repr(program()): 1}


@pytest.mark.parametrize("call", ["extend", "sorted", "update"])
def test_what_a_call_in_c_does_between_its_callbacks_can_be_seen_by_access(call):
    """A generator or a key function is called in the middle of it, so another thread can come in there."""

    def program():
        letters, numbers = [], {}

        def work(name):
            if call == "extend":
                letters.extend(letter for letter in (name, name))
            elif call == "update":
                numbers.update((key, name) for key in "ab")
            else:
                letters[:] = sorted([*letters, name, name], key=lambda letter: letter)

        run_all(functools.partial(work, "x"), functools.partial(work, "y"))
        return "".join(letters), str(numbers)

    by_line = set(explore(program).endings)
    assert len(by_line) > 1
    assert by_line <= set(explore(program, step="access").endings)


def test_a_library_function_that_a_thread_is_given_is_named():
    def program():
        left = collections.Counter(a=2)
        run_all(functools.partial(left.subtract, a=1), functools.partial(left.subtract, a=1))
        threads = [threading.Thread(target=left.subtract, kwargs={"a": 1}) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert "a call of collections is one step" in repr(explore(program, 1))
