"""The explorer's counts are true: they agree with closed formulas, with a plain model, and with its search in full."""

import collections
import concurrent.futures
import contextlib
import dataclasses
import functools
import itertools
import linecache
import math
import operator
import queue
import sys
import threading
import time
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from threaded import Box, run_all

from helpers.interleave import explore, replay

MANY = 60_000
deterministic = settings(
    derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck), max_examples=25
)


def run_all_with_idle_steps(*targets):
    """The same, and each thread forgets what its target knew and takes two steps more before it ends."""

    def idle_after(target):
        def run():
            target()
            step = 0
            step += 1

        return run

    run_all(*map(idle_after, targets))


def compiled(source):
    """The namespace of a program given as text, whose lines are known to tracebacks."""
    name = f"generated-{hash(source) & 0xFFFFFFFF:08x}.py"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    namespace = {"threading": threading, "time": time}
    exec(compile(source, name, "exec"), namespace)
    return namespace


# ---- straight-line threads ----------------------------------------------------------------------------------------


def straight(*lengths):
    """A program whose threads have so many steps each, none of which matters to another."""
    targets = [
        f"def thread{i}():\n" + "".join(f"    a{step} = {step}\n" for step in range(length))
        for i, length in enumerate(lengths)
    ]
    namespace = compiled("".join(targets))
    return functools.partial(run_all, *(namespace[f"thread{i}"] for i in range(len(lengths))))


def orders(lengths, bound):
    """How many orders of the steps interrupt a thread that has steps left at most `bound` times."""

    @functools.cache
    def count(left, last, budget):
        if not any(left):
            return 1
        total = 0
        for thread, steps in enumerate(left):
            cost = last is not None and left[last] > 0 and thread != last
            if steps and cost <= budget:
                after = (*left[:thread], steps - 1, *left[thread + 1 :])
                total += count(after, thread, budget - cost)
        return total

    return count(tuple(lengths), None, bound)


LENGTHS = [(1, 1), (1, 4), (2, 2), (3, 4), (5, 5), (6, 4), (1, 1, 1), (2, 1, 3), (2, 2, 2), (3, 2, 3), (1, 1, 1, 2)]


@pytest.mark.parametrize("lengths", LENGTHS, ids=str)
def test_all_schedules_of_straight_lines_are_as_many_as_the_multinomial_coefficient(lengths):
    multinomial = math.factorial(sum(lengths)) // math.prod(map(math.factorial, lengths))
    result = explore(straight(*lengths), max_preemptions=None)
    assert (result.schedules, result.runs, result.complete) == (multinomial, multinomial, True)
    assert result.outcomes == {None: multinomial}


@pytest.mark.parametrize("bound", [0, 1, 2, 3])
@pytest.mark.parametrize("lengths", LENGTHS, ids=str)
def test_schedules_within_a_bound_are_as_many_as_a_plain_enumerator_counts(lengths, bound):
    assert explore(straight(*lengths), max_preemptions=bound).schedules == orders(lengths, bound)


@pytest.mark.parametrize("lengths", LENGTHS, ids=str)
def test_steps_that_share_nothing_need_no_more_runs_than_there_are_states(lengths):
    result = explore(straight(*lengths), max_preemptions=None, reduce=True)
    multinomial = math.factorial(sum(lengths)) // math.prod(map(math.factorial, lengths))
    assert result.schedules == multinomial
    assert result.runs <= math.prod(length + 1 for length in lengths) * len(lengths)


@pytest.mark.parametrize("lengths", [(1,), (3,), (1, 1, 1), (2, 3)], ids=str)
def test_without_preemptions_only_the_order_of_the_threads_is_open(lengths):
    assert explore(straight(*lengths), max_preemptions=0).schedules == math.factorial(len(lengths))


@pytest.mark.parametrize("limit", [1, 7, 20])
def test_a_search_that_is_cut_short_says_so_and_counts_what_it_ran(limit):
    result = explore(straight(4, 4), max_preemptions=None, max_schedules=limit)
    assert (result.complete, result.runs, result.schedules) == (False, limit, limit)


@pytest.mark.parametrize("limit", [1, 3])
def test_a_reduced_search_that_is_cut_short_counts_what_it_ran(limit):
    result = explore(straight(2, 2), max_preemptions=None, max_schedules=limit, reduce=True)
    assert (result.complete, result.runs) == (False, limit)
    assert result.schedules >= limit


def test_a_search_that_ends_exactly_at_the_limit_is_complete():
    assert explore(straight(2, 2), max_preemptions=None, max_schedules=6).complete


# ---- a plain model of threads over locks and variables ------------------------------------------------------------
#
# An operation is a tuple, a thread a tuple of operations, and each operation one statement. An attempt at a lock that
# is taken is a step of its own; the thread goes on with another step once the lock is free or its time is up.


@dataclasses.dataclass(frozen=True)
class Standing:
    """Where a thread of the model stands: its next operation, its local variable, and what it waits for since when."""

    position: int = 0
    local: int = 0
    lock: int | None = None
    deadline: int | None = None
    failed: bool = False  # an exception is leaving it, or has

    @property
    def waits(self):
        return self.lock is not None or self.deadline is not None


