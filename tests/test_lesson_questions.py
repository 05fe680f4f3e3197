"""The questions: one right answer whose key was executed, wrong ones that are beliefs, nothing given away."""

import itertools
import re
from collections import Counter

import pytest
from questions import computed, endings_in, names, output, questions, words

from notebooks import LESSONS, NOTEBOOKS, QUIZZES, ROOT, code_cells, read, tags

QUESTIONS = questions()
PREDICTIONS = [question for question in QUESTIONS if not question.recall]
RECALLS = [question for question in QUESTIONS if question.recall]
KEYED = [question for question in PREDICTIONS if "key" in question.about]
BELIEVED = [(question, belief) for question in PREDICTIONS for belief in question.about.get("computed", {})]
LATER = [path for path in LESSONS if path.stem != "01_multithreading"]  # the lessons that have an earlier one

each_question = pytest.mark.parametrize("question", QUESTIONS, ids=repr)
each_prediction = pytest.mark.parametrize("question", PREDICTIONS, ids=repr)


def beliefs() -> dict[str, str]:
    page = (ROOT / "book" / "beliefs.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^\| (\d\d+) \| (.*?) \|", page, re.M))


@each_question
def test_a_question_has_one_right_answer_and_one_to_three_that_are_beliefs(question):
    wrong = [answer.belief for answer in question.answers if answer.belief is not None]
    assert len(question.answers) - len(wrong) == 1
    assert 1 <= len(wrong) <= 3
    assert set(wrong) <= set(beliefs())
    assert len(set(wrong)) == len(wrong)


@each_question
def test_answers_are_of_one_length_and_each_has_its_own_text(question):
    lengths = [sum(words(answer.summary).values()) for answer in question.answers]
    assert max(lengths) <= 2 * min(lengths), lengths
    texts = [answer.text for answer in question.answers]
    assert len(set(texts)) == len(texts)
    for text in texts:
        assert sum(words(text).values()) >= 12, text
        assert not re.match(r"(Wrong|No[,.]|Yes[,.])", text), text


@each_question
def test_a_question_is_asked_in_full_sentences(question):
    assert question.stem.endswith("?"), question.stem[-80:]
    assert ("**Predict.**" in question.stem) is not question.recall


def test_a_summary_which_is_html_has_no_markdown_in_it():
    for path in NOTEBOOKS:
        for cell in read(path).cells:
            for summary in re.findall(r"<summary>(.*)</summary>", cell.source):
                assert not re.search(r"[`*]|\]\(", summary), summary


def test_each_question_has_a_name_of_its_own():
    assert [name for name, times in Counter(q.name for q in QUESTIONS).items() if times > 1] == []


def test_the_metadata_of_a_cell_speaks_of_its_questions_and_of_cells_that_exist():
    for path in NOTEBOOKS:
        cells = read(path).cells
        for cell in cells:
            asked = [question.name for question in QUESTIONS if (question.lesson, question.cell) == (path, cell.id)]
            about = cell.metadata.get("questions", {})
            assert set(about) == set(asked), f"{path.stem}, cell {cell.id}"
            for told in about.values():
                ids = [*told.get("shows", []), *([told["key"]] if "key" in told else [])]
                assert set(ids) <= {other.id for other in cells}
                assert set(told) <= {"key", "says", "computed", "shows"}


def test_the_right_answer_is_not_always_at_the_same_place():
    for lesson, asked in itertools.groupby(QUESTIONS, lambda question: question.lesson):
        places = {question.answers.index(question.right) for question in asked}
        assert len(places) > 1, lesson.stem


# ---- the key is executed, a distractor is computed ----------------------------------------------------------------


@pytest.mark.parametrize("question", KEYED, ids=repr)
def test_the_right_answer_names_what_its_cell_prints(question):
    said = output(question.lesson, question.about["key"])
    if "says" in question.about:
        assert question.about["says"] in said
        assert question.about["says"] in question.right.summary.replace("`", "")
        return
    for ending in endings_in(said):
        assert names(question.right.summary, ending), ending


