"""What C code reads and writes inside is reported: a reduced search would merge what differs, or miss an ending."""

import contextlib
import dataclasses
import functools
import inspect
import io
import itertools
import queue
import sys
import threading
import time
import unittest.mock
import warnings
import weakref
from collections import defaultdict, namedtuple
from enum import Enum
from typing import Protocol, runtime_checkable

import pytest
from test_interleave_truth import run_all_with_idle_steps
from threaded import Box, run_all

from helpers.interleave import Uncontrolled, explore

pytestmark = pytest.mark.filterwarnings("ignore:beware")

PROGRAMS = []


def something():
    done = [True]
    return done.pop()


def beside(prepare):
    """prepare() gives two functions and one that says how it ended. Each thread has steps left after its own."""

    def program():
        first, second, ending = prepare()
        run_all_with_idle_steps(first, second)
        return ending()

    program.__name__ = prepare.__name__
    PROGRAMS.append(program)
    return prepare


def reader(look, change):
    seen = []

    def read():
        seen.append(look())
        seen.append(look())

    return read, change, lambda: repr(seen)


@beside
def copies_into_a_slice():
    shared, copy = [], []

    def write():
        shared.append(1)
        shared.append(2)

    def read():
        copy[:] = shared

    return write, read, lambda: len(copy)


@beside
def prints_where_output_goes_elsewhere():
    out = io.StringIO()

    def say(letter):
        with contextlib.redirect_stdout(out):
            print(letter)
            print(letter)

    return lambda: say("a"), lambda: say("b"), out.getvalue


@beside
def takes_numbers_from_a_counter_in_c():
    ids, jobs = itertools.count(), [None, None]

    @dataclasses.dataclass
    class Job:
        number: int = dataclasses.field(default_factory=ids.__next__)

    def make(index):
        first = Job().number
        jobs[index] = first, Job().number

    return lambda: make(0), lambda: make(1), lambda: repr(jobs)


@beside
def makes_defaults_with_a_counter_in_c():
    ids = itertools.count()
    one, two = defaultdict(ids.__next__), defaultdict(ids.__next__)
    return lambda: one["a"], lambda: two["a"], lambda: (one["a"], two["a"])


@beside
def formats_an_attribute():
    box = Box(x=0)
    return reader(lambda: "{.x}".format(box), lambda: setattr(box, "x", 1))  # noqa: UP032


@beside
def matches_objects_in_a_tuple():
    box = Box(x=0)

    def look():
        match (box, 1):
            case (Box(x=0), _):
                return "zero"
        return "one"

    return reader(look, lambda: setattr(box, "x", 1))


@beside
def matches_a_list_that_holds_itself():
    items = [0]
    items.append(items)

    def look():
        match items:
            case [0, _]:
                return "zero"
        return "one"

    def change():
        items[0] = 1

    return reader(look, change)


@beside
def maps_a_function_over_lists():
    outer = [[]]
    return reader(lambda: list(map(len, outer)), lambda: outer[0].append(1))


@beside
def counts_a_list_in_a_list():
    outer = [[]]
    return reader(lambda: outer.count([1]), lambda: outer[0].append(1))


@beside
def makes_a_dict_of_pairs():
    pair = ["a", 0]

    def change():
        pair[1] = 1

    return reader(lambda: dict([pair]), change)


@beside
def unpacks_pairs():
    pair = ["a", 0]

    def change():
        pair[1] = 1

    return reader(lambda: [value for _, value in [pair]], change)


@beside
def chains_lists():
    inner = []
    return reader(lambda: list(itertools.chain.from_iterable([inner])), lambda: inner.append(1))


@beside
def pops_until():
    items, seen = [0, 1, 2], []

    def take():
        for item in iter(items.pop, 0):
            seen.append(item)

    return take, lambda: items.append(9), lambda: (tuple(seen), tuple(items))


class Plain:
    x = 0


@beside
def writes_attributes_through_vars():
    plain = Plain()
    attributes = vars(plain)
    return reader(lambda: plain.x, lambda: attributes.update(x=1))