class Model:
    """Counts the endings of a program, and for each the fewest preemptions and steps that lead there."""

    def __init__(self, threads, kinds, bound):
        self.threads, self.kinds, self.bound = threads, kinds, bound
        self.below = functools.cache(self._below)

    def endings(self):
        nothing = (tuple(Standing() for _ in self.threads), ((None, 0),) * len(self.kinds), (0, 0), 0)
        return self.below(nothing, None, 0)

    def _ended(self, stand, thread):
        return stand[thread].position == len(self.threads[thread])

    def _can_run(self, state, thread):
        stand, locks = state[:2]
        if self._ended(stand, thread):
            return False
        if stand[thread].lock is not None:
            return locks[stand[thread].lock][0] is None
        return stand[thread].deadline is None

    def _choices(self, state, last, spent):
        """Pairs of a thread and what choosing it costs."""
        stand = state[0]
        everyone = range(len(self.threads))
        ready = [i for i in everyone if self._can_run(state, i)]
        asleep = [i for i in everyone if stand[i].deadline is not None and i not in ready]
        asleep.sort(key=lambda i: (stand[i].deadline, i))
        if not ready:
            return [(i, int(i != asleep[0])) for i in asleep if i == asleep[0] or self._affords(spent)]
        goes_on = last in ready
        costs = [(i, int(goes_on and i != last)) for i in ready] + [(i, 1) for i in asleep]
        return [(i, cost) for i, cost in costs if not cost or self._affords(spent)]

    def _affords(self, spent):
        return self.bound is None or spent < self.bound

    def _below(self, state, last, spent):
        stand, _, values, _ = state
        choices = self._choices(state, last, spent)
        if not choices:
            done = all(self._ended(stand, i) for i in range(len(self.threads)))
            last = values if done else "standstill"
            return {f"RuntimeError, then {last}" if any(s.failed for s in stand) else last: (1, (0, 0))}
        found = {}
        for thread, cost in choices:
            below = self.below(self._step(state, thread), thread, 0 if self.bound is None else spent + cost)
            for ending, (count, (preemptions, steps)) in below.items():
                known, best = found.get(ending, (0, (math.inf, 0)))
                found[ending] = (known + count, min(best, (preemptions + cost, steps + 1)))
        return found

    def _next(self, thread, position, failed):
        """The operation after this one; with an exception on its way, the end of the next block around it."""
        depth = 0
        for number, (kind, *_) in enumerate(self.threads[thread][position + 1 :], position + 1):
            if not failed or (kind == "leave" and depth == 0):
                return number
            depth += {"enter": 1, "leave": -1}.get(kind, 0)
        return len(self.threads[thread])

    def _step(self, state, thread):
        """The state after a step of a thread. If it raises, its with blocks are left one by one, and it ends."""
        stand, locks, values, clock = state
        me = stand[thread]
        failed = me.failed
        kind, which, *rest = self.threads[thread][me.position]
        local, waits = me.local, None
        if kind in ("acquire", "enter", "try", "timed"):
            owner, depth = locks[which]
            mine = self.kinds[which] == "RLock" and owner == thread
            if owner is None or mine:
                locks = (*locks[:which], (thread, depth + 1), *locks[which + 1 :])
                local = local if kind in ("acquire", "enter") else 1
            elif kind == "try":
                local = 0
            elif kind == "timed" and me.waits:
                clock, local = max(clock, me.deadline), 0
            else:
                waits = (which, clock + rest[0] if kind == "timed" else None)
        elif kind in ("release", "leave"):
            owner, depth = locks[which]
            raises = owner is None or (self.kinds[which] == "RLock" and owner != thread)
            failed = failed or raises
            if not raises:
                left = (thread, depth - 1) if depth > 1 else (None, 0)
                locks = (*locks[:which], left, *locks[which + 1 :])
        elif kind == "sleep":
            if me.waits:
                clock = max(clock, me.deadline)
            else:
                waits = (None, clock + which)
        elif kind == "read":
            local = values[which]
        else:
            new = local + 1 if kind == "write" else values[which] + rest[0]
            values = (*values[:which], new, *values[which + 1 :])
        if waits:
            after = Standing(me.position, local, *waits)
        else:
            after = Standing(self._next(thread, me.position, failed), local, failed=failed)
        return (*stand[:thread], after, *stand[thread + 1 :]), locks, values, clock


STATEMENTS = {
    "acquire": "lock{0}.acquire()",
    "enter": "with lock{0}:",
    "leave": "",
    "release": "lock{0}.release()",
    "try": "a = int(lock{0}.acquire(False))",
    "timed": "a = int(lock{0}.acquire(timeout={1}))",
    "sleep": "time.sleep({0})",
    "read": "a = shared.v{0}",
    "write": "shared.v{0} = a + 1",
    "add": "shared.v{0} += {1}",
}


def source_of(threads, kinds):
    """The same program in Python, one statement for each operation."""
    lines = ["class Shared:", "    v0 = v1 = 0", "", "def program():", "    shared = Shared()"]
    lines += [f"    lock{number} = threading.{kind}()" for number, kind in enumerate(kinds)]
    for number, operations in enumerate(threads):
        lines.append(f"    def thread{number}(a=0):")
        depth = 2
        for kind, *parts in operations:
            if kind != "leave":
                lines.append("    " * depth + STATEMENTS[kind].format(*parts))
            depth += {"enter": 1, "leave": -1}.get(kind, 0)
    names = ", ".join(f"thread{number}" for number in range(len(threads)))
    lines.append(f"    threads = [threading.Thread(target=t) for t in [{names}]]")
    lines += ["    for t in threads: t.start()", "    for t in threads: t.join()", "    return shared.v0, shared.v1"]
    return "\n".join(lines) + "\n"


