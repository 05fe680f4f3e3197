"""A trace shows each step in its thread's column, what it changed, who waits for what, and how it ended."""

import functools
import queue
import re
import threading
import time
from html.parser import HTMLParser

import pytest
from threaded import Box, run_all

from helpers.interleave import NotFound, explore, replay


def updates():
    counter, lock = [0], threading.Lock()

    def work():
        with lock:
            seen = counter[0]
            counter[0] = seen + 1
        print("counted")

    run_all(work, work)
    return counter[0]


def lost():
    counter = [0]

    def work():
        seen = counter[0]
        counter[0] = seen + 1

    run_all(work, work)
    return counter[0]


def crossed():
    left, right = threading.Lock(), threading.Lock()

    def left_first():
        with left:  # noqa: SIM117
            with right:
                pass

    def right_first():
        with right:  # noqa: SIM117
            with left:
                pass

    run_all(left_first, right_first)


def sentences(program):
    """What the trace of the deadlock that a program ends in says of each thread."""
    return explore(program).find("deadlock").deadlock


# ---- text ---------------------------------------------------------------------------------------------------------


def test_a_trace_is_a_table_of_steps_with_a_column_for_each_thread():
    assert str(replay(updates, [1, 1, 2, 1], watch=["counter"])).splitlines() == [
        "    Thread-1               Thread-2               afterwards",
        "--  ---------------------  ---------------------  ------------------------------------",
        "1   with lock:",
        "2   seen = counter[0]                             seen = 0",
        "3                          with lock:             waiting for `lock`, held by Thread-1",
        "4   counter[0] = seen + 1                         counter = [1]",
        "5   with lock:  (leaving)",
        "6   print(\"counted\")                              prints 'counted'",
        "7                          with lock:  (goes on)",
        "8                          seen = counter[0]      seen = 1",
        "9                          counter[0] = seen + 1  counter = [2]",
        "10                         with lock:  (leaving)",
        "11                         print(\"counted\")       prints 'counted'",
        "It ended at 2.",
    ]


def test_the_shortest_trace_of_the_lost_update():
    trace = explore(lost).find(1, watch=["counter"])
    assert (trace.schedule, trace.preemptions, trace.outcome) == ([1, 2, 2, 1], 1, 1)
    assert [(row.thread, row.text) for row in trace.rows] == [
        (1, "seen = counter[0]"),
        (2, "seen = counter[0]"),
        (2, "counter[0] = seen + 1"),
        (1, "counter[0] = seen + 1"),
    ]
    assert [row.changes for row in trace.rows[:3]] == [{"seen": "0"}, {"seen": "0"}, {"counter": "[1]"}]
    assert repr(trace) == str(trace)


def test_columns_have_the_names_that_threads_were_given():
    def program():
        pair = [threading.Thread(target=lambda: None, name=name) for name in ("reader", "writer")]
        for thread in pair:
            thread.start()

    assert str(replay(program, [])).splitlines()[0].split() == ["reader", "writer", "afterwards"]


def test_a_thread_that_takes_no_step_has_no_column():
    def program():
        threading.Thread(target=lambda: None).start()
        threading.Thread(target=queue.Queue().get, daemon=True, name="idle").start()

    assert "idle" not in str(replay(program, [1]).rows)


def test_a_statement_of_several_lines_is_one_step_under_its_first():
    def program():
        box = []

        def work():
            box.append(
                1
                + 2
            )  # fmt: skip

        run_all(work)
        return box[0]

    assert [row.text for row in replay(program, []).rows] == ["box.append("]


def test_the_target_of_a_partial_shows_its_first_statement():
    def program():
        box = []

        def work(number):
            box.append(number)
            box.append(number)

        run_all(functools.partial(work, 1))

    assert [row.text for row in replay(program, []).rows] == ["box.append(number)"] * 2


def test_a_thread_of_ones_own_class_shows_its_first_statement():
    class Worker(threading.Thread):
        def run(self):
            self.result = 1
            self.result = 2

    def program():
        Worker().start()

    assert [row.text for row in replay(program, []).rows] == ["self.result = 1", "self.result = 2"]


