"""Whatever the explored program does, the explorer ends, says why in a sentence, and leaves nothing behind."""

import _thread
import builtins
import contextlib
import dataclasses
import functools
import gc
import importlib
import io
import multiprocessing
import os
import queue
import random
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import warnings
import weakref
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from time import sleep

import pytest
from threaded import run_all

from helpers.interleave import ExploreError, Nondeterministic, NotFound, Uncontrolled, explore, replay, stuck

posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX")
NAMES = [
    (threading, "Lock RLock _allocate_lock main_thread excepthook _time _counter"),
    (threading.Thread, "start join is_alive"),
    (threading.Condition, "wait"),
    (time, "sleep monotonic perf_counter monotonic_ns perf_counter_ns"),
    (queue, "SimpleQueue time"),
    (sys, "stdout stderr"),
    (builtins, "input print"),
    (subprocess.Popen, "__init__"),
    (os, "fork system waitpid"),
    (select, "select poll"),
    (socket.socket, "recv accept connect"),
    (_thread, "start_new_thread"),
    (multiprocessing.Process, "start"),
]


def everything():
    """All that an exploration may replace, and the threads and trace functions that are there."""
    there = {(owner, name): getattr(owner, name, None) for owner, names in NAMES for name in names.split()}
    mine = {"Lock": Lock, "sleep": sleep, "globals": set(globals())}
    return there | mine, set(threading.enumerate()), set(threading._active), sys.gettrace(), threading.gettrace()


@pytest.fixture(autouse=True)
def nothing_is_left():
    """Each test leaves names, threads and trace functions as they were."""
    before, threads = everything(), set(sys._current_frames())
    yield
    assert everything() == before
    assert set(sys._current_frames()) <= threads


def increments():
    counter = [0]

    def work():
        seen = counter[0]
        counter[0] = seen + 1

    run_all(work, work)
    return counter[0]


def in_a_thread(work):
    """A program that does some work in a thread, beside one that only waits."""

    def program():
        done = threading.Event()
        run_all(done.wait, lambda: (work(), done.set()))
        return "done"

    return program


# ---- endings ------------------------------------------------------------------------------------------------------