def in_python(threads, kinds):
    return compiled(source_of(threads, kinds))["program"]


variables, locks = st.integers(0, 1), st.integers(0, 1)
accesses = st.one_of(
    st.tuples(st.just("read"), variables),
    st.tuples(st.just("write"), variables),
    st.tuples(st.just("add"), variables, st.integers(1, 3)),
)
raw = st.one_of(st.tuples(st.just("acquire"), locks), st.tuples(st.just("release"), locks))
timed = st.one_of(
    st.tuples(st.just("sleep"), st.integers(1, 3)),
    st.tuples(st.just("timed"), locks, st.integers(1, 3)),
    st.tuples(st.just("try"), locks),
)


def blocks(inner):
    """With blocks around one or two operations, and sequences of these."""
    body = st.lists(inner, min_size=1, max_size=2).map(lambda parts: sum(parts, ()))
    around = st.tuples(locks, body).map(lambda b: (("enter", b[0]), *b[1], ("leave", b[0])))
    return around | body


single = (accesses | accesses | raw | timed).map(lambda operation: (operation,))
nested = st.recursive(accesses.map(lambda operation: (operation,)), blocks, max_leaves=2)


def threads_of(pieces, longest, total):
    """Two or three threads, each of at most so many operations."""
    thread = st.lists(pieces, min_size=1, max_size=3).map(lambda parts: sum(parts, ()))
    thread = thread.filter(lambda operations: len(operations) <= longest)
    return st.lists(thread, min_size=2, max_size=3).map(tuple).filter(lambda ts: sum(map(len, ts)) <= total)


kinds_of_locks = st.tuples(*[st.sampled_from(["Lock", "RLock"])] * 2)
programs = st.tuples(threads_of(single, 4, 7) | threads_of(nested, 6, 9), kinds_of_locks)


@pytest.mark.parametrize("bound", [0, 1, 2, None])
@deterministic
@given(program=programs)
def test_the_endings_and_their_counts_are_those_of_a_plain_model(bound, program):
    expected = {ending: count for ending, (count, _) in Model(*program, bound).endings().items()}
    if sum(expected.values()) > 1500:
        return
    function = in_python(*program)
    assert dict(explore(function, bound).endings) == expected
    assert dict(explore(function, bound, reduce=True).endings) == expected


@pytest.mark.parametrize("bound", [1, 3])
@settings(deterministic, max_examples=15)
@given(program=programs)
def test_find_gives_the_fewest_preemptions_then_steps_and_its_schedule_ends_so_again(bound, program):
    expected = {ending: best for ending, (_, best) in Model(*program, bound).endings().items()}
    function = in_python(*program)
    result = explore(function, bound)
    for ending, best in expected.items():
        trace = result.find(ending)
        assert (trace.preemptions, len(trace.schedule)) == best
        again = replay(function, trace.schedule)
        assert (again.verdict, again.schedule, str(again)) == (trace.verdict, trace.schedule, str(trace))


@pytest.mark.parametrize("bound", [2, None])
@settings(deterministic, max_examples=25)
@given(program=programs)
def test_find_gives_the_fewest_preemptions_after_a_reduced_search_too(bound, program):
    expected = {ending: best[0] for ending, (_, best) in Model(*program, bound).endings().items()}
    result = explore(in_python(*program), bound, reduce=True)
    assert {ending: result.find(ending).preemptions for ending in expected} == expected


def test_the_lost_update_is_found_with_one_preemption_and_not_with_none():
    threads = ((("read", 0), ("write", 0)),) * 2
    program = in_python(threads, ())
    assert explore(program, 0).endings == {(2, 0): 2}
    assert explore(program, 1).endings == {(2, 0): 2, (1, 0): 2}
    assert explore(program, None).endings == {(2, 0): 2, (1, 0): 4}
    assert explore(program).find((1, 0)).preemptions == 1


def test_a_deadlock_of_two_locks_is_counted_in_every_schedule_in_which_each_thread_has_one():
    threads = tuple(
        (("enter", a), ("enter", b), ("add", 0, 1), ("leave", b), ("leave", a)) for a, b in ((0, 1), (1, 0))
    )
    result = explore(in_python(threads, ("Lock", "Lock")), None)
    count = Model(threads, ("Lock", "Lock"), None).endings()["standstill"][0]
    assert result.deadlocks == count > 0
    assert result.schedules == result.deadlocks + result.outcomes[(2, 0)]


# ---- the reduced search against the full one ----------------------------------------------------------------------

SOUND = []


def sound(program):
    """Collect a program for the comparison of the reduced search with the full one."""
    SOUND.append(program)
    return program


total = 0
late_global: int


@sound
def a_global_that_the_program_resets():
    global total
    total = 0

    def work():
        global total
        seen = total
        total = seen + 1

    run_all(work, work)
    return total


