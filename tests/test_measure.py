"""Measurements say what was measured, with its spread and its circumstances."""

import os

import matplotlib
import pytest

matplotlib.use("agg")

import matplotlib.pyplot as plt

from helpers import measure
from helpers.measure import Comparison, compare, cpus, machine, memory_mb, pretty, repeat, seconds, usable_cpus

RUNS = Comparison({"loop": [1.0, 2.0, 3.0], "pool": [0.5, 0.5, 1.0], "thread": [1.0, 2.0, 3.1], "slow": [30, 60, 90]})


@pytest.fixture(autouse=True)
def no_figure_is_left():
    yield
    plt.close("all")


def test_repeat_calls_the_work_so_often_and_keeps_every_time():
    calls = []
    assert len(repeat(lambda: calls.append(1), times=4)) == len(calls) == 4
    assert seconds(lambda: None) >= 0


@pytest.mark.parametrize("times", [0, -1])
def test_fewer_than_one_run_is_refused(times):
    with pytest.raises(ValueError, match="at least"):
        repeat(int, times)
    with pytest.raises(ValueError, match="at least one way and one round"):
        compare({"a": int}, times)


def test_no_way_to_compare_is_refused():
    with pytest.raises(ValueError, match="at least one way"):
        compare({})


def test_candidates_take_turns():
    order = []
    compare({"a": lambda: order.append("a"), "b": lambda: order.append("b")}, times=3)
    assert "".join(order) == "ababab"


def test_a_speed_up_is_taken_round_by_round_with_its_spread():
    assert RUNS.speed_up("pool") == (2.0, 4.0, 4.0)
    assert RUNS.median_s("pool") == 0.5


def test_a_table_says_faster_slower_or_no_clear_difference_and_where():
    loop, pool, thread, slow, where = str(RUNS).splitlines()
    assert loop.split() == ["loop", "2", "s", "(1", "s", "to", "3", "s)"]
    assert pool.endswith("4 times faster (2 to 4)")
    assert thread.endswith("no clear difference")
    assert slow.endswith("30 times slower (30 to 30)")
    assert where == machine()


def test_durations_are_told_in_the_unit_that_suits_them():
    told = [pretty(s) for s in (2.5, 0.0123, 0.00123, 42e-6, 5e-9)]
    assert told == ["2.5 s", "12 ms", "1.23 ms", "42 µs", "5 ns"]


def test_bars_show_each_way_s_median():
    ax = RUNS.bars(title="Four ways")
    assert [bar.get_width() for bar in ax.patches] == [2.0, 0.5, 2.0, 60]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["loop", "pool", "thread", "slow"]
    assert ax.get_xlabel().startswith("seconds")


def test_the_machine_is_one_line_without_a_name_of_its_own():
    import platform

    assert machine().count("\n") == 0
    assert platform.python_version() in machine()
    assert platform.node() not in machine()


def test_usable_cpus_are_the_smallest_of_three_counts():
    assert 1 <= usable_cpus() == min(cpus().values())


@pytest.mark.parametrize(
    ("text", "count"),
    [("200000 100000\n", 2), ("50000 100000\n", 1), ("150000 100000\n", 1), ("max 100000\n", 64), ("nonsense\n", 64)],
)
def test_a_container_s_quota_limits_the_count(text, count, tmp_path):
    (tmp_path / "cpu.max").write_text(text)
    assert measure._quota(64, root=tmp_path) == count


def test_no_quota_file_is_no_limit(tmp_path):
    assert measure._quota(64, root=tmp_path) == 64


def test_a_process_s_own_memory_grows_by_what_it_takes_and_not_by_what_it_shares():
    own, shared = memory_mb(os.getpid())
    ballast = b"x" * 50 * 2**20
    grown, _ = memory_mb(os.getpid())
    assert len(ballast) / 2**20 == pytest.approx(grown - own, abs=5)
    assert shared >= 0
