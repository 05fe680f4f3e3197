"""The watchdog says how a function ended, and nothing of it is left."""

import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import types
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path

import psutil
import pytest

from helpers.process_tree import IDLE_S, is_alive
from helpers.stacks import Frame, Stack, parse_stacks
from helpers.watchdog import Outcome, watch
from helpers.workers.pools.pool_size import square

posix = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")


@pytest.fixture(autouse=True)
def nothing_is_left():
    """No process, no thread, no temporary folder of the watchdog outlives the test."""
    me, folders = psutil.Process(), set(Path(tempfile.gettempdir()).glob("watch-*"))
    processes, threads = set(me.children(recursive=True)), threading.active_count()
    yield
    assert set(me.children(recursive=True)) <= processes
    assert threading.active_count() == threads
    assert set(Path(tempfile.gettempdir()).glob("watch-*")) <= folders


def test_a_function_that_returns_is_finished_with_its_value_and_what_it_printed():
    outcome = watch(lambda n: print("seen") or n * 2, 21)
    assert (outcome.ending, outcome.value, outcome.output) == ("finished", 42, "seen\n")
    assert str(outcome) == "finished: 42"


def test_a_function_that_raises_is_raised_with_its_error_and_the_place():
    def fails():
        raise KeyError("lost")

    outcome = watch(fails)
    assert outcome.ending == "raised"
    assert isinstance(outcome.error, KeyError)
    assert outcome.trace[-1].source == 'raise KeyError("lost")'
    assert str(outcome) == "raised: KeyError: 'lost'"
    assert str(Outcome("raised", error=KeyboardInterrupt())) == "raised: KeyboardInterrupt"


def test_sys_exit_is_an_ending_like_another():
    assert isinstance(watch(lambda: sys.exit(3)).error, SystemExit)


def test_a_deadlock_is_hung_with_the_stack_of_every_thread():
    def deadlock():
        left, right, both = threading.Lock(), threading.Lock(), threading.Barrier(2)

        def take(first, second):
            with first:
                both.wait()
                second.acquire()

        pair = [threading.Thread(target=take, args=order) for order in ((left, right), (right, left))]
        for thread in pair:
            thread.start()
        for thread in pair:
            thread.join()

    outcome = watch(deadlock, limit_s=1)
    assert outcome.ending == "hung"
    assert [stack.thread for stack in outcome.stacks] == ["main thread", "thread 1", "thread 2"]
    assert str(outcome).splitlines() == [
        "hung:",
        "  main thread: in deadlock, at: thread.join()",
        "  thread 1: in take, at: second.acquire()",
        "  thread 2: in take, at: second.acquire()",
    ]


def endless():
    while True:
        pass


def test_an_endless_loop_is_hung_and_its_stack_names_it():
    outcome = watch(endless, limit_s=0.5)
    assert (outcome.ending, outcome.stacks[0].own.function) == ("hung", "endless")


def test_a_loop_in_c_that_never_lets_go_of_the_gil_is_hung_too():
    def stuck():
        any(iter(int, 1))  # zeros without end

    assert watch(stuck, limit_s=0.5).ending == "hung"


@posix
def test_a_child_that_is_killed_is_died_with_its_signal():
    outcome = watch(lambda: os.kill(os.getpid(), signal.SIGKILL))
    assert (outcome.ending, outcome.exit_code) == ("died", -signal.SIGKILL)
    assert str(outcome) == "died: exit code -9"


def start_one_after_another(seconds, times):
    for _ in range(times):
        child = multiprocessing.get_context("spawn").Process(target=time.sleep, args=(seconds,))
        child.start()
        child.join()
    return times


def test_without_a_limit_a_function_may_take_longer_than_a_hang_as_long_as_something_happens():
    assert watch(start_one_after_another, 0.6 * IDLE_S, 3).value == 3


def test_without_a_limit_a_wait_is_hung_and_so_is_one_that_looks_around_now_and_then():
    assert watch(threading.Event().wait).ending == "hung"

    def looks_around():
        while True:
            time.sleep(0.1)

    assert watch(looks_around).ending == "hung"


