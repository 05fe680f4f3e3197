"""By switch, a thread can be interrupted exactly where this interpreter looks whether another wants its lock."""

import _thread
import itertools
import linecache
import signal
import sys
import textwrap
import threading

import pytest
from threaded import Box, run_all

from helpers.interleave import ExploreError, explore, replay, switches

has_switches = pytest.mark.skipif(bool(switches.are_none()), reason="has no lock to hand over")


# ---- the rule, by experiment ----------------------------------------------------------------------------------------


class Breaker(int):
    """Trips the interpreter's eval breaker without a call: so its next look comes where the code after it has one."""

    trip = property(_thread.interrupt_main)


class Managed:
    """A manager written in Python."""

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        pass

    def __add__(self, other):
        return other


GIVEN = {"Box": Box, "Managed": Managed, "threading": threading}
SETUP = """
    box, items, names, lock, managed = Box(x=0), [1, 2, 3], {"a": 1}, threading.Lock(), Managed()
    def plain():
        return 1
"""
LOOKS = {
    "x += 1": "box.x += 1",
    "two statements": "seen = box.x\nbox.x = seen + 1",
    "item += 1": 'names["a"] += 1',
    "comparison": "if box.x < 3:\n    box.x = 1\nelse:\n    box.x = 2",
    "truth": "if items and names:\n    box.x = 1",
    "in": "box.x = 1 in names",
    "conditional": "box.x = box.x if items else 2",
    "unpacking": "a, b = items[0], box.x\nbox.x = a",
    "display": "box.x = [*items, *names]",
    "delete": 'del names["a"]',
    "try": "try:\n    box.x = names[3]\nexcept KeyError:\n    box.x = 1\nbox.x = 2",
    "try in a loop": "for i in items:\n    try:\n        box.x = names[i]\n    except KeyError:\n        box.x = 1",
    "finally": "try:\n    box.x = 1\nfinally:\n    box.x = 2",
    "match": "match box.x:\n    case 1:\n        box.x = 2\n    case _:\n        box.x = 3",
    "call of C": "len(names)",
    "call of C between": "box.x += abs(-1)",
    "call of a method": 'names.get("a")',
    "call with keywords": "sorted(items, reverse=True)",
    "call with a star": "max(*items)",
    "calls in calls": "max(abs(1), abs(2))",
    "call of Python": "plain()",
    "call of Python between": "box.x += plain()",
    "call of a bound method": "enter = managed.__enter__\nenter()",
    "call of a lambda": "(lambda: 1)()",
    "call of a class": "object()",
    "with a lock": "with lock:\n    box.x = 1\nbox.x = 2",
    "with, left by an exception": "try:\n    with lock:\n        names[3]\nexcept KeyError:\n    box.x = 1",
    "with two": "with lock, managed:\n    box.x = 1",
    "with Python's": "with managed as found:\n    box.x = 1",
    "for": "for i in items:\n    box.x = i",
    "for, left early": "for i in items:\n    if i == 2:\n        break\n    box.x = i",
    "for, continued": "for i in items:\n    if i == 2:\n        continue\n    box.x = i",
    "for, empty": "for i in ():\n    box.x = i\nelse:\n    box.x = 1",
    "while": "i = 0\nwhile i < 3:\n    i += 1",
    "while, twice": "for _ in items:\n    i = 0\n    while i < 2:\n        i += 1",
    "while True": "i = 0\nwhile True:\n    i += 1\n    if i == 3:\n        break",
    "while, never": "while box.x:\n    box.x = 0",
    "list comprehension": "box.x = [i for i in items]",
    "comprehension with if": "box.x = [i for i in items if i > 1]",
    "dict comprehension": "box.x = {i: i for i in items}",
    "generator": "def count():\n    yield 1\n    yield 2\nfor i in count():\n    box.x = i",
    "generator expression": "box.x = sum(i for i in items)",
    "generator that is sent something": "def echo():\n    box.x = yield\nline = echo()\nnext(line)\nnext(line, None)",
    "yield from": "def all_items():\n    yield from items\nbox.x = [*all_items()]",
    "decorator of C": "@staticmethod\ndef work():\n    pass",
    "decorator of Python": "@(lambda f: f)\ndef work():\n    pass",
    "default": "def work(x=abs(1)):\n    pass",
    "assert": "assert items",
    "operators in Python": "managed + 1",
    "class": "class Local:\n    x = 1",
}


