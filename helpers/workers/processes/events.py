"""Workers of notebooks/processes/04_events: at a gate, and until told to stop."""

from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Event, Semaphore
from time import perf_counter, sleep

from helpers.crossing import Crossing
from helpers.timeline import Recorder


def pass_through(gate: Event, told: SimpleQueue) -> None:
    """Say when waiting, and when through."""
    told.put("waits")
    gate.wait()
    told.put("is through")


def clear(gate: Event, crossing: Crossing) -> None:
    """Look at the flag, and take it away."""
    crossing.look("the child begins", gate.is_set())
    gate.clear()
    crossing.look("it has cleared", gate.is_set())


def pass_one_by_one(gate: Semaphore, told: SimpleQueue) -> None:
    """The same with a semaphore for a gate: each takes one permit."""
    told.put("waits")
    gate.acquire()
    told.put("is through")


def race(recorder: Recorder, asked_s: float, ready: Semaphore, gate: Event) -> None:
    """Say that it is ready, wait for the gate, and run a little.

    asked_s: when it was asked to, on the clock of time.perf_counter
    """
    ready.release()
    gate.wait()
    recorder.note("waiting", asked_s, perf_counter())
    recorder.run(sleep, 0.05)


def work_until_told(recorder: Recorder, pause_s: float, ready: Semaphore, stop: Event) -> None:
    """Say that it is ready; then work for a moment, pause, and so on until told to stop."""
    ready.release()
    while not stop.is_set():
        recorder.run(sleep, 0.02)
        with recorder.state("waiting"):
            stop.wait(pause_s)


def pause_until_permit(stop: Semaphore, told: SimpleQueue, pause_s: float) -> None:
    """Work, pause, and so on until there is a permit to stop."""
    told.put("works")
    while not stop.acquire(timeout=pause_s):
        told.put("works")


def wait_and_tell(gate: Event, told: SimpleQueue) -> None:
    """Tell what wait returns."""
    told.put(gate.wait())