@beside
def writes_attributes_through_a_dictionary():
    plain = Plain()
    attributes = plain.__dict__
    return reader(lambda: plain.x, lambda: attributes.update(x=1))


@beside
def compares_with_slots():
    @dataclasses.dataclass(slots=True)
    class Point:
        x: int

    point = Point(0)
    return reader(lambda: point == Point(1), lambda: setattr(point, "x", 1))


def one():
    something()
    return [1]


@beside
def adds_what_a_function_returns():
    items, out = [], []

    def read():
        out[:] = items + one()

    return read, lambda: items.append(5), lambda: tuple(out)


@beside
def extends_by_a_generator():
    items, seen = [], []

    def three():
        yield 0
        yield 1

    return lambda: items.extend(three()), lambda: seen.append(len(items)), lambda: seen[0]


@beside
def sorts_by_a_function():
    items, seen = [3, 1], []

    def by(item):
        something()
        return item

    return lambda: items.sort(key=by), lambda: seen.append(list(items)), lambda: repr(seen)


@beside
def leaves_a_patch():
    box, seen = Box(x=0), []

    def patch():
        with unittest.mock.patch.object(box, "x", 1):
            something()

    return patch, lambda: seen.append(box.x), lambda: seen[0]


@beside
def leaves_a_view_of_bytes():
    data, seen = bytearray(b"abc"), []

    def look():
        with memoryview(data):
            something()

    def grow():
        try:
            data.append(1)
        except BufferError:
            seen.append("held")

    return look, grow, lambda: (tuple(seen), len(data))


@beside
def leaves_a_filter_of_warnings():
    seen = []

    def strictly():
        with warnings.catch_warnings():
            warnings.simplefilter("error")

    def warn():
        try:
            warnings.warn("beware", stacklevel=1)
        except UserWarning:
            seen.append("raised")

    return strictly, warn, lambda: tuple(seen)


@beside
def passes_named_arguments_on():
    options = {"a": 0}
    return reader(lambda: dict(**options)["a"], lambda: options.update(a=1))


@beside
def calls_back_when_a_block_is_left():
    items = []

    def leave():
        with contextlib.ExitStack() as stack:
            stack.callback(items.append, 1)
            stack.callback(items.append, 2)

    look, _, ending = reader(lambda: len(items), None)
    return leave, look, ending


@beside
def finds_no_key_and_no_default():
    found, seen = defaultdict(int), []

    def look():
        try:
            seen.append(found["a"])
        except KeyError:
            seen.append(None)

    return look, lambda: setattr(found, "default_factory", None), lambda: repr(seen)


@beside
def groups_exceptions():
    errors = [ValueError(), KeyError()]
    return reader(lambda: len(ExceptionGroup("errors", errors).exceptions), errors.pop)


@runtime_checkable
class HasY(Protocol):
    y: int


@beside
def asks_for_a_protocol():
    box = Box(x=0)
    return reader(lambda: isinstance(box, HasY), lambda: setattr(box, "y", 1))


@dataclasses.dataclass(unsafe_hash=True)
class Point:
    x: int


@beside
def puts_into_a_set_what_has_changed():
    points = [Point(0), Point(1)]
    return reader(lambda: len(set(points)), lambda: setattr(points[0], "x", 1))


@beside
def looks_up_what_has_changed():
    point, names = Point(1), {Point(0): "a"}

    def look():
        try:
            return names[point]
        except KeyError:
            return None

    return reader(look, lambda: setattr(point, "x", 0))


@beside
def prints_an_event():
    event = threading.Event()
    return reader(lambda: "unset" in repr(event), event.set)


@beside
def writes_by_a_proxy():
    box = Box(x=0)
    proxy = weakref.proxy(box)
    return reader(lambda: box.x, lambda: setattr(proxy, "x", 1) or setattr(proxy, "x", 2))


@beside
def reads_what_a_class_made_by_a_call_has():
    one = type("Made", (), {})()
    one.x = 0
    return reader(lambda: one.x, lambda: setattr(one, "x", 1))


