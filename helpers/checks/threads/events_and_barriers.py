"""Checkers for the exercises of threads/07_events_and_barriers."""

import threading
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from helpers.checks.schedules import Always, Mistake, Sometimes, in_threads, judged
from helpers.checks.verdict import say
from helpers.interleave import is_blocked
from helpers.workers.threads.steps import a_moment_later

# Ticker -------------------------------------------------------------------------------------------------------------

_PAUSE_S = 60.0  # of virtual time, which costs nothing


def check_Ticker(Ticker: type) -> None:
    """Print whether Ticker(tick, seconds) ticks from start to stop, and stop neither waits for a pause nor leaks."""
    say(
        judged(
            Ticker,
            # Without preemptions time passes only while everybody waits, and with one no pause runs out before stop.
            Always(_stopped_later, {"stopped"}, max_preemptions=0),
            Always(_stopped_in_time, {"stopped"}, max_preemptions=1),
            Always(_stopped, {"stopped"}),
            Sometimes(_paused, lambda pauses: pauses, _BUSY, max_preemptions=1),
            mistakes=[
                Mistake("tick was called in the thread that called start.", lambda f: f.ending == "no thread"),
                Mistake(
                    "The event was set, and then cleared again before the thread had seen it. Make it once, and never "
                    "clear it.",
                    lambda f: f.took(r"\.clear\("),
                ),
                Mistake(
                    "stop tells the thread nothing, and the thread ticks on forever.",
                    lambda f: (
                        f.ending == "StepLimit"
                        and f.took(r"join\(")
                        and not f.took(r"set\(|notify|release|put\(|= (True|False)")
                    ),
                ),
                Mistake(
                    f"T{_BUSY[1:]}",
                    lambda f: (
                        f.ending == "too many ticks"
                        or (f.ending == "too few ticks" and f.took(r"sleep|monotonic|perf_counter|time\("))
                        or (f.ending == "StepLimit" and f.took(r"tick\(|sleep|wait\(|time\(|monotonic|perf_counter"))
                    ),
                ),
                Mistake(
                    "It should tick again after each pause, until stop is called.",
                    lambda f: f.ending == "too few ticks",
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
            ],
            solved="in {schedules:,} of {schedules:,} schedules it is stopped at once, and nothing is left running.",
        )
    )


_BUSY = (
    "the thread looks and looks again while it waits, which keeps a processor busy. Wait for the event, with a timeout."
)


class _User:
    """Starts a ticker, and stops it a moment later, or after so many pauses."""

    def __init__(self, kind: type, pauses: float = 0) -> None:
        self.ticks: list[float] = []
        self.ticked_here = False
        self.user = threading.current_thread()
        others = set(threading.enumerate())
        ticker = kind(self.tick, _PAUSE_S)
        ticker.start()
        tickers = set(threading.enumerate()) - others
        if pauses:
            time.sleep(pauses * _PAUSE_S)
        a_moment_later()
        self.paused = any(is_blocked(thread) for thread in tickers)
        asked = time.monotonic()
        ticker.stop()
        self.stop_took_s = time.monotonic() - asked
        self.left_running = any(thread.is_alive() for thread in tickers)

    def tick(self) -> None:
        self.ticks.append(time.monotonic())
        self.ticked_here = self.ticked_here or threading.current_thread() is self.user

    def how_it_went(self) -> str:
        if self.ticked_here:
            return "no thread"
        if any(later - earlier < _PAUSE_S for earlier, later in pairwise(self.ticks)):
            return "too many ticks"
        return "left running" if self.left_running else "stopped"

    def how_often_it_ticked(self) -> str:
        how = self.how_it_went()
        return "too few ticks" if how == "stopped" and len(self.ticks) < 3 else how

    def how_soon_it_stopped(self) -> str:
        return "stop took a whole pause" if self.stop_took_s >= _PAUSE_S / 2 else self.how_it_went()


def _in_a_thread(look: Callable[[_User], Any], pauses: float = 0) -> Callable[[type], Any]:
    """A program in which a thread of its own uses the ticker; look says how it ended, in that thread."""

    def program(kind: type) -> Any:
        found = []
        in_threads(lambda: found.append(look(_User(kind, pauses))))
        return found[0]

    return program


_stopped = _in_a_thread(_User.how_it_went)
_stopped_later = _in_a_thread(_User.how_often_it_ticked, pauses=3.5)
_stopped_in_time = _in_a_thread(_User.how_soon_it_stopped)
_paused = _in_a_thread(lambda user: user.paused)


# shares -------------------------------------------------------------------------------------------------------------


def check_shares(shares: Callable[[list[list[float]]], list[list[float]]]) -> None:
    """Print whether shares(parts) divides by the grand total, a thread a part, and none before all have added up."""
    say(
        judged(
            shares,
            Always(_two_parts, {"[[0.25], [0.5, 0.25]]"}),
            Always(_three_parts, {"[[0.25], [0.5], [0.25]]"}, max_preemptions=1),
            Always(_two_parts, {"[[0.25], [0.5, 0.25]]"}, max_preemptions=1, step="access", counts=False),
            kind=callable,
            mistakes=[
                Mistake(
                    "The barrier waits for more threads than come to it. It counts the threads that call wait, and the "
                    "main thread only if it calls it too.",
                    lambda f: f.waits("for the others") > 0,
                ),
                Mistake("The main thread did the work of the others.", lambda f: f.ending == "in the main thread"),
                Mistake(
                    "Each list has a thread of its own, which adds it up and divides it. Here one thread read several "
                    "lists, or a list was read by several threads.",
                    lambda f: f.ending == "not a thread each",
                ),
                Mistake(
                    "A thread waits for a signal that never comes: adding one to what all share reads and writes it, "
                    "and between the two another thread may come. Let a barrier count.",
                    lambda f: bool(f.trace.deadlock) and not f.counts,
                ),
                Mistake(
                    "A thread used the grand total before every thread had added up its part. Between the two phases "
                    "all must meet.",
                    lambda f: f.ending == "ZeroDivisionError" or str(f.ending).startswith("[["),
                ),
            ],
            solved="in {schedules:,} of {schedules:,} schedules every share is of the grand total.",
        )
    )


class _Part(list):
    """A list that knows which threads have read it."""

    def __init__(self, numbers: list[float]) -> None:
        super().__init__(numbers)
        self.readers: set[threading.Thread] = set()

    def __iter__(self):
        self.readers.add(threading.current_thread())
        return super().__iter__()


def _program(*parts: list[float]) -> Callable[[Callable], str]:
    def program(shares: Callable) -> str:
        watched = [_Part(part) for part in parts]
        result = str(shares(watched))
        if any(threading.main_thread() in part.readers for part in watched):
            return "in the main thread"
        readers = [reader for part in watched for reader in part.readers]
        return result if len(readers) == len(set(readers)) == len(parts) else "not a thread each"

    return program


_two_parts, _three_parts = _program([1], [2, 1]), _program([1], [2], [1])