@pytest.mark.parametrize("question", KEYED, ids=repr)
def test_the_cell_with_the_key_is_executed_and_compared_by_the_tests(question):
    cell = next(cell for cell in code_cells(question.lesson) if cell.id == question.about["key"])
    assert not tags(cell) & {"nbval-ignore-output", "nbval-skip"}


@pytest.mark.parametrize(("question", "belief"), BELIEVED, ids=str)
def test_a_wrong_answer_names_what_its_belief_would_lead_to(question, belief):
    answer = next(answer for answer in question.answers if answer.belief == belief)
    under_belief = computed(question, question.about["computed"][belief])
    assert [ending for ending in under_belief if not names(answer.summary, ending)] == []
    if "says" not in question.about:
        key = endings_in(output(question.lesson, question.about["key"]))
        assert under_belief != key
        assert [ending for ending in key - under_belief if names(answer.summary, ending)] == []


def test_most_predictions_have_an_executed_key_and_a_computed_distractor():
    assert len(KEYED) >= 0.75 * len(PREDICTIONS)
    assert len(BELIEVED) >= 0.6 * len(PREDICTIONS)


# ---- nothing is given away ----------------------------------------------------------------------------------------


def rest_of_section(question):
    """The cells after a question, up to the next cell with a heading (which may begin with text of this section)."""
    cells = read(question.lesson).cells
    start = next(i for i, cell in enumerate(cells) if cell.id == question.cell) + 1
    return list(
        itertools.takewhile(lambda cell: cell.cell_type == "code" or "\n## " not in f"\n{cell.source}", cells[start:])
    )


@each_prediction
def test_what_happens_follows_its_question_at_once_and_is_folded_in_jupyterlab(question):
    following = rest_of_section(question)
    assert following and following[0].cell_type == "code", "the output that answers it comes next"
    assert following[0].outputs
    assert following[0].metadata.get("jupyter", {}).get("outputs_hidden") is True
    assert not tags(following[0]) & {"hide-output", "hide-cell"}, "the page folds it by itself"
    if "key" in question.about:
        judge = next(cell for cell in following if cell.id == question.about["key"])
        assert judge.metadata.jupyter.outputs_hidden is True


@each_prediction
def test_no_answer_stands_in_plain_sight_before_its_question(question):
    """No output above it, in the same section, names all that the right answer does."""
    if "key" not in question.about or "says" in question.about:
        return
    cells = read(question.lesson).cells
    end = next(i for i, cell in enumerate(cells) if cell.id == question.cell)
    start = max(
        i for i, cell in enumerate(cells[:end]) if cell.cell_type == "markdown" and "\n## " in f"\n{cell.source}"
    )
    key = output(question.lesson, question.about["key"])
    above = [cell for cell in cells[start:end] if cell.cell_type == "code" and not cell.metadata.get("jupyter")]
    assert key not in [output(question.lesson, cell.id) for cell in above]
    text = cells[end].source[: cells[end].source.index("<details")]
    stem = text[text.rindex("**Predict.**") :]
    named = [ending for ending in endings_in(key) if names(stem, ending)]
    assert set(named) != endings_in(key) or len(named) == 0, f"the stem names {named}"


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_asks_three_to_six_predictions(lesson):
    assert 3 <= len([question for question in PREDICTIONS if question.lesson == lesson]) <= 6


@pytest.mark.parametrize("lesson", NOTEBOOKS, ids=lambda path: path.stem)
def test_an_output_is_folded_in_jupyterlab_only_where_a_question_or_an_exercise_asks_for_it(lesson):
    asked = {cell.id for q in PREDICTIONS if q.lesson == lesson for cell in rest_of_section(q)}
    for cell in code_cells(lesson):
        if cell.metadata.get("jupyter", {}).get("outputs_hidden"):
            assert cell.id in asked or "hide-cell" in tags(cell), cell.source
        assert "hide-output" not in tags(cell)


