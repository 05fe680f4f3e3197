"""Read the course's notebooks, for the tests that judge them."""

import ast
import functools
import linecache
import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import nbformat

ROOT = Path(__file__).parents[1]
DEFINITIONS = ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*/*.ipynb"))
QUIZZES = [path for path in NOTEBOOKS if path.stem.endswith("what_you_know")]  # the closing page of a part
COMPARISONS = ("thread_or_process", "which_tool")  # what stands before the quiz, and has no exercises either
EXPLORER = [path for path in NOTEBOOKS if path.parent.name == "explorer"]  # two pages on a tool, which are no lessons
LESSONS = [path for path in NOTEBOOKS if path not in QUIZZES + EXPLORER and not path.stem.endswith(COMPARISONS)]


@functools.cache
def read(lesson: Path) -> nbformat.NotebookNode:
    return nbformat.read(lesson, as_version=4)


def code_cells(lesson: Path) -> list[nbformat.NotebookNode]:
    return [cell for cell in read(lesson).cells if cell.cell_type == "code"]


def prose(lesson: Path) -> str:
    return "\n\n".join(cell.source for cell in read(lesson).cells if cell.cell_type == "markdown")


def tags(cell: nbformat.NotebookNode) -> set[str]:
    return set(cell.metadata.get("tags", []))


class Exercise(NamedTuple):
    """A checker that a lesson calls, the stub and the solution that stand in the lesson, and the cells of both."""

    check: Callable
    stub: object
    solution: object
    cells: tuple[nbformat.NotebookNode, nbformat.NotebookNode]

    def __repr__(self) -> str:
        return self.check.__name__.removeprefix("check_")


@functools.cache
def exercises() -> list[Exercise]:
    """Every exercise of the course."""
    found = []
    for lesson in LESSONS:
        for node in ast.parse(code_cells(lesson)[0].source).body:
            if isinstance(node, ast.ImportFrom) and node.module.startswith("helpers.checks."):
                for name in node.names:
                    # A lesson may show the broken version before its exercise: the last two count.
                    answers, cells = zip(*answers_in(lesson, name.name.removeprefix("check_"))[-2:], strict=True)
                    check = getattr(import_module(node.module), name.name)
                    found.append(Exercise(check, *answers, cells))
    return found


def printed_by(cell: nbformat.NotebookNode) -> str:
    """The text of a cell's outputs, as a terminal would show them."""
    return "".join(
        output.text if output.output_type == "stream" else output.data["text/plain"] + "\n" for output in cell.outputs
    )


def answers_in(lesson: Path, name: str) -> list[tuple]:
    """The functions or classes called name that the lesson defines, in order, each with its cell."""
    namespace: dict = {"__name__": "__main__"}
    answers = []
    for cell in code_cells(lesson):
        define(cell, f"{lesson.stem}, cell {cell.id}", namespace)
        if re.search(rf"^(def|class) {name}\b", cell.source, re.M):
            answers.append((namespace[name], cell))
    return answers


def defined_before(lesson: Path, cell_id: str) -> dict:
    """What the imports, functions and classes of the cells before that one define."""
    namespace: dict = {"__name__": "__main__"}
    for cell in read(lesson).cells:
        if cell.id == cell_id:
            return namespace
        if cell.cell_type == "code":
            define(cell, f"{lesson.stem}, cell {cell.id}", namespace)
    raise KeyError(cell_id)


def define(cell: nbformat.NotebookNode, name: str, namespace: dict) -> None:
    """Run the imports and definitions of a code cell."""
    run(cell.source, [node for node in ast.parse(cell.source).body if isinstance(node, DEFINITIONS)], name, namespace)


def run(source: str, statements: list[ast.stmt], name: str, namespace: dict) -> None:
    """Run some statements of a source, whose lines the explorer can then find under the name."""
    linecache.cache[name] = len(source), None, source.splitlines(keepends=True), name
    exec(compile(ast.Module(statements, type_ignores=[]), name, "exec"), namespace)