def raises():
    run_all(lambda: 1 // 0)


def deadlocks():
    lock = threading.Lock()
    run_all(lock.acquire, lock.acquire)


def loops():
    def work():
        while True:
            pass

    run_all(work, work)


def loops_and_catches():
    def work():
        while True:
            try:
                int("x")
            except Exception:  # noqa: BLE001
                continue

    run_all(work, work)


def loops_in_main():
    while True:
        pass


@pytest.mark.parametrize("reduce", [False, True])
@pytest.mark.parametrize(
    ("program", "expected"),
    [
        (increments, {1, 2}),
        (raises, {"ZeroDivisionError, then None"}),
        (deadlocks, {"standstill"}),
        (loops, {"StepLimit"}),
        (loops_and_catches, {"StepLimit"}),
        (loops_in_main, {"StepLimit"}),
    ],
)
def test_nothing_is_left_however_the_program_ends(program, expected, reduce):
    result = explore(program, max_steps=200, reduce=reduce)
    assert set(result.endings) == expected
    for ending in expected:
        assert result.find(ending).schedule


def test_a_program_that_exits_ends_with_system_exit():
    assert explore(lambda: sys.exit(3)).errors == {"SystemExit": 1}
    assert explore(in_a_thread(lambda: _thread.exit())).endings.keys() == {"standstill"}


def test_a_program_that_raises_keyboard_interrupt_is_an_ending_and_not_an_interruption():
    def program():
        raise KeyboardInterrupt

    assert explore(program).errors == {"KeyboardInterrupt": 1}


def interrupt_soon(seen):
    """Wait until the exploration is under way, then send this process the signal of Ctrl-C."""
    while len(seen) < 20:
        time.sleep(0.01)
    os.kill(os.getpid(), signal.SIGINT)


@pytest.fixture
def interruptible():
    """Ctrl-C raises KeyboardInterrupt, also where the tests were started in the background and ignore it."""
    usual = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    assert signal.signal(signal.SIGINT, usual) is signal.default_int_handler


@posix
@pytest.mark.parametrize("loop", [False, True])
def test_an_interrupt_ends_a_long_exploration(interruptible, loop):
    seen = []

    def work():
        for number in range(8):
            seen.append(number)
        while loop:
            seen.append(0)

    helper = threading.Thread(target=interrupt_soon, args=(seen,))
    helper.start()
    with pytest.raises(KeyboardInterrupt):
        explore(functools.partial(run_all, work, work), None, max_schedules=10**9, max_steps=10**9)
    helper.join()
    assert set(explore(increments).outcomes) == {1, 2}


# ---- explorations within and beside each other --------------------------------------------------------------------


def test_a_program_cannot_explore():
    def program():
        try:
            explore(increments)
        except ExploreError as error:
            return str(error)

    (said,) = explore(program).outcomes
    assert "was called by the program that is being explored" in said


def test_two_threads_cannot_explore_at_once():
    said = []
    (begun, begin), (refused, refuse) = os.pipe(), os.pipe()

    def beside():
        os.read(begun, 1)
        try:
            explore(increments)
        except ExploreError as error:
            said.append(str(error))
        os.write(refuse, b"." * 10)

    def program():
        os.write(begin, b".")
        return os.read(refused, 1)

    other = threading.Thread(target=beside)
    other.start()
    result = explore(program)
    other.join()
    for end in (begun, begin, refused, refuse):
        os.close(end)
    assert result.outcomes == {b".": 1}
    assert said == ["Another thread is exploring already; explorations in one process must take turns."]


def test_threads_outside_go_on_unharmed():
    stop, failures, rounds = [], [], []

    def outside():
        line, lock = queue.Queue(), threading.Lock()
        while not stop:
            with lock:
                line.put(1)
            time.sleep(0.001)
            if line.get(timeout=5) != 1 or not lock.acquire(timeout=1):
                failures.append("lost")
            lock.release()
            child = threading.Thread(target=rounds.append, args=(1,))
            child.start()
            child.join()

    beside = threading.Thread(target=outside)
    beside.start()
    results = [explore(increments) for _ in range(20)]
    before = len(rounds)
    while len(rounds) < before + 3:
        time.sleep(0.001)
    stop.append(True)
    beside.join()
    assert failures == []
    assert all(result.endings == results[0].endings for result in results)


def test_locks_made_outside_during_an_exploration_are_ordinary():
    made = []

    def outside():
        while len(made) < 200:
            made.append(threading.Lock())

    beside = threading.Thread(target=outside)
    beside.start()
    explore(increments)
    beside.join()
    assert {type(lock) for lock in made} == {type(_thread.allocate_lock())}


# ---- what cannot be scheduled -------------------------------------------------------------------------------------

global_lock = threading.Lock()
global_locks = {"left": threading.Lock()}
global_queue = queue.Queue()


def uses_a_global_lock():
    with global_lock:
        return "done"


def uses_a_global_dict_of_locks():
    with global_locks["left"]:
        return "done"


def uses_a_global_queue():
    return global_queue.get()


def uses_it_in_a_function_that_a_thread_calls():
    run_all(uses_a_global_lock)


@pytest.mark.parametrize(
    ("program", "name"),
    [
        (uses_a_global_lock, "`global_lock`"),
        (uses_a_global_dict_of_locks, "`global_locks`"),
        (uses_a_global_queue, "`global_queue`"),
        (uses_it_in_a_function_that_a_thread_calls, "`global_lock`"),
    ],
)
def test_a_lock_from_before_the_program_is_refused_by_name(program, name):
    with pytest.raises(Uncontrolled, match="made before the program starts") as caught:
        explore(program)
    assert name in str(caught.value)


def test_a_lock_in_a_closure_an_argument_a_default_or_an_object_is_refused():
    lock = threading.Lock()
    holder = type("Holder", (), {})()
    holder.lock = lock

    def with_default(lock=lock):
        return lock.locked()

    for program in (
        lambda: lock.locked(),
        lambda: holder.lock.locked(),
        with_default,
        functools.partial(lambda lock: lock.locked(), lock),
    ):
        with pytest.raises(Uncontrolled, match="made before the program starts"):
            explore(program)


def starts_a_process():
    subprocess.run([sys.executable, "-c", ""], check=True)


def forks():
    os.fork()


def asks_a_system():
    os.system("true")


def opens_a_socket():
    left, _right = socket.socketpair()
    left.recv(1)


def selects():
    select.select([], [], [], 1)


def asks():
    input("?")


def starts_a_bare_thread():
    _thread.start_new_thread(len, ((),))


def starts_a_worker():
    multiprocessing.Process(target=len, args=((),)).start()


@posix
@pytest.mark.parametrize(
    ("work", "what"),
    [
        (starts_a_process, "another process"),
        (forks, "another process"),
        (asks_a_system, "another process"),
        (opens_a_socket, "a socket"),
        (selects, "a wait for files or sockets"),
        (asks, "input()"),
        (starts_a_bare_thread, "a thread without threading.Thread"),
        (starts_a_worker, "another process"),
    ],
)
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_what_waits_elsewhere_is_refused_with_the_line(work, what):
    line = work.__code__.co_firstlineno
    for program in (work, in_a_thread(work)):
        with pytest.raises(Uncontrolled) as caught:
            explore(program)
        said = str(caught.value)
        assert f"uses {what}, which the explorer cannot schedule" in said
        number = int(said.split()[1].rstrip(","))
        assert line < number <= line + 2


@posix
@pytest.mark.parametrize("threaded", [False, True])
def test_a_read_that_blocks_is_refused_with_the_line(threaded, monkeypatch):
    outlet, inlet = os.pipe()
    threads = len(sys._current_frames())

    def read():
        os.read(outlet, 1)

    with monkeypatch.context() as patch:
        patch.setattr(stuck, "_STUCK_S", 2.0)  # this read never ends: with less patience it says the same
        patch.setattr(stuck, "_UNWIND_S", 1.0)
        with pytest.raises(Uncontrolled, match="waits for something that the explorer does not schedule") as caught:
            explore(in_a_thread(read) if threaded else read)
    assert "`os.read(outlet, 1)`" in str(caught.value)
    assert set(explore(increments).outcomes) == {1, 2}  # although a thread of the last exploration still reads
    assert all(thread.is_alive() for thread in threading.enumerate())
    os.close(inlet)
    for _ in range(300):
        if len(sys._current_frames()) == threads:  # those of the lost exploration have ended
            break
        time.sleep(0.01)
    os.close(outlet)
    assert set(explore(increments).outcomes) == {1, 2}


def test_a_long_computation_is_not_mistaken_for_a_wait():
    assert replay(lambda: sum(range(150_000_000)) > 0, []).outcome is True


# ---- programs that do not repeat themselves -----------------------------------------------------------------------


def test_random_numbers_are_found_out_with_the_step():
    def program():
        def work():
            drawn = random.random()
            drawn += 1

        run_all(work, work)

    with pytest.raises(Nondeterministic, match=r"`drawn = random.random\(\)`"):
        explore(program)


leftover = []


def test_globals_that_are_not_reset_are_found_out():
    def program():
        leftover.append(1)
        return len(leftover)

    try:
        with pytest.raises(Nondeterministic, match="does not repeat itself"):
            explore(program)
    finally:
        leftover.clear()


def test_a_different_number_of_threads_is_found_out():
    def program():
        leftover.append(1)
        run_all(*[lambda: None] * (len(leftover) % 3))

    try:
        with pytest.raises(Nondeterministic, match="does not repeat itself"):
            explore(program)
    finally:
        leftover.clear()


def test_a_schedule_that_the_program_cannot_follow_is_refused():
    with pytest.raises(Nondeterministic, match="Step 1 of the schedule is not possible"):
        replay(increments, [7])


@pytest.mark.parametrize("later", [(1, ""), (3, ""), (2, "other")])
def test_an_explored_schedule_that_takes_another_course_later_is_found_out(later):
    """As in a program that takes its locks in the order of their addresses."""
    leftover[:] = 2, ""

    def program():
        log = []
        run_all(*[lambda n=n: log.append(f"{n}{leftover[1]}") for n in range(leftover[0])])
        return "".join(log)

    try:
        result = explore(program)
        leftover[:] = later
        with pytest.raises(Nondeterministic, match="does not repeat itself when an explored schedule"):
            result.find("10")
    finally:
        leftover.clear()


def test_a_pool_that_is_let_go_of_when_main_ends_is_found():
    """In a trace it is kept a little longer, so its worker has one step less."""

    def program():
        pool = ThreadPoolExecutor(1)
        return pool.submit(int).result()

    assert explore(program).find(0).outcome == 0


# ---- arguments ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"max_preemptions": "2"}, "max_preemptions is a number from 0 up, or None for every schedule."),
        ({"max_preemptions": 1.5}, "max_preemptions is a number from 0 up, or None for every schedule."),
        ({"max_schedules": None}, "max_schedules must be at least 1."),
        ({"preempt_main": 3}, "preempt_main is True or False, or None, not 3."),
        ({"collect": "x"}, "collect is True or False, not 'x'."),
        ({"step_into": 5}, "step_into is a list of modules that are written in Python, not 5."),
        ({"step_into": "collections"}, "step_into is a list of modules that are written in Python, not 'collections'."),
        ({"max_preemptions": -1}, "max_preemptions is a number from 0 up, or None for every schedule."),
        ({"step": "word"}, 'step is "line", "access" or "switch", not \'word\'.'),
        ({"max_schedules": 0}, "max_schedules must be at least 1."),
        ({"max_steps": 0}, "max_steps must be at least 1."),
    ],
)
def test_bad_arguments_are_refused_in_a_sentence(options, said):
    with pytest.raises(ExploreError) as caught:
        explore(increments, **options)
    assert str(caught.value) == said
    assert caught.value._render_traceback_() == [f"ExploreError: {said}"]


