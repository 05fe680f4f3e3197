"""Read the course's notebooks, for the tests that judge them."""

import ast
import functools
import re
from pathlib import Path

import nbformat

ROOT = Path(__file__).parents[1]
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
    """The functions called name that the lesson defines, in order, each with the lesson's imports around it."""
    cells = code_cells(ROOT / "notebooks" / f"{lesson}.ipynb")
    imports = [
        node for cell in cells if not re.search(r"^[%!]", cell.source, re.M)
        for node in ast.parse(cell.source).body if isinstance(node, ast.Import | ast.ImportFrom)
    ]  # fmt: skip
    answers = []
    for cell in cells:
        if f"def {name}(" in cell.source:
            namespace: dict = {"__name__": "__main__"}
            exec(compile(ast.Module(imports, type_ignores=[]), "imports", "exec"), namespace)
            definition = cell.source.split(f"check_{name}(")[0]
            exec(compile(definition, name, "exec"), namespace)
            answers.append(namespace[name])
    return answers