def test_without_a_limit_a_loop_that_never_ends_is_hung_after_the_longest_time(monkeypatch):
    monkeypatch.setattr("helpers.watchdog._LONGEST_S", 1)
    assert watch(endless).ending == "hung"


def pool_that_hangs():
    with multiprocessing.Pool(2) as pool:
        print(*(worker.pid for worker in multiprocessing.active_children()), flush=True)
        pool.map(time.sleep, [600, 600])


def with_method(method):
    multiprocessing.set_start_method(method, force=True)
    pool_that_hangs()


def test_a_pool_that_hangs_is_hung_and_its_workers_are_gone_under_every_start_method():
    methods = multiprocessing.get_all_start_methods()
    with ThreadPoolExecutor(len(methods)) as executor:
        outcomes = dict(zip(methods, executor.map(partial(watch, with_method, limit_s=3), methods), strict=True))
    for method, outcome in outcomes.items():
        workers = [int(pid) for pid in outcome.output.split()]
        assert (outcome.ending, len(workers)) == ("hung", 2), method
        assert not any(map(pid_is_alive, workers)), method


def join_before_reading(method):
    multiprocessing.set_start_method(method, force=True)
    queue = multiprocessing.Queue()
    child = multiprocessing.Process(target=queue.put, args=(bytes(200_000),))
    child.start()
    child.join()


@posix
@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_a_hang_shows_where_the_processes_stand_that_were_started_and_nothing_of_their_parent_s_stack(method):
    outcome = watch(join_before_reading, method, limit_s=3)
    assert str(outcome).splitlines() == [
        "hung:",
        "  main thread: in join_before_reading, at: child.join()",
        "  process 1: in multiprocessing.queues._finalize_join",
        "  process 1, thread 1: in multiprocessing.connection._send",
    ]
    assert outcome.errors == ""


@posix
def test_a_process_that_has_ended_counts_as_gone_though_nobody_has_taken_it_in():
    child = subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE)
    child.stdout.read()  # until its end
    process = psutil.Process(child.pid)
    while process.status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    assert not is_alive(process)
    child.wait()
    assert not is_alive(process)
    child.stdout.close()


def test_processes_left_by_a_function_that_returned_are_gone():
    def leaves_a_process():
        return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]).pid

    assert not pid_is_alive(watch(leaves_a_process).value)


@posix
def test_a_grandchild_whose_parent_has_ended_is_gone():
    def leaves_an_orphan():
        sleeper = "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], stdout=2)"
        program = f"import subprocess, sys; print({sleeper}.pid)"
        return int(subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True).stdout)

    assert not pid_is_alive(watch(leaves_an_orphan).value)