def test_a_thread_that_runs_only_library_code_just_starts():
    assert [row.text for row in replay(lambda: run_all([].sort), []).rows] == ["(starts)"]


def test_steps_of_functions_that_a_thread_calls_stand_in_its_column():
    def program():
        box = Box(x=0)

        def bump(amount):
            box.x += amount

        def work():
            bump(1)
            bump(2)

        run_all(work)
        return box.x

    rows = replay(program, []).rows
    assert [row.text for row in rows] == ["bump(1)", "box.x += amount", "bump(2)", "box.x += amount"]


def test_accesses_are_steps_of_their_own():
    def program():
        counter = 0

        def work():
            nonlocal counter
            counter += 1

        run_all(work, work)
        return counter

    trace = explore(program, step="access").find(1, watch=["counter"])
    assert [row.text for row in trace.rows] == ["read counter", "read counter", "write counter", "write counter"]
    assert [row.changes for row in trace.rows] == [{}, {}, {"counter": "1"}, {"counter": "1 again"}]


def test_every_with_says_when_it_leaves_also_by_an_exception():
    def program():
        lock = threading.Lock()

        def work():
            try:
                with lock:
                    int("x")
            except ValueError:
                pass

        run_all(work)

    texts = [row.text for row in replay(program, []).rows]
    assert texts == ["try:", "with lock:", 'int("x")', "with lock:  (leaving)", "except ValueError:", "pass"]


def test_what_a_step_prints_stands_beside_it():
    printed = [row.printed for row in replay(updates, []).rows]
    assert [text for text in printed if text] == ["counted", "counted"]


# ---- watched expressions ------------------------------------------------------------------------------------------


def test_watched_expressions_show_when_they_change():
    trace = explore(lost).find(1, watch=["counter[0]", "counter[0] > 0"])
    assert [row.changes.get("counter[0]") for row in trace.rows] == [None, None, "1", None]
    assert [row.changes.get("counter[0] > 0") for row in trace.rows] == [None, None, "True", None]


def test_a_watched_expression_without_a_value_is_left_out_until_it_has_one():
    def program():
        made = {}

        def work():
            made["early"] = 0
            made["late"] = 1

        run_all(work)

    trace = replay(program, [], watch=["made['late']", "nobody", "1 +"])
    assert [row.changes.get("made['late']") for row in trace.rows] == [None, "1"]
    assert trace.snapshots[0].watched == {"made['late']": "–", "nobody": "–", "1 +": "–"}
    assert not any({"nobody", "1 +"} & set(row.changes) for row in trace.rows)


def test_watching_calls_of_the_readers_functions_takes_no_steps():
    def program():
        box = Box(x=0)

        def double():
            twice = box.x * 2
            return twice  # noqa: RET504

        def work():
            box.x = 1
            box.x = 2

        run_all(work)
        return double()

    trace = replay(program, [], watch=["double()"])
    assert [row.changes.get("double()") for row in trace.rows] == ["2", "4"]


def test_addresses_are_not_shown():
    def program():
        kept = []

        def work():
            kept.clear()
            kept.append(object())
            kept.append(1)

        run_all(work)

    assert replay(program, [], watch=["kept"]).rows[1].changes == {"kept": "[<object object>]"}


# ---- who waits for what -------------------------------------------------------------------------------------------


def test_a_cycle_of_two_threads_is_told_in_words():
    trace = explore(crossed).find("deadlock")
    assert trace.deadlock == [
        "Thread-1 waits for `right`, held by Thread-2",
        "Thread-2 waits for `left`, held by Thread-1",
    ]
    assert trace.ending == f"Deadlock: {'; '.join(trace.deadlock)}."
    assert trace.rows[-1].blocked == "waiting for `right`, held by Thread-2"


