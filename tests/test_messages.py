"""The messages that a lesson quotes word for word are those of the Python that runs this."""

import multiprocessing
import os
import re
import sys
import threading

import pytest

from helpers.script import run_command, run_script
from notebooks import ROOT, prose

LESSON = ROOT / "notebooks" / "processes" / "02_start_methods.ipynb"
VERSION = sys.version_info[1]
OUTSIDE = lambda: None  # noqa: E731  that is the point


def rows() -> dict[str, list[tuple[int, int, str]]]:
    """What one did -> from which minor version to which, and the words; an empty first column repeats the one above."""
    found: dict[str, list[tuple[int, int, str]]] = {}
    did = ""
    for cause, versions, words in re.findall(r"^\| ([^|]*?) ?\| (3\.[^|]+) \| `(.*)` \|$", prose(LESSON), re.M):
        did = cause or did
        minors = [int(minor) for minor in re.findall(r"3\.(\d+)", versions)]
        found.setdefault(did, []).append((min(minors), max(minors), words))
    return found


def spawned(target, *args) -> str:
    child = multiprocessing.get_context("spawn").Process(target=target, args=args)
    try:
        child.start()
    except Exception as error:  # noqa: BLE001  whatever pickling raises
        return f"{type(error).__name__}: {error}"
    raise AssertionError("it was started")


def function_of_main() -> str:
    program = (
        "import multiprocessing as m\ndef shout(): ...\nc = m.get_context('spawn').Process(target=shout)\nc.start()"
    )
    return run_command(program).stderr.splitlines()[-1]


def open_file() -> str:
    with open(os.devnull) as file:
        return spawned(print, file)


CAUSES = {
    "gave a function of `__main__` that the child cannot import": function_of_main,
    "gave a function, or a lambda, from inside another": lambda: spawned(lambda: None),
    "gave a lambda from outside any function": lambda: spawned(OUTSIDE),
    "gave an open file": open_file,
    "gave a lock of `threading`, or an object that has one": lambda: spawned(print, threading.Lock()),
}


@pytest.mark.parametrize("cause", CAUSES)
def test_the_words_for_this_python_are_what_it_says(cause):
    (words,) = (words for first, last, words in rows()[cause] if first <= VERSION <= last)
    assert words in CAUSES[cause]()


FORKS = """
import multiprocessing, threading

if __name__ == "__main__":
    done = threading.Event()
    threading.Thread(target=done.wait).start()
    child = multiprocessing.get_context("fork").Process(target=print)
    child.start()
    child.join()
    done.set()
"""


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="no fork on this system")
def test_a_fork_beside_a_thread_is_warned_of_since_3_12_if_one_asks():
    words = "is multi-threaded, use of fork() may lead to deadlocks in the child"
    assert (words in run_script(FORKS, "-W", "default").stderr) is (VERSION >= 12)
    assert run_script(FORKS).stderr == ""


def test_every_row_is_tried_and_every_version_from_3_11_to_3_15_has_its_words_once():
    assert set(rows()) == set(CAUSES)
    for spans in rows().values():
        assert sorted(minor for first, last, _ in spans for minor in range(first, last + 1)) == list(range(11, 16))
