"""Throughput is measured for each way and size, and leaves nothing behind."""

from kernels import left_in_system, still_there

from helpers.throughput import copy_speed, throughput
from helpers.watchdog import watch


def test_each_way_has_so_many_positive_values_for_each_size_and_nothing_is_left():
    before = left_in_system()
    outcome = watch(throughput, [10, 100_000], 2, limit_s=120)
    assert outcome.ending == "finished", outcome
    assert list(outcome.value) == ["shared memory", "Pipe", "Queue", "Manager"]
    for speeds in outcome.value.values():
        assert list(speeds) == [10, 100_000]
        assert all(len(values) == 2 and min(values) > 0 for values in speeds.values())
    assert still_there(left_in_system() - before) == set()


def test_a_bigger_piece_is_copied_at_some_speed():
    assert copy_speed(10**6) > 0