@sound
def a_global_that_the_first_run_makes():
    globals().pop("late_global", None)

    def work(number):
        global late_global
        late_global = number
        late_global = late_global * 2

    run_all_with_idle_steps(functools.partial(work, 1), functools.partial(work, 2))
    return late_global


@sound
def a_global_under_its_name_in_a_dict():
    globals()["total"] = 0

    def work():
        seen = globals()["total"]
        globals()["total"] = seen + 1

    run_all_with_idle_steps(work, work)
    return total


@sound
def a_global_as_an_attribute_of_its_module():
    global total
    total = 0
    module = sys.modules[__name__]

    def by_name(seen=0):
        global total
        seen = total
        total = seen + 1

    def by_attribute(seen=0):
        seen = module.total
        module.total = seen + 1

    run_all_with_idle_steps(by_name, by_attribute)
    return total


@sound
def a_module_that_holds_the_state():
    config = type(sys)("config")
    config.total = 0

    def work(amount):
        seen = config.total
        config.total = seen + amount
        amount = 0
        seen = 0

    run_all_with_idle_steps(functools.partial(work, 1), functools.partial(work, 2))
    return config.total


@sound
def class_attributes_and_instance_attributes():
    class Account:
        total = 0

        def add(self):
            seen = self.total
            Account.total = seen + 1

    run_all(Account().add, Account().add)
    return Account.total


@sound
def an_attribute_of_a_base_class():
    class Base:
        total = 0

    class Child(Base):
        def add(self, seen=0):
            seen = self.total
            type(self).__mro__[1].total = seen + 1

    one = Child()
    run_all_with_idle_steps(one.add, one.add)
    return one.total


@sound
def a_method_that_is_replaced():
    class Rates:
        def fee(self):
            return 1

    rates, box = Rates(), Box(paid=0)

    def raise_fee():
        Rates.fee = lambda self: 2
        Rates.fee = lambda self: 3

    def pay(now=0):
        now = rates.fee()
        box.paid = now
        now = 0

    run_all_with_idle_steps(raise_fee, pay)
    return box.paid, rates.fee()


@sound
def calls_with_half_evaluated_sums():
    box = Box(x=1, y=10)

    def read_x():
        box.x += 1
        return box.x

    def read_y():
        box.y += 1
        return box.y

    def work():
        box.x = read_x() + read_y()

    run_all(work, work)
    return box.x, box.y


@sound
def a_sum_whose_left_part_is_read_before_a_call():
    box = Box(x=0)

    def one():
        step = 1
        step += 1
        return step

    def work():
        box.x = box.x + one()

    run_all(work, work)
    return box.x


@sound
def arguments_read_before_a_property():
    class Slow:
        x = 0

        @property
        def pause(self):
            step = 0
            step += 1
            return step

    slow = Slow()

    def keep(left, right):
        slow.x = left + right

    def work():
        keep(slow.x, slow.pause)

    run_all(work, work)
    return slow.x


@sound
def an_iterator_and_a_property_in_one_line():
    class Slow:
        @property
        def nothing(self):
            return 0

    slow, numbers, got = Slow(), iter([1, 2]), {}

    def work(key):
        got[key] = slow.nothing + next(numbers)

    run_all(functools.partial(work, "a"), functools.partial(work, "b"))
    return got["a"], got["b"]


@sound
def a_value_that_waits_while_finally_runs():
    box = Box(x=0, got=())

    def take():
        try:
            return box.x
        finally:
            step = 0
            step += 1

    def work():
        seen = take()
        box.got += (seen,)

    def change():
        box.x = 1
        box.x = 0

    run_all(work, change)
    return box.got


@sound
def a_value_that_waits_while_a_block_is_left():
    class Slow:
        def __enter__(self):
            return self

        def __exit__(self, *exception):
            step = 0
            step += 1

    box = Box(x=0, got=())

    def take():
        with Slow():
            return box.x

    def work(seen=0):
        seen = take()
        box.got += (seen,)

    def change():
        box.x = 1
        box.x = 0

    run_all(work, change)
    return box.got


@sound
def a_manager_chosen_by_a_function():
    class Weight:
        def __init__(self, grams):
            self.grams = grams

        def __enter__(self):
            return None

        def __exit__(self, *exception):
            box.total += self.grams

    box = Box(heavy=0, total=0)
    weights = [Weight(1), Weight(10)]

    def pick(which):
        return weights[which.heavy]

    def weigh():
        with pick(box):
            step = 0
            step += 1

    def change():
        box.heavy = 1
        box.heavy = 0

    run_all(weigh, change)
    return box.total


@sound
def sorting_by_a_key_that_changes():
    box, found = Box(sign=1), []

    def key(number):
        sign = box.sign
        return sign * number

    def order():
        ranked = sorted([1, 2], key=key)
        found.append(tuple(ranked))

    def change():
        box.sign = -1
        box.sign = 1

    run_all(order, change)
    return found[0]


@sound
def the_greatest_by_a_key_that_changes():
    box, found = Box(sign=1), []
    numbers = [1, 2]

    def key(number):
        sign = box.sign
        return sign * number

    def order():
        found.append(max(numbers, key=key))

    def change():
        box.sign = -1
        box.sign = 1

    run_all(order, change)
    return found[0]


