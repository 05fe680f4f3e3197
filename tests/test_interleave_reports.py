"""What people have reported of other programs, and what readers of this one have found: a program for each kind."""

import collections
import contextvars
import dataclasses
import decimal
import functools
import gc
import importlib
import os
import py_compile
import queue
import random
import signal
import sys
import threading
import time
from threading import Lock, RLock

import pytest
from threaded import run_all

from helpers.interleave import Uncontrolled, explore, replay


def every(program, **options):
    """The endings of all schedules, which a reduced search must count alike."""
    full = explore(program, None, **options)
    assert full.complete
    assert explore(program, None, reduce=True, **options).endings == full.endings
    return full


# ---- loops --------------------------------------------------------------------------------------------------------


def drains_a_queue():
    items, done, seen = queue.Queue(), [], []
    for number in range(3):
        items.put(number)

    def drain():
        while not items.empty():
            items.get()
        done.append(1)

    run_all(drain, lambda: seen.append(len(done)))
    return seen[0]


def drains_up_to_a_sentinel():
    items, done, seen = queue.Queue(), [], []
    for number in (1, 1, 0):
        items.put(number)

    def drain():
        while items.get() != 0:
            pass
        done.append(1)

    run_all(drain, lambda: seen.append(len(done)))
    return seen[0]


def takes_all_permits():
    permits, done, seen = threading.Semaphore(3), [], []

    def take():
        while permits.acquire(blocking=False):
            pass
        done.append(1)

    run_all(take, lambda: seen.append(len(done)))
    return seen[0]


@pytest.mark.parametrize("program", [drains_a_queue, drains_up_to_a_sentinel, takes_all_permits])
def test_a_loop_that_drains_is_not_one_that_waits(program):
    assert set(every(program).endings) == {0, 1}
    assert replay(program, []).outcome == 1  # the first thread to its end, then the second


def test_a_thread_that_polls_under_a_lock_gives_way():
    def program():
        lock, ready = threading.Lock(), []

        def poll():
            while True:
                with lock:
                    if ready:
                        return

        def put():
            with lock:
                ready.append(1)

        run_all(poll, put)
        return "ended"

    assert set(every(program).endings) == {"ended"}


# ---- steps --------------------------------------------------------------------------------------------------------


def test_a_generator_is_stepped_into():
    def program():
        values, seen = [1, 1], []

        def add():
            seen.append(sum(values[i] for i in (0, 1)))

        def change():
            values[0] = 0
            values[1] = 2

        run_all(add, change)
        return seen[0]

    assert set(every(program).endings) == {1, 2, 3}


def test_a_comprehension_is_stepped_into():
    def program():
        box = {"n": 0}

        def add():
            [box.update(n=box["n"] + 1) for _ in range(1)]

        run_all(add, add)
        return box["n"]

    assert set(every(program, step="access").endings) == {1, 2}


@pytest.mark.parametrize(
    "body", ["seen = box.n; box.n = seen + 1", "with lock: seen = box.n\n        box.n = seen + 1"]
)
def test_each_statement_of_a_line_is_a_step(body, tmp_path):
    file = tmp_path / "joined.py"
    file.write_text(
        f"import threading, types\ndef program():\n    box, lock = types.SimpleNamespace(n=0), threading.Lock()\n"
        f"    def work():\n        {body}\n    threads = [threading.Thread(target=work) for _ in range(2)]\n"
        f"    for t in threads: t.start()\n    for t in threads: t.join()\n    return box.n\n"
    )
    namespace = {}
    exec(compile(file.read_text(), str(file), "exec"), namespace)
    assert set(every(namespace["program"]).endings) == {1, 2}


def reads_and_clears():
    cache, got = {"k": 1}, []

    def read():
        got.append(cache["k"] if cache.get("k") is not None else 0)

    run_all(read, cache.clear)
    return got[0] if got else None


def test_a_line_that_reads_twice_can_fail_between():
    assert set(every(reads_and_clears).endings) == {0, 1}
    assert every(reads_and_clears, step="access").endings == {0: 1, 1: 1, "KeyError, then None": 1}


