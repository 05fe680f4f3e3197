"""Read the questions of the lessons, for the tests that judge them."""

import ast
import functools
import re
from collections import Counter
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple

from helpers.interleave import Result
from notebooks import NOTEBOOKS, defined_before, printed_by, read, run

ANSWER = re.compile(r"<details class=\"([^\"]*)\"([^>]*)>\n<summary>([^\n]*)</summary>\n\n(.*?)\n\n</details>", re.S)
ENDING = re.compile(
    r"ends? (?:at (a standstill)|with (\w+)(?:, then .+?)?|at (.+?))"
    r"(?=, [\d,]+ ends? | \((?:a call of|the search)|$)",
    re.M,
)
WORDS = {"StepLimit": "never", "a standstill": "standstill"}  # how an answer says what the explorer calls so


class Answer(NamedTuple):
    """One of the answers to choose from; belief: the number of what a wrong one believes, None for the right one."""

    belief: str | None
    summary: str
    text: str


class Question(NamedTuple):
    """A question of a lesson: cell is the id of the cell in which it stands, about what the cell's metadata says."""

    lesson: Path
    cell: str
    name: str
    stem: str
    answers: list[Answer]
    recall: bool
    about: dict

    @property
    def right(self) -> Answer:
        return next(answer for answer in self.answers if answer.belief is None)

    def __repr__(self) -> str:
        return self.name


@functools.cache
def questions() -> list[Question]:
    """Every question of the course, in reading order."""
    return [question for path in NOTEBOOKS for cell in read(path).cells for question in _in_cell(path, cell)]


def _in_cell(lesson: Path, cell: Any) -> list[Question]:
    found, end = [], 0
    about = cell.metadata.get("questions", {}) if cell.cell_type == "markdown" else {}
    for match in ANSWER.finditer(cell.source if cell.cell_type == "markdown" else ""):
        classes, attributes = match[1].split(), dict(re.findall(r'data-(\w+)="([^"]*)"', match[2]))
        assert ("right" in classes) == ("belief" not in attributes), f"{lesson.stem}: {match[0]}"
        name, stem = attributes["question"], cell.source[end : match.start()].strip()
        if not found or found[-1].name != name:
            found.append(Question(lesson, cell.id, name, stem, [], "recall" in classes, about.get(name, {})))
        summary = unescape(re.sub(r"</?code>", "`", match[3]))
        found[-1].answers.append(Answer(attributes.get("belief"), summary, match[4]))
        end = match.end()
    return found


def endings_in(text: str) -> set[str]:
    """The endings that an output names: those of an exploration, or the items of a list, a set or a counter."""
    found = {error or standstill or _plain(value) for standstill, error, value in ENDING.findall(text)}
    if not found:
        found = {str(item) for item in ast.literal_eval(re.sub(r"^Counter\((.*)\)$", r"\1", text.strip()))}
    return {WORDS.get(ending, ending) for ending in found}


def _plain(value: str) -> str:
    return str(ast.literal_eval(value))


def endings_of(value: Any) -> set[str]:
    """The endings that a result of explore has, or the items of a list or a set."""
    items = value.endings if isinstance(value, Result) else value
    first = [str(item).partition(", then ")[0] for item in (*items,)]
    return {WORDS.get(item, item) for item in first}


def computed(question: Question, code: str) -> set[str]:
    """The endings that a belief would lead to: the value of the last line of code, run after the lesson's own lines."""
    namespace = defined_before(question.lesson, question.cell)
    name = f"what is believed of {question.name}"
    *before, last = ast.parse(code).body
    assert isinstance(last, ast.Expr)
    run(code, before, name, namespace)
    return endings_of(eval(compile(ast.Expression(last.value), name, "eval"), namespace))


def names(summary: str, ending: str) -> bool:
    """Whether a summary names an ending, as a word of its own."""
    return bool(re.search(rf"(?<!\w){re.escape(ending)}(?!\w)", re.sub(r"[`]", "", summary)))


def output(lesson: Path, cell_id: str) -> str:
    """What the committed output of a cell says, as text."""
    return printed_by(next(cell for cell in read(lesson).cells if cell.id == cell_id))


def words(text: str) -> Counter:
    return Counter(re.findall(r"[\w'’-]+", text))
