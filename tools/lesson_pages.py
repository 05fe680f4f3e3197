"""What the web book adds to a notebook's page: questions, marked repairs, links to the glossary, and the page Again.

A Sphinx extension, named in _config.yml. What the reader does with it is in book/_static/questions.js. An author writes

- answers, each a <details class="answer" data-question="its name" data-belief="what one believes who chooses it"> with
  a <summary>, one of them of class "right", all of class "recall" in a question that folds nothing; and in the
  metadata of their cell "questions": {"its name": {"shows": [ids of the code cells that it is about]}}
- "repairs": "id of the broken cell" in the metadata of a cell that repairs another
- terms of the glossary in italics
"""

from __future__ import annotations

import difflib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import NoUri
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

logger = logging.getLogger(__name__)

_CELL_LINES = 10_000  # MyST-NB numbers the lines of a notebook's first cell from here on, of its second from twice that
_TAG = re.compile(r"(<details\b[^>]*>|</details>)")

SWITCH = """<p class="show-everything"><button type="button" aria-pressed="false">Show everything</button></p>
<p class="visually-hidden page-says" role="status"></p>"""
GOES_ON = '<p class="goes-on" data-question="{}">Choose an answer, and see what happens.</p>'
ASK_AGAIN = '<p class="ask-again" hidden><button type="button">Ask again</button></p>'
CONTROLS = """<div class="again-controls"><p class="again-counts" role="status"></p><p>
<button type="button" class="again-save">Save</button>
<button type="button" class="again-load">Load</button>
<button type="button" class="again-forget">Forget all</button>
<input class="again-file" type="file" accept=".json,application/json" aria-label="A file of answers" hidden></p>
<p class="page-says" role="status"></p></div>"""


def raw(text: str) -> nodes.raw:
    """HTML that stands on the page as it is."""
    return nodes.raw("", text, format="html")


# ---- questions ----------------------------------------------------------------------------------------------------


class Question(nodes.General, nodes.Element):
    """Marks where a question begins: name, and shows, the indices of the cells that it is about."""


class Answer(nodes.General, nodes.Element):
    """A folded answer: question, answer (what the browser remembers it by), and its classes. Its summary is in it."""


def visit_question(writer: Any, node: Question) -> None:
    """Write a place to link to."""
    writer.body.append(f'<span id="{_anchor(node["name"])}"></span>\n')
    raise nodes.SkipNode


def visit_answer(writer: Any, node: Answer) -> None:
    """Write the opening tag."""
    classes, question, answer = (escape(text) for text in (" ".join(node["classes"]), node["question"], node["answer"]))
    writer.body.append(f'<details class="{classes}" data-question="{question}" data-answer="{answer}">\n')


def depart_answer(writer: Any, _: Answer) -> None:
    """Write the closing tag."""
    writer.body.append("</details>\n")


def _anchor(question: str) -> str:
    return f"question-{escape(question)}"


class Questions(SphinxTransform):
    """Makes nodes of the answers that stand in the text as HTML, and puts the reader's controls beside them."""

    default_priority = 500

    def apply(self, **_: Any) -> None:
        """Change the document."""
        found: list[str] = []
        for parent in dict.fromkeys(node.parent for node in self.document.findall(_opens_an_answer)):
            _collect_answers(parent)
            found += self.mark_questions(parent)
        twice = [name for name, times in Counter(found).items() if times > 1]
        if twice:
            logger.warning("answers to one question stand together: %s", twice, location=self.env.docname)
        if any(_is_gate(node) for node in self.document.findall(nodes.raw)):
            top = next(iter(self.document.findall(nodes.title)))
            top.parent.insert(top.parent.index(top) + 1, raw(SWITCH))

    def mark_questions(self, parent: nodes.Element) -> list[str]:
        """Put a mark before each question, and after each prediction the line that stands in for the rest."""
        names = []
        for answers in _groups(parent):
            first = answers[0]
            name, cell = first["question"], _cell(first)
            names.append(name)
            self.check(name, answers)
            _name_answers(answers)
            start = end = parent.index(first)
            while start and _is_stem(parent[start - 1], cell):
                start -= 1
            after = end + len(answers)
            goes_on = after < len(parent) and not isinstance(parent[after], nodes.section)
            if goes_on and "recall" not in first["classes"]:
                parent.insert(after, raw(GOES_ON.format(escape(name))))
            parent.insert(start, Question(name=name, shows=self.shown_cells(cell, name)))
        return names

    def check(self, name: str, answers: list[Answer]) -> None:
        """Warn of a question that has not one right answer."""
        right = sum("right" in answer["classes"] for answer in answers)
        if right != 1:
            logger.warning("%s has %s right answers", name, right, location=self.env.docname)

    def shown_cells(self, cell: int, name: str) -> list[int]:
        """The indices of the code cells that the question's metadata names."""
        cells = notebook_cells(self.env, self.env.docname)
        asked = cells[cell]["metadata"].get("questions", {}).get(name, {}) if cells else {}
        ids = [cell["id"] for cell in cells]
        missing = [wanted for wanted in asked.get("shows", []) if wanted not in ids]
        if missing:
            logger.warning("%s shows cells that there are not: %s", name, missing, location=self.env.docname)
        return [ids.index(wanted) for wanted in asked.get("shows", []) if wanted in ids]