@pytest.mark.parametrize("thing", [None, 3, "increments", increments()])
def test_what_cannot_be_called_is_refused(thing):
    with pytest.raises(ExploreError, match="explore needs a function to call, not"):
        explore(thing)
    with pytest.raises(ExploreError, match="needs a function to call, not"):
        replay(thing, [])


class Program:
    def __init__(self, targets=2):
        self.targets = targets

    def method(self):
        counter = [0]

        def work():
            seen = counter[0]
            counter[0] = seen + 1

        run_all(*[work] * self.targets)
        return counter[0]

    __call__ = method

    @classmethod
    def of_class(cls):
        return cls().method()


@pytest.mark.parametrize(
    "program",
    [
        increments,
        lambda: increments(),
        functools.partial(Program.method, Program()),
        Program().method,
        Program.of_class,
        Program(),
        functools.partial(functools.partial(increments)),
    ],
)
def test_anything_that_can_be_called_is_a_program(program):
    assert explore(program).endings == explore(increments).endings


# ---- the surroundings ---------------------------------------------------------------------------------------------


def test_names_imported_from_modules_are_the_explorers_within_a_program():
    def program():
        lock, order = Lock(), []

        def late():
            with lock:
                sleep(1000)
                order.append("late")

        run_all(late, lambda: order.append("soon"))
        return order[0]

    assert set(explore(program).endings) == {"soon", "late"}
    assert Lock is threading.Lock
    assert sleep is time.sleep