@sound
def a_fold_over_shared_data():
    box, found = Box(x=0), []

    def add(left, right):
        right += box.x
        return left + right

    def work():
        result = functools.reduce(add, (1, 1, 1))
        found.append(result)

    def change():
        box.x = 1
        box.x = 0

    run_all(work, change)
    return found[0]


@sound
def a_generator_of_each_thread():
    box = Box(x=0)

    def numbers():
        for _ in range(2):
            seen = box.x
            yield seen

    def work():
        for seen in numbers():
            box.x = seen + 1

    run_all(work, work)
    return box.x


@sound
def a_generator_that_threads_share():
    def numbers():
        yield 1
        yield 2

    shared, got = numbers(), Box(a=0, b=0)

    def first():
        got.a = next(shared, -1)

    def second():
        got.b = next(shared, -1)

    run_all(first, second)
    return got.a, got.b


@sound
def an_iterator_that_threads_share_in_for():
    shared, got = iter(range(3)), []

    def work(name):
        for number in shared:
            got.append((name, number))

    run_all(functools.partial(work, "a"), functools.partial(work, "b"))
    return tuple(got)


@sound
def an_iterator_that_threads_empty():
    shared, box = iter([1, 2]), Box(a=(), b=())

    def first():
        box.a = tuple(shared)

    def second():
        box.b = tuple(shared)

    run_all(first, second)
    return box.a, box.b


@sound
def an_iterator_that_threads_empty_into_locals():
    shared, box = iter(["1", "2"]), Box(a="", b="")

    def first(mine=""):
        mine = ",".join(shared)
        box.a = mine

    def second(mine=""):
        mine = ",".join(shared)
        box.b = mine

    run_all_with_idle_steps(first, second)
    return box.a, box.b


@sound
def an_iterator_emptied_in_half_a_sum():
    shared, box = iter([1, 2]), Box(a=0, b=0)

    def three():
        step = [3]
        step += [4]
        return step

    def first():
        box.a = len(list(shared) + three())

    def second():
        box.b = len(list(shared) + three())

    run_all_with_idle_steps(first, second)
    return box.a, box.b


@sound
def an_iterator_searched_and_unpacked():
    shared, box = iter([1, 2, 3]), Box(a=0, b=0)

    def search(found=False):
        found = 2 in shared
        box.a = found

    def unpack(rest=()):
        *rest, _ = 0, *shared, 9
        box.b = len(rest)

    run_all_with_idle_steps(search, unpack)
    return box.a, box.b


@sound
def a_counter_of_itertools():
    numbers, got = itertools.count(), Box(a=0, b=0)

    def first():
        got.a = next(numbers)

    def second():
        got.b = next(numbers)

    run_all(first, second)
    return got.a, got.b


@sound
def an_iterator_beside_an_object_that_hides_its_state():
    shared, hiding, box = iter([1, 2]), threading.local(), Box(a=(), b=())

    def first(mine=()):
        hiding.mine = 1
        mine = tuple(shared)
        box.a = mine

    def second(mine=()):
        mine = tuple(shared)
        box.b = mine

    run_all_with_idle_steps(first, second)
    return box.a, box.b


@sound
def a_default_dict_that_reading_fills_beside_an_object_that_hides_its_state():
    found, hiding, box = collections.defaultdict(list), threading.local(), Box(a=0)

    def read(mine=None):
        hiding.mine = 1
        mine = found["key"]
        del mine

    def measure(size=0):
        size = len(found)
        box.a = size

    run_all_with_idle_steps(read, measure)
    return box.a


@sound
def threads_that_start_threads():
    box, made = Box(x=0), []

    def child():
        seen = box.x
        box.x = seen + 1

    def parent():
        mine = threading.Thread(target=child)
        made.append(mine)
        mine.start()
        box.x = box.x * 2

    run_all(parent, parent)
    for thread in made:
        thread.join()
    return box.x


@sound
def a_thread_that_nobody_names_gets_a_value():
    box = Box(x=0, got=())

    def child(value):
        box.got += (value,)

    def parent():
        threading.Thread(target=child, args=(box.x,)).start()
        box.x = 0

    def change():
        box.x = 1
        box.x = 0

    run_all(parent, change)
    time.sleep(1)
    return box.got


@sound
def a_slice_that_is_shared():
    box = Box(items=[1, 2, 3], part=slice(0, 3))

    def narrow(stop):
        taken = box.items[box.part]
        box.part = slice(0, stop)
        box.items = taken

    run_all(functools.partial(narrow, 2), functools.partial(narrow, 1))
    return len(box.items), box.part.stop


@sound
def a_variable_that_only_methods_reach():
    def make():
        total = 0

        class Counter:
            def __init__(self):
                self.name = "total"

            def add(self):
                nonlocal total
                seen = total
                total = seen + 1

            def read(self):
                return total

        return Counter()

    counter = make()
    run_all_with_idle_steps(counter.add, counter.add)
    return counter.read()


@sound
def names_of_threads_in_the_order_of_their_making():
    made = {}

    def parent(key):
        mine = threading.Thread(target=len, args=((),))
        made[key] = mine

    run_all_with_idle_steps(functools.partial(parent, "a"), functools.partial(parent, "b"))
    return made["a"].name, made["b"].name


@sound
def a_name_that_is_given_to_a_thread():
    me = threading.Thread(target=len, args=((),))

    def rename(name):
        me.name = name

    run_all_with_idle_steps(functools.partial(rename, "x"), functools.partial(rename, "y"))
    return me.name