def stock():
    left = collections.Counter(a=2)

    def sell():
        left.subtract(a=1)

    run_all(sell, sell)
    return left["a"]


def test_library_code_is_one_step_and_the_result_says_so():
    result = explore(stock)
    assert result.outcomes == {0: 2}
    assert repr(result) == "2 schedules by line: 2 end at 0 (a call of collections is one step)"


def test_library_code_is_stepped_into_if_asked():
    result = explore(stock, step="access", step_into=[collections], max_preemptions=1)
    assert set(result.outcomes) == {0, 1}
    assert result.one_step == []
    assert "write self[elem]" in [row.text for row in result.find(1).rows]


def test_code_made_by_exec_is_said_to_be_one_step():
    namespace = {}
    exec("def work(box):\n    seen = box[0]\n    box[0] = seen + 1\n", namespace)

    def program():
        box = [0]
        run_all(functools.partial(namespace["work"], box), lambda: namespace["work"](box))
        return box[0]

    assert "code made by exec is one step" in repr(explore(program))


# ---- waiting ------------------------------------------------------------------------------------------------------


def test_a_waiter_whose_time_is_up_can_still_be_passed_a_notification():
    def program():
        changed, jobs, log = threading.Condition(), [], []

        def impatient():
            with changed:
                if changed.wait(timeout=1):
                    changed.notify()  # not for this one: pass it on
                else:
                    log.append("gave up")

        def patient():
            with changed:
                while not jobs:
                    changed.wait()
                jobs.pop()

        def put():
            with changed:
                jobs.append("job")
                changed.notify()

        run_all(impatient, patient, put)
        return tuple(log)

    assert set(explore(program).endings) == {(), ("gave up",), "standstill"}
    assert "standstill" in explore(program, reduce=True).endings


# ---- locks that come from elsewhere -------------------------------------------------------------------------------


@dataclasses.dataclass
class WithFactory:
    lock: Lock = dataclasses.field(default_factory=threading.Lock)
    again: RLock = dataclasses.field(default_factory=threading.RLock)


class WithDefault:
    def __init__(self, make=threading.Lock, *, make_again=RLock):
        self.lock, self.again = make(), make_again()


class WithAttribute:
    make = Lock
    KINDS = (RLock,)
    by_name: dict = {"again": threading.RLock}  # noqa: RUF012

    def __init__(self):
        self.lock, self.again = self.make(), self.by_name["again"]()


class WithProperty:
    @functools.cached_property
    def lock(self):
        return Lock()

    @functools.cached_property
    def again(self):
        return threading.RLock()

    def __init__(self):
        self.lock, self.again  # noqa: B018


@pytest.mark.parametrize("kind", [WithFactory, WithDefault, WithAttribute, WithProperty])
def test_locks_from_a_factory_are_scheduled(kind):
    def program():
        holder, box = kind(), [0]

        def work():
            with holder.lock, holder.again:
                seen = box[0]
                box[0] = seen + 1

        run_all(work, work)
        return box[0]

    before = kind.__init__.__defaults__, vars(kind).get("make")
    assert set(every(program).endings) == {2}
    assert (kind.__init__.__defaults__, vars(kind).get("make")) == before


def test_a_lock_of_a_class_is_named_at_once():
    class Shared:
        lock = threading.Lock()

        def work(self):
            with self.lock:
                pass

    with pytest.raises(Uncontrolled, match=r"^`Shared\.lock` was made before the program starts"):
        explore(lambda: run_all(Shared().work))


# ---- the garbage collector ----------------------------------------------------------------------------------------


def a_pool_whose_connections_come_back():
    lock, free = threading.Lock(), []

    class Connection:
        def __init__(self):
            self.itself = self

        def __del__(self):
            with lock:
                free.append("connection")

    def lose():
        Connection()

    def take():
        with lock:
            free.pop() if free else None

    run_all(lose, take)


def test_the_garbage_collector_waits_for_the_end_of_a_run():
    assert set(every(a_pool_whose_connections_come_back).endings) == {None}


