"""Every figure has the one look, says where it was measured, and can be read."""

import matplotlib
import pytest

matplotlib.use("agg")

import matplotlib.pyplot as plt

from helpers import figure
from helpers.figure import curves, stacked_bars
from helpers.measure import machine


@pytest.fixture(autouse=True)
def no_figure_is_left():
    yield
    plt.close("all")


def test_the_ground_is_opaque_and_light_so_that_it_reads_on_a_dark_page():
    red, green, blue, opacity = matplotlib.colors.to_rgba(figure.axes().figure.get_facecolor())
    assert opacity == 1
    assert min(red, green, blue) > 0.9


def test_every_figure_has_the_width_of_the_page():
    assert figure.axes(height=2).figure.get_size_inches().tolist() == [7.2, 2]
    assert figure.stack([1, 2])[0].figure.get_size_inches().tolist() == [7.2, 3.5]


def test_given_axes_are_used_and_titled():
    ax = plt.figure().add_subplot()
    assert figure.axes(ax, title="Lanes") is ax
    assert ax.get_title(loc="left") == "Lanes"


def test_the_circumstances_stand_once_under_a_figure():
    above, below = figure.stack([1, 1])
    figure.circumstances(above)
    figure.circumstances(below)
    assert above.figure.get_supxlabel() == machine()


def test_curves_pass_through_the_medians_and_carry_their_labels():
    series = {"a": {1: [1, 2, 3], 10: [4, 4, 4]}, "b": {1: [1, 1, 1], 10: [4, 4, 4]}}
    ax = curves(series, xlabel="x", ylabel="y", level=1)
    assert [list(line.get_ydata()) for line in ax.lines[:2]] == [[2, 4], [1, 4]]
    labels = {text.get_text(): text.xyann[1] for text in ax.texts}
    assert set(labels) == {"a", "b"}
    assert abs(labels["a"] - labels["b"]) > 8, "labels at the same height are moved apart"


def test_a_range_of_less_than_two_powers_of_ten_has_more_than_one_number_to_read_it_by():
    ax = curves({"a": {1: [0.2], 2: [0.4], 4: [0.5]}}, xlabel="workers", ticks=[1, 2, 4])
    ax.figure.draw_without_rendering()
    low, high = ax.get_ylim()
    assert len([label for label in ax.get_yticklabels() if low <= label.get_position()[1] <= high]) >= 2
    assert [label.get_text() for label in ax.get_xticklabels()] == ["1", "2", "4"]


def test_a_level_to_compare_with_is_drawn():
    ax = curves({"a": {1: [0.2], 10: [4]}}, xlabel="x", level=1)
    assert list(ax.lines[-1].get_ydata()) == [1, 1]


def test_levels_are_steps_from_zero_with_their_labels_above_them():
    ax = figure.levels({"queue": [(5.0, 0), (5.5, 3), (6.0, 1)]}, ylabel="items")
    (line,) = ax.get_lines()
    assert line.get_drawstyle() == "steps-post"
    assert line.get_xydata().tolist() == [[0, 0], [0.5, 3], [1, 1]]
    assert [text.get_text() for text in ax.texts] == ["queue"]
    assert ax.texts[0].xy == (0.5, 3)
    assert ax.get_ylim()[0] == 0
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("seconds", "items")


def test_a_stacked_bar_has_its_parts_end_to_end_and_says_the_first_of_the_sum():
    ax = stacked_bars({"a": {"own": 1, "shared": 9}, "b": {"own": 3, "shared": 0}}, xlabel="megabytes")
    assert [(bar.get_x(), bar.get_width()) for bar in ax.patches] == [(0, 1), (0, 3), (1, 9), (3, 0)]
    assert [text.get_text() for text in ax.texts] == ["1 of 10", "3 of 3"]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["own", "shared"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b"]
