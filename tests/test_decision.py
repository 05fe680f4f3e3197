"""A chart of questions shows every answer and every choice, each in a row of its own."""

import matplotlib
import pytest

matplotlib.use("agg")

import matplotlib.pyplot as plt

from helpers.decision import choices, decision_chart

TREE = {
    "it waits": "threads",
    "it computes": {"in Python": {"much": "processes", "little": "a loop"}, "in C": "threads"},
}


@pytest.fixture(autouse=True)
def no_figure_is_left():
    yield
    plt.close("all")


def texts(ax):
    return {(text.get_text(), *text.get_position()) for text in ax.texts}


def test_each_answer_and_each_choice_is_drawn_once_the_choices_in_the_last_column():
    ax = decision_chart(TREE, title="What does it do?")
    assert ax.get_title(loc="left") == "What does it do?"
    assert texts(ax) == {
        ("it waits", 0, 0), ("it computes", 0, 2), ("in Python", 1, 1.5), ("much", 2, 1), ("little", 2, 2),
        ("in C", 1, 3), ("threads", 3, 0), ("processes", 3, 1), ("a loop", 3, 2), ("threads", 3, 3),
    }  # fmt: skip
    assert choices(TREE) == ["threads", "processes", "a loop", "threads"]


def test_a_line_leads_from_each_answer_to_what_follows_from_it():
    ax = decision_chart({"a": {"b": "x", "c": "y"}})
    ends = {
        ((line.get_xdata()[0], line.get_ydata()[0]), (line.get_xdata()[-1], line.get_ydata()[-1])) for line in ax.lines
    }
    assert ends == {((0, 0.5), (1, 0)), ((0, 0.5), (1, 1)), ((1, 0), (2, 0)), ((1, 1), (2, 1))}


def test_no_two_texts_lie_upon_each_other():
    ax = decision_chart(TREE)
    ax.figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in ax.texts]
    assert not [(a, b) for i, a in enumerate(boxes) for b in boxes[:i] if a.overlaps(b)]


def test_a_chart_without_an_answer_is_refused():
    with pytest.raises(ValueError, match="there is no answer to draw"):
        decision_chart({})
