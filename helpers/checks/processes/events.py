"""Checkers for the exercises of processes/04_events."""

import multiprocessing
from collections.abc import Callable, Sequence
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Event
from typing import Any

from helpers.checks.family import Family, Trial
from helpers.checks.processes.apparatus import QUIET_S, Started, comes, in_children, judged
from helpers.checks.verdict import NotYet, say
from helpers.polling import wait_until

# look -----------------------------------------------------------------------------------------------------------------

_HUNTS = Family(hit=(7, None, 0, ""), others=(2, 1, 0, 1), found=(True, True, False, True))


def check_look(look: Callable[[Sequence, Callable[[Any], bool], Any, Any], None]) -> None:
    """Print whether look(part, test, stop, hits), in several processes, stops all at the first hit."""
    solved = "{trials} of {trials} hunts: the hit was handed over, and no test was begun after it."
    say(judged(_judge_look, look, _HUNTS, solved=solved))


class _Test:
    """A test that one process passes at its second candidate; the others are in their second test until it is told."""

    def __init__(self, hit: Any, first: bool, found: bool, stop: Event, busy: Any) -> None:
        self.hit, self.first, self.found, self.stop, self.busy = hit, first, found, stop, busy
        self.calls = self.late = 0

    def __call__(self, candidate: Any) -> bool:
        if self.stop.is_set():
            self.late += 1
            return False
        self.calls += 1
        if not self.found or self.calls != 2:
            return False
        if self.first:
            for _ in range(self.busy[1]):
                self.busy[0].acquire()  # the others are in the middle of a test
            return True
        self.busy[0].release()
        self.stop.wait(QUIET_S)
        return False


def _judge_look(look: Callable, trial: Trial) -> None:
    stop, hits = multiprocessing.Event(), multiprocessing.SimpleQueue()
    busy = multiprocessing.Semaphore(0), trial.others
    tests = [_Test(trial.hit, i == 0, trial.found, stop, busy) for i in range(trial.others + 1)]
    part = ["no", trial.hit, "no", "no"]
    told = in_children(_look, [(look, list(part), test, stop, hits) for test in tests])
    got = []
    while not hits.empty():
        got.append(hits.get())
    if sum(late for _, late in told):
        raise NotYet("a test was begun after stop had been set. Look at the event before each test.")
    if trial.found and not stop.is_set():
        raise NotYet("there was a hit, and stop was not set: the other processes looked through all of their parts.")
    if not trial.found and stop.is_set():
        raise NotYet("there was no hit, and stop was set: others would miss what is in their parts.")
    if not trial.found and any(calls != len(part) for calls, _ in told):
        raise NotYet(f"there was no hit, and of {len(part)} candidates {min(calls for calls, _ in told)} were tested.")
    if got != ([trial.hit] if trial.found else []):
        raise NotYet(f"what was handed over should be {[trial.hit] if trial.found else []}, and is {got}.")


def _look(look: Callable, part: list, test: _Test, stop: Event, hits: SimpleQueue) -> tuple[int, int]:
    look(part, test, stop, hits)
    return test.calls, test.late


# tick -----------------------------------------------------------------------------------------------------------------

_TICKS = Family(pause_s=(600, 0, 600), acts=(1, 3, 0))  # 0: stop is set before it begins


def check_tick(tick: Callable[[Callable[[], Any], float, Any], None]) -> None:
    """Print whether tick(act, pause_s, stop) acts, pauses, and ends at once when told, in a process of its own."""
    solved = "{trials} of {trials} processes acted, paused, and ended as soon as they were told."
    say(judged(_judge_tick, tick, _TICKS, solved=solved))


def _act(acted: SimpleQueue, stop: Event) -> None:
    acted.put("late" if stop.is_set() else "in time")


def _tick(tick: Callable, acted: SimpleQueue, pause_s: float, stop: Event) -> None:
    tick(lambda: _act(acted, stop), pause_s, stop)


def _judge_tick(tick: Callable, trial: Trial) -> None:
    acted, stop = multiprocessing.SimpleQueue(), multiprocessing.Event()
    if not trial.acts:
        stop.set()
    with Started(_tick, tick, acted, trial.pause_s, stop) as call:
        for n in range(trial.acts):
            if not comes(lambda: not acted.empty() or call.has_ended()) or acted.empty():
                if call.has_ended():
                    call.value()
                raise NotYet(f"it should act {trial.acts} times before it is told to stop, and acted {n} times.")
            acted.get()
        if trial.pause_s and trial.acts and wait_until(lambda: not acted.empty(), 0.3):
            raise NotYet("it acted again at once, though the pause was to last ten minutes.")
        stop.set()
        if not call.ends():
            raise NotYet(
                "it did not end when it was told, in the middle of a pause of ten minutes: a sleep hears nothing. "
                "Let the pause be a wait for the event."
            )
        call.value()
        rest = []
        while not acted.empty():
            rest.append(acted.get())
        if rest.count("late") > (trial.pause_s == 0):  # without a pause, one may have begun just before
            raise NotYet("it acted once more after stop had been set. Look at the event before you act.")
