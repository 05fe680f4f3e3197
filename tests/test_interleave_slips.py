"""A small slip in the explorer would make each of these programs end wrongly, or count its schedules wrongly."""

import functools
import sys
import threading
import weakref

import pytest
from test_interleave_truth import run_all_with_idle_steps
from threaded import run_all

from helpers.interleave import explore, replay

AGREE = []  # programs of which a reduced search with three preemptions must count what a full one does


def agrees(program):
    AGREE.append(program)
    return program


@agrees
def looks_whether_a_lock_is_taken():
    """A release is a write."""
    lock, seen = threading.Lock(), []

    def hold():
        with lock:
            pass

    run_all_with_idle_steps(hold, lambda: seen.append(lock.locked()))
    return seen[0]


@agrees
def reads_an_attribute_by_getattr():
    class Shared:
        x = 0

    shared, seen = Shared(), []

    def change():
        shared.x = 1
        shared.x = 2

    run_all_with_idle_steps(change, lambda: seen.append(getattr(shared, "x")))  # noqa: B009
    return seen[0]


@agrees
def reads_before_its_step_waits_for_a_lock():
    """What is written comes after what was read before."""
    lock, values, seen = threading.Lock(), [0], []

    def change():
        with lock:
            values[0] = 1

    def look(mine=()):
        mine = values[0], lock.acquire()
        lock.release()
        seen.append(mine[0])

    run_all_with_idle_steps(change, look)
    return seen[0]


@agrees
def counts_the_living_while_another_is_started():
    seen, made = [], []

    def start():
        made.append(threading.Thread(target=len, args=((),)))
        made[0].start()

    run_all_with_idle_steps(start, lambda: seen.append(threading.active_count()))
    made[0].join()
    return seen[0]


@pytest.mark.parametrize("program", AGREE, ids=lambda program: program.__name__)
def test_a_reduced_search_sees_what_the_program_looks_at(program):
    full = explore(program, 3)
    assert full.complete
    assert explore(program, 3, reduce=True).endings == full.endings
    assert len(full.endings) > 1


def test_a_collection_is_a_write():
    def program():
        gone, seen = [], []

        class Node:
            pass

        node = Node()
        node.itself = node
        watch = weakref.ref(node, gone.append)
        del node
        run_all_with_idle_steps(lambda: seen.append(len(gone)), lambda: None)
        return seen[0], watch is None

    full = explore(program, 3, collect=True)
    assert set(full.endings) == {(0, False), (1, False)}
    assert explore(program, 3, collect=True, reduce=True).endings == full.endings


def test_a_step_after_a_collection_is_another_event_whatever_it_writes():
    """A step may write anything without a collection, too: here by __dict__."""

    class Node:
        pass

    def program():
        gone, seen, watches, other = [], [], [], Node()

        def make_and_drop():
            node = Node()
            node.itself = node
            watches.append(weakref.ref(node, gone.append))
            other.__dict__["a"] = 1
            del node
            other.__dict__["a"] = 2
            seen.append(len(gone))

        def idle():
            other.__dict__["b"] = 1
            other.__dict__["b"] = 2

        run_all(make_and_drop, idle)
        return seen[0]

    full = explore(program, 1, collect=True)
    assert set(full.endings) == {0, 1}
    assert explore(program, 1, collect=True, reduce=True).endings == full.endings


def test_a_collection_may_come_between_two_accesses_of_one_thread():
    def program():
        values, seen = [0], []

        class Sets:
            def __del__(self):
                values[0] = 1

        unreachable = Sets()
        unreachable.itself = unreachable
        del unreachable
        run_all(lambda: seen.append((values[0], values[0])))
        return seen[0]

    assert set(explore(program).endings) == {(0, 0)}
    assert set(explore(program, step="line", collect=True).endings) == {(0, 0), (1, 1)}
    assert set(explore(program, step="access", collect=True).endings) == {(0, 0), (0, 1), (1, 1)}


def test_a_cached_property_is_computed_under_its_lock_where_there_is_one():
    class Shop:
        computed = 0

        @functools.cached_property
        def prices(self):
            before = self.computed
            self.computed = before + 1
            return self.computed

    def program():
        shop = Shop()
        run_all(lambda: shop.prices, lambda: shop.prices)
        return shop.computed

    assert set(explore(program, 2).endings) == ({1} if sys.version_info < (3, 12) else {1, 2})


def test_a_round_that_takes_another_lock_is_not_in_vain():
    def program():
        locks, done, seen = [threading.Lock() for _ in range(3)], [], []

        def take_one():
            for lock in locks:  # noqa: SIM110  a generator would have steps of its own
                if lock.acquire(blocking=False):
                    return True
            return False

        def take():
            while take_one():
                pass
            done.append(1)

        run_all(take, lambda: seen.append(len(done)))
        return seen[0]

    assert set(explore(program).endings) == {0, 1}
    assert replay(program, []).outcome == 1


@pytest.mark.parametrize("view", ["keys", "values", "items"])
def test_going_through_a_view_of_ones_own_dict_is_nobodys_business(view):
    def program():
        def go_through():
            own = {1: 2}
            for _ in getattr(own, view)():
                pass

        run_all(go_through, go_through)

    assert explore(program, None, step="access").schedules == 2


def test_exceptions_of_threads_are_named_in_alphabetical_order():
    def program(first, second):
        def fails(error):
            raise error

        run_all(functools.partial(fails, first), functools.partial(fails, second))
        return "done"

    both = functools.partial(program, ValueError, KeyError)
    assert set(explore(both).endings) == {"KeyError, ValueError, then 'done'"}


def test_a_condition_gives_back_a_lock_that_was_taken_twice_whole():
    def program():
        changed, ready = threading.Condition(), []

        def wait():
            with changed, changed:
                while not ready:
                    changed.wait()

        def tell():
            with changed:
                ready.append(1)
                changed.notify()

        run_all(wait, tell)
        return "done"

    assert set(explore(program).endings) == {"done"}