def notebook_cells(env: BuildEnvironment, docname: str) -> list[dict]:
    """The cells of a notebook as they are in its file; none, if the page is no notebook."""
    path = Path(env.doc2path(docname))
    return json.loads(path.read_text(encoding="utf-8"))["cells"] if path.suffix == ".ipynb" else []


def _opens_an_answer(node: nodes.Node) -> bool:
    return isinstance(node, nodes.raw) and any(_answer_attributes(tag) for tag in _TAG.findall(node.astext()))


def _answer_attributes(tag: str) -> dict[str, str]:
    attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
    return attributes if "answer" in attributes.get("class", "").split() else {}


def _collect_answers(parent: nodes.Element) -> None:
    """Put into each answer what stands between its opening and its closing tag."""
    children, parent.children = parent.children, []
    inside: list[nodes.Element] = [parent]  # an HTML block that is no answer counts too, as whatever it stands in
    for child in children:
        if not (isinstance(child, nodes.raw) and _TAG.search(child.astext())):
            inside[-1].append(child)
            continue
        for piece in _TAG.split(child.astext()):
            attributes = _answer_attributes(piece)
            if attributes:
                answer = Answer(classes=attributes["class"].split(), question=attributes["data-question"])
                answer["belief"] = attributes.get("data-belief")
                answer.source, answer.line = child.source, child.line
                inside[-1].append(answer)
                inside.append(answer)
                continue
            closes = piece == "</details>" and len(inside) > 1
            if piece.startswith("<details"):
                inside.append(inside[-1])
            if piece.strip() and not (closes and isinstance(inside[-1], Answer) and inside[-1] is not inside[-2]):
                inside[-1].append(raw(piece))
            if closes:
                inside.pop()
    if len(inside) > 1:
        logger.warning("an answer is not closed in its section", location=inside[-1])


def _groups(parent: nodes.Element) -> list[list[Answer]]:
    """The answers to each question; they stand next to each other."""
    runs = groupby(parent.children, lambda node: node["question"] if isinstance(node, Answer) else None)
    return [list(answers) for question, answers in runs if question is not None]


def _name_answers(answers: Iterable[Answer]) -> None:
    """Give each answer the name by which a browser remembers it, whatever its words are."""
    taken: Counter[str] = Counter()
    for answer in answers:
        name = "right" if "right" in answer["classes"] else answer["belief"] or "other"
        taken[name] += 1
        answer["answer"] = name if taken[name] == 1 else f"{name}-{taken[name]}"


def _cell(node: nodes.Node) -> int:
    """The index of the notebook's cell in which a node stands."""
    line = next((inner.line for inner in node.findall() if getattr(inner, "line", None)), 0)
    return line // _CELL_LINES - 1


def _is_stem(node: nodes.Node, cell: int) -> bool:
    return _cell(node) == cell and not isinstance(node, nodes.title | Answer | Question) and not _is_gate(node)


