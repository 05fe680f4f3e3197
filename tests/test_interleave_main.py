"""Main is one of the threads where it touches what a running thread touches, and only there."""

import collections
import functools
import os
import queue
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import pytest
from threaded import Box, run_all

from helpers.interleave import explore, replay

RACING, WAITING = {}, {}


def races(*endings):
    """A program of which main's steps matter, and all its endings."""
    return lambda program: RACING.setdefault(program.__name__, (program, set(endings)))[0]


def waits(*endings):
    """A program whose main only starts threads and waits while they run."""
    return lambda program: WAITING.setdefault(program.__name__, (program, set(endings)))[0]


def in_thread(work):
    thread = threading.Thread(target=work)
    thread.start()
    return thread


@races(1, 2)
def counts_too():
    box = Box(x=0)

    def add():
        seen = box.x
        box.x = seen + 1

    thread = in_thread(add)
    add()
    thread.join()
    return box.x


@races(None, 1)
def publishes_late():
    box = Box(value=None, seen=0)

    def look():
        box.seen = box.value

    thread = in_thread(look)
    box.value = 1
    thread.join()
    return box.seen


@races(0, 1)
def looks_at_what_a_built_in_function_fills():
    seen = []
    thread = threading.Thread(target=seen.append, args=(1,))
    thread.start()
    found = len(seen)
    thread.join()
    return found


@races(0, 1)
def looks_too_early_at_what_a_pool_fills():
    box = Box(x=0)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(setattr, box, "y", 1)
        pool.submit(lambda: setattr(box, "x", 1))
        return box.x


@races("[1, 2]", "[2, 1]")
def adds_beside_a_function_in_c():
    items = []
    with ThreadPoolExecutor(1) as pool:
        pool.submit(items.append, 1)
        items.append(2)
    return repr(items)


@races(True, False)
def asks_whether_it_is_done():
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(lambda: None)
        return future.done()


@races(True, False)
def takes_back_what_it_has_submitted():
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(lambda: None)
        return future.cancel()


@races(1, "late")
def waits_for_a_result_no_longer_than_it_likes():
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(lambda: 1)
        try:
            return future.result(timeout=0)
        except TimeoutError:
            return "late"


@races(0, 1)
def gives_up_waiting():
    box = Box(x=0)

    def work():
        time.sleep(1)
        box.x = 1

    thread = in_thread(work)
    thread.join(timeout=0.5)
    found = box.x
    thread.join()
    return found


@races(True, False)
def asks_whether_it_lives():
    thread = in_thread(lambda: None)
    lives = thread.is_alive()
    thread.join()
    return lives


@races(1, 2)
def counts_the_living():
    thread = in_thread(lambda: None)
    living = threading.active_count()
    thread.join()
    return living


@races("main", "thread")
def wants_the_same_lock():
    lock, names = threading.Lock(), []

    def enter():
        with lock:
            names.append("thread")

    thread = in_thread(enter)
    with lock:
        names.append("main")
    thread.join()
    return names[0]


@races((1, 2), (2, 1))
def puts_as_well():
    line = queue.Queue()
    thread = in_thread(lambda: line.put(1))
    line.put(2)
    thread.join()
    return line.get(), line.get()


@races(0, 1)
def looks_at_what_a_library_call_changes():
    left = collections.Counter(a=1)
    thread = in_thread(lambda: left.subtract(a=1))
    found = left["a"]
    thread.join()
    return found


@races("RuntimeError", 2, 3)
def goes_through_a_set_that_grows():
    names = {"a", "b"}
    thread = in_thread(lambda: names.add("c"))
    seen = 0
    for _ in names:
        seen += 1
    thread.join()
    return seen


@races(0, 1)
def races_in_one_branch_only():
    box = Box(first=False, x=0)
    ready = threading.Lock()

    def work():
        box.first = True
        with ready:
            box.x += 1

    thread = in_thread(work)
    found = 0
    if box.first:
        found = box.x
    thread.join()
    return found


class Cacher:
    def __init__(self):
        self.value = None
        threading.Thread(target=self.load, daemon=True).start()

    def load(self):
        self.value = "db1"


@races(None, "db1")
def does_not_wait_for_a_daemon():
    cacher = Cacher()
    return cacher.value


@races(False, True)
def looks_for_a_file_that_a_thread_makes():
    made = Path(tempfile.gettempdir()) / f"made-{os.getpid()}"
    thread = in_thread(made.mkdir)
    found = os.path.exists(made)
    thread.join()
    made.rmdir()
    return found


@races(False, True)
def notifies_one_that_may_not_wait_yet():
    condition, woken = threading.Condition(), []

    def wait():
        with condition:
            woken.append(condition.wait(1))

    idle = in_thread(lambda: None)
    thread = in_thread(wait)
    with condition:
        condition.notify()
    idle.join()
    thread.join()
    return woken[0]


@waits(None)
def starts_two_of_different_length():
    def longer():
        step = 1
        step += 1

    run_all(lambda: None, longer)


@waits(2)
def starts_and_joins():
    box, lock = Box(x=0), threading.Lock()

    def add():
        with lock:
            box.x += 1

    run_all(add, add)
    return box.x