def test_a_collection_may_come_at_any_step_if_asked_also_under_a_lock():
    result = explore(a_pool_whose_connections_come_back, collect=True)
    assert set(result.endings) == {None, "standstill"}
    assert "with a collection at any step" in repr(result)
    trace = result.find("standstill")
    assert "(garbage collection) free.pop() if free else None" in [row.text for row in trace.rows]
    assert any("Thread-2 waits for `lock`, held by Thread-2" in sentence for sentence in trace.deadlock)
    assert explore(a_pool_whose_connections_come_back, collect=True, reduce=True).endings == result.endings


# ---- what a run must not leave or let in --------------------------------------------------------------------------


class Cache:
    def __init__(self):
        self.lock, self.last = threading.Lock(), "-"

    def __getstate__(self):
        return {}  # the usual way to make an object with a lock picklable


def state_that_pickle_leaves_out():
    cache, got = Cache(), []
    run_all(lambda: setattr(cache, "last", "a"), lambda: setattr(cache, "last", "b"))
    run_all(lambda: got.append(cache.last), lambda: None)
    return got[0]


def the_environment():
    got = []
    run_all(lambda: os.environ.update(EVERY="a"), lambda: os.environ.update(EVERY="b"))
    run_all(lambda: got.append(os.environ["EVERY"]), lambda: None)
    return got[0]


def a_seeded_generator():
    random.seed(1)
    got = []
    run_all(random.random, lambda: random.seed(5))
    run_all(lambda: got.append(round(random.random(), 3)), lambda: None)
    return got[0]


LAST = "-"


def set_a():
    global LAST
    LAST = "a"


def set_b():
    global LAST
    LAST = "b"


TABLE = {"a": set_a, "b": set_b, "read": lambda: LAST}


def functions_in_a_table():
    got = []
    run_all(TABLE["a"], TABLE["b"])
    run_all(lambda: got.append(TABLE["read"]()), lambda: None)
    return got[0]


@pytest.mark.parametrize(
    "program", [state_that_pickle_leaves_out, the_environment, a_seeded_generator, functions_in_a_table]
)
def test_a_reduced_search_loses_no_ending_to_state_out_of_sight(program):
    assert len(every(program).endings) == 2


VARIABLE = contextvars.ContextVar("VARIABLE", default=0)


def test_no_context_leaks_from_run_to_run():
    def program():
        got = []

        def work():
            got.append((VARIABLE.get(), decimal.getcontext().prec))
            VARIABLE.set(1)
            decimal.getcontext().prec = 5

        run_all(work, work)
        return tuple(got)

    assert set(every(program).endings) == {((0, 28), (0, 28))}


def test_the_time_of_day_goes_with_the_sleeps():
    def program():
        start = time.time()
        run_all(lambda: time.sleep(3600))
        return time.time() - start >= 3600

    assert set(explore(program).endings) == {True}
    assert abs(time.time() - time.clock_gettime(time.CLOCK_REALTIME)) < 60  # outside it is the real one again


def test_only_the_programs_own_threads_are_counted():
    def program():
        before = threading.active_count()
        run_all(lambda: None, lambda: None)
        return before, threading.active_count(), [thread.name for thread in threading.enumerate()]

    assert list(explore(program).endings) == ["(1, 1, ['MainThread'])"]


def test_an_exception_ends_its_thread_and_the_ending_says_both():
    def program():
        turn, log = threading.Event(), []

        def fails():
            raise ValueError("no")
            turn.set()

        run_all(fails, lambda: log.append(turn.wait()))

    result = explore(program)
    assert set(result.endings) == {"ValueError, then standstill"}
    assert repr(result).endswith("with ValueError, then at a standstill")
    assert (result.deadlocks, result.errors["ValueError"]) == (result.schedules, result.schedules)
    assert result.find("ValueError").ending.startswith("Thread-1 ended with ValueError: no. Standstill: ")


