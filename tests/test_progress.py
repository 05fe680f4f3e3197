"""A progress bar comes only where something takes long, and nothing of it stays."""

import pytest

from helpers.script import run_command

PROGRAM = """
import itertools, threading
import tqdm.std
from helpers.progress import with_progress

if {slow}:  # a second passes whenever tqdm looks at its clock
    tqdm.std.time = itertools.count().__next__
print(sum(with_progress(range(40), "Measuring")), threading.active_count())
"""


def said(monkeypatch, slow, disable):
    monkeypatch.setenv("TQDM_DISABLE", disable)  # tqdm reads it when it is imported
    program = run_command(PROGRAM.format(slow=slow))
    assert program.stdout == "780 1\n"
    return program.stderr


def test_what_takes_long_says_how_far_it_is_and_the_bar_goes_with_it(monkeypatch):
    *looks, last = said(monkeypatch, slow=True, disable="").splitlines()
    assert "Measuring:  50%" in "".join(looks)
    assert last.strip() == ""


@pytest.mark.parametrize(("slow", "disable"), [(False, ""), (True, "1")])
def test_what_is_quick_has_none_and_neither_has_what_is_compared(monkeypatch, slow, disable):
    assert said(monkeypatch, slow, disable) == ""
