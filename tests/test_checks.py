"""Every exercise: its notebook's solution is accepted, and each classic wrong answer is refused by name."""

import pytest
import wrong_answers as wrong

from helpers.checks.pools import (
    _judge_choose,
    check_bounded_map,
    check_break_even,
    check_choose,
    check_first_good,
)
from helpers.checks.threads import (
    check_add_up,
    check_Cache,
    check_can_deadlock,
    check_dine,
    check_in_background,
    check_LRU,
    check_read_all,
    check_three_increments,
    check_transfer,
)
from helpers.checks.verdict import verdict
from notebooks import answers_in

CHECKERS = {
    check_read_all: "threads/01_multithreading",
    check_in_background: "threads/01_multithreading",
    check_add_up: "threads/01_multithreading",
    check_three_increments: "threads/02_races",
    check_Cache: "threads/02_races",
    check_transfer: "threads/03_locks",
    check_LRU: "threads/03_locks",
    check_can_deadlock: "threads/04_deadlocks",
    check_dine: "threads/04_deadlocks",
    check_break_even: "pools/02_pool_size",
    check_choose: "pools/02_pool_size",
    check_first_good: "pools/03_executors",
    check_bounded_map: "pools/03_executors",
}


@pytest.mark.parametrize("check", CHECKERS, ids=lambda check: check.__name__)
def test_the_stub_is_not_yet_and_the_solution_is_solved(check, capsys):
    answers = answers_in(CHECKERS[check], check.__name__.removeprefix("check_"))
    stub, solution = answers[-2:]  # a lesson may show the broken version before its exercise
    check(stub)
    assert capsys.readouterr().out.startswith("Not yet: ")
    check(solution)
    assert capsys.readouterr().out.startswith("Solved: ")