@sound
def attributes_of_a_thread_of_ones_own_class():
    class Poller(threading.Thread):
        interval = 1

        def run(self):
            self.interval = 2
            self.interval = 3

    poller, box = Poller(), Box(seen=0)

    def look():
        box.seen = poller.interval

    poller.start()
    run_all(look, look)
    poller.join()
    return box.seen


@sound
def a_thread_of_ones_own_class_with_an_attribute_named_like_a_timers():
    class Poller(threading.Thread):
        def __init__(self):
            super().__init__()
            self.interval = 0

        def run(self):
            pass

    poller = Poller()

    def work(amount):
        poller.interval = amount

    run_all_with_idle_steps(functools.partial(work, 1), functools.partial(work, 2))
    return poller.interval


@sound
def lists_dicts_sets_and_deques():
    numbers, by_name, names, line = [0], {}, set(), collections.deque(maxlen=2)

    def first():
        numbers[0] += 1
        by_name["a"] = len(line)
        names.add(1)
        line.append("x")

    def second():
        numbers.append(numbers[0])
        by_name.setdefault("a", 7)
        names.discard(1)
        line.appendleft("y")

    run_all(first, second)
    return tuple(numbers), by_name["a"], tuple(names), tuple(line)


@sound
def the_order_of_the_keys_of_a_dict():
    by_name = {}

    def work(name):
        by_name[name] = 0

    run_all(functools.partial(work, "a"), functools.partial(work, "b"))
    return "".join(by_name)


@sound
def two_names_of_one_list():
    box = Box(a=[], b=[])

    def join_them():
        box.a = box.b

    def separate():
        box.b = []

    def fill():
        box.a.append(1)

    run_all(join_them, separate, fill)
    return len(box.a), len(box.b), box.a is box.b


@sound
def properties_that_write():
    class Account:
        _total = 0

        @property
        def total(self):
            return self._total

        @total.setter
        def total(self, value):
            self._total = value

    account = Account()

    def work():
        account.total += 1

    run_all(work, work)
    return account.total


@sound
def slots_and_dataclasses():
    class Slotted:
        __slots__ = ("x",)

    @dataclasses.dataclass
    class Point:
        x: int = 0

    slotted, point = Slotted(), Point()
    slotted.x = 0

    def work():
        seen = slotted.x
        slotted.x = seen + 1
        point.x = slotted.x + seen

    run_all(work, work)
    return slotted.x, point.x


@sound
def closures_with_nonlocal():
    def counter():
        count = 0

        def add():
            nonlocal count
            seen = count
            count = seen + 1
            return count

        return add

    add = counter()
    run_all(add, add)
    return add()


@sound
def attributes_of_a_function():
    def work():
        seen = work.calls
        work.calls = seen + 1

    work.calls = 0
    run_all_with_idle_steps(work, work)
    return work.calls


@sound
def a_mutable_default():
    def work(item, seen=[]):  # noqa: B006
        seen.append(item)
        return tuple(seen)

    box = Box(got=())

    def call(item):
        box.got += (work(item),)

    run_all_with_idle_steps(functools.partial(call, 1), functools.partial(call, 2))
    return box.got


@sound
def a_managers_own_lock_and_log():
    class Logged:
        def __init__(self):
            self.lock = threading.Lock()
            self.log = []

        def __enter__(self):
            self.lock.acquire()
            self.log.append("in")

        def __exit__(self, *exception):
            self.log.append("out")
            self.lock.release()

    logged, box = Logged(), Box(x=0)

    def work():
        with logged:
            box.x += 1
        box.x *= 2

    run_all(work, work)
    return box.x, tuple(logged.log)


@sound
def a_context_manager_from_a_generator():
    box = Box(x=0, depth=0)

    @contextlib.contextmanager
    def deeper():
        box.depth += 1
        yield box.depth
        box.depth -= 1

    def work():
        with deeper() as depth:
            box.x += depth

    run_all(work, work)
    return box.x, box.depth


@sound
def exceptions_caught_and_raised_again():
    box = Box(stock=1, errors=())

    def take():
        if box.stock == 0:
            raise LookupError("empty")
        box.stock -= 1

    def work():
        try:
            try:
                take()
            except LookupError as error:
                box.errors += (str(error),)
                raise
            finally:
                box.stock += 10
        except LookupError:
            box.stock += 100

    run_all(work, work)
    return box.stock, box.errors


@sound
def exceptions_that_leave_a_thread():
    box = Box(stock=1)

    def take():
        if box.stock:
            box.stock -= 1
            if box.stock < 0:
                raise ValueError

    run_all(take, take)
    return box.stock


@sound
def while_loops_over_shared_data():
    box = Box(x=0)

    def work():
        while box.x < 3:
            seen = box.x
            box.x = seen + 1

    run_all(work, work)
    return box.x


@sound
def nested_for_loops():
    box = Box(x=0)

    def work(factor):
        for _ in range(2):
            for number in (1, 2):
                box.x = box.x * factor + number

    run_all(functools.partial(work, 1), functools.partial(work, 2))
    return box.x


