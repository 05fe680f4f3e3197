import shutil

import nbformat
import pytest
from kernels import profile
from nbclient import NotebookClient

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