def _is_gate(node: nodes.Node) -> bool:
    return isinstance(node, nodes.raw) and node.astext().startswith('<p class="goes-on"')


# ---- repairs ------------------------------------------------------------------------------------------------------


class Repairs(SphinxTransform):
    """Marks the lines of a repaired program that differ from the broken one."""

    default_priority = 500

    def apply(self, **_: Any) -> None:
        """Change the document."""
        for cell in self.document.findall(nodes.container):
            broken = cell.get("cell_metadata", {}).get("repairs")
            if broken is not None:
                self.mark(cell, broken)

    def mark(self, cell: nodes.container, broken: str) -> None:
        """Mark one cell, which repairs the cell that has the id."""
        sources = {cell["id"]: "".join(cell["source"]) for cell in notebook_cells(self.env, self.env.docname)}
        if broken not in sources:
            logger.warning("a cell repairs %r, and there is no such cell", broken, location=cell)
            return
        source = next(node for node in cell.children if node.get("nb_element") == "cell_code_source")
        for block in source.findall(nodes.literal_block):
            lines = changed_lines(sources[broken], block.astext())
            block["highlight_args"] = {**block.get("highlight_args", {}), "hl_lines": lines}
        cell["classes"].append("repair")
        cell.insert(1, raw('<p class="repair-note">Marked lines differ from the version above.</p>'))


def changed_lines(before: str, after: str) -> list[int]:
    """The numbers, from one, of the lines that have changed or come in."""
    old, new = before.splitlines(), after.splitlines()
    parts = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    changed = [i for kind, _, _, start, end in parts if kind in ("replace", "insert") for i in range(start, end)]
    return [i + 1 for i in changed if new[i].strip()]


# ---- glossary -----------------------------------------------------------------------------------------------------


class GlossaryLinks(SphinxPostTransform):
    """Links a term in italics to its definition, where a notebook first uses it."""

    default_priority = 5  # before Sphinx resolves references

    def run(self, **_: Any) -> None:
        """Change the document."""
        if not self.env.doc2path(self.env.docname).endswith(".ipynb"):
            return
        terms = {name.lower() for name, _, kind, *_ in self.env.domains["std"].get_objects() if kind == "term"}
        used: set[str] = set()
        for emphasis in list(self.document.findall(nodes.emphasis)):
            term = glossary_term(emphasis.astext(), terms)
            if term is None or term in used or _is_in_heading_or_link(emphasis):
                continue
            used.add(term)
            emphasis["classes"] += ["xref", "std", "std-term"]
            link = pending_xref(refdomain="std", reftype="term", reftarget=term, refdoc=self.env.docname)
            emphasis.replace_self(link)
            link.append(emphasis)


def glossary_term(text: str, terms: set[str]) -> str | None:
    """The term that a text is, in the singular or in the plural."""
    text = " ".join(text.lower().split())
    return next((form for form in (text, text.removesuffix("s"), text.removesuffix("es")) if form in terms), None)


def _is_in_heading_or_link(node: nodes.Node) -> bool:
    while node.parent is not None:
        node = node.parent
        if isinstance(node, nodes.title | nodes.reference | pending_xref):
            return True
    return False


# ---- the page Again -----------------------------------------------------------------------------------------------


class AllQuestions(nodes.General, nodes.Element):
    """Stands for the questions of all lessons until all lessons have been read."""


class AskedAgain(nodes.General, nodes.Element):
    """A question on the page Again: its name, its lesson, and its number in the order of the lessons."""


def visit_asked(writer: Any, node: AskedAgain) -> None:
    """Write the opening tag."""
    name = escape(node["question"])
    number = f'data-number="{node["number"]}" role="group" aria-label="Question {node["number"]}"'
    writer.body.append(f'<div class="again-question" data-question="{name}" {number}>\n')


def depart_asked(writer: Any, _: AskedAgain) -> None:
    """Write the closing tag."""
    writer.body.append("</div>\n")


class Again(SphinxDirective):
    """Collects the questions of all lessons: ```{again}."""

    def run(self) -> list[nodes.Node]:
        """Leave a place for them."""
        return [AllQuestions()]