@sound
def a_loop_over_a_list_that_another_changes():
    numbers, box = [1, 2], Box(total=0)

    def add_up(numbers):
        for number in numbers:
            box.total += number

    def change():
        numbers.append(4)
        numbers.pop(0)

    run_all(functools.partial(add_up, numbers), change)
    return box.total


@sound
def a_loop_over_a_list_that_was_replaced():
    box = Box(numbers=[1, 2], total=0)

    def add_up():
        for number in box.numbers:
            box.total += number

    def change():
        box.numbers = [5, 6]
        box.numbers = [1, 2]

    run_all(add_up, change)
    return box.total


@sound
def a_thread_that_spins_on_a_flag():
    box = Box(ready=False, x=0)

    def wait():
        while not box.ready:
            pass
        box.x += 1

    def signal():
        box.x = 5
        box.ready = True
        box.x *= 2

    run_all(wait, signal)
    return box.x


@sound
def comprehensions_that_call():
    box = Box(x=0)

    def bump(number):
        box.x += number
        return box.x

    def work():
        made = [bump(number) for number in (1, 2)]
        box.x = sum(made)

    run_all(work, work)
    return box.x


@sound
def generator_expressions_that_call():
    box = Box(x=1)

    def double(number):
        box.x *= 2
        return box.x + number

    def work():
        box.x = sum(double(number) for number in (1, 2))

    run_all(work, work)
    return box.x


@sound
def a_memoised_function():
    box = Box(x=0, got=())

    @functools.cache
    def first_seen(_):
        return box.x

    def work(value):
        box.x = value
        first_seen("key")
        box.x = 0

    run_all_with_idle_steps(functools.partial(work, 1), functools.partial(work, 2))
    return first_seen("key")


@sound
def a_memoised_function_that_hides_its_closure():
    def make():
        hits = 0

        @functools.lru_cache(maxsize=0)
        def bump(value):
            nonlocal hits
            hits = hits * 2 + value
            return hits

        return bump

    bump = make()
    run_all_with_idle_steps(functools.partial(bump, 1), functools.partial(bump, 2))
    return bump(0)


@sound
def an_object_that_pickles_without_its_state():
    class Secret:
        x = 0

        def __getstate__(self):
            return {}

    secret = Secret()

    def work(amount):
        seen = secret.x
        secret.x = seen + amount

    run_all_with_idle_steps(functools.partial(work, 1), functools.partial(work, 2))
    return secret.x


@sound
def an_object_that_pickles_as_a_name():
    class Single:
        x = 0

        def __reduce__(self):
            return "single"

    single = Single()

    def work(amount):
        seen = single.x
        single.x = seen + amount

    run_all_with_idle_steps(functools.partial(work, 1), functools.partial(work, 2))
    return single.x


@sound
def attributes_of_an_enum_member():
    import enum

    class Light(enum.Enum):
        RED = 1

    Light.RED.seconds = 0

    def work(amount):
        seen = Light.RED.seconds
        Light.RED.seconds = seen + amount

    run_all_with_idle_steps(functools.partial(work, 1), functools.partial(work, 2))
    return Light.RED.seconds


@sound
def the_factory_of_a_default_dict():
    found = collections.defaultdict(int)

    def change(kind):
        found.default_factory = kind

    run_all_with_idle_steps(functools.partial(change, int), functools.partial(change, str))
    return found["key"]


@sound
def the_cause_of_an_error():
    error, causes = ValueError("wrong"), (KeyError("a"), KeyError("b"))

    def blame(number):
        error.__cause__ = causes[number]

    run_all_with_idle_steps(functools.partial(blame, 0), functools.partial(blame, 1))
    return str(error.__cause__)


@sound
def the_sign_of_zero():
    box = Box(x=0.0)

    def work(value):
        box.x = value

    run_all_with_idle_steps(functools.partial(work, 0.0), functools.partial(work, -0.0))
    return str(box.x)


@sound
def operators_of_the_readers_classes():
    class Money:
        def __init__(self, cents):
            self.cents = cents

        def __iadd__(self, other):
            seen = self.cents
            self.cents = seen + other
            return self

        def __bool__(self):
            return self.cents > 1

    box = Box(money=Money(0), rich=0)

    def work():
        box.money += 1
        if box.money:
            box.rich += 1

    run_all(work, work)
    return box.money.cents, box.rich


@sound
def attributes_found_by_getattr():
    class Lazy:
        made = 0

        def __getattr__(self, name):
            self.made += 1
            value = self.made
            setattr(self, name, value)
            return value

    lazy, box = Lazy(), Box(a=0, b=0)

    def first():
        box.a = lazy.x

    def second():
        box.b = lazy.x

    run_all(first, second)
    return box.a, box.b, lazy.x


@sound
def functions_of_the_operator_module():
    box, numbers = Box(x=0), [0, 0]

    def work():
        seen = operator.attrgetter("x")(box)
        setattr(box, "x", seen + 1)  # noqa: B010
        operator.setitem(numbers, seen, 1)

    run_all(work, work)
    return box.x, tuple(numbers)


@sound
def a_swap_of_two_attributes():
    box = Box(a=1, b=2)

    def work():
        box.a, box.b = box.b, box.a
        box.a += 1

    run_all_with_idle_steps(work, work)
    return box.a, box.b


