"""A small book with everything that tools/lesson_pages.py knows, built as the book itself is."""

import inspect
import shutil
from pathlib import Path

import nbformat
import yaml
from build_book import ROOT, build
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from helpers.checks.schedules import in_threads
from helpers.interleave import explore

VISITS = """# Visits

Two threads meet in a *lost update*. Another *lost update* is no link, *locks* are, and *this* is nothing.

## A count with a *race*

Here is the page, and a [*deadlock*](stalls.ipynb)."""

REPAIRED = """\
class Page:
    def __init__(self):
        self.visits = 0
        self.lock = threading.Lock()

    def visit(self):
        with self.lock:
            seen = self.visits
            self.visits = seen + 1"""

TWO_VISITS = """**Predict.** At which values can the page end, if two threads visit it?

<details class="answer" data-question="two-visits" data-belief="02">
<summary>Only at 2, because each thread adds its own <code>1</code></summary>

Each adds to what it *has read*, and that may be old: see [the stall](stalls.ipynb).

</details>

<details class="answer right" data-question="two-visits">
<summary>At 1 or at 2, because both may read before either writes</summary>

So it is. `seen` is a copy, and the count moves on behind its back.

</details>
<details class="answer" data-question="two-visits" data-belief="07">
<summary>At 0, 1 or 2, because either write may be undone</summary>

A write is not undone; it is written over.

</details>"""

THREE_VISITS = """The output says so.

**Predict.** And with three threads?

<details class="answer right" data-question="three-visits">
<summary>At 1, 2 or 3</summary>

All three may read 0.

</details>
<details class="answer" data-question="three-visits" data-belief="02">
<summary>At 2 or 3</summary>

One more may be lost.

</details>

Text behind the second question."""

RECALL = """# Stalls

The lesson after the first.

## Still know?

How many steps has `visit`?

<details class="answer recall" data-question="steps" data-belief="11">
<summary>One, as it has one statement</summary>

It has two.

</details>
<details class="answer right recall" data-question="steps">
<summary>Two, a read and a write</summary>

Yes.

</details>

Nothing is folded behind a question of this kind."""

TWO_LOCKS = """## Two locks

**Predict.** Can it stall?

<details class="answer" data-question="stall" data-belief="21">
<summary>No, because locks are released</summary>

Not while their holder waits. The figure below shows it.

</details>
<details class="answer right" data-question="stall">
<summary>Yes, because each may hold what the other wants</summary>

That is a *deadlock*.

</details>"""

LONG = f"result = compute({', '.join(f'an_argument_with_a_long_name_{n}' for n in range(5))})"


class Page:
    def __init__(self):
        self.visits = 0

    def visit(self):
        seen = self.visits
        self.visits = seen + 1


def visited(times: int) -> int:
    """How many visits a page counts."""
    page = Page()
    in_threads(*[page.visit] * times)
    return page.visits


def two_visits() -> int:
    return visited(2)


def three_visits() -> int:
    return visited(3)


def output(text: str, html: str | None = None) -> list:
    data = {"text/plain": text} | ({"text/html": html} if html else {})
    return [new_output("execute_result", data, execution_count=1)]


def code(name: str, source: str, outputs: list = (), **metadata):
    return new_code_cell(source, id=name, metadata=metadata, outputs=list(outputs), execution_count=1)


def text(source: str, **questions):
    return new_markdown_cell(source, metadata={"questions": questions} if questions else {})


def notebooks() -> dict[str, list]:
    """The cells of each lesson."""
    visits = [
        text(VISITS),
        code("broken", inspect.getsource(Page)),
        text(TWO_VISITS, **{"two-visits": {"key": "run", "shows": ["broken"], "computed": {"02": "2"}}}),
        code(
            "run",
            "explore(two_visits)",
            output("6 schedules by line: 2 end at 2, 4 end at 1"),
            jupyter={"outputs_hidden": True},
        ),
        text(THREE_VISITS, **{"three-visits": {"shows": ["broken", "three"]}}),
        code("three", "explore(three_visits)", output("a table", explore(three_visits).find(1)._repr_html_())),
        code("player", "explore(two_visits).player()", output("a player", explore(two_visits).player()._repr_html_())),
        text("## The repair\n\nA lock around both steps."),
        code("repaired", REPAIRED, repairs="broken"),
        code("long", LONG),
        text("## Exercises\n\nNow you."),
        code(
            "solution",
            "print('Solved')",
            [new_output("stream", name="stdout", text="Solved: it is.\n")],
            tags=["hide-cell"],
            mystnb={"code_prompt_show": "Show a solution", "code_prompt_hide": "Hide the solution"},
        ),
    ]
    stalls = [
        text(RECALL, steps={"shows": ["two"]}),
        text(TWO_LOCKS),
        code("two", "with first, second:\n    pass", output("It stalls.")),
        code("lost", "explore(two_visits).find(1)", output("a table", explore(two_visits).find(1)._repr_html_())),
    ]
    return {"visits": visits, "stalls": stalls}


def write_notebook(folder: Path, name: str, cells: list) -> None:
    """Write one lesson."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = new_notebook(cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}})
    (folder / "notebooks").mkdir(exist_ok=True)
    nbformat.write(notebook, folder / "notebooks" / f"{name}.ipynb")


def write(folder: Path, more: dict[str, list] | None = None) -> None:
    """Write the project: this one's configuration and looks, two lessons, and more of them, each by name its cells."""
    for name in ("_config.yml", "tools", "book/_static", "book/again.md", "book/glossary.md"):
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
    lessons = notebooks() | (more or {})
    for name, cells in lessons.items():
        write_notebook(folder, name, cells)
    (folder / "index.md").write_text("# A sample\n\nTwo lessons.\n", encoding="utf-8")
    files = [*(f"notebooks/{name}" for name in lessons), "book/again", "book/glossary"]
    toc = {"format": "jb-book", "root": "index", "chapters": [{"file": file} for file in files]}
    (folder / "_toc.yml").write_text(yaml.safe_dump(toc), encoding="utf-8")


def build_sample(folder: Path):
    """Write and build it; the result says how that went, and the pages are in folder/_build/html."""
    write(folder)
    return build(folder, folder)
