"""Programs made up at random: the explorer finds what threads really do, and what it finds can be had again.

PROPERTY_EXAMPLES sets the number of programs, which are others each time then.
"""

import functools
import itertools
import linecache
import os
import sys
import textwrap
import threading

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from helpers.interleave import explore, replay

MANY = int(os.environ.get("PROPERTY_EXAMPLES", 0))
bounded = settings(
    max_examples=MANY or 15,
    derandomize=not MANY,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)

PROGRAM = """
import dataclasses, queue, threading, time

@dataclasses.dataclass
class Data:
    lock: threading.Lock = dataclasses.field(default_factory=threading.Lock)
    a: int = 0
    b: int = 0

    def __getstate__(self):
        raise AssertionError("nobody copies it")

class Leaves:
    def __init__(self, box):
        self.box = box

    def __del__(self):
        self.box.b += 1

def program():
    box, items, out, line = Data(), {}, [], queue.Queue()
    lock, condition, semaphore = threading.Lock(), threading.Condition(), threading.Semaphore(1)
    done = threading.Event()
%s
    threads = [threading.Thread(target=work) for work in (%s)]
    for thread in threads:
        thread.start()
    seen = 0
%s
    for thread in threads:
        thread.join()
    return repr((box.a, box.b, sorted(items.items()), out, list(line.queue), done.is_set()))
"""

STATEMENTS = [
    "box.{v} += {n}",
    "seen = box.{v}",
    "box.{v} = seen + {n}",
    "box.a = box.b = box.{v} + 1",
    "items[{n}] = items.get({n}, 0) + 1",
    "if {n} not in items: items[{n}] = box.{v}",
    "items.pop({n}, None)",
    "out.append([box.{v} for _ in range({n})])",
    "box.{v} = sum(key for key in list(items))",
    "try:\n    out.append(sum(items[key] for key in items))\nexcept RuntimeError:\n    out.append('changed')",
    "line.put({n})",
    "while not line.empty():\n    box.{v} += line.get()\n    line.put(0) if box.{v} > 5 else None\n    break",
    "try:\n    while True:\n        box.{v} += line.get_nowait()\nexcept queue.Empty:\n    pass",
    "while len(out) < {n}:\n    out.append(box.{v})",
    "for _ in range({n}):\n    if done.is_set():\n        break\n    box.{v} += 1",
    "done.set()",
    "out.append(done.wait(0.0001))",
    "with condition:\n    out.append(condition.wait(0.0001))",
    "with condition:\n    condition.notify()",
    "with condition:\n    box.{v} += 1\n    condition.notify_all()",
    "if semaphore.acquire(blocking=False):\n    box.{v} += {n}\n    semaphore.release()",
    "if semaphore.acquire(timeout=0.0001):\n    semaphore.release()\n    out.append({n})",
    "with box.lock:\n    box.{v} += {n}",
    "with lock, box.lock:\n    box.a, box.b = box.b, box.a",
    "gone = Leaves(box)\ndel gone",
    "time.sleep(0)",
    "out.pop() if out else None",
]
if MANY:  # with collections there are many schedules
    STATEMENTS.append("knot = Leaves(box)\nknot.itself = knot\ndel knot")

statement = st.builds(
    lambda text, v, n: text.format(v=v, n=n), st.sampled_from(STATEMENTS), st.sampled_from("ab"), st.integers(1, 2)
)
thread = st.lists(statement, min_size=1, max_size=3)
programs = st.builds(
    lambda threads, main: (tuple(map(tuple, threads)), tuple(main)),
    st.lists(thread, min_size=2, max_size=2),
    st.lists(statement, max_size=1),
)
_numbers = itertools.count()


def source_of(threads, main):
    works = ""
    for number, statements in enumerate(threads):
        body = textwrap.indent("\n".join(["seen = 0", *statements]), " " * 8)
        works += f"    def work{number}():\n{body}\n"
    names = ", ".join(f"work{number}" for number in range(len(threads)))
    return PROGRAM % (works, names, textwrap.indent("\n".join(main), "    "))


def in_python(source):
    file = f"<property {next(_numbers)}>"
    linecache.cache[file] = len(source), None, source.splitlines(keepends=True), file
    namespace = {"__name__": "a_property"}
    exec(compile(source, file, "exec"), namespace)
    return namespace["program"]


def one_after_the_other(program):
    """How it ends if each thread runs to its end as it is started."""
    start = threading.Thread.start

    def start_and_join(thread):
        start(thread)
        thread.join()

    threading.Thread.start = start_and_join
    try:
        return program()
    finally:
        threading.Thread.start = start


def seen_in_real_runs(program, runs):
    interval, hook = sys.getswitchinterval(), threading.excepthook
    sys.setswitchinterval(1e-6)
    try:
        return {program() for _ in range(runs)}
    finally:
        sys.setswitchinterval(interval)
        threading.excepthook = hook


@bounded
@given(shape=programs)
def test_what_threads_do_is_found_and_what_is_found_can_be_had_again(shape):
    source = source_of(*shape)
    note(source)
    program = in_python(source)
    collect = "knot" in source  # what a real run does at any moment
    look = functools.partial(explore, program, max_schedules=4_000, collect=collect)
    full, reduced = look(1), look(1, reduce=True)
    if full.complete:
        assert reduced.endings == full.endings
    serial = one_after_the_other(program)
    if serial not in full.endings:  # a timeout that expires early counts as a preemption
        every = look(None, reduce=True, max_schedules=20_000)
        assert serial in every.endings or not every.complete
    for ending in full.endings:
        trace = full.find(ending)
        assert trace.outcome == ending
        assert str(replay(program, trace.schedule, collect=collect)) == str(trace)
    seen = seen_in_real_runs(program, 300 if MANY else 30)
    for bound in (1, 2, 3, None):
        finest = look(bound, step="access", reduce=True, max_schedules=20_000)
        if seen <= set(finest.endings) or not finest.complete:
            break
        assert finest.bounded, seen - set(finest.endings)