def test_what_a_program_prints_is_kept_and_not_printed(capsys):
    def program():
        run_all(lambda: print("in a thread"))
        print("in main")

    explore(program)
    assert "in a thread" in str(replay(program, []))
    assert capsys.readouterr() == ("", "")


def test_what_others_print_meanwhile_is_printed():
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        beside = threading.Thread(target=lambda: [print("outside", flush=True) for _ in range(100)])
        beside.start()
        explore(increments)
        beside.join()
    assert said.getvalue() == "outside\n" * 100


def test_an_unhandled_error_is_not_printed(capsys):
    assert explore(raises).errors == {"ZeroDivisionError": 1}
    assert capsys.readouterr() == ("", "")


def test_a_trace_function_of_the_caller_is_left_alone():
    seen = []

    def tracer(frame, event, arg):
        seen.append(frame.f_code.co_name)
        return tracer

    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        result = explore(increments)
        kept = sys.gettrace()
    finally:
        sys.settrace(before)
    assert kept is tracer
    assert set(result.endings) == {1, 2}
    assert "work" not in seen


def test_accesses_show_what_lines_hide():
    def program():
        counter = 0

        def work():
            nonlocal counter
            counter += 1

        run_all(work, work)
        return counter

    assert set(explore(program, step="line").outcomes) == {2}
    assert set(explore(program, step="access").outcomes) == {1, 2}
    assert explore(program, step="access").find(1).preemptions == 1


