"""What two processes gain, by start method, the start included: make bench.

counting: two counts one after the other, and in two processes at a time; on two idle CPUs 1.7 times faster is wanted.
filter: a NumPy filter on an image in shared memory, by one process in place and by two, half of the rows each; of what
one core does alone, each of the two should do 70%.

start: of a child that does nothing. Under spawn and forkserver each child imports this script first, and NumPy with it.

The median of several rounds, in turns. A CPU that does something else at the time is missing here.
"""

import multiprocessing
from functools import partial
from multiprocessing.shared_memory import SharedMemory

import numpy as np

from helpers.measure import compare, machine, pretty
from helpers.workers.processes.shared_memory import brighten, brighten_shared
from helpers.workers.threads.multithreading import count

ROUNDS = 7
N = 10_000_000
SHAPE = 8000, 6000  # float32: 192 MB
FASTER, PER_CORE = 1.7, 0.7  # wanted
METHODS = multiprocessing.get_all_start_methods()


def in_two_processes(method, work, *arguments):
    context = multiprocessing.get_context(method)
    children = [context.Process(target=work, args=args) for args in arguments]
    for child in children:
        child.start()
    for child in children:
        child.join()


def starting() -> None:
    started = compare({method: partial(in_two_processes, method, len, ("",)) for method in METHODS}, times=ROUNDS)
    print("Start and end of a child: ", *(f"{method} {pretty(started.median_s(method))}" for method in METHODS))


def counting() -> None:
    ways = {"in turn": lambda: [count(N), count(N)]}
    ways |= {method: partial(in_two_processes, method, count, (N,), (N,)) for method in METHODS}
    counted = compare(ways, times=ROUNDS)
    print(f"Two counts to {N:,}: {pretty(counted.median_s('in turn'))} one after the other")
    for method in METHODS:
        faster = counted.median_s("in turn") / counted.median_s(method)
        print(f"  {method:12}{faster:5.2f} times faster ({verdict(faster, FASTER)})")


def filtering() -> None:
    memory = SharedMemory(create=True, size=4 * SHAPE[0] * SHAPE[1])
    image = np.ndarray(SHAPE, np.float32, buffer=memory.buf)
    image[:] = np.random.default_rng(1).random(SHAPE, dtype=np.float32)
    halves = [(memory.name, SHAPE, 0, SHAPE[0] // 2), (memory.name, SHAPE, SHAPE[0] // 2, SHAPE[0])]
    ways = {"one": partial(brighten, image)}
    ways |= {method: partial(in_two_processes, method, brighten_shared, *halves) for method in METHODS}
    try:
        filtered = compare(ways, times=ROUNDS)
    finally:
        del image, ways
        memory.close()
        memory.unlink()
    print(f"A filter on {4 * SHAPE[0] * SHAPE[1] // 10**6} MB: {pretty(filtered.median_s('one'))} by one process")
    for method in METHODS:
        part = filtered.median_s("one") / filtered.median_s(method) / 2
        print(f"  {method:12}{part:5.2f} of it per core ({verdict(part, PER_CORE)})")


def verdict(reached: float, wanted: float) -> str:
    return f"wanted: {wanted}" + ("" if reached >= wanted else ", missed")


if __name__ == "__main__":
    print(machine())
    starting()
    counting()
    filtering()
