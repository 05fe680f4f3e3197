"""Every exercise: its notebook's solution is accepted, each classic wrong answer is refused by name, and an answer that
hangs, raises or is of the wrong kind gets a sentence."""

import threading

import psutil
import pytest
from wrong_answers import every_one, misbehaving
from wrong_answers.threads.events_and_barriers import PausesFirst
from wrong_answers.threads.multithreading import reads_with_an_executor

from helpers import watchdog
from helpers.checks import schedules, verdict
from helpers.checks.pools.pool_size import check_choose
from helpers.checks.pools.process_pools import check_ordered
from helpers.checks.pools.windows import WatchedPool
from helpers.checks.schedules import Always, in_threads, judged
from helpers.checks.threads.events_and_barriers import check_Ticker
from helpers.checks.threads.multithreading import check_read_all
from helpers.checks.threads.races import check_Cache, check_three_increments
from helpers.interleave import explore
from helpers.polling import wait_until
from notebooks import exercises, printed_by, tags

EXERCISES, WRONG = exercises(), every_one()
every_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=repr)


@pytest.fixture
def said(capsys):
    """What a checker says of an answer, once it has been seen that nothing of it is left running."""

    def say(check, answer):
        before = threading.enumerate(), psutil.Process().children()  # another test's resource tracker, it may be
        check(answer)
        assert (threading.enumerate(), psutil.Process().children()) == before
        return capsys.readouterr().out

    return say


def is_a_verdict(text):
    """One sentence, and a trace if it announces one; nothing from inside the checkers."""
    sentence, _, trace = text.partition("\n")
    assert sentence.startswith("Not yet: ")
    assert sentence.endswith("Shortest:") == bool(trace)
    assert "Traceback" not in text
    assert "helpers" not in text
    assert " at 0x" not in text
    return True


@every_exercise
def test_in_the_lesson_the_stub_is_not_yet_and_the_solution_is_solved(exercise):
    """Each run of the lesson checks both again, compares what is said, and sees that nothing is left running."""
    for cell in exercise.cells:
        assert not tags(cell) & {"nbval-ignore-output", "nbval-skip"}
    stub, solution = map(printed_by, exercise.cells)
    assert is_a_verdict(stub)
    assert solution.startswith("Solved: ")


@pytest.mark.parametrize("check", [check_Cache, check_three_increments, check_choose], ids=lambda check: check.__name__)
def test_a_verdict_is_in_the_same_words_each_time(check, said):
    """One checker of each kind: it explores the answer, it asks for a prediction, it judges in a child process."""
    (exercise,) = (exercise for exercise in EXERCISES if exercise.check is check)
    assert said(check, exercise.stub) == printed_by(exercise.cells[0])  # another process said so, another time
    assert said(check, exercise.solution) == printed_by(exercise.cells[1])


@every_exercise
def test_an_exercise_refuses_classic_wrong_answers(exercise):
    assert len([wrong for wrong in WRONG if wrong.check is exercise.check]) >= 2


@pytest.mark.parametrize("wrong", WRONG, ids=lambda w: f"{w.check.__name__}-{getattr(w.answer, '__name__', '')}")
def test_a_classic_wrong_answer_is_refused_by_name(wrong, said):
    text = said(wrong.check, wrong.answer)
    assert is_a_verdict(text)
    assert wrong.reason in text