class FillAgain(SphinxPostTransform):
    """Copies the questions out of the lessons."""

    default_priority = 3  # before anything in the copies is resolved

    def run(self, **_: Any) -> None:
        """Change the document."""
        for place in list(self.document.findall(AllQuestions)):
            lessons = [name for name in self.env.collect_relations() if self.env.doc2path(name).endswith(".ipynb")]
            asked = [item for lesson in lessons for item in self.questions_of(lesson)]
            for number, item in enumerate(asked, 1):
                item["number"] = number
            self.check_names(asked)
            place.replace_self([raw(CONTROLS), raw('<div class="again-questions">'), *asked, raw("</div>")])

    @staticmethod
    def check_names(asked: list[AskedAgain]) -> None:
        """Warn if two questions of the book have one name: a browser would take one for the other."""
        lessons: dict[str, str] = {}
        for item in asked:
            name, lesson = item["question"], item["lesson"]
            if lessons.setdefault(name, lesson) != lesson:
                logger.warning("the question %s is in %s too", name, lessons[name], location=lesson)

    def questions_of(self, lesson: str) -> Iterator[AskedAgain]:
        """The questions of a lesson in their order."""
        document = self.env.get_doctree(lesson)
        for mark in document.findall(Question):
            parent, start = mark.parent, mark.parent.index(mark) + 1
            answers = next(group for group in _groups(parent) if group[0]["question"] == mark["name"])
            first, last = parent.index(answers[0]), parent.index(answers[-1])
            before, after = self.shown(document, mark, _cell(answers[0]))
            item = AskedAgain(question=mark["name"], lesson=lesson)
            item.append(self.place(lesson, mark))
            item.extend(self.copied(node) for node in [*before, *parent[start:first], *after])
            item.extend(self.copied(node) for node in parent[first : last + 1])
            item.append(raw(ASK_AGAIN))
            yield item

    def place(self, lesson: str, mark: Question) -> nodes.paragraph:
        """A line that links to where a question stands in its lesson."""
        titles = [self.env.titles[lesson].astext()]
        section = next((node for node in mark.parent.children if isinstance(node, nodes.title)), None)
        if section is not None and section.astext() not in titles:
            titles.append(section.astext())
        try:
            address = self.app.builder.get_relative_uri(self.env.docname, lesson)
        except NoUri:
            address = ""
        link = nodes.reference("", ": ".join(titles), internal=True, refuri=f"{address}#{_anchor(mark['name'])}")
        return nodes.paragraph("", "", link, classes=["again-place"])

    @staticmethod
    def shown(document: nodes.document, mark: Question, asked_in: int) -> tuple[list[nodes.Node], list[nodes.Node]]:
        """The code of the cells that a question is about: those above it, and those below it."""
        sources: tuple[list[nodes.Node], list[nodes.Node]] = [], []
        for cell in document.findall(nodes.container):
            if cell.get("cell_index") in mark["shows"] and cell.get("nb_element") == "cell_code":
                source = nodes.container("", cell.children[0].deepcopy(), classes=["cell"])
                sources[cell["cell_index"] > asked_in].append(source)
        return sources

    def copied(self, node: nodes.Node) -> nodes.Node:
        """A copy that can stand on this page: its ids would clash, and its links start from here."""
        copy = node.deepcopy()
        for inner in list(copy.findall(nodes.Element)):
            inner["ids"], inner["names"] = [], []
            inner.attributes.pop("highlight_args", None)
            if isinstance(inner, pending_xref):
                inner["refdoc"] = self.env.docname
        return copy


def setup(app: Sphinx) -> dict[str, Any]:
    """Sphinx calls this."""
    app.add_node(Question, html=(visit_question, None))
    app.add_node(Answer, html=(visit_answer, depart_answer))
    app.add_node(AskedAgain, html=(visit_asked, depart_asked))
    app.add_node(AllQuestions, html=(lambda *_: None, lambda *_: None))
    app.add_directive("again", Again)
    app.add_transform(Questions)
    app.add_transform(Repairs)
    app.add_post_transform(FillAgain)
    app.add_post_transform(GlossaryLinks)
    app.add_js_file("questions.js")
    return {"version": "1", "env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