WRONG = [
    (check_read_all, wrong.joins_inside_the_loop, "at most 1 of 4 reads were in progress at once. Start every"),
    (check_read_all, wrong.calls_the_target, "read ran in the main thread"),
    (check_read_all, wrong.appends_in_order_of_ending, "in the order in which the reads ended"),
    (check_read_all, wrong.forgets_the_comma, "a thread raised TypeError"),
    (check_read_all, wrong.keeps_only_the_last, "and are ['DOG', 'DOG', 'DOG', 'DOG']"),
    (check_read_all, wrong.does_not_join, "returned while reads were still in progress"),
    (check_in_background, wrong.calls_work, "target=work(...) calls work"),
    (check_in_background, wrong.runs_instead_of_starting, "thread.run() calls it too"),
    (check_in_background, wrong.never_starts, "never started"),
    (check_in_background, wrong.nests_the_arguments, "with ('report.pdf',), and was called with (('report.pdf',),)"),
    (check_in_background, wrong.spreads_one_string, "and was called with ('r', 'e', 'p'"),
    (check_in_background, wrong.works_twice, "work was done 2 times"),
    (check_in_background, wrong.joins_itself, "came back only after the work was done"),
    (check_in_background, wrong.returns_nothing, "should return the thread, and returned None"),
    (check_add_up, wrong.shares_the_total, "three threads each added 1 to a total of 0, and it ended at 1"),
    (check_add_up, wrong.locks_the_total, "makes them take turns"),
    (check_add_up, wrong.sets_the_local_in_one_thread, "a thread raised AttributeError"),
    (check_add_up, wrong.shares_the_total_of_sums, "Each had read 0 before another wrote"),
    (check_add_up, wrong.adds_in_the_main_thread, "in the main thread"),
    (check_three_increments, lambda: {3}, "it can also end at 1, as it does in 48 schedules"),
    (check_three_increments, lambda: {2, 3}, "it can also end at 1"),
    (check_three_increments, lambda: {0, 1, 2, 3}, "none of 90 schedules ends at 0"),
    (check_three_increments, lambda: [1, 2, 3], "should be a set"),
    (check_Cache, wrong.UnlockedCache, "Both threads find no value before either has stored one"),
    (check_Cache, wrong.LockPerCall, "Each call makes a lock of its own"),
    (check_Cache, wrong.LockAroundTheWrite, "The lock covers the act and not the check"),
    (check_Cache, wrong.LockLetGoBetween, "let go between the check and the act"),
    (check_Cache, wrong.LockNeverReleased, "Neither thread can go on"),
    (check_Cache, wrong.SpinsForEver, "did not end within"),
    (check_transfer, wrong.locks_nothing, "in some schedules money appears or vanishes"),
    (check_transfer, wrong.locks_one_account, "hold the locks of both accounts, not of one"),
    (
        check_transfer,
        wrong.locks_in_argument_order,
        "two transfers in opposite directions wait for each other for ever",
    ),
    (check_transfer, wrong.locks_everything, "one lock for all accounts"),
    (check_LRU, wrong.UnlockedLRU, "The calls got into each other"),
    (check_LRU, wrong.LocksOnlyPut, "KeyError: 'a'"),
    (check_LRU, wrong.LocksTwice, "already one call after the other, it goes wrong"),
    (check_LRU, wrong.LockPerCallLRU, "Each call makes a lock of its own"),
    (check_can_deadlock, lambda: {"Q", "S"}, "S cannot: none of 72 schedules ends in deadlock"),
    (check_can_deadlock, lambda: set(), "Q can: "),
    (check_dine, wrong.takes_the_left_fork_first, "schedules nobody can go on"),
    (check_dine, wrong.takes_turns_with_one_lock, "two who share no fork never eat at once"),
    (check_dine, wrong.gives_up_after_a_second, "in step, for ever (a livelock)"),
    (check_dine, wrong.gives_up_at_once, "in step, for ever (a livelock)"),
    (check_dine, wrong.eats_with_the_fingers, "each of the three must eat once, with both forks"),
    (check_break_even, wrong.measures_once, "Each size was measured once"),
    (check_break_even, wrong.discards_one_and_measures_once, "does not move a median of enough runs"),
    (check_break_even, wrong.takes_the_mean, "does not move a median"),
    (check_break_even, wrong.always_finds_one, "where the pool never pays the answer is None"),
    (check_choose, wrong.fastest_single_run, "The fastest single run is luck"),
    (check_choose, wrong.fastest_mean, "does not move a median"),
    (check_choose, wrong.fastest_median, "keep the simpler way"),
    (check_choose, wrong.loop_or_the_fastest, "Threads are within 10% of the best, and simpler"),
    (check_choose, wrong.always_processes, "ten squares: the choice is 'loop'"),
    (check_first_good, wrong.in_order_of_submission, "waited for a slow call"),
    (check_first_good, wrong.first_completed_is_the_answer, "A failure is not an answer"),
    (check_first_good, wrong.cancels_nothing, "5 of 5 calls that had not begun"),
    (check_first_good, wrong.leaves_a_with_block, "waited for a slow call"),
    (check_first_good, wrong.shuts_the_executor_down, "It belongs to the caller"),
    (check_first_good, wrong.takes_false_for_failed, "waited for a slow call"),
    (check_first_good, wrong.returns_none_when_all_fail, "when every call fails there is no answer"),
    (check_bounded_map, wrong.maps, "swallows its whole input"),
    (check_bounded_map, wrong.one_at_a_time, "only 1 calls were under way"),
    (check_bounded_map, wrong.one_too_many, "4 items were drawn and not yet yielded"),
    (check_bounded_map, wrong.in_order_of_ending, "in the order of the items"),
    (check_bounded_map, wrong.lets_results_pile_up, "items were drawn and not yet yielded"),
    (check_bounded_map, wrong.returns_a_list, "one by one"),
]  # fmt: skip


@pytest.mark.parametrize(("check", "answer", "reason"), WRONG, ids=lambda value: getattr(value, "__name__", ""))
def test_a_classic_wrong_answer_is_refused_by_name(check, answer, reason, capsys):
    check(answer)
    printed = capsys.readouterr().out
    assert printed.startswith("Not yet: ")
    said, _, trace = printed.partition("\n\n")
    assert said.count("\n") == (not trace), "one sentence, and a trace if it announces one"
    assert reason in printed


def test_an_answer_by_other_means_is_solved_too(capsys):
    check_read_all(wrong.reads_with_an_executor)
    assert capsys.readouterr().out.startswith("Solved: ")


@pytest.mark.parametrize("check", CHECKERS, ids=lambda check: check.__name__)
def test_a_checker_never_raises_whatever_the_answer_does(check, capsys):
    for answer in (wrong.raises, wrong.leaves, None, 42):
        check(answer)
        assert capsys.readouterr().out.startswith("Not yet: ")


@pytest.mark.parametrize("answer", [wrong.never_ends, wrong.deadlocks])
def test_an_answer_that_hangs_is_a_verdict(answer):
    said = verdict(_judge_choose, answer, limit_s=1)
    assert said == f"Not yet: your code had not come back after 1 s. It stands in: main thread in {answer.__name__}."


def test_an_answer_that_cannot_travel_is_a_verdict(capsys):
    check_choose(wrong.cannot_travel_by_value())
    assert "cannot be sent to another process" in capsys.readouterr().out