def test_explore_works_in_a_thread_that_is_not_the_main_one():
    found = []
    outside = threading.Thread(target=lambda: found.append(explore(increments)))
    outside.start()
    outside.join()
    assert found[0].endings == explore(increments).endings


def test_exploring_twice_finds_the_same():
    first, second = explore(increments), explore(increments)
    assert first.endings == second.endings
    assert first.find(1).schedule == second.find(1).schedule


def test_an_ending_that_does_not_occur_is_not_found():
    with pytest.raises(NotFound):
        explore(increments).find(3)


def test_what_a_run_has_made_is_gone_before_long_however_many_runs_there_are():
    threads, most = weakref.WeakSet(), [0]

    def program():
        most[0] = max(most[0], len(threads))

        def work():
            threads.add(threading.current_thread())
            for _ in range(3):
                pass

        run_all(work, work)

    assert explore(program, 3).runs > 300
    assert most[0] < 150  # without a GIL fifty runs are cleared away at a time


def test_a_thread_outside_runs_the_same_functions_and_does_not_notice():
    stop, calls = threading.Event(), []

    def increment(box):
        seen = box[0]
        box[0] = seen + 1

    def outside():
        box = [0]
        while not stop.is_set():
            increment(box)
            calls.append(box[0] == len(calls) + 1)

    def program():
        box = [0]
        run_all(lambda: increment(box), lambda: increment(box))
        return box[0]

    interval, thread = sys.getswitchinterval(), threading.Thread(target=outside)
    sys.setswitchinterval(1e-6)
    thread.start()
    try:
        for _ in range(20):
            assert set(explore(program, None).endings) == {1, 2}
        alive = thread.is_alive()
    finally:
        stop.set()
        thread.join()
        sys.setswitchinterval(interval)
    assert alive
    assert all(calls)


# ---- signals, and what a program does to the process -----------------------------------------------------------------


@posix
@pytest.mark.parametrize("after", [1, 20, 200], ids="after {} runs".format)
def test_an_exception_of_a_signal_handler_ends_the_exploration_and_leaves_nothing(after):
    def late(number, frame):
        raise TimeoutError("time is up")

    def program():
        leftover.append(1)
        items = []
        run_all(*[lambda: [items.append(1) for _ in range(6)]] * 3)
        return len(items)

    def interrupt():
        while len(leftover) < after:
            time.sleep(0.001)
        signal.pthread_kill(threading.main_thread().ident, signal.SIGALRM)

    usual, outside = signal.signal(signal.SIGALRM, late), threading.Thread(target=interrupt)
    threads = threading.active_count()
    outside.start()
    try:
        with pytest.raises(TimeoutError, match="time is up"):
            explore(program, None)
    finally:
        outside.join()
        signal.signal(signal.SIGALRM, usual)
        leftover.clear()
    assert threading.active_count() == threads
    assert explore(increments).outcomes == {2: 2, 1: 4}


@posix
@pytest.mark.parametrize("place", ["enter", "exit"])
def test_an_interrupt_while_the_exploration_is_set_up_or_cleared_away_leaves_it_free(place):
    """At each line of the explorer's that the calling thread comes to."""
    lines = 0

    def interrupted_at(number):
        seen = 0

        def trace(frame, event, arg):
            nonlocal seen, lines
            if event == "line" and (
                "session.py" in frame.f_code.co_filename or "contextlib" in frame.f_code.co_filename
            ):
                seen += 1
                lines = max(lines, seen)
                if seen == number:
                    signal.raise_signal(signal.SIGINT)
            return trace

        sys.settrace(trace)
        try:
            explore(lambda: 1)
        except KeyboardInterrupt:
            return
        finally:
            sys.settrace(None)

    interrupted_at(0)
    numbers = range(1, 120) if place == "enter" else range(lines - 60, lines + 1)
    for number in numbers:
        interrupted_at(number)
        assert explore(lambda: 1).outcomes == {1: 1}, number


