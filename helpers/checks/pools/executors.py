"""Checkers for the exercises of pools/03_executors."""

import itertools
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from helpers.checks.verdict import QUIET_S, Meeting, NotYet, is_open, say, verdict


def check_first_good(first_good: Callable[[ThreadPoolExecutor, list[Callable[[], Any]]], Any]) -> None:
    """Print whether first_good(executor, calls) returns the first answer, waits for no loser, and cancels the rest."""
    say(verdict(_judge_first_good, first_good))


def _judge_first_good(first_good: Callable) -> str:
    returned, ran = threading.Event(), []
    waited_for: list[str] = []

    def fails() -> None:
        raise ValueError("no such host")

    def blocks(name: str) -> str:
        ran.append(name)
        if not returned.wait(QUIET_S):
            waited_for.append(name)
        return name

    def good() -> int:
        returned.wait(QUIET_S / 4)  # so that the failure is there first, and alone
        return 0  # an answer, although it counts as false

    slow, next_one = (lambda: blocks("slow")), (lambda: blocks("next"))
    late = [lambda n=n: ran.append(f"late {n}") for n in range(5)]
    executor = ThreadPoolExecutor(2)
    try:
        answer = first_good(executor, [fails, slow, good, next_one, *late])
    except ValueError:
        raise NotYet(
            "the first call to end raised ValueError, and you let it out. A failure is not an answer."
        ) from None
    finally:
        returned.set()
        was_open = is_open(executor)
        executor.shutdown(wait=True)
    if waited_for or answer == "slow":
        raise NotYet(
            "first_good waited for a slow call when a later one had already answered. Results in the order of "
            "submission wait for the slowest; so does leaving a with block, or shutdown()."
        )
    if answer != 0 or answer is False:
        raise NotYet(f"the first good answer is 0, and yours is {answer!r}.")
    started = sum(name.startswith("late") for name in ran)
    if started:
        raise NotYet(
            f"{started} of 5 calls that had not begun when the answer was there ran all the same. Cancel them."
        )
    if not was_open:
        raise NotYet("the executor was shut down. It belongs to the caller, who may have more for it to do.")
    _judge_all_fail(first_good, fails)
    return "the first good answer, no waiting for losers, and 5 of 5 calls that had not begun were cancelled."


def _judge_all_fail(first_good: Callable, fails: Callable) -> None:
    with ThreadPoolExecutor(2) as executor:
        try:
            answer = first_good(executor, [fails, fails, fails])
        except ExceptionGroup as group:
            if len(group.exceptions) == 3:
                return
            raise NotYet(f"when 3 calls fail the group holds 3 errors; yours holds {len(group.exceptions)}.") from None
        except Exception as error:  # noqa: BLE001  the learner may raise anything
            raise NotYet(f"when every call fails, raise an ExceptionGroup of all errors, not {error!r}.") from None
    raise NotYet(
        f"when every call fails there is no answer; yours is {answer!r}. Raise an ExceptionGroup of all errors."
    )


_MANY = 1_000  # items, after which an input counts as endless


def check_bounded_map(bounded_map: Callable[[ThreadPoolExecutor, Callable, Iterable, int], Iterator]) -> None:
    """Print whether bounded_map(executor, function, items, limit) keeps order and has at most limit under way."""
    say(verdict(_judge_bounded_map, bounded_map))


def _judge_bounded_map(bounded_map: Callable) -> str:
    limit, first_out = 3, threading.Event()
    together = Meeting(limit)
    answers: list[int] = []
    held: list[int] = []
    began = [threading.Event() for _ in range(_MANY + limit + 1)]
    alone: list[int] = []  # calls during which fewer than limit were under way

    def items() -> Iterator[int]:
        for number in itertools.count(1):
            if number > _MANY:
                raise NotYet(f"bounded_map drew {_MANY:,} items before it gave a result: it swallows its whole input.")
            held.append(number - len(answers))
            yield number

    def let_go() -> None:
        for event in began:
            event.set()

    def square(number: int) -> int:
        began[number].set()
        if number <= limit:
            together.wait()
        elif not began[number + limit - 1].wait(QUIET_S):
            alone.append(number)
            let_go()
        if number == 1:
            first_out.wait(QUIET_S / 2)  # so that the first to be submitted is not the first to be done
        return number * number

    with ThreadPoolExecutor(8) as executor:
        results = bounded_map(executor, square, items(), limit)
        if not isinstance(results, Iterator):
            raise NotYet(f"bounded_map should give results one by one (yield them), and returned {results!r:.60}.")
        for answer in itertools.islice(results, 10):
            answers.append(answer)
            first_out.set()
        let_go()
        if hasattr(results, "close"):
            results.close()
    if answers != (wanted := [n * n for n in range(1, 11)]):
        raise NotYet(f"the results should be {wanted}, in the order of the items, and are {answers}.")
    if max(held) > limit:
        raise NotYet(f"with limit={limit}, {max(held)} items were drawn and not yet yielded at one time.")
    if together.peak < limit:
        raise NotYet(f"with limit={limit}, only {together.peak} calls were under way at once.")
    if alone:
        raise NotYet(
            f"it began with {limit} calls under way, and later there were fewer, because no new item was handed over "
            "when a result had been yielded. Chunk by chunk, all wait for each chunk's slowest."
        )
    with ThreadPoolExecutor(2) as executor:
        few = list(bounded_map(executor, abs, [-1, -2], 5))
    if few != [1, 2]:
        raise NotYet(f"two items with limit=5 should give [1, 2], and give {few}.")
    return "10 results of an endless input, in order, with 3 calls under way at once and never more."