def test_philosophers_wait_for_the_forks_of_a_list():
    def program():
        forks = [threading.Lock() for _ in range(3)]

        def eat(seat):
            with forks[seat]:  # noqa: SIM117
                with forks[(seat + 1) % 3]:
                    pass

        threads = [threading.Thread(target=eat, args=(seat,)) for seat in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert sentences(program) == [
        "Thread-1 waits for `forks[1]`, held by Thread-2",
        "Thread-2 waits for `forks[2]`, held by Thread-3",
        "Thread-3 waits for `forks[0]`, held by Thread-1",
    ]


def test_a_cycle_comes_before_a_thread_that_waits_for_something_else():
    def program():
        started, left, right = threading.Event(), threading.Lock(), threading.Lock()

        def work(first, second):
            with first:  # noqa: SIM117
                with second:
                    started.set()

        run_all(started.wait, functools.partial(work, left, right), functools.partial(work, right, left))

    said = sentences(program)
    assert [sentence.split()[0] for sentence in said[:3]] == ["Thread-2", "Thread-3", "Thread-1"]


def waits_for_a_lock_in_a_local():
    lock = threading.Lock()

    def wait(mine):
        mine.acquire()

    lock.acquire()
    run_all(functools.partial(wait, lock))


def waits_for_a_lock_in_a_closure():
    lock = threading.Lock()

    def wait():
        lock.acquire()

    lock.acquire()
    run_all(wait)


class Account:
    def __init__(self):
        self.lock = threading.Lock()
        self.locks = {"left": threading.Lock()}

    def wait(self):
        self.lock.acquire()
        self.lock.acquire()

    def wait_for_item(self):
        self.locks["left"].acquire()
        self.locks["left"].acquire()


def waits_for_a_lock_in_an_attribute():
    run_all(Account().wait)


def waits_for_a_lock_in_a_dict_in_an_attribute():
    run_all(Account().wait_for_item)


def waits_for_a_condition():
    changed = threading.Condition()

    def wait():
        with changed:
            changed.wait()

    run_all(wait)


def waits_for_a_semaphore():
    slots = threading.Semaphore(0)

    def wait():
        slots.acquire()

    run_all(wait)


def test_a_wait_for_a_semaphore_is_one_step_although_it_takes_several_locks_inside():
    steps = [row.text for row in explore(waits_for_a_semaphore).find("deadlock").rows]
    assert steps == ["slots.acquire()"]


def test_two_calls_that_each_take_a_lock_are_two_steps_of_one_statement():
    def program():
        slots, lock = threading.Semaphore(1), threading.Lock()

        def both():
            with slots, lock:
                pass

        run_all(both)

    first, second, *_ = [row.text for row in explore(program).find(None).rows]
    assert (first, second) == ("with slots, lock:", "with slots, lock:  (goes on)")


def waits_for_an_event():
    started = threading.Event()

    def wait():
        started.wait()

    run_all(wait)


def waits_for_a_barrier():
    meeting = threading.Barrier(2)

    def wait():
        meeting.wait()

    run_all(wait)


def waits_for_an_item():
    line = queue.Queue()

    def wait():
        line.get()

    run_all(wait)


def waits_for_an_item_of_a_simple_queue():
    line = queue.SimpleQueue()

    def wait():
        line.get()

    run_all(wait)


def waits_for_room():
    line = queue.Queue(maxsize=1)

    def wait():
        line.put(1)
        line.put(2)

    run_all(wait)


def waits_for_tasks():
    line = queue.Queue()

    def wait():
        line.put(1)
        line.join()

    run_all(wait)


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        (waits_for_a_lock_in_a_local, "`mine`, held by MainThread"),
        (waits_for_a_lock_in_a_closure, "`lock`, held by MainThread"),
        (waits_for_a_lock_in_an_attribute, "`self.lock`, held by Thread-1"),
        (waits_for_a_lock_in_a_dict_in_an_attribute, "`self.locks['left']`, held by Thread-1"),
        (waits_for_a_condition, "`changed`"),
        (waits_for_a_semaphore, "a permit of `slots`"),
        (waits_for_an_event, "`started` to be set"),
        (waits_for_a_barrier, "`meeting` for the others"),
        (waits_for_an_item, "an item in `line`"),
        (waits_for_an_item_of_a_simple_queue, "an item in `line`"),
        (waits_for_room, "room in `line`"),
        (waits_for_tasks, "`line` to be done"),
    ],
)
def test_what_a_thread_waits_for_has_the_programs_name(program, reason):
    trace = explore(program).find("deadlock")
    mine = next(sentence for sentence in trace.deadlock if sentence.startswith("Thread-1"))
    assert mine.startswith(("Thread-1 waits for", "Thread-1 waits at", "Thread-1 waits to be notified on"))
    assert mine.endswith(reason)
    assert trace.rows[-1].blocked == mine.replace("Thread-1 waits", "waiting", 1)


