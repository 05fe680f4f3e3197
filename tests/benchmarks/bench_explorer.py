"""How long the explorer takes for nine small programs, beside two other tools: make bench.

All three look at the schedules with at most two preemptions. explore counts them all, also when one has gone wrong; the
others stop there. interleave-test steps by lines too, and besides at each use of a lock. frontrun steps by bytecodes
and leaves out schedules that differ only in the order of independent steps; its clock is "virtual", since with the real
one it is undecided on the buffers, the barrier and the queue. It misses the fault of "buffer, if", but finds it if the
consumers are started first.

Each tool runs each program in a child process, best of three if there is time. The verdicts:

    ok              no schedule goes wrong, and none does
    finds it        a schedule goes wrong in the way in which the program is wrong
    wrong           anything else that the tool is sure of
    undecided       the tool gave up
    time out        it took longer than LIMIT_S
    not installed   it is not there for this Python or this system
"""

import contextlib
import importlib.util
import os
import sys
from collections.abc import Callable
from time import perf_counter
from typing import NamedTuple

from programs import PROGRAMS, Program, ordinary

from helpers.measure import machine
from helpers.watchdog import watch

LIMIT_S = 120
ENOUGH_S = 15  # no further round after so many seconds
ROUNDS = 3
PREEMPTIONS = 2
NO_END = 10**9


class Report(NamedTuple):
    """What a tool said of a program: how it goes wrong (see Program.fault), and whether it has seen all there is."""

    faults: set[str]
    complete: bool
    schedules: int
    runs: int


class Measured(NamedTuple):
    """The verdict, the shortest time in seconds, and how many schedules and runs that were."""

    verdict: str
    shortest_s: float = 0
    schedules: int = 0
    runs: int = 0


def explorer(program: Program, reduce: bool = False) -> Report:
    from helpers.interleave import explore

    found = explore(ordinary(program), max_preemptions=PREEMPTIONS, reduce=reduce)
    faults = {"wrong result"} if set(found.outcomes) - {program.right} else set()
    faults |= {"error"} if found.errors else set()
    faults |= {"deadlock"} if found.deadlocks else set()
    return Report(faults, found.complete, found.schedules, found.runs)


def explorer_reducing(program: Program) -> Report:
    return explorer(program, reduce=True)


def interleave_test(program: Program) -> Report:
    import interleave_test as tool

    def model():
        with tool.no_interleave():
            workers, result = program.parts()
            tasks = [tool.spawn(worker) for worker in workers]
        for task in tasks:
            task.join()
        assert result() == program.right

    found = tool.explore(
        model, strategy="dfs", granularity="line", max_preemptions=PREEMPTIONS, iterations=NO_END,
        exclude=[__file__], timeout=LIMIT_S, raise_on_failure=False,
    )  # fmt: skip
    faults = set()
    if found.failure:
        wrong = isinstance(found.failure.exception, AssertionError)
        faults = {"wrong result" if wrong else {"exception": "error"}.get(found.failure.kind, found.failure.kind)}
    return Report(faults, found.exhausted, found.schedules_run, found.schedules_run)


def frontrun(program: Program) -> Report:
    os.environ["FRONTRUN_ACTIVE"] = "1"  # as its command sets it; without, it refuses to run
    import frontrun as tool

    def work(number: int) -> Callable:
        return lambda state: state[0][number]()

    try:
        found = tool.explore(
            setup=program.parts,
            workers=[work(number) for number in range(len(program.parts()[0]))],
            invariant=lambda state: state[1]() == program.right,
            preemption_bound=PREEMPTIONS, clock="virtual", detect_io=False, reproduce_on_failure=0,
        )  # fmt: skip
    except IndexError:  # it hands on what a thread raises; the only error in these programs
        return Report({"error"}, False, 0, 0)
    deadlock = (found.explanation or "").startswith("Deadlock")
    faults = {"deadlock" if deadlock else "wrong result"} if found.property_holds is False else set()
    return Report(faults, found.property_holds is True, found.num_explored, found.num_explored)


TOOLS = {tool.__name__: tool for tool in (explorer, explorer_reducing, interleave_test, frontrun)}
PACKAGES = ("interleave_test", "frontrun")


def installed(tool: str) -> bool:
    return tool not in PACKAGES or importlib.util.find_spec(tool) is not None


def verdict(program: Program, report: Report) -> str:
    if report.faults:
        return "finds it" if report.faults == {program.fault} else "wrong"
    if not report.complete:
        return "undecided"
    return "wrong" if program.fault else "ok"


def _rounds(tool: str, name: str, rounds: int) -> Measured:
    """What the child process does."""
    program, times_s, began = PROGRAMS[name], [], perf_counter()
    while len(times_s) < rounds and (not times_s or perf_counter() - began < ENOUGH_S):
        start = perf_counter()
        report = TOOLS[tool](program)
        times_s.append(perf_counter() - start)
    return Measured(verdict(program, report), min(times_s), report.schedules, report.runs)


def measure(tool: str, name: str, rounds: int = ROUNDS) -> Measured:
    """Have a tool explore a program, in a child process that ends when the time is up."""
    if not installed(tool):
        return Measured("not installed")
    outcome = watch(_rounds, tool, name, rounds, limit_s=LIMIT_S)
    if outcome.ending == "hung":
        return Measured("time out", LIMIT_S)
    if outcome.ending != "finished":
        raise RuntimeError(f"{tool} on {name!r} {outcome}\n{outcome.errors}")
    return outcome.value


HEADS = ["program", "schedules", "explore s", "", "schedules/s", "reduce s", "runs"]
HEADS += ["interleave-test s", "", "frontrun s", ""]
WORDS = {0, 3, 8, 10}  # columns that are not numbers


def _row(name: str, measured: dict[str, Measured]) -> list[str]:
    counting, reducing, *others = measured.values()
    speed = counting.schedules / counting.shortest_s
    row = [name, f"{counting.schedules:,}", f"{counting.shortest_s:.3f}", counting.verdict, f"{speed:,.0f}"]
    row += [f"{reducing.shortest_s:.3f}", f"{reducing.runs:,}"]
    for other in others:
        row += [f"{other.shortest_s:.3f}" if other.shortest_s else "", other.verdict]
    return row


def _total(rows: list[Measured]) -> Measured:
    return Measured("", *(sum(numbers) for numbers in zip(*(row[1:] for row in rows), strict=True)))


def main() -> None:
    table = []
    rows = [HEADS]
    for name in PROGRAMS:
        table.append({tool: measure(tool, name) for tool in TOOLS})
        rows.append(_row(name, table[-1]))
        print(f"{len(table)} of {len(PROGRAMS)}: {name}", file=sys.stderr)
    rows.append(_row("total", {tool: _total([measured[tool] for measured in table]) for tool in TOOLS}))
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS))]
    print(machine())
    for row in rows:
        cells = [
            cell.ljust(w) if n in WORDS else cell.rjust(w) for n, (cell, w) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