# ---- still know? --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lesson", LATER, ids=lambda path: path.stem)
def test_a_lesson_opens_with_two_questions_on_earlier_ones(lesson):
    asked = [question for question in RECALLS if question.lesson == lesson]
    cells = read(lesson).cells
    assert len(asked) == 2
    assert [question.cell for question in asked] == [cells[1].id, cells[2].id]
    assert cells[1].source.startswith("## Still know?\n")


def in_reading_order():
    toc = (ROOT / "_toc.yml").read_text(encoding="utf-8")
    return re.findall(r"file: (notebooks/\S+)", toc)


@pytest.mark.parametrize("question", RECALLS, ids=repr)
def test_each_answer_to_a_question_on_an_earlier_lesson_links_to_where_it_is_taught(question):
    order = in_reading_order()
    here = order.index(str(question.lesson.relative_to(ROOT).with_suffix("")))
    linked = {link for answer in question.answers for link in re.findall(r"\]\(([^)#]+)#", answer.text)}
    assert all(re.search(r"\]\([^)#]+\.ipynb#", answer.text) for answer in question.answers)
    for link in linked:
        target = (question.lesson.parent / link).resolve().relative_to(ROOT).with_suffix("")
        assert order.index(str(target)) < here


def distances(lesson):
    """How far back the two questions go, counted once in lessons and once in pages."""
    order = in_reading_order()
    here = order.index(str(lesson.relative_to(ROOT).with_suffix("")))
    for question in RECALLS:
        if question.lesson == lesson:
            link = re.search(r"\]\(([^)#]+)#", question.right.text)[1]
            target = (lesson.parent / link).resolve().relative_to(ROOT).with_suffix("")
            between = order[order.index(str(target)) : here]
            yield sum(ROOT / f"{page}.ipynb" in LESSONS for page in between), len(between)


@pytest.mark.parametrize("lesson", LATER, ids=lambda path: path.stem)
def test_one_of_the_two_is_on_a_recent_lesson_and_one_on_a_lesson_three_or_more_back(lesson):
    in_lessons, in_pages = zip(*distances(lesson), strict=True)
    assert min(in_lessons) <= 1
    order = in_reading_order().index(str(lesson.relative_to(ROOT).with_suffix("")))
    assert max(in_pages) >= min(3, order)


def test_each_belief_is_asked_in_two_lessons_and_once_more_at_a_distance():
    order = in_reading_order()
    asked: dict[str, set[int]] = {}
    for question in QUESTIONS:
        here = order.index(str(question.lesson.relative_to(ROOT).with_suffix("")))
        for answer in question.answers:
            asked.setdefault(answer.belief, set()).add(here)
    named = {f"{n:02}" for n in range(1, 26)}
    once = {belief for belief in named if max(asked.get(belief, {0})) - min(asked.get(belief, {0})) < 3}
    assert once == set(), "asked in one lesson, or not at a distance of three"


# ---- the quiz -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("quiz", QUIZZES, ids=lambda path: path.stem)
def test_each_question_of_a_quiz_has_a_program_answers_that_name_a_lesson_and_an_output(quiz):
    cells = read(quiz).cells
    starts = [i for i, cell in enumerate(cells) if re.match(r"### \d+\. ", cell.source)]
    assert [cells[i].source.split()[1] for i in starts] == [f"{n}." for n in range(1, len(starts) + 1)]
    assert len(starts) >= 8
    for start in starts:
        _, program, question, judge = cells[start : start + 4]
        assert program.cell_type == judge.cell_type == "code"
        assert judge.outputs
        asked = [q for q in QUESTIONS if q.cell == question.id]
        assert len(asked) == 1
        for answer in asked[0].answers:
            assert re.search(r"\]\(\d\d_\w+\.ipynb", answer.text), "an answer names the lesson to read again"
