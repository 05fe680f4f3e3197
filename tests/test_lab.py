"""The copies that a reader opens in JupyterLab give nothing away, and are never overwritten once they are changed."""

import nbformat
import pytest
from lab import copy_lessons, without_answers

from notebooks import EXPLORER, NOTEBOOKS, ROOT, code_cells, read


@pytest.fixture
def course(tmp_path):
    root = tmp_path / "course"
    (root / "notebooks" / "threads").mkdir(parents=True)
    (root / "book").mkdir()
    (root / "book" / "glossary.md").write_text("# Glossary\n")
    hidden = nbformat.v4.new_code_cell("1 + 1", metadata={"jupyter": {"outputs_hidden": True}}, execution_count=1)
    shown = nbformat.v4.new_code_cell("2 + 2", execution_count=2)
    for cell in (hidden, shown):
        cell.outputs = [nbformat.v4.new_output("execute_result", {"text/plain": "the answer"}, execution_count=1)]
    nbformat.write(nbformat.v4.new_notebook(cells=[hidden, shown]), root / "notebooks" / "threads" / "01_a.ipynb")
    return root


def copy_of(lab):
    return lab / "notebooks" / "threads" / "01_a.ipynb"


def test_a_copy_has_the_outputs_that_answer_no_question_and_no_others(course, tmp_path):
    assert copy_lessons(course, tmp_path) == []
    hidden, shown = nbformat.read(copy_of(tmp_path), as_version=4).cells
    assert (hidden.outputs, hidden.execution_count, hidden.metadata.jupyter) == ([], None, {})
    assert shown.outputs[0].data == {"text/plain": "the answer"}
    assert (tmp_path / "book" / "glossary.md").exists()


def test_a_copy_that_the_reader_changed_is_kept_and_another_is_renewed(course, tmp_path):
    copy_lessons(course, tmp_path)
    lesson = course / "notebooks" / "threads" / "01_a.ipynb"
    lesson.write_text(lesson.read_text().replace("2 + 2", "3 + 3"))
    assert copy_lessons(course, tmp_path) == []
    assert "3 + 3" in copy_of(tmp_path).read_text()
    copy_of(tmp_path).write_text(copy_of(tmp_path).read_text().replace("3 + 3", "mine"))
    assert copy_lessons(course, tmp_path) == [copy_of(tmp_path)]
    assert "mine" in copy_of(tmp_path).read_text()


@pytest.mark.parametrize("lesson", [path for path in NOTEBOOKS if path not in EXPLORER], ids=lambda path: path.stem)
def test_in_the_copy_of_a_lesson_nothing_that_was_folded_is_left(lesson):
    copied = nbformat.reads(without_answers(lesson.read_text(encoding="utf-8")), as_version=4)
    kept = {cell.id for cell in copied.cells if cell.get("outputs")}
    folded = {c.id for c in code_cells(lesson) if c.metadata.get("jupyter", {}).get("outputs_hidden")}
    assert folded
    assert not folded & kept
    assert [cell.source for cell in copied.cells] == [cell.source for cell in read(lesson).cells]
    assert (ROOT / ".gitignore").read_text().splitlines().count("/lab/") == 1