@beside
def forgets_the_exception_at_the_end_of_its_handler():
    problem, seen = None, []

    def handle():
        nonlocal problem
        try:
            raise KeyError
        except KeyError as problem:  # noqa: F841
            seen.append("handled")

    def look():
        try:
            seen.append(problem is None)
        except NameError:
            seen.append("gone")

    return handle, look, lambda: repr(seen)


@beside
def catches_what_a_thread_ends_with():
    caught = []

    def end():
        found = caught
        found.append(1)
        raise KeyError

    usual = threading.excepthook

    def put_back():
        threading.excepthook = usual
        return repr(caught)

    return end, lambda: setattr(threading, "excepthook", lambda _: caught.append("caught")), put_back


@beside
def writes_two_names_at_once():
    low = high = 0
    seen = []

    def write():
        nonlocal low, high
        low, high = 1, 1

    return write, lambda: seen.append((low, high)), lambda: repr(seen)


def other_side(box):
    def evaluate():
        found = box.x
        return [found]

    return evaluate


@beside
def adds_what_the_other_side_gives_time_to_change():
    items, box, seen = [], Box(x=0), []
    evaluate = other_side(box)

    def change():
        box.x = 1
        items.append(5)

    return lambda: seen.append(items + evaluate()), change, lambda: repr(seen)


@beside
def compares_what_the_other_side_gives_time_to_change():
    items, box, seen = [], Box(x=0), []
    evaluate = other_side(box)

    def change():
        box.x = 1
        items.append(0)

    return lambda: seen.append(items == evaluate()), change, lambda: repr(seen)


@beside
def extends_what_the_other_side_gives_time_to_change():
    box = Box(x=0, items=[])
    evaluate = other_side(box)

    def extend():
        box.items += evaluate()

    def change():
        box.x = 1
        box.items.append(5)

    return extend, change, lambda: repr(box.items)


@beside
def looks_for_something_with_an_order_of_its_own():
    class Word:
        def __init__(self, letter):
            self.letter = letter

        def __eq__(self, other):
            letter = self.letter
            return letter == other.letter

        __hash__ = None

    words, wanted, seen = [Word("a"), Word("b")], Word("b"), []

    def drop():
        del words[0]

    return lambda: seen.append(wanted in words), drop, lambda: repr(seen)


@beside
def extends_by_what_a_generator_yields():
    items, seen = [], []

    def numbers():
        yield 1
        yield 2

    def extend():
        nonlocal items
        items += numbers()

    return extend, lambda: seen.append(len(items)), lambda: repr(seen)


@beside
def collects_what_a_function_makes_of_each():
    items, seen = [1, 2], []

    def same(item):
        found = [item]
        return found[0]

    def change():
        items[0] = 7
        items[1] = 8

    return lambda: seen.append([*map(same, items)]), change, lambda: repr(seen)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_a_reduced_search_counts_what_a_full_one_counts(program):
    full = explore(program, 3, preempt_main=False)
    assert full.complete
    assert explore(program, 3, reduce=True, preempt_main=False).endings == full.endings
    assert len(full.endings) > 1


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_by_access_no_ending_is_missing_that_there_is_by_line(program):
    by_line = explore(program, 1, reduce=True)
    by_access = explore(program, 2, step="access", reduce=True)
    assert set(by_line.endings) <= set(by_access.endings) or not by_access.complete


