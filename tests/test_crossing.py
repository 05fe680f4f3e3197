"""The table of what crossed shows what each process really saw, in the order in which they looked."""

import multiprocessing
import pickle
import tempfile
import threading
from functools import partial
from pathlib import Path

import pytest

from helpers.crossing import Crossing, spelled
from helpers.shown import shown
from helpers.watchdog import watch
from helpers.workers.processes.start_methods import look_at, open_parcel

every_method = pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())


def looks_under(method, program):
    """The looks that the program takes in a process of its own, which has no threads that a fork would not copy."""
    return watch(program, method, limit_s=60).value


def in_child(method, work, *args, name=None):
    child = multiprocessing.get_context(method).Process(target=work, args=args, name=name)
    child.start()
    child.join()
    assert child.exitcode == 0


def look_before_and_after(method, places=False):
    basket = ["apple"]
    with Crossing(places=places) as crossing:
        crossing.look("before", basket)
        in_child(method, look_at, crossing, basket)
        crossing.look("after", basket)
    return crossing


@every_method
def test_parent_and_child_each_have_a_column_and_their_looks_are_in_order(method):
    crossing = looks_under(method, look_before_and_after)
    assert [(look.when, look.process, look.content, look.place) for look in crossing.looks] == [
        ("before", "parent", "['apple']", ""),
        ("the child begins", "child", "['apple']", ""),
        ("it has appended", "child", "['apple', 'pear']", ""),
        ("after", "parent", "['apple']", ""),
    ]
    assert str(crossing).splitlines()[0].split() == ["parent", "child"]
    assert [line.count("apple") for line in str(crossing).splitlines()] == [0, 0, 1, 1, 1, 1]


@every_method
def test_a_copy_has_the_address_of_its_original_and_a_new_object_another(method):
    crossing = looks_under(method, partial(look_before_and_after, places=True))
    assert {look.place for look in crossing.looks} == ({"A"} if method == "fork" else {"A", "B"})


def send_a_parcel(method):
    with Crossing() as crossing:
        in_child(method, open_parcel, crossing.parcel({"size": 42}))
    return crossing


@every_method
def test_a_parcel_says_that_it_was_pickled_where_it_was_and_only_there(method):
    crossing = looks_under(method, send_a_parcel)
    looks = [(look.when, look.process) for look in crossing.looks]
    size = len(pickle.dumps({"size": 42}))
    travelled = [(f"pickled, {size} bytes", "parent"), ("unpickled", "child")]
    assert looks == ([] if method == "fork" else travelled) + [("in the child", "child")]


def test_several_children_have_a_column_each_and_keep_the_names_they_were_given():
    with Crossing() as crossing:
        for name in ("ann", None, None):
            in_child("spawn", look_at, crossing, [], name=name)
    assert list(dict.fromkeys(look.process for look in crossing.looks)) == ["ann", "process 1", "process 2"]
    assert str(crossing).splitlines()[0].split() == ["parent", "ann", "process", "1", "process", "2"]


def test_in_html_nothing_of_a_program_is_taken_for_markup():
    with Crossing() as crossing:
        crossing.look("<when>", "<b>bold</b>")
    page = crossing._repr_html_()
    assert "&lt;when&gt;" in page
    assert "<b>" not in page
    assert page.count("<tr>") == 2


def test_a_text_for_an_object_is_short_and_has_no_address():
    assert shown(object()) == "<object object>"
    assert len(shown("x" * 1000)) < 100
    assert [shown(value) for value in (None, 0, "")] == ["None", "0", "''"]


def test_the_words_in_a_pickle_are_names_and_strings():
    assert spelled(pickle.dumps(open_parcel)) == ["helpers.workers.processes.start_methods", "open_parcel"]
    assert spelled(pickle.dumps(42)) == []


def test_what_is_noted_after_the_block_is_dropped_and_no_folder_is_left():
    with Crossing() as crossing:
        folder = Path(crossing._directory)
        assert folder.parent == Path(tempfile.gettempdir())
        thread = threading.Thread(target=crossing.look, args=("in time", 1))
        thread.start()
        thread.join()
    crossing.look("too late", 2)
    assert [look.when for look in crossing.looks] == ["in time"]
    assert not folder.exists()


def test_half_a_line_of_a_process_that_was_killed_is_left_out():
    with Crossing() as crossing:
        crossing.look("whole", 1)
        (Path(crossing._directory) / "1-1").write_text('[1.0, 1, "Process-1", "MainTh', encoding="utf-8")
    assert [look.when for look in crossing.looks] == ["whole"]