@pytest.mark.parametrize(
    "does",
    [
        lambda: signal.signal(signal.SIGUSR1, signal.SIG_IGN),
        lambda: signal.raise_signal(signal.SIGUSR1),
        lambda: signal.alarm(1),
        lambda: signal.setitimer(signal.ITIMER_REAL, 1),
        lambda: signal.pthread_kill(threading.get_ident(), signal.SIGUSR1),
        lambda: os.kill(os.getpid(), signal.SIGUSR1),
    ],
)
def test_signals_are_refused_by_name(does):
    with pytest.raises(Uncontrolled, match=r"uses (signal\.\w+|os\.kill), which the explorer cannot schedule\. Let a"):
        explore(does)


def test_a_pool_of_threads_is_refused_by_name():
    def program():
        from multiprocessing.pool import ThreadPool

        with ThreadPool(2) as pool:
            return pool.map(str, [1, 2])

    with pytest.raises(Uncontrolled, match=r"uses multiprocessing\.pool\.ThreadPool, which the explorer cannot"):
        explore(program)


def refused():
    run_all(threading.Barrier(3).wait, lambda: signal.alarm(1))


def unwound():
    class Resource:
        def __init__(self, lock):
            self.lock = lock

        def __del__(self):
            with self.lock:
                self.gone = True

    lock = threading.Lock()
    resources = [Resource(lock)]

    def work():
        own = [Resource(lock), resources]
        lock.acquire()
        return own

    run_all(work, work)


def with_an_executor():
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(2) as pool:
        pool.submit(threading.Event().wait)


@pytest.mark.parametrize("program", [refused, unwound, with_an_executor])
def test_nothing_is_printed_that_the_program_did_not_print(program, capfd):
    try:
        explore(program, max_preemptions=1)
    except Uncontrolled as refusal:
        assert "signal.alarm" in str(refusal)
    gc.collect()
    assert capfd.readouterr() == ("", "")


# ---- nothing is missed in silence ---------------------------------------------------------------------------------


def hidden():
    box = sys._explored_box
    seen = box[0]
    box[0] = seen + 1


def test_a_function_that_nothing_leads_to_is_stepped_through_all_the_same():
    def program():
        sys._explored_box = [0]
        work = getattr(sys.modules[__name__], "hid" + "den")
        run_all(work, work)
        return sys._explored_box[0]

    try:
        assert set(every(program).endings) == {1, 2}
        assert hidden.__code__.co_names == ("sys", "_explored_box")
    finally:
        del sys._explored_box


def test_a_generator_that_has_begun_before_is_refused():
    def generate():
        yield 1
        yield 2

    begun = generate()
    next(begun)
    with pytest.raises(Uncontrolled, match=r"^The generator `.*generate` has begun before the program starts"):
        explore(lambda: run_all(lambda: next(begun)))


def test_code_that_is_not_what_its_source_says_is_refused(tmp_path):
    file = tmp_path / "changed.py"
    file.write_text("def work():\n    return 1\n")
    namespace = {}
    exec(compile(file.read_text(), str(file), "exec"), namespace)
    file.write_text("def work():\n    return 2\n")
    with pytest.raises(Uncontrolled, match=r"^`work` is not what its source says now"):
        explore(namespace["work"])


def test_code_that_another_release_has_compiled_of_the_same_source_is_stepped_through(tmp_path, monkeypatch):
    file = tmp_path / "compiled_before.py"
    file.write_text(
        'def work(box):\n    "What another release leaves out."\n    seen = box[0]\n    box[0] = seen + 1\n'
    )
    py_compile.compile(str(file), cfile=importlib.util.cache_from_source(str(file)), optimize=2)
    monkeypatch.syspath_prepend(tmp_path)
    module = importlib.import_module("compiled_before")
    assert module.work.__doc__ is None  # it is not what this one would compile

    def program():
        box = [0]
        run_all(functools.partial(module.work, box), functools.partial(module.work, box))
        return box[0]

    assert set(explore(program).endings) == {1, 2}


def test_code_without_source_is_refused():
    namespace = {}
    exec(compile("def work():\n    return 1\n", "nowhere.py", "exec"), namespace)
    with pytest.raises(Uncontrolled, match=r"^`work` has no source that can be read"):
        explore(namespace["work"])


def test_modules_to_step_into_must_be_python():
    with pytest.raises(Exception, match=r"^step_into is a list of modules that are written in Python"):
        explore(stock, step_into=[time])