@posix
def test_an_orphan_in_a_session_that_one_of_the_family_began_is_gone():
    """Such is a cluster's worker that is just being started when the cluster is killed."""
    orphan = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])"
    begins = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {orphan!r}]); print(flush=True); input()"

    def leaves_an_orphan_elsewhere():
        with subprocess.Popen(
            [sys.executable, "-c", begins], start_new_session=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as session:
            session.stdout.readline()
            print(session.pid, flush=True)
            threading.Event().wait()

    session = int(watch(leaves_an_orphan_elsewhere, limit_s=2).output)
    assert not [pid for pid in psutil.pids() if pid_is_alive(pid) and os.getsid(pid) == session]


def pid_is_alive(pid: int) -> bool:
    try:
        return is_alive(psutil.Process(pid))
    except psutil.NoSuchProcess:
        return False


def test_shared_memory_of_a_child_that_hung_is_gone():
    name = f"watched-{os.getpid()}"

    def hangs():
        SharedMemory(name, create=True, size=100)
        print("made", flush=True)
        time.sleep(600)

    outcome = watch(hangs, limit_s=1)
    assert (outcome.ending, outcome.output.splitlines()[0]) == ("hung", "made")
    with pytest.raises(FileNotFoundError):
        SharedMemory(name)


@pytest.mark.skipif(not os.path.isdir("/dev/shm"), reason="they are files on Linux")
def test_a_semaphore_is_gone_whose_maker_was_killed_before_it_told_the_tracker():
    def makes_one():
        from multiprocessing import resource_tracker

        lock = multiprocessing.get_context("spawn").Lock()
        name = lock._semlock.name
        resource_tracker.unregister(name, "semaphore")
        print(name, Path("/dev/shm", f"sem.{name[1:]}").exists(), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)

    outcome = watch(makes_one)
    name, was_there = outcome.output.split()
    assert (outcome.ending, was_there) == ("died", "True")
    assert not Path("/dev/shm", f"sem.{name[1:]}").exists()


def test_code_arrives_with_the_name_of_its_file():
    assert watch(lambda: sys._getframe().f_code.co_filename).value == __file__


lock, place = threading.Lock(), threading.local()
place.here = True


def test_locks_and_thread_locals_arrive_as_new_ones():
    with lock:
        outcome = watch(lambda: (lock.acquire(blocking=False), hasattr(place, "here")))
    assert outcome.value == (True, False)


def test_what_cannot_travel_is_refused_in_one_sentence():
    generator = (n for n in ())
    with pytest.raises(TypeError, match="refers to something that cannot be sent to another process"):
        watch(lambda: generator)


def test_a_function_that_does_not_arrive_is_raised_in_one_sentence(monkeypatch):
    ghost = types.ModuleType("ghost")
    exec("def walk(): pass", ghost.__dict__)
    monkeypatch.setitem(sys.modules, "ghost", ghost)
    outcome = watch(ghost.walk)
    assert str(outcome) == (
        "raised: TypeError: the function did not arrive in the child process: No module named 'ghost'"
    )


def test_a_result_that_cannot_come_back_is_raised_in_one_sentence():
    assert "generator cannot be sent back from the child" in str(watch(lambda: (n for n in ())))


class CannotBeUnpickled(Exception):
    def __init__(self, one, two):
        super().__init__(one)


def fails_badly():
    raise CannotBeUnpickled(1, 2)


def test_an_exception_that_cannot_be_unpickled_is_raised_in_one_sentence():
    assert "CannotBeUnpickled cannot be sent back from the child" in str(watch(fails_badly))


@pytest.mark.parametrize("limit_s", [0, -1])
def test_a_limit_that_is_not_positive_is_refused(limit_s):
    with pytest.raises(ValueError, match="limit_s must be positive"):
        watch(int, limit_s=limit_s)


def test_a_worker_of_the_course_counts_as_the_reader_s_code_and_the_rest_of_helpers_does_not():
    import helpers.timeline
    import helpers.workers.pools.pool_size

    assert not Frame(helpers.workers.pools.pool_size.__file__, 1, square.__name__).is_library
    assert Frame(helpers.timeline.__file__, 1, "note").is_library
    assert Frame(threading.__file__, 1, "join").is_library


def test_stacks_are_read_from_a_dump_main_thread_first():
    dump = """Thread 0x00000000000000ff (most recent call first):
  File "/a/young.py", line 3 in work

Current thread 0x000000000000000a (most recent call first):
  File "/a/main.py", line 2 in inner
  File "/a/main.py", line 1 in <module>

Extension modules: x
"""
    assert parse_stacks(dump, main="10") == [
        Stack("main thread", [Frame("/a/main.py", 2, "inner"), Frame("/a/main.py", 1, "<module>")]),
        Stack("thread 1", [Frame("/a/young.py", 3, "work")]),
    ]


def test_a_hang_in_library_code_alone_is_still_said():
    outcome = Outcome("hung", stacks=[Stack("main thread", [Frame(threading.__file__, 1, "join")])])
    assert str(outcome.stacks[0]) == "main thread: in library code (join)"
    assert str(outcome) == "hung:"


def compute_for_a_second():
    while time.process_time() < 1.2:
        pass
    return "done"


def test_a_function_that_the_machine_is_too_busy_for_is_given_more_time():
    """It needs a second of a CPU, which it shares with others; one that waits for nothing is hung all the same."""
    rivals = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(3 * os.cpu_count())]
    try:
        assert watch(compute_for_a_second, limit_s=1.3).ending == "finished"
        assert watch(threading.Event().wait, limit_s=1.3).ending == "hung"
    finally:
        for rival in rivals:
            rival.kill()
            rival.wait()
