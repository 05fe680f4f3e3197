"""Read the course's notebooks, for the tests that judge them."""

import ast
import functools
import re
from pathlib import Path

import nbformat

ROOT = Path(__file__).parents[1]
DEFINITIONS = ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef
LESSONS = sorted((ROOT / "notebooks").glob("*/*.ipynb"))


@functools.cache
def read(lesson: Path) -> nbformat.NotebookNode:
    return nbformat.read(lesson, as_version=4)


def code_cells(lesson: Path) -> list[nbformat.NotebookNode]:
    return [cell for cell in read(lesson).cells if cell.cell_type == "code"]


def prose(lesson: Path) -> str:
    return "\n\n".join(cell.source for cell in read(lesson).cells if cell.cell_type == "markdown")


def tags(cell: nbformat.NotebookNode) -> set[str]:
    return set(cell.metadata.get("tags", []))


def answers_in(lesson: str, name: str) -> list:
    """The functions or classes called name that the lesson defines, in order, with what comes before them."""
    namespace: dict = {"__name__": "__main__"}
    answers = []
    for cell in code_cells(ROOT / "notebooks" / f"{lesson}.ipynb"):
        definitions = [node for node in ast.parse(cell.source).body if isinstance(node, DEFINITIONS)]
        exec(compile(ast.Module(definitions, type_ignores=[]), lesson, "exec"), namespace)
        if re.search(rf"^(def|class) {name}\b", cell.source, re.M):
            answers.append(namespace[name])
    return answers
