"""The same program takes the same steps on every Python: the counts of thirty programs, as they were recorded."""

import json
from pathlib import Path

import pytest
from programs import PROGRAMS, ordinary
from test_interleave_truth import SOUND

from helpers.interleave import explore

RECORDED = json.loads((Path(__file__).parent / "recorded_counts.json").read_text(encoding="utf-8"))
EVERY = {**{name: ordinary(program) for name, program in PROGRAMS.items()}}
EVERY |= {program.__name__: program for program in SOUND[:-1:3]}


def counts_of(program, step):
    """How many schedules there are with at most one preemption, by line or by access, and how they end."""
    result = explore(program, 1, step=step, max_schedules=3_000)
    return {"schedules": result.schedules, **{str(name): count for name, count in result.endings.items()}}


@pytest.mark.parametrize("step", ["line", "access"])
@pytest.mark.parametrize("name", EVERY)
def test_a_program_takes_the_same_steps_on_every_python(name, step):
    assert counts_of(EVERY[name], step) == RECORDED[name][step]


def test_thirty_programs_are_recorded():
    assert len(RECORDED) >= 30
    assert set(RECORDED) == set(EVERY)


@pytest.mark.parametrize("name", EVERY)
def test_what_can_happen_by_line_can_happen_by_access(name):
    assert set(RECORDED[name]["line"]) <= set(RECORDED[name]["access"])