@every_exercise
@pytest.mark.parametrize(
    ("misbehave", "words"),
    [
        (misbehaving.never_ends, ("not come back after 0.3 s", "not come back after 0.9 s", "never comes to an end")),
        (misbehaving.deadlocks, ("not come back after 0.3 s", "not come back after 0.9 s", "waits for")),
        (misbehaving.raises, ("raised KeyError: 'missing'",)),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_an_answer_that_hangs_or_raises_gets_a_sentence(exercise, misbehave, words, said, monkeypatch):
    if misbehave is not misbehaving.raises:  # what never comes back need not be waited for long, nor on a busy machine
        monkeypatch.setattr(verdict, "LIMIT_S", 0.3)
        monkeypatch.setattr(watchdog, "_MOST_LIMITS", 1)
    text = said(exercise.check, misbehaving.in_the_place_of(exercise.solution, misbehave))
    assert is_a_verdict(text)
    assert any(word in text for word in words), text


@every_exercise
def test_an_answer_that_leaves_the_program_gets_a_sentence(exercise, said):
    assert is_a_verdict(said(exercise.check, misbehaving.in_the_place_of(exercise.solution, misbehaving.leaves)))


@every_exercise
@pytest.mark.parametrize("answer", [None, 42, "text", object()], ids=["None", "42", "text", "object"])
def test_an_answer_of_the_wrong_kind_gets_a_sentence(exercise, answer, said):
    text = said(exercise.check, answer)
    assert is_a_verdict(text)
    assert "the answer should be a" in text


def test_a_hang_is_told_without_the_workers_that_idle_beside_it(said, monkeypatch):
    monkeypatch.setattr(verdict, "LIMIT_S", 1)
    where = "It stands in: main thread in deadlocks."
    assert said(check_ordered, misbehaving.deadlocks) == f"Not yet: your code had not come back after 3 s. {where}\n"


def test_a_function_in_the_place_of_a_class_gets_a_sentence(said):
    for exercise in EXERCISES:
        if isinstance(exercise.solution, type):
            text = said(exercise.check, misbehaving.raises)
            assert text == "Not yet: the answer should be a class, and is the function raises.\n"


def test_an_answer_that_hangs_is_told_where_it_stands(said, monkeypatch):
    monkeypatch.setattr(verdict, "LIMIT_S", 1)
    for answer in (misbehaving.never_ends, misbehaving.deadlocks):
        where = f"It stands in: main thread in {answer.__name__}."
        assert said(check_choose, answer) == f"Not yet: your code had not come back after 1 s. {where}\n"


@pytest.mark.parametrize(("check", "answer"), [(check_read_all, reads_with_an_executor), (check_Ticker, PausesFirst)])
def test_an_answer_by_other_means_is_solved_too(check, answer, said):
    assert said(check, answer).startswith("Solved: ")


def test_a_pool_that_an_answer_terminates_ends_what_is_under_way(tmp_path):
    """Pool.terminate() kills, and a worker killed at the wrong moment makes it wait for ever."""
    pool, over = WatchedPool(1), tmp_path / "over"
    under_way = pool.apply_async(wait_until, (over.exists, 60))
    with pool:
        pass
    over.touch()
    assert under_way.get(60)
    pool.join()


def test_an_answer_with_too_many_schedules_is_judged_by_those_with_fewer_preemptions(monkeypatch):
    def two_counts(count):
        done = []
        in_threads(*[lambda: done.append(count(3))] * 2)
        return sum(done)

    def count(n):
        total = 0
        for _ in range(n):
            total += 1
        return total

    monkeypatch.setattr(schedules, "MOST_SCHEDULES", 20)
    most = judged(count, Always(two_counts, {6}), kind=callable, solved="{schedules}")
    fewer = explore(lambda: two_counts(count), max_preemptions=1).schedules
    assert most == (f"Solved: {fewer} (Tried with at most 1 preemption.)", None)
    monkeypatch.setattr(schedules, "MOST_SCHEDULES", 1)
    assert "Do the same in fewer" in judged(count, Always(two_counts, {6}), kind=callable, solved="").sentence
    wrong = judged(lambda n: n + 1, Always(two_counts, {6}), kind=callable, solved="")
    assert wrong.sentence.startswith("Not yet: in ")


def test_an_answer_that_cannot_travel_is_a_verdict(said):
    assert "cannot be sent to another process" in said(check_choose, misbehaving.cannot_travel_by_value())