@waits(3)
def adds_what_a_pool_returns():
    with ThreadPoolExecutor(2) as pool:
        results = [pool.submit(abs, value) for value in (1, -2)]
        return sum(result.result() for result in results)


@waits(1)
def looks_at_what_an_ended_thread_left():
    box = Box(x=0)

    def work():
        box.x = 1

    in_thread(work).join()
    other = in_thread(lambda: None)
    found = box.x
    other.join()
    return found


@waits(1)
def writes_before_anyone_starts():
    box = Box(x=0, seen=None)

    def look():
        box.seen = box.x

    idle = in_thread(lambda: None)
    box.x = 1
    thread = in_thread(look)
    idle.join()
    thread.join()
    return box.seen


def ids(programs):
    return {"argvalues": list(programs.values()), "ids": list(programs)}


@pytest.mark.parametrize("step", ["line", "access"])
@pytest.mark.parametrize(("program", "endings"), **ids(RACING))
def test_where_main_races_it_is_one_of_the_threads(program, endings, step):
    result = explore(program, step=step)
    assert set(result.endings) == endings
    assert ", main taking part" in repr(result)
    assert explore(program, step=step, reduce=True).endings == result.endings
    assert set(explore(program, step=step, preempt_main=True).endings) == endings
    alone = explore(program, step=step, preempt_main=False)
    assert set(alone.endings) <= endings
    assert alone.schedules < result.schedules
    assert ", main not interrupted" in repr(alone)


@pytest.mark.parametrize("step", ["line", "access"])
@pytest.mark.parametrize(("program", "endings"), **ids(WAITING))
def test_where_main_only_waits_it_adds_no_schedules(program, endings, step):
    result = explore(program, step=step)
    assert set(result.endings) == endings
    assert "main" not in repr(result)
    assert result.endings == explore(program, step=step, preempt_main=False).endings


@pytest.mark.parametrize("bound", [1, 2])
@pytest.mark.parametrize(("program", "endings"), **ids(RACING | WAITING))
def test_a_reduced_search_counts_the_same_where_every_line_of_main_is_a_step(program, endings, bound):
    full = explore(program, bound, preempt_main=True)
    assert explore(program, bound, preempt_main=True, reduce=True).endings == full.endings
    assert set(full.endings) <= endings


@pytest.mark.parametrize(("program", "endings"), **ids(RACING))
def test_a_schedule_in_which_main_races_can_be_found_and_run_again(program, endings):
    result = explore(program)
    traces = [result.find(ending) for ending in endings]
    for ending, trace in zip(endings, traces, strict=True):
        assert str(ending) in trace.ending
        assert str(replay(program, trace.schedule)) == str(trace)
    assert any("MainThread" in str(trace).splitlines()[0] for trace in traces)


def test_a_schedule_in_which_only_a_collection_makes_main_race_is_replayed_as_found():
    """Only main has a step after the thread's last. Without it the program ends before the schedule does."""

    def program():
        box = [0]

        class Leaves:
            def __del__(self):
                box[0] += 1

        def work():
            first = Leaves()
            first.itself = first
            del first
            second = Leaves()
            second.itself = second
            del second

        thread = threading.Thread(target=work)
        thread.start()
        box[0] += 1
        thread.join()
        return box[0]

    result = explore(program, 1, collect=True)
    assert "main taking part" in repr(result)
    for ending in result.endings:
        trace = result.find(ending)
        assert str(replay(program, trace.schedule, collect=True)) == str(trace)


def ends_in_the_order_in_which_they_are_done():
    with ThreadPoolExecutor(2) as pool:
        names = {pool.submit(lambda: None): "a", pool.submit(lambda: None): "b"}
        return "".join(names[future] for future in as_completed(names))


def adds_what_two_workers_bring(*, in_c):
    items = []
    with ThreadPoolExecutor(2) as pool:
        for number in (1, 2):
            pool.submit(items.append, number) if in_c else pool.submit(lambda n=number: items.append(n))
    return "".join(map(str, items))


@pytest.mark.parametrize("options", [{}, {"reduce": True}, {"step": "access"}], ids=str)
@pytest.mark.parametrize(
    ("program", "endings"),
    [
        (ends_in_the_order_in_which_they_are_done, {"ab", "ba"}),
        (functools.partial(adds_what_two_workers_bring, in_c=False), {"12", "21"}),
        (functools.partial(adds_what_two_workers_bring, in_c=True), {"12", "21"}),
    ],
    ids=["as_completed", "python", "c"],
)
def test_a_pools_workers_can_overtake_each_other_between_taking_a_task_and_doing_it(program, endings, options):
    assert set(explore(program, **options).endings) == endings


@pytest.mark.parametrize("step", ["line", "access"])
def test_a_full_search_and_a_reduced_one_find_the_same_steps_of_main_where_attributes_are_given_out(step):
    def program():
        box, seen = Box(x=0), []
        run_all(lambda: seen.append(box.x), lambda: box.__dict__.update(x=1))
        return seen[0]

    full = explore(program, step=step)
    assert full.complete
    assert explore(program, step=step, reduce=True).endings == full.endings
