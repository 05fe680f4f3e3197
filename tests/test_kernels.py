import shutil

import nbformat
import pytest
from kernels import profile, running_in
from nbclient import NotebookClient
from nbval.kernel import CURRENT_ENV_KERNEL_NAME, RunningKernel

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
    kernel.stop()


@pytest.mark.parametrize("left", LEAVES)
def test_what_a_lesson_leaves_behind_is_seen(left, kernel):
    before = running_in(kernel)
    kernel.kc.execute_interactive("print(1 + 1)", output_hook=len)
    assert running_in(kernel) == before
    kernel.kc.execute_interactive(LEAVES[left], output_hook=len)
    assert running_in(kernel) != before
