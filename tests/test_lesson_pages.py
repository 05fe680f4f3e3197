"""What the book adds to a notebook's page, in the HTML: questions, repairs, links to the glossary, the page Again."""

from collections import Counter

import pytest
from bs4 import BeautifulSoup
from build_book import build
from lesson_pages import changed_lines, glossary_term
from sample_book import code, text, write


@pytest.fixture(scope="module")
def soup(sample):
    def read(page):
        return BeautifulSoup((sample / page).read_text(encoding="utf-8"), "html.parser")

    return read


def names(elements):
    return [element["data-question"] for element in elements]


# ---- questions ----------------------------------------------------------------------------------------------------


def test_answers_keep_their_order_their_class_and_get_a_name_that_outlives_their_words(soup):
    answers = soup("notebooks/visits.html").select("details.answer[data-question=two-visits]")
    assert [answer["data-answer"] for answer in answers] == ["02", "right", "07"]
    assert [answer["class"] for answer in answers] == [["answer"], ["answer", "right"], ["answer"]]
    assert [answer.summary.code.text for answer in answers[:1]] == ["1"]
    assert answers[1].p.text.startswith("So it is. seen is a copy")


def test_a_line_stands_behind_each_prediction_that_something_follows(soup):
    page = soup("notebooks/visits.html")
    assert names(page.select(".goes-on")) == ["two-visits", "three-visits"]
    for line in page.select(".goes-on"):
        before = line.find_previous_sibling()
        assert (before.name, before["data-question"]) == ("details", line["data-question"])


def test_nothing_is_folded_behind_a_question_on_an_earlier_lesson_or_at_the_end_of_a_section(soup):
    assert names(soup("notebooks/stalls.html").select(".goes-on")) == ["stall"]
    assert soup("book/again.html").select(".goes-on") == []


def test_a_page_with_predictions_has_a_switch_and_others_have_none(soup):
    assert soup("notebooks/visits.html").select_one("h1 + .show-everything > button[aria-pressed=false]")
    assert not soup("book/glossary.html").select(".show-everything")
    assert not soup("book/again.html").select(".show-everything")


WRONG = '<details class="answer" data-question="{0}">\n<summary>No</summary>\n\nIt is not.\n\n</details>'
RIGHT = '<details class="answer right" data-question="{0}">\n<summary>Yes</summary>\n\nIt is.\n\n</details>'


SLIPS = {
    "neither": ([text("# A\n\nWhy?\n\n" + WRONG.format("why"))], "why has 0 right answers"),
    "both": ([text("# A\n\nWhy?\n\n" + RIGHT.format("a") + RIGHT.format("a"))], "a has 2 right answers"),
    "twice": (
        [text("# A\n\n" + RIGHT.format("b") + "\n\nand\n\n" + RIGHT.format("b"))],
        "answers to one question stand together: ['b']",
    ),
    "open": ([text("# A\n\nWhy?\n\n" + RIGHT.format("c").removesuffix("</details>"))], "is not closed in its section"),
    "shows": ([text("# A\n\nWhy?\n\n" + RIGHT.format("d"), d={"shows": ["gone"]})], "d shows cells that there are not"),
    "repairs": ([text("# A"), code("fixed", "1", repairs="gone")], "a cell repairs 'gone', and there is no such cell"),
    "again": ([text("# A\n\n" + RIGHT.format("stall"))], "the question stall is in notebooks/stalls too"),
}


@pytest.fixture(scope="module")
def slipped(tmp_path_factory):
    """What the build of a book says that has a page for each slip, and one without."""
    folder = tmp_path_factory.mktemp("slips")
    write(folder, {name: cells for name, (cells, _) in SLIPS.items()})
    return build(folder, folder)


@pytest.mark.parametrize("name", SLIPS)
def test_the_build_fails_and_says_why_and_where_if_an_author_slips(name, slipped):
    assert slipped.returncode != 0
    said = [line for line in slipped.stderr.splitlines() if f"notebooks/{name}" in line]
    assert len(said) == 1, slipped.stderr
    assert SLIPS[name][1] in said[0]


# ---- repairs ------------------------------------------------------------------------------------------------------


def test_the_lines_that_a_repair_changes_or_adds_are_marked_and_a_line_says_so(soup):
    repair = soup("notebooks/visits.html").select_one(".repair")
    assert [line.text.strip() for line in repair.select(".hll")] == [
        "self.lock = threading.Lock()",
        "with self.lock:",
        "seen = self.visits",
        "self.visits = seen + 1",
    ]
    assert repair.select_one(".cell_input + .repair-note").text == "Marked lines differ from the version above."


def test_empty_lines_and_lines_that_only_go_are_not_marked():
    assert changed_lines("a\nb\nc", "a\n\nnew\nc") == [3]
    assert changed_lines("a\nb", "a") == []


# ---- glossary -----------------------------------------------------------------------------------------------------


def test_a_term_in_italics_links_to_its_definition_at_its_first_use_only(soup):
    page = soup("notebooks/visits.html")
    first, second = (em for em in page.select("em") if em.text == "lost update")
    assert first.parent["href"] == "../book/glossary.html#term-lost-update"
    assert second.parent.name == "p"
    assert next(em for em in page.select("em") if em.text == "locks").parent["href"].endswith("#term-lock")


def test_no_link_where_the_words_are_no_term_or_stand_in_a_heading_or_a_link(soup):
    page = soup("notebooks/visits.html")
    for words in ("this", "race", "deadlock"):
        em = next(em for em in page.select("section em") if em.text == words)
        assert "glossary" not in (em.find_parent("a") or {}).get("href", ""), words


def test_a_term_is_found_in_the_plural_and_whatever_its_capitals():
    terms = {"race", "gil", "switch", "process", "lost update"}
    found = [glossary_term(text, terms) for text in ("Races", "GIL", "switches", "process", "Lost\nupdates", "rac")]
    assert found == ["race", "gil", "switch", "process", "lost update", None]


# ---- the page Again -----------------------------------------------------------------------------------------------


def test_again_has_every_question_in_the_order_of_the_lessons(soup):
    questions = soup("book/again.html").select(".again-question")
    assert names(questions) == ["two-visits", "three-visits", "steps", "stall"]
    assert [question["data-number"] for question in questions] == ["1", "2", "3", "4"]
    assert [len(question.select("details.answer")) for question in questions] == [3, 2, 2, 2]


def test_a_question_of_again_has_its_words_its_code_and_its_place(soup):
    question = soup("book/again.html").select_one("[data-number='2']")
    assert question.select_one(".again-place a")["href"] == "../notebooks/visits.html#question-three-visits"
    assert question.select_one(".again-place").text == "Visits: A count with a race"
    assert [block.text.split("(")[0] for block in question.select("pre")] == [
        "class Page:\n    def __init__",
        "explore",
    ]
    assert "And with three threads?" in question.text
    assert "Here is the page" not in question.text  # that is another cell


def test_the_links_in_an_answer_start_from_again(soup):
    link = soup("book/again.html").select_one("details.answer a")
    assert (link.text, link["href"]) == ("the stall", "../notebooks/stalls.html")


def test_the_link_to_a_questions_place_leads_to_the_words_before_its_answers(soup):
    place = soup("notebooks/visits.html").find(id="question-three-visits")
    assert place.find_next_sibling().text == "The output says so."


def test_ids_are_unique_on_every_page(sample):
    for page in sample.rglob("*.html"):
        found = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").select("article [id]")
        assert [name for name, times in Counter(element["id"] for element in found).items() if times > 1] == []