def case_of(body):
    """The construct as a function of a file that can be read."""
    file = f"<looks {next(_numbers)}>"
    text = "def make():\n" + textwrap.indent(textwrap.dedent(SETUP), "    ")
    text += "    def case():\n" + textwrap.indent(body, " " * 8) + "\n    return case\n"
    linecache.cache[file] = len(text), None, text.splitlines(keepends=True), file
    namespace = dict(GIVEN)
    exec(compile(text, file, "exec"), namespace)
    return namespace["make"], file


_numbers = itertools.count()


def looks_of_the_interpreter(body):
    """How often the interpreter looks at its eval breaker in the construct's own code, before or after specializing."""
    make, file = case_of(body)
    return max(_looks(make(), file) for _ in range(100))


def _looks(case, file):
    breaker, count, going_on = Breaker(signal.SIGTERM), 0, True

    def look(number, frame):
        nonlocal count
        count += frame.f_code.co_filename in (file, __file__) and frame.f_code not in own
        if going_on:
            breaker.trip  # noqa: B018  again, for the next look; nothing looks between here and the return

    own = {_looks.__code__, look.__code__}
    usual = signal.signal(signal.SIGTERM, look)
    try:
        breaker.trip  # noqa: B018
        case()
        going_on = False
        len(())
    finally:
        signal.signal(signal.SIGTERM, usual)
    return count


def switches_of_the_explorer(body):
    """At how many places the explorer lets another thread go first in the construct, run by a thread."""
    make, _ = case_of(body)
    return len(replay(lambda: run_all(make()), [], step="switch").schedule)


@has_switches
@pytest.mark.parametrize("construct", LOOKS)
def test_the_explorer_switches_where_the_interpreter_looks(construct):
    assert switches_of_the_explorer(LOOKS[construct]) == looks_of_the_interpreter(LOOKS[construct])


@has_switches
@pytest.mark.parametrize(
    ("construct", "looks"),
    [("x += 1", 0), ("two statements", 0), ("comparison", 0), ("call of C between", 1), ("call of Python between", 1)],
)
def test_there_is_a_look_only_where_a_call_stands(construct, looks):
    assert looks_of_the_interpreter(LOOKS[construct]) == 1 + looks  # one as the function begins


# ---- what follows ---------------------------------------------------------------------------------------------------


def adds_a_number():
    box = Box(x=0)

    def add():
        box.x += 1

    run_all(add, add)
    return box.x


def adds_what_a_call_returns():
    box = Box(x=0)

    def add():
        box.x += int("1")

    run_all(add, add)
    return box.x


def takes_if_there_is_one():
    box = Box(x=1)

    def take():
        if box.x > 0:
            box.x -= 1

    run_all(take, take)
    return box.x


def pops_if_there_is_one():
    items, got = [1], []

    def pop():
        got.append(items.pop() if items else None)

    run_all(pop, pop)
    return sorted(map(str, got))


def races_with_main():
    box = Box(x=0)

    def add():
        box.x += int("1")

    thread = threading.Thread(target=add)
    thread.start()
    box.x += int("1")
    thread.join()
    return box.x


ENDINGS = {
    adds_a_number: ({2}, {1, 2}),
    adds_what_a_call_returns: ({1, 2}, {1, 2}),
    takes_if_there_is_one: ({0}, {0, -1}),
    pops_if_there_is_one: ({"['1', 'None']"}, {"['1', 'None']", "IndexError, then ['1']"}),
    races_with_main: ({1, 2}, {1, 2}),
}
by_name = {"argvalues": list(ENDINGS), "ids": [program.__name__ for program in ENDINGS]}


@has_switches
@pytest.mark.parametrize("program", **by_name)
def test_what_is_possible_is_part_of_what_is_allowed(program):
    possible, allowed = ENDINGS[program]
    result = explore(program, step="switch")
    assert set(map(str, result.endings)) == set(map(str, possible))
    assert "by switch" in repr(result)
    assert set(map(str, explore(program, step="access").endings)) == set(map(str, allowed))
    assert explore(program, step="switch", reduce=True).endings == result.endings
    for ending in result.endings:
        trace = result.find(ending)
        assert str(replay(program, trace.schedule, step="switch")) == str(trace)


@has_switches
@pytest.mark.parametrize("program", **by_name)
def test_what_threads_really_do_is_possible(program):
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        seen = {str(program()) for _ in range(300)}
    finally:
        sys.setswitchinterval(interval)
    assert seen <= set(map(str, explore(program, step="switch").outcomes))


def test_without_a_lock_to_hand_over_there_are_no_such_steps(monkeypatch):
    monkeypatch.setattr(sys, "_is_gil_enabled", lambda: False, raising=False)
    with pytest.raises(ExploreError, match="has no global lock to hand over"):
        explore(adds_a_number, step="switch")