@sound
def a_conditional_and_a_semaphore():
    both, slots, box = threading.Condition(), threading.Semaphore(1), Box(x=0)

    def wait():
        with both:
            while not box.x:
                both.wait()
        with slots:
            box.x *= 3

    def signal():
        with both:
            box.x = 1
            both.notify()
        with slots:
            box.x += 1

    run_all(wait, signal)
    return box.x


@sound
def a_queue_and_an_event():
    line, started, got = queue.Queue(maxsize=1), threading.Event(), []

    def put(item):
        started.wait()
        line.put(item)

    def take():
        started.set()
        got.append(line.get())
        got.append(line.get())

    run_all(functools.partial(put, 1), functools.partial(put, 2), take)
    return tuple(got)


@sound
def clocks_that_are_read_late():
    def first():
        time.sleep(1)

    def second():
        time.sleep(2)
        step = 0
        step += 1

    run_all_with_idle_steps(first, second)
    return round(time.monotonic())


@sound
def sleeps_one_after_the_other():
    box = Box(order=())

    def work(name, first, then):
        time.sleep(first)
        box.order += (name,)
        time.sleep(then)
        box.order += (name,)

    run_all(functools.partial(work, "a", 2, 1), functools.partial(work, "b", 1, 1))
    return box.order


@sound
def time_outs_of_locks():
    lock, box = threading.Lock(), Box(got=())

    def work(seconds):
        got = lock.acquire(timeout=seconds)
        box.got += (got,)
        time.sleep(2)
        if got:
            lock.release()

    run_all(functools.partial(work, 1), functools.partial(work, 3))
    return box.got


@sound
def a_pool_of_two():
    box = Box(x=0)

    def work(amount):
        seen = box.x
        box.x = seen + amount

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        list(pool.map(work, (1, 2)))
    return box.x


def endings_of(program, bound, **options):
    full = explore(program, bound, max_schedules=MANY, **options)
    assert full.complete
    reduced = explore(program, bound, max_schedules=MANY, reduce=True, **options)
    assert reduced.complete
    return full, reduced


NEED_THREE_PREEMPTIONS = {a_value_that_waits_while_finally_runs, a_value_that_waits_while_a_block_is_left}


def bound_of(program):
    """How many preemptions it takes until two states that differ could be taken for equal."""
    return 3 if "run_all_with_idle_steps" in program.__code__.co_names or program in NEED_THREE_PREEMPTIONS else 2


BY_ACCESSES = [
    a_global_that_the_program_resets,
    class_attributes_and_instance_attributes,
    an_iterator_that_threads_share_in_for,
    an_iterator_that_threads_empty,
    an_iterator_searched_and_unpacked,
    a_default_dict_that_reading_fills_beside_an_object_that_hides_its_state,
    lists_dicts_sets_and_deques,
    closures_with_nonlocal,
    a_memoised_function,
    a_swap_of_two_attributes,
]


@pytest.mark.parametrize("program", SOUND, ids=lambda program: program.__name__)
def test_a_reduced_search_counts_the_same_endings_in_no_more_runs(program):
    full, reduced = endings_of(program, bound_of(program))
    assert reduced.endings == full.endings
    assert reduced.runs <= full.runs == full.schedules


class Account(NamedTuple):
    """Its class holds properties, class methods and slots."""

    owner: str
    history: list

    @property
    def balance(self):
        return sum(self.history)

    @classmethod
    def of(cls, owner):
        return cls(owner, [])

    @staticmethod
    def limit():
        return 100


def test_objects_with_properties_and_class_methods_can_be_read():
    def program():
        account = Account.of("any")

        def put():
            for _ in range(2):
                account.history.append(1)

        run_all(put, put)
        return account.balance

    full, reduced = endings_of(program, None)
    assert reduced.endings == full.endings == {4: full.schedules}
    assert reduced.runs < full.runs / 2


@pytest.mark.parametrize("program", BY_ACCESSES, ids=lambda program: program.__name__)
def test_a_reduced_search_by_accesses_counts_the_same_endings(program):
    full, reduced = endings_of(program, 1, step="access")
    assert reduced.endings == full.endings


@pytest.mark.parametrize("program", SOUND[:-1:5], ids=lambda program: program.__name__)
def test_a_reduced_search_counts_the_same_endings_when_the_main_program_takes_part(program):
    full, reduced = endings_of(program, 1, preempt_main=True)
    assert reduced.endings == full.endings


def test_a_pool_repeats_itself_when_the_main_program_takes_part():
    assert set(explore(a_pool_of_two, 1, preempt_main=True).endings) == {1, 3}


@pytest.mark.parametrize(("bound", "limit"), [(2, 7), (2, 8), (2, 9), (None, 8), (None, 9)])
def test_a_reduced_search_counts_the_same_endings_when_some_runs_are_too_long(bound, limit):
    def program():
        lock, box = threading.Lock(), Box(x=0)

        def short():
            with lock:
                box.x += 1
            box.x *= 2

        def long():
            with lock:
                box.x += 1
            box.y = 0

        first, second = threading.Thread(target=short), threading.Thread(target=long)
        first.start(), second.start(), first.join(), second.join()
        return box.x

    full = explore(program, bound, max_steps=limit)
    reduced = explore(program, bound, max_steps=limit, reduce=True)
    assert full.complete
    assert bool(full.errors) == (limit < 9)
    assert reduced.endings == full.endings
