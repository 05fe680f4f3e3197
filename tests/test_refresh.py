"""make refresh runs notebooks again and leaves a diff of what changed, and nothing else."""

import subprocess
import sys

import nbformat
import pytest
import refresh

from notebooks import ROOT


@pytest.fixture
def notebook(tmp_path):
    """A notebook with one cell whose time varies, one that is steady, and one that prints from two threads."""
    sources = [
        "import time\nprint(f'Time taken: {time.perf_counter() % 1:.4f} seconds')",
        "6 * 7",
        "import threading\nprint('one')\nt = threading.Thread(target=print, args=('two',)); t.start(); t.join()",
    ]
    path = tmp_path / "lesson.ipynb"
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


def test_a_second_refresh_changes_nothing(notebook):
    refresh.refresh(notebook)
    first = notebook.read_text(encoding="utf-8")
    refresh.refresh(notebook)
    assert notebook.read_text(encoding="utf-8") == first


def test_outputs_are_kept_ids_are_stable_and_nothing_tells_of_the_machine(notebook):
    ids = [cell.id for cell in nbformat.read(notebook, 4).cells]
    refresh.refresh(notebook)
    after = nbformat.read(notebook, 4)
    assert [cell.id for cell in after.cells] == ids
    assert [cell.execution_count for cell in after.cells] == [1, 2, 3]
    assert after.cells[1].outputs[0].data["text/plain"] == "42"
    assert after.metadata.language_info == {"name": "python"}
    assert all(set(cell.metadata) == set() for cell in after.cells)


def test_an_output_that_has_changed_is_renewed(notebook):
    refresh.refresh(notebook)
    changed = nbformat.read(notebook, 4)
    changed.cells[1].source = "6 * 9"
    nbformat.write(changed, notebook)
    refresh.refresh(notebook)
    assert nbformat.read(notebook, 4).cells[1].outputs[0].data["text/plain"] == "54"


def test_pieces_of_one_stream_are_one_output(notebook):
    refresh.refresh(notebook)
    (output,) = nbformat.read(notebook, 4).cells[2].outputs
    assert output.text == "one\ntwo\n"


def test_a_notebook_that_is_not_there_is_said_in_one_sentence():
    said = subprocess.run(
        [sys.executable, ROOT / "tools" / "refresh.py", "notebooks/none.ipynb"], capture_output=True, text=True
    )
    assert said.returncode != 0
    assert said.stderr.startswith("no such notebook: ")
    assert said.stderr.count("\n") == 1
