import os
import shutil
import subprocess
import sys
from multiprocessing import current_process, get_context
from multiprocessing.shared_memory import SharedMemory

import nbformat
import pytest
from kernels import end, left_in_system, profile, running_in, still_there
from nbclient import NotebookClient
from nbval.kernel import CURRENT_ENV_KERNEL_NAME, RunningKernel

from helpers.crossing import Crossing

MADE_IN_A_CHILD = """
import multiprocessing
context = multiprocessing.get_context({method!r})
with context.Pool(1) as pool:
    name = pool.apply(eval, ["__import__('multiprocessing').synchronize.SemLock._make_name()"])
"""
ASK = """
import multiprocessing
with multiprocessing.Pool(1) as pool:
    pool.map(abs, [1])
multiprocessing.get_start_method()
"""


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_a_start_method_named_on_the_command_line_reaches_the_kernels(method, monkeypatch):
    directory = profile(method)
    monkeypatch.setenv("IPYTHONDIR", directory)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(ASK)])
    try:
        NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    finally:
        shutil.rmtree(directory)
    assert notebook.cells[0].outputs[-1].data["text/plain"] == repr(method)


LEAVES = {
    "a thread": "import threading; threading.Thread(target=threading.Event().wait, name='left', daemon=True).start()",
    "a process": "import subprocess, sys; left = subprocess.Popen([sys.executable, '-c', 'input()'], stdin=-1)",
    "a worker": "from multiprocessing import Pool; pool = Pool(1); pool.map(abs, [1])",
}


@pytest.fixture(scope="module")
def kernel():
    kernel = RunningKernel(CURRENT_ENV_KERNEL_NAME)
    yield kernel
    end(kernel)  # or its semaphores stay
    kernel.stop()


@pytest.mark.parametrize("left", LEAVES)
def test_what_a_lesson_leaves_behind_is_seen(left, kernel):
    before = running_in(kernel)
    kernel.kc.execute_interactive("print(1 + 1)", output_hook=len)
    assert running_in(kernel) == before
    kernel.kc.execute_interactive(LEAVES[left], output_hook=len)
    assert running_in(kernel) != before


def shared_memory():
    memory = SharedMemory(create=True, size=10)
    return lambda: (memory.close(), memory.unlink())


def semaphore():
    """One that a spawned child could open by its name: it is gone with the last object that refers to it."""
    held = [get_context("spawn").Lock()]
    return held.clear


def folder():
    notes = Crossing()
    notes.__enter__()
    return lambda: notes.__exit__(None, None, None)


@pytest.mark.skipif(not os.path.isdir("/dev/shm"), reason="they are files on Linux")
@pytest.mark.parametrize("leave", [shared_memory, semaphore, folder])
def test_what_a_lesson_leaves_in_the_system_is_seen_until_it_is_gone(leave):
    before = left_in_system()
    take_away = leave()
    left = left_in_system() - before
    assert still_there(left, limit_s=0.1)
    take_away()
    assert still_there(left) == set()


@pytest.mark.skipif(not os.path.isdir("/dev/shm"), reason="they are files on Linux")
def test_a_semaphore_of_a_kernel_is_known_by_its_name_and_that_of_another_test_process_does_not_count(monkeypatch):
    for pid, counts in [(os.getpid(), True), (os.getppid(), False)]:
        monkeypatch.setitem(current_process()._config, "semprefix", f"/mp-{pid}")
        before = left_in_system()
        take_away = semaphore()
        assert bool(left_in_system() - before) == counts
        take_away()


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_a_kernel_s_children_name_their_semaphores_as_it_does(method, kernel):
    kernel.kc.execute_interactive(MADE_IN_A_CHILD.format(method=method), output_hook=len)
    reply = kernel.kc.execute_interactive("", silent=True, user_expressions={"name": "name"})
    assert reply["content"]["user_expressions"]["name"]["data"]["text/plain"].startswith(f"'/mp-{os.getpid()}-")


@pytest.mark.skipif(not os.path.isdir("/dev/shm"), reason="they are files on Linux")
def test_what_another_process_has_in_its_memory_is_not_a_lesson_s():
    program = (
        "from multiprocessing.shared_memory import SharedMemory\n"
        "memory = SharedMemory(create=True, size=10)\n"
        "print(memory.name, flush=True)\n"
        "input()\n"
        "memory.close()\n"
        "memory.unlink()\n"
    )
    # Started by a shell that ends, so that it is no descendant of this process.
    shell = ["sh", "-c", 'exec 3<&0; "$0" -c "$1" <&3 &', sys.executable, program]
    other = subprocess.Popen(shell, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    name = f"/dev/shm/{other.stdout.readline().strip()}"
    other.wait()
    try:
        assert name in left_in_system()
        assert still_there({name}, limit_s=0.1) == set()
    finally:
        other.stdin.close()
        other.stdout.read()  # until it has ended
        other.stdout.close()