def test_a_thread_that_is_notified_while_the_lock_is_taken_waits_for_the_lock():
    def program():
        changed = threading.Condition()

        def wait():
            with changed:
                changed.wait()

        def tell():
            with changed:
                changed.notify()
                changed.acquire()

        run_all(wait, tell)

    trace = replay(program, [1, 1, 2, 2])
    assert trace.snapshots[4].threads[1].reason == "waiting for `changed`, held by Thread-2"


def test_main_waits_for_the_end_of_a_thread_by_name():
    def program():
        thread = threading.Thread(target=queue.Queue().get)
        thread.start()
        thread.join()

    assert "MainThread waits for Thread-1 to end" in sentences(program)


def test_a_sleeping_thread_is_asleep():
    def program():
        def nap():
            time.sleep(5)

        run_all(nap, lambda: None)

    trace = replay(program, [1, 2])
    assert trace.rows[0].blocked == "asleep"


# ---- endings ------------------------------------------------------------------------------------------------------


def fails(message):
    run_all(lambda: {}[message] if message == "key" else [].pop())


def spins():
    while True:
        pass


@pytest.mark.parametrize(
    ("program", "ending", "outcome", "kind"),
    [
        (updates, "It ended at 2.", 2, "returned"),
        (lambda: None, "It ended at None.", None, "returned"),
        (lambda: [1, 2], "It ended at [1, 2].", [1, 2], "returned"),
        (functools.partial(fails, "key"), "Thread-1 ended with KeyError: 'key'. It ended at None.", None, "returned"),
        (functools.partial(fails, ""), "Thread-1 ended with IndexError: pop from empty list.", None, "returned"),
        (lambda: queue.Queue(1).get(False), "It ended with Empty.", None, "error"),
        (functools.partial(queue.Queue.get), "It ended with TypeError: Queue.get() missing 1 required", None, "error"),
    ],
)
def test_the_last_line_says_how_it_ended(program, ending, outcome, kind):
    trace = replay(program, [])
    assert trace.ending.startswith(ending)
    assert str(trace).splitlines()[-1] == trace.ending
    assert (trace.outcome, trace.verdict.kind, trace.deadlock) == (outcome, kind, [])


def test_a_run_without_end_says_after_how_many_steps_it_was_stopped():
    assert replay(spins, [], max_steps=1234).ending == "It did not end within 1,234 steps."


def test_not_found_names_the_endings_there_are():
    with pytest.raises(NotFound) as caught:
        explore(lost).find(3)
    result = explore(lost)
    assert str(caught.value) == f"None of {result.schedules} schedules ends with 3. The endings are 2, 1."
    with pytest.raises(LookupError):
        result.find("deadlock")


def test_find_other_gives_the_shortest_trace_that_ends_otherwise():
    assert explore(lost).find_other(2).outcome == 1
    assert explore(updates).find_other(2) is None
    assert explore(crossed).find_other(None).verdict.kind == "deadlock"


def test_a_result_counts_its_endings_in_words():
    result = explore(lost)
    assert repr(result) == f"{result.schedules} schedules by line: 2 end at 2, {result.outcomes[1]} end at 1"
    assert repr(explore(lambda: 1)) == "1 schedule by line: 1 ends at 1"
    assert repr(explore(spins)) == "1 schedule by line: 1 ends with StepLimit"
    assert repr(explore(lambda: [1], step="access")) == "1 schedule by access: 1 ends at [1]"
    assert "at a standstill" in repr(explore(crossed))
    assert repr(explore(lost, max_schedules=1)).endswith("(the search was cut short)")


def test_a_result_says_the_same_on_a_page():
    page = explore(lambda: "<b>")._repr_html_()
    assert "1 schedule by line: 1 ends at &#x27;&lt;b&gt;&#x27;</pre>" in page


