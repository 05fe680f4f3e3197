"""A program that is run by itself has this Python, plain words and a limit, and leaves no file."""

import os
import subprocess
import tempfile
from pathlib import Path

import pytest

from helpers.script import run_command, run_script


def test_a_script_is_the_main_module_of_a_file_that_is_gone_afterwards():
    said = run_script("import sys; print(__name__, sys.argv[0])").stdout.split()
    assert said[0] == "__main__"
    assert Path(said[1]).name == "script.py"
    assert not Path(said[1]).exists()


def test_options_are_the_interpreter_s_and_helpers_can_be_imported():
    assert run_script("import helpers.notes, sys; print(sys.warnoptions)", "-W", "default").stdout == "['default']\n"


def test_a_command_has_no_file():
    assert run_command("print('__file__' in globals())").stdout == "False\n"


def test_an_error_is_said_without_colours(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    said = run_script("1 / 0").stderr
    assert said.splitlines()[-1] == "ZeroDivisionError: division by zero"
    assert "\x1b" not in said


def test_a_program_that_takes_too_long_is_ended_and_leaves_no_file():
    before = set(os.listdir(tempfile.gettempdir()))
    with pytest.raises(subprocess.TimeoutExpired):
        run_script("while True: pass", limit_s=0.5)
    left = [name for name in set(os.listdir(tempfile.gettempdir())) - before if name.startswith("script-")]
    assert left == [] or int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")) > 1  # others' folders come and go