def test_a_lock_of_the_librarys_stays_what_it_was_for_threads_outside():
    class Shop:
        @functools.cached_property
        def price(self):
            time.sleep(0)
            return 1

    def program():
        shop, sold = Shop(), []
        run_all(lambda: sold.append(shop.price), lambda: sold.append(shop.price))
        return sum(sold)

    stop, failed = threading.Event(), []

    def outside():
        while not stop.is_set():
            try:
                failed.extend([] if Shop().price == 1 else ["not 1"])
            except BaseException as error:  # noqa: BLE001  whatever it is
                failed.append(repr(error))

    before = explore(program).endings
    threads = [threading.Thread(target=outside) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        found = [explore(program).endings for _ in range(20)]
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert not failed
    assert found == [before] * 20


def test_a_trace_function_is_refused_by_name():
    def program():
        run_all(lambda: sys.settrace(None))

    with pytest.raises(Uncontrolled, match=r"uses sys\.settrace, which the explorer cannot schedule"):
        explore(program)


def test_an_ending_that_is_no_number_is_found():
    result = explore(lambda: run_all(lambda: None, lambda: None) or float("nan"))
    assert len(result.endings) == 1
    assert str(result.find(float("nan")).outcome) == "nan"


def test_a_reduced_search_has_the_same_schedule_points_by_access():
    """A run that is cut short ends its threads: the locks that they free then are no accesses."""

    def program():
        order = []

        def work(number):
            with contextlib.ExitStack() as stack:
                stack.callback(order.append, number)

        run_all(lambda: work(1), lambda: work(2))
        return tuple(order)

    full = explore(program, 2, step="access")
    assert full.complete
    assert explore(program, 2, step="access", reduce=True).endings == full.endings


def test_by_access_another_thread_can_come_between_two_names_that_are_written():
    def one_after_the_other(write):
        low = high = 0
        seen = []

        def set_both():
            nonlocal low, high
            if write == "unpacks":
                low, high = 1, 1
            elif write == "twice":
                low = high = 1
            elif write == "with a star":
                (low, *_), high = (1, 2), 1
            else:
                del low, high
                low = high = 1

        def look():
            try:
                seen.append((low, high))
            except NameError:
                seen.append("gone")

        run_all(set_both, look)
        return seen[0]

    for write in ("unpacks", "twice", "with a star"):
        for reduce in (False, True):
            result = explore(lambda write=write: one_after_the_other(write), None, step="access", reduce=reduce)
            assert set(result.endings) == {(0, 0), (0, 1), (1, 0), (1, 1)}, write
    gone = explore(lambda: one_after_the_other("deletes"), None, step="access", reduce=True)
    assert {"gone", (0, 0), (1, 1)} <= set(gone.endings)


# ---- what the rewriting must not change ------------------------------------------------------------------------------


def calls_with_names_of_the_explorers():
    def ticket(number, function=None):
        return number, function

    return ticket(number=3, function=4)


def goes_through_its_arguments_last():
    items = [1]

    def all_of(*values, end):
        return values, end

    def more():
        items.append(2)
        return ""

    return all_of(*items, end=more())


def makes_classes():
    named = namedtuple("named", "x")
    others = namedtuple(*["others", "x"], rename=True)
    made = type("made", (), {})
    return (
        named.__module__,
        others.__module__,
        made.__module__,
        Enum("kinds", "A B").__module__,
        [x.name for x in Enum("kinds", "A B")],
    )


def looks_at_itself():
    return sys._getframe().f_code.co_name, inspect.currentframe().f_code.co_name, inspect.stack()[0].function


def recurses():
    def deep(number):
        return number and 1 + deep(number - 1)

    return deep(600)


def asks_what_a_class_is():
    def annotated(line: queue.SimpleQueue | None, of: queue.SimpleQueue[int]):
        return line, of

    class Line(queue.SimpleQueue):
        def put_two(self):
            self.put(1)
            self.put(2)

    line = Line()
    line.put_two()
    made = queue.SimpleQueue()
    return isinstance(made, queue.SimpleQueue), isinstance(line, Line), line.qsize(), annotated(made, line) is None


@pytest.mark.parametrize("step", ["line", "access"])
@pytest.mark.parametrize(
    "work",
    [
        calls_with_names_of_the_explorers,
        goes_through_its_arguments_last,
        makes_classes,
        looks_at_itself,
        recurses,
        asks_what_a_class_is,
    ],
    ids=lambda work: work.__name__,
)
def test_explored_code_does_what_it_does_in_plain_python(work, step):
    def program():
        found = []
        run_all(lambda: found.append(work()))
        return repr([*found, work()])

    assert set(explore(program, step=step).endings) == {program()}