def test_unhashable_values_are_counted_by_their_text():
    assert explore(lambda: [1]).outcomes == {"[1]": 1}
    assert explore(lambda: [1]).find("[1]").outcome == explore(lambda: [1]).find([1]).outcome == [1]


# ---- HTML ---------------------------------------------------------------------------------------------------------


class Table(HTMLParser):
    """Reads the cells of a table's rows, and sees to it that every tag is closed."""

    def __init__(self, text):
        super().__init__()
        self.rows, self.open, self.after = [], [], ""
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "tr" in self.open:
            self.rows[-1][-1] += data
        elif "p" in self.open:
            self.after += data


def test_the_page_shows_the_same_table():
    trace = replay(updates, [1, 1, 2, 1], watch=["counter"])
    table = Table(trace._repr_html_())
    assert table.rows[0] == ["step", "Thread-1", "Thread-2", "afterwards"]
    assert table.rows[1] == ["1", "with lock:", "", ""]
    assert table.rows[3] == ["3", "", "with lock:", "waiting for lock, held by Thread-1"]
    assert table.rows[4] == ["4", "counter[0] = seen + 1", "", "counter = [1]"]
    assert table.rows[6] == ["6", 'print("counted")', "", "prints counted"]
    assert len(table.rows) == len(trace.rows) + 1
    assert table.after == trace.ending


def test_with_three_threads_the_page_shows_what_came_of_a_step_below_it():
    def program():
        counter = [0]

        def add():
            counter[0] += 1

        run_all(add, add, add)
        return counter[0]

    table = Table(replay(program, [2, 1, 3])._repr_html_())
    assert table.rows == [
        ["step", "Thread-1", "Thread-2", "Thread-3"],
        ["1", "", "counter[0] += 1counter = [1]", ""],
        ["2", "counter[0] += 1counter = [2]", "", ""],
        ["3", "", "", "counter[0] += 1counter = [3]"],
    ]


def test_each_step_says_whose_it_is_for_a_page_too_narrow_for_columns():
    page = replay(updates, [1, 1, 2, 1])._repr_html_()
    whose = re.findall(r'<td data-t="(\d)" data-thread="([^"]*)"><code>', page)
    assert whose[:4] == [("0", "Thread-1"), ("0", "Thread-1"), ("1", "Thread-2"), ("0", "Thread-1")]


def test_a_table_that_scrolls_can_be_reached_with_keys():
    assert 'tabindex="0" role="group" aria-label="Steps"' in replay(updates, [])._repr_html_()


def test_nothing_of_the_program_is_taken_for_html():
    def program():
        words = []

        def work():
            words.append("<b>&</b>")
            print("<i>")

        run_all(work)
        return "<script>"

    page = replay(program, [], watch=["words"])._repr_html_()
    assert not any(tag in page for tag in ("<b>", "<i>", "<script>"))
    table = Table(page)
    assert table.rows[1] == ["1", 'words.append("<b>&</b>")', "words = ['<b>&</b>']"]
    assert table.rows[2][2] == "prints <i>"
    assert table.after == "It ended at '<script>'."


def test_the_page_of_a_deadlock_tells_the_cycle():
    trace = explore(crossed).find("deadlock")
    assert Table(trace._repr_html_()).after == trace.ending.replace("`", "")


def test_a_column_for_what_came_of_the_steps_is_there_only_if_something_came_of_one():
    def takes(lock):
        with lock:
            pass

    def program():
        lock = threading.Lock()
        threads = [threading.Thread(target=takes, args=(lock,)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    one_by_one = Table(replay(program, [1] * 3)._repr_html_())
    assert one_by_one.rows[0] == ["step", "Thread-1", "Thread-2"]
    assert Table(replay(program, [1, 2])._repr_html_()).rows[0][-1] == "afterwards"


def test_the_page_of_a_run_without_steps_is_an_empty_table():
    table = Table(replay(lambda: 1, [])._repr_html_())
    assert table.rows == [["step"]]
    assert str(replay(lambda: 1, [])).splitlines()[-1] == "It ended at 1."
