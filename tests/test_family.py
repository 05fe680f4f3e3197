"""A family of trials has each value of each choice, and gives each trial values of its own."""

import pytest

from helpers.checks.family import Family

FAMILIES = [
    Family(n=(1, 2, 3), items=([], [None, 0, ""])),
    Family(items=(["a", "a"],)),
    Family(a=(1, 2), b=(3, 4, 5), c=(6,)),
]


@pytest.mark.parametrize("family", FAMILIES)
def test_each_value_of_each_choice_occurs_and_no_trial_is_more_than_needed(family):
    trials = [vars(trial) for trial in family]
    for name, values in family.choices.items():
        assert all(value in [trial[name] for trial in trials] for value in values)
    assert len(trials) == len(family) == max(map(len, family.choices.values()))


def test_a_trial_that_is_changed_does_not_change_the_next_round():
    family = FAMILIES[0]
    for trial in family:
        trial.items.append("more")
    assert [trial.items for trial in family] == [[], [None, 0, ""], []]


def test_a_trial_is_written_as_a_learner_would_write_it():
    assert str(next(iter(FAMILIES[1]))) == "items=['a', 'a']"


@pytest.mark.parametrize("choices", [{}, {"n": ()}])
def test_a_family_of_nothing_is_refused(choices):
    with pytest.raises(ValueError, match="at least one"):
        Family(**choices)
