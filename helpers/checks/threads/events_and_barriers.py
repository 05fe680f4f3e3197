"""Checkers for the exercises of threads/07_events_and_barriers."""

import threading
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from helpers.checks.schedules import Always, Mistake, Sometimes, in_threads, judged
from helpers.checks.verdict import say
from helpers.interleave import is_blocked
from helpers.workers.steps import a_moment_later

# Ticker -------------------------------------------------------------------------------------------------------------

_PAUSE_S = 60.0  # of virtual time, which costs nothing


def check_Ticker(Ticker: type) -> None:
    """Print whether Ticker(tick, seconds) ticks from start to stop, and stop neither waits for a pause nor leaks."""
    say(
        judged(
            Ticker,
            # With one preemption no pause runs out by itself before stop is called; with two it may.
            Always(_stopped_in_time, {"stopped"}, max_preemptions=1),
            Always(_stopped, {"stopped"}),
            Sometimes(_paused, lambda pauses: pauses, _BUSY, max_preemptions=1),
            mistakes=[
                Mistake(
                    "The event was set, and then cleared again before the thread had seen it. Make it once, and never "
                    "clear it.",
                    lambda f: f.took(r"\.clear\("),
                ),
                Mistake(
                    f"T{_BUSY[1:]}",
                    lambda f: f.ending == "too many ticks" or (f.ending == "StepLimit" and f.took(r"tick\(")),
                ),
                Mistake(
                    "stop had to wait until the pause was over: nothing ends a sleep early. Wait for the event, with a "
                    "timeout.",
                    lambda f: f.ending == "stop took a whole pause",
                ),
                Mistake(
                    "stop came back while the thread was still there, and could tick once more. Join it.",
                    lambda f: f.ending == "left running",
                ),
                Mistake("tick was called in the thread that called start.", lambda f: f.ending == "no thread"),
            ],
            solved="in {schedules:,} of {schedules:,} schedules it is stopped at once, and nothing is left running.",
        )
    )


_BUSY = (
    "the thread looks and looks again while it waits, which keeps a processor busy. Wait for the event, with a timeout."
)


class _User:
    """Starts a ticker, and stops it a moment later."""

    def __init__(self, kind: type) -> None:
        self.ticks: list[float] = []
        self.tickers: set[threading.Thread] = set()
        self.paused = False
        ticker = kind(self.tick, _PAUSE_S)
        ticker.start()
        a_moment_later()
        self.paused = any(is_blocked(thread) for thread in self.tickers)
        asked = time.monotonic()
        ticker.stop()
        self.stop_took_s = time.monotonic() - asked
        self.left_running = any(thread.is_alive() for thread in self.tickers)

    def tick(self) -> None:
        self.ticks.append(time.monotonic())
        self.tickers.add(threading.current_thread())

    def how_it_went(self) -> str:
        if threading.current_thread() in self.tickers:
            return "no thread"
        if any(later - earlier < _PAUSE_S for earlier, later in pairwise(self.ticks)):
            return "too many ticks"
        return "left running" if self.left_running else "stopped"


def _in_a_thread(look: Callable[[_User], Any]) -> Callable[[type], Any]:
    """A program in which a thread of its own uses the ticker; look says how it ended, in that thread."""

    def program(kind: type) -> Any:
        found = []
        in_threads(lambda: found.append(look(_User(kind))))
        return found[0]

    return program


_stopped = _in_a_thread(_User.how_it_went)
_paused = _in_a_thread(lambda user: user.paused)
_stopped_in_time = _in_a_thread(
    lambda user: "stop took a whole pause" if user.stop_took_s >= _PAUSE_S / 2 else user.how_it_went()
)


# shares -------------------------------------------------------------------------------------------------------------


def check_shares(shares: Callable[[list[list[float]]], list[list[float]]]) -> None:
    """Print whether shares(parts) divides by the grand total, a thread a part, and none before all have added up."""
    say(
        judged(
            shares,
            Always(_two_parts, {"[[0.25], [0.5, 0.25]]"}),
            Always(_three_parts, {"[[0.25], [0.5], [0.25]]"}, max_preemptions=1),
            kind=callable,
            mistakes=[
                Mistake(
                    "The barrier waits for more threads than come to it. It counts the threads that call wait, and the "
                    "main thread only if it calls it too.",
                    lambda f: f.waits("for the others") > 0,
                ),
                Mistake("The main thread did the work of the others.", lambda f: f.ending == "in the main thread"),
                Mistake(
                    "A thread used the grand total before every thread had added up its part. Between the two phases "
                    "all "
                    "must meet.",
                    lambda f: f.ending == "ZeroDivisionError" or str(f.ending).startswith("[["),
                ),
            ],
            solved="in {schedules:,} of {schedules:,} schedules every share is of the grand total.",
        )
    )


class _Part(list):
    """A list that knows whether the main thread has read it."""

    read_by_main = False

    def __iter__(self):
        self.read_by_main |= threading.current_thread() is threading.main_thread()
        return super().__iter__()


def _program(*parts: list[float]) -> Callable[[Callable], str]:
    def program(shares: Callable) -> str:
        watched = [_Part(part) for part in parts]
        result = shares(watched)
        return "in the main thread" if any(part.read_by_main for part in watched) else str(result)

    return program


_two_parts, _three_parts = _program([1], [2, 1]), _program([1], [2], [1])