def test_a_hook_for_uncaught_exceptions_may_raise_itself():
    def program():
        def hook(args):
            raise RuntimeError("of the hook")

        usual, threading.excepthook = threading.excepthook, hook
        try:
            run_all(lambda: 1 / 0)
        finally:
            threading.excepthook = usual
        return "went on"

    assert explore(program).endings == {"RuntimeError, then 'went on'": 1}


def test_a_hook_that_was_there_before_is_not_the_programs():
    """As in a test, where pytest has put one there."""
    called = []
    usual, threading.excepthook = threading.excepthook, called.append
    try:
        assert explore(lambda: run_all(lambda: 1 / 0)).errors == {"ZeroDivisionError": 1}
    finally:
        threading.excepthook = usual
    assert not called


def test_frozen_objects_stay_frozen():
    gc.freeze()
    try:
        explore(increments)
        assert gc.get_freeze_count()
    finally:
        gc.unfreeze()


def test_a_thread_that_has_ended_can_be_asked_and_joined_afterwards():
    kept = []

    def program():
        thread = threading.Thread(target=int)
        thread.start()
        thread.join()
        kept[:] = [thread]
        return thread.native_id == threading.get_native_id(), thread.native_id is None

    assert explore(program).outcomes == {(False, False): 1}
    kept[0].join()
    assert not kept[0].is_alive()


@pytest.mark.parametrize("name", ["forkpty", "posix_spawn", "_exit"])
def test_what_would_end_the_process_or_start_another_is_refused_by_name(name):
    with pytest.raises(Uncontrolled, match="which the explorer cannot schedule"):
        explore(lambda: getattr(os, name)())


def test_code_nested_too_deeply_is_refused_in_a_sentence(tmp_path, monkeypatch):
    deep = "".join(f"{'    ' * depth}with open(__file__):\n" for depth in range(1, 13)) + "    " * 13 + "pass\n"
    (tmp_path / "nested_deeply.py").write_text(f"def program():\n    return 1\ndef deep():\n{deep}")
    (tmp_path / "long_sum.py").write_text(
        f"def program():\n    return {'+'.join(['1'] * 400)}\nX = {'+'.join(['1'] * 400)}"
    )
    (tmp_path / "warns.py").write_text('def program():\n    return len("\\d")\n')
    monkeypatch.syspath_prepend(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        nested, long, warns = map(importlib.import_module, ("nested_deeply", "long_sum", "warns"))
    for module in (nested, long, warns):
        del sys.modules[module.__name__]  # hypothesis reads the source of all that there are
    with pytest.raises(Uncontrolled, match="nested so deeply that no hooks can be put into it"):
        explore(nested.program)
    assert explore(long.program).outcomes == {400: 1}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert explore(warns.program).outcomes == {2: 1}


class Unanswering:
    """Stands for something that is not there yet, as a web framework's request does outside of one."""

    def __getattribute__(self, name):
        raise RuntimeError("there is nothing yet")


unanswering = Unanswering()


def test_a_global_that_answers_no_question_is_left_alone():
    assert explore(lambda: unanswering is None).outcomes == {False: 1}


class Speechless:
    def __repr__(self):
        raise ValueError("no words")

    def __hash__(self):
        raise ValueError("no hash")


class Wordless(Exception):
    def __str__(self):
        raise ValueError("no words")


def test_an_ending_that_cannot_be_shown_is_named_by_its_class():
    def program():
        raise Wordless

    result = explore(Speechless)
    assert repr(result) == "1 schedule by line: 1 ends at <Speechless>"
    assert explore(program).find("Wordless").ending == "It ended with Wordless."


def test_values_that_cannot_be_shown_do_not_hinder():
    @dataclasses.dataclass(unsafe_hash=True)
    class Point:
        x: int

    def program():
        point = Point(0)
        names, many = {point: "a"}, 10**5_000
        run_all(lambda: setattr(point, "x", 1))
        return len(names) + many % 10

    result = explore(program)
    assert result.outcomes == {1: 1}
    assert str(result.find(1))
