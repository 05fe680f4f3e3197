"""The explorer and two other tools, which share no code with it, say the same of the benchmark's programs."""

import sys

import pytest
from bench_explorer import PROGRAMS, measure

# The others run where tests/requirements.txt installs them: on Linux with Python 3.11, which continuous integration
# has, that is frontrun, and from 3.12 on both.
TOOLS = ["explorer", "explorer_reducing"]
TOOLS += ["interleave_test"] * (sys.version_info >= (3, 12))
TOOLS += ["frontrun"] * (sys.platform == "linux" and sys.version_info < (3, 15))

LEFT_OUT = {
    ("interleave_test", "counter, lock, 3 threads"),  # 11 s
    ("interleave_test", "semaphore of 2, 3 users"),  # 8 s
    ("interleave_test", "buffer, while"),  # 94 s
    (
        "frontrun",
        "buffer, if",
    ),  # 2 s, and finds nothing: only if the consumers are started first does it find the error
}


@pytest.mark.parametrize(("tool", "name"), [(tool, n) for tool in TOOLS for n in PROGRAMS if (tool, n) not in LEFT_OUT])
def test_every_tool_finds_what_is_wrong_with_a_program_and_nothing_else(tool, name):
    assert measure(tool, name, rounds=1).verdict == ("finds it" if PROGRAMS[name].fault else "ok")
