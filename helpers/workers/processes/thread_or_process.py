"""Workers of notebooks/processes/10_thread_or_process: one program that waits, and one that computes."""

import time
from time import perf_counter

from helpers.timeline import Recorder

FETCH_S = 0.1


def fetch() -> None:
    """Wait for an answer from far away: a sleep stands in for it."""
    time.sleep(FETCH_S)


def fetch_recorded(recorder: Recorder, asked_s: float) -> None:
    """The same, recorded: how long it took to begin, since it was asked to, and the wait.

    asked_s: on the clock of time.perf_counter
    """
    recorder.note("waiting", asked_s, perf_counter())
    recorder.sleep(FETCH_S)
