"""The failure table tells what really happened, a hang from what is slow, and what is not as recorded."""

import multiprocessing
import os
import sys
import threading
import time
from dataclasses import replace

import matplotlib
import pytest

matplotlib.use("agg")

import matplotlib.pyplot as plt

from helpers.failures import Cell, FailureTable, failure_table, table
from helpers.failures.axes import FAILURES, WAYS, empty, missing
from helpers.failures.probe import HANG, _Asked
from helpers.failures.recorded import recorded
from helpers.process_tree import workers
from helpers.watchdog import watch

posix = pytest.mark.skipif(os.name != "posix", reason="exit codes of POSIX")


@pytest.fixture(scope="module")
def part():
    """Four failures in five ways, of which some hang."""
    processes, threads = workers(os.getpid()), threading.active_count()
    made = failure_table(
        ["returns", "raises, cannot be unpickled", "is killed", "failing initializer"],
        ["Thread", "Process", "Pool.apply_async", "ThreadPoolExecutor", "ProcessPoolExecutor"],
    )
    assert workers(os.getpid()) <= processes
    assert threading.active_count() == threads
    return made


def test_a_value_or_nothing_comes_from_a_task_that_returns(part):
    assert [part["returns", way].sees for way in part.ways] == ["nothing", "nothing, exit code 0", "42", "42", "42"]
    assert all((part["returns", way].lost, part["returns", way].leaves) == ("", True) for way in part.ways)


def test_a_killed_task_is_lost_or_takes_its_pool_or_its_program_with_it(part):
    assert [part["is killed", way].lost for way in part.ways] == ["program", "", "task", "program", "pool"]
    killed = part["is killed", "Pool.apply_async"]
    assert (killed.sees, killed.then, killed.leaves) == (HANG, "42", True)
    assert part["is killed", "Thread"].leaves is None


def test_a_pool_that_burns_a_cpu_or_starts_its_workers_forever_hangs_as_well(part):
    """So neither is idle."""
    unreadable = part["raises, cannot be unpickled", "Pool.apply_async"]
    assert str(unreadable) == "hang; pool lost; leaving raises AssertionError"
    assert "TwoArguments.__init__() missing 1 required positional argument" in unreadable.errors
    assert str(part["failing initializer", "Pool.apply_async"]) == "hang; pool lost"


def test_a_cell_that_makes_no_sense_says_so(part):
    assert str(part["failing initializer", "Thread"]) == "(no initializer)"
    assert empty("hangs, caller gives up", "Pool.map") == "no time limit"


@posix
def test_all_is_as_recorded(part):
    assert part.surprises() == []


@posix
def test_a_cell_that_is_not_as_recorded_is_noticed(part):
    place = ("is killed", "Pool.apply_async")
    changed = FailureTable(part.cells | {place: Cell("WorkerLost", "42", "None")}, part.start_method)
    assert changed.surprises() == ["is killed, Pool.apply_async: WorkerLost; recorded: hang; task lost"]
    changed.cells[place] = replace(part[place], leaving=HANG)
    assert changed.surprises() == [
        "is killed, Pool.apply_async: hang; task lost; leaving hangs; recorded: hang; task lost"
    ]


def test_in_plain_text_each_way_has_a_line_for_each_failure(part):
    lines = str(part).splitlines()
    assert lines[:2] == ["Thread", "  returns                      nothing"]
    assert lines[-1].startswith(f"Python 3.{sys.version_info.minor}")


def test_in_html_a_hang_is_a_colour_and_a_word_and_nothing_is_taken_for_markup(part):
    page = part._repr_html_()
    assert page.count('<td class="fl-hang"><code><b>hang</b></code>') == 3
    assert page.count('<td class="fl-empty">no initializer</td>') == 2
    assert "&lt;b&gt;" in FailureTable({("returns", "Thread"): Cell("<b>")}, "fork")._repr_html_()


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ({"failures": ["explodes"]}, "there is no failure 'explodes'; there are: returns, raises,"),
        ({"ways": ["Pool"]}, "there is no way 'Pool'; there are: Thread, Process,"),
        ({"start_method": "teleport"}, "there is no start method 'teleport'; there are: "),
    ],
)
def test_a_wrong_name_is_refused_in_a_sentence_with_those_that_there_are(chosen, sentence):
    with pytest.raises(ValueError, match=sentence):
        failure_table(**chosen)


def test_a_cell_that_was_not_run_is_refused_in_a_sentence(part):
    with pytest.raises(KeyError, match=r"the table has no cell .'hangs', 'Thread'.; its failures: "):
        part["hangs", "Thread"]


def test_a_way_that_is_not_to_be_had_is_left_out_with_a_sentence(monkeypatch):
    monkeypatch.setattr(table, "missing", lambda way: f"{way} is left out." if way == "Process" else "")
    made = failure_table(["returns"], ["Thread", "Process"])
    assert made.ways == ["Thread"]
    assert str(made).endswith("\nProcess is left out.")
    assert [bool(missing(way)) for way in ("Thread", "InterpreterPoolExecutor")] == [False, sys.version_info < (3, 14)]


def test_something_is_recorded_for_every_cell_of_every_version_and_start_method():
    cells = {(failure, way) for failure in FAILURES for way in WAYS if not empty(failure, way)}
    for minor in range(11, 16):
        for method in ("fork", "spawn", "forkserver"):
            known = set(recorded(method, (3, minor)))
            assert known == {place for place in cells if place[1] != "InterpreterPoolExecutor" or minor >= 14}


def compute():
    until = time.monotonic() + 3
    while time.monotonic() < until:
        pass


def compute_in_child():
    child = multiprocessing.get_context("spawn").Process(target=compute)
    child.start()
    child.join()


def answer(ask, way):
    """In a process of its own, as a cell is: other threads of this one may be busy."""
    return watch(lambda: _Asked(ask).answer(WAYS[way]), limit_s=60).value


def test_what_computes_for_longer_than_a_hang_may_be_idle_is_waited_for():
    assert answer(compute_in_child, "Process") == "None"
    assert answer(compute, "Thread") == "None"


def wait_forever():
    threading.Event().wait()


def test_what_waits_for_what_never_comes_is_a_hang():
    assert [answer(wait_forever, way) for way in ("Thread", "Process")] == [HANG, HANG]


def test_at_a_glance_each_cell_that_hangs_or_loses_something_has_a_word():
    told, hangs, ends, lost = Cell("42"), Cell("hang", "hang"), Cell("Empty", "42", "hang"), Cell("died: exit code 3")
    empty_one = Cell(empty="no initializer")
    rows = {("a", "x"): told, ("b", "x"): hangs, ("c", "x"): ends, ("d", "x"): lost, ("e", "x"): empty_one}
    axes = FailureTable(rows, "fork").grid()
    assert [text.get_text() for text in axes.texts] == ["", "hang", "at end", "program", ""]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a", "b", "c", "d", "e"]
    plt.close("all")
