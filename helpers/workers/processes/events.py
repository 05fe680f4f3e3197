"""Workers of notebooks/processes/04_events: at a gate, and until a flag says stop."""

from multiprocessing.queues import SimpleQueue
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event, Semaphore
from time import perf_counter, sleep

from helpers.timeline import Recorder


def pass_through(gate: Event, told: SimpleQueue) -> None:
    """Say when waiting, and when through."""
    told.put("waits")
    gate.wait()
    told.put("is through")


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


def loop_until_flag(told: SimpleQueue, stop: Synchronized) -> None:
    """Loop until the shared number is not 0."""
    told.put("loops")
    while not stop.value:
        sleep(0.01)
