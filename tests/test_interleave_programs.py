"""The classic programs, each with its bug and with its cure: the explorer finds every way in which they can end."""

import functools
import queue
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError

import pytest
from threaded import Box, run_all

from helpers.interleave import explore, is_blocked


def endings(program, *arguments, bound=2, **options):
    """The names of all endings, after a full search and after a reduced one that must agree."""
    call = functools.partial(program, *arguments)
    full = explore(call, bound, **options)
    assert full.complete
    assert explore(call, bound, reduce=True, **options).endings == full.endings
    return set(full.endings)


# ---- updates, checks, and publishing ------------------------------------------------------------------------------


def increments(lock):
    box = Box(x=0)

    def work():
        with lock():
            seen = box.x
            box.x = seen + 1

    run_all(work, work)
    return box.x


class NoLock:
    """Enters at once."""

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        return None


def test_an_update_in_two_steps_can_be_lost():
    assert endings(increments, NoLock) == {1, 2}


def test_a_lock_of_each_threads_own_protects_nothing():
    assert endings(increments, threading.Lock) == {1, 2}


def locked_increments():
    box, lock = Box(x=0), threading.Lock()

    def work():
        with lock:
            seen = box.x
            box.x = seen + 1

    run_all(work, work, work)
    return box.x


def test_an_update_under_a_lock_is_not_lost():
    assert endings(locked_increments) == {3}


def withdrawals(locked):
    box, lock = Box(balance=100), threading.Lock() if locked else NoLock()

    def withdraw():
        with lock:
            if box.balance >= 100:
                box.balance -= 100

    run_all(withdraw, withdraw)
    return box.balance


def test_between_check_and_act_another_thread_can_act():
    assert endings(withdrawals, False) == {0, -100}
    assert endings(withdrawals, True) == {0}


def lazily_made(kind):
    class Maker:
        instance = None
        made = 0

    lock = threading.Lock()
    seen = []

    def make():
        instance = Box(ready=False)
        if kind == "published too early":
            Maker.instance = instance
        Maker.made += 1
        instance.ready = True
        Maker.instance = instance

    def get():
        if Maker.instance is None:
            with lock:
                if kind == "checked once" or Maker.instance is None:
                    make()
        seen.append(Maker.instance.ready)

    run_all(get, get)
    return Maker.made, all(seen)


def test_double_checked_locking_makes_one_instance_and_publishes_it_when_it_is_ready():
    assert endings(lazily_made, "right") == {(1, True)}
    assert endings(lazily_made, "checked once") == {(1, True), (2, True)}
    assert endings(lazily_made, "published too early") == {(1, True), (1, False)}


def sleepy_increments():
    box = Box(x=0)

    def work(pause):
        seen = box.x
        time.sleep(pause)
        box.x = seen + 1

    run_all(functools.partial(work, 0.001), functools.partial(work, 1000))
    return box.x


def test_a_sleep_does_not_repair_a_race():
    assert endings(sleepy_increments) == {1, 2}


def test_a_sleep_promises_no_order():
    def program():
        order = []

        def late():
            time.sleep(1000)
            order.append("late")

        run_all(late, lambda: order.append("soon"))
        return " ".join(order)

    assert endings(program) == {"soon late", "late soon"}
    assert explore(program).find("late soon").preemptions > explore(program).find("soon late").preemptions


def test_time_is_virtual():
    def program():
        start = time.monotonic()
        time.sleep(1000)
        return round(time.monotonic() - start)

    assert endings(program) == {1000}


# ---- locks and deadlocks ------------------------------------------------------------------------------------------


def transfer(ordered):
    left, right = threading.Lock(), threading.Lock()

    def work(first, second):
        with first:  # noqa: SIM117
            with second:
                pass

    second_order = (left, right) if ordered else (right, left)
    run_all(functools.partial(work, left, right), functools.partial(work, *second_order))
    return "done"


def test_two_locks_in_two_orders_can_deadlock():
    assert endings(transfer, False) == {"done", "standstill"}
    assert endings(transfer, True) == {"done"}
    assert endings(transfer, False, bound=0) == {"done"}


@pytest.mark.parametrize(("kind", "expected"), [("Lock", {"standstill"}), ("RLock", {"done"})])
def test_a_thread_that_takes_its_lock_twice_needs_one_that_counts(kind, expected):
    def program():
        lock = getattr(threading, kind)()

        def work():
            with lock, lock:
                pass

        run_all(work, work)
        return "done"

    assert endings(program) == expected


def test_the_main_program_can_deadlock_with_itself():
    def program():
        lock = threading.Lock()
        lock.acquire()
        lock.acquire()

    assert endings(program) == {"standstill"}


def test_two_threads_that_join_each_other_deadlock():
    def program():
        pair = []
        pair.append(threading.Thread(target=lambda: pair[1].join()))
        pair.append(threading.Thread(target=lambda: pair[0].join()))
        for thread in pair:
            thread.start()

    assert endings(program) == {"standstill"}


def polite(kind):
    left, right = threading.Lock(), threading.Lock()

    def work(first, second):
        while True:
            with first:
                if second.acquire(blocking=False):
                    second.release()
                    return

    orders = [(left, right), (left, right) if kind == "ordered" else (right, left)]
    run_all(*(functools.partial(work, *order) for order in orders))
    return "done"


def test_threads_that_back_off_for_each_other_can_do_so_in_step_for_ever():
    result = explore(functools.partial(polite, "crossed"), None, max_steps=60, max_schedules=3000)
    assert set(result.endings) == {"done", "StepLimit"}
    assert endings(polite, "crossed") == {"done"}  # to do it for ever takes a preemption in every round


def test_threads_that_try_in_one_order_always_finish():
    assert endings(polite, "ordered") == {"done"}


def test_a_lock_with_a_time_out_gives_up_instead_of_a_deadlock():
    def program():
        left, right, box = threading.Lock(), threading.Lock(), Box(got=0)

        def work(first, second):
            with first:
                if second.acquire(timeout=1):
                    box.got += 1
                    second.release()

        run_all(functools.partial(work, left, right), functools.partial(work, right, left))
        return box.got

    assert {1, 2} <= endings(program) <= {0, 1, 2}


def test_releasing_a_lock_that_nobody_has_is_an_error():
    def program():
        lock = threading.Lock()
        run_all(lock.acquire, lock.release)
        return "released"

    assert endings(program) == {"released", "RuntimeError, then 'released'"}


# ---- conditions, events, semaphores, barriers ---------------------------------------------------------------------


def bounded_buffer(asks_again):
    items, room, missed = [], threading.Condition(), []

    def take():
        with room:
            if not items:
                room.wait()
            while asks_again and not items:
                room.wait()
            missed.append(not items)
            del items[:1]

    def put():
        with room:
            items.append(1)
            room.notify_all()

    def put_two():
        put()
        put()

    run_all(take, take, put_two)
    return any(missed)


def test_a_consumer_that_does_not_ask_again_can_find_the_buffer_empty():
    assert endings(bounded_buffer, False, bound=1) == {False, True}
    assert endings(bounded_buffer, True, bound=1) == {False}


def message(asks):
    told, box = threading.Condition(), Box(ready=False)

    def wait():
        with told:
            while asks and not box.ready:
                told.wait()
            if not asks:
                told.wait()

    def tell():
        with told:
            box.ready = True
            told.notify()

    run_all(wait, tell)
    return "told"


def test_a_notification_that_nobody_waits_for_is_lost():
    assert endings(message, False) == {"told", "standstill"}
    assert endings(message, True) == {"told"}


def test_notifying_one_of_two_can_wake_the_wrong_one():
    def program(notify_all):
        changed, box = threading.Condition(), Box(turn=None, served=0)

        def customer(number):
            with changed:
                changed.wait_for(lambda: box.turn == number)
                box.served += 1

        def serve():
            with changed:
                box.turn = 2
                changed.notify(2 if notify_all else 1)

        waiting = [threading.Thread(target=customer, args=(number,), daemon=number == 1) for number in (1, 2)]
        for thread in waiting:
            thread.start()
        serving = threading.Thread(target=serve)
        serving.start()
        waiting[1].join()
        return box.served

    assert endings(program, False) == {1, "standstill"}
    assert endings(program, True) == {1}


@pytest.mark.parametrize("name", ["Condition", "Event", "Lock", "Semaphore", "Thread", "Barrier"])
def test_a_wait_with_a_time_out_can_time_out(name):
    def program():
        box = Box(in_time=None)
        condition, event, lock = threading.Condition(), threading.Event(), threading.Lock()
        semaphore, barrier = threading.Semaphore(0), threading.Barrier(2)

        def tell():
            if name == "Condition":
                with condition:
                    condition.notify()
            elif name == "Event":
                event.set()
            elif name == "Semaphore":
                semaphore.release()
            elif name == "Lock":
                lock.release()
            elif name == "Barrier":
                try:
                    barrier.wait()
                except threading.BrokenBarrierError:
                    box.in_time = False

        def wait():
            if name == "Condition":
                with condition:
                    box.in_time = condition.wait(timeout=5)
            elif name == "Event":
                box.in_time = event.wait(timeout=5)
            elif name == "Semaphore":
                box.in_time = semaphore.acquire(timeout=5)
            elif name == "Lock":
                box.in_time = lock.acquire(timeout=5)
            elif name == "Thread":
                teller.join(timeout=5)
                box.in_time = not teller.is_alive()
            else:
                try:
                    barrier.wait(timeout=5)
                    box.in_time = True
                except threading.BrokenBarrierError:
                    box.in_time = False

        lock.acquire()
        teller = threading.Thread(target=tell)
        waiter = threading.Thread(target=wait)
        waiter.start()
        teller.start()
        waiter.join()
        teller.join()
        return box.in_time

    assert endings(program) == {True, False}


def starts(clears):
    go, box = threading.Event(), Box(started=0)

    def runner():
        go.wait()
        box.started += 1

    def gun():
        go.set()
        if clears:
            go.clear()

    run_all(runner, gun)
    return box.started


def test_an_event_that_is_cleared_too_early_leaves_a_thread_behind():
    assert endings(starts, True) == {1, "standstill"}
    assert endings(starts, False) == {1}


def peak(limit):
    gate, box = threading.Semaphore(limit), Box(inside=0, peak=0)

    def work():
        with gate:
            box.inside += 1
            box.peak = max(box.peak, box.inside)
            box.inside -= 1

    run_all(work, work, work)
    return box.peak


def test_a_semaphore_of_two_never_lets_three_in():
    assert endings(peak, 2) == {1, 2}
    assert endings(peak, 3) == {1, 2, 3}


def test_a_bounded_semaphore_that_is_released_too_often_is_an_error():
    def program():
        gate = threading.BoundedSemaphore(1)
        run_all(gate.acquire, gate.release)
        return "released"

    assert endings(program) == {"released", "ValueError, then 'released'"}


def two_rounds(kind):
    """Two threads meet twice; the rounds must not overlap."""
    lock, all_here, box = threading.Lock(), threading.Event(), Box(count=0, round=[0, 0], apart=False)
    barrier = threading.Barrier(2)
    first, second = threading.Semaphore(0), threading.Semaphore(0)

    def counted():
        with lock:
            box.count += 1
            if box.count == 2:
                all_here.set()
        all_here.wait()
        with lock:
            box.count -= 1
            if box.count == 0:
                all_here.clear()

    def turnstiles():
        with lock:
            box.count += 1
            if box.count == 2:
                first.release(2)
        first.acquire()
        with lock:
            box.count -= 1
            if box.count == 0:
                second.release(2)
        second.acquire()

    meet = {"counted": counted, "turnstiles": turnstiles, "Barrier": barrier.wait}[kind]

    def work(me):
        for _ in range(2):
            box.round[me] += 1
            meet()
            box.apart = box.apart or box.round[1 - me] < box.round[me]

    run_all(functools.partial(work, 0), functools.partial(work, 1))
    return "apart" if box.apart else "together"


def test_a_barrier_of_a_counter_and_an_event_cannot_be_used_twice():
    assert endings(two_rounds, "counted", bound=1) > {"together"}


@pytest.mark.parametrize("kind", ["turnstiles", "Barrier"])
def test_a_barrier_with_two_turnstiles_can_be_used_twice(kind):
    assert endings(two_rounds, kind, bound=1) == {"together"}


def rooms(first_reader_locks):
    readers, lock, room, seen = Box(count=0), threading.Lock(), threading.Lock(), []
    text = ["a", "a"]

    def write():
        with room:
            text[0] = "b"
            text[1] = "b"

    def read():
        with lock:
            readers.count += 1
            if first_reader_locks and readers.count == 1:
                room.acquire()
        seen.append(text[0])
        seen.append(text[1])
        with lock:
            readers.count -= 1
            if first_reader_locks and readers.count == 0:
                room.release()

    run_all(write, read)
    return "".join(seen)


def test_a_reader_that_does_not_lock_writers_out_can_see_half_a_change():
    assert endings(rooms, False) == {"aa", "ab", "ba", "bb"}
    assert endings(rooms, True) == {"aa", "bb"}


def exclusion(kind):
    flag, box = [False, False], Box(turn=0, inside=0, both=False)

    def work(me):
        other = 1 - me
        if kind == "turn first":
            box.turn = other
            flag[me] = True
        else:
            flag[me] = True
            if kind != "flags only":
                box.turn = other
        while flag[other] and (kind == "flags only" or box.turn == other):
            pass
        box.inside += 1
        box.both = box.both or box.inside == 2
        box.inside -= 1
        flag[me] = False

    run_all(functools.partial(work, 0), functools.partial(work, 1))
    return "both" if box.both else "one"


def test_petersons_algorithm_lets_one_in_at_a_time():
    assert endings(exclusion, "right") == {"one"}
    assert endings(exclusion, "turn first") == {"one", "both"}


def test_two_threads_that_wait_for_each_others_flag_do_not_end():
    result = explore(functools.partial(exclusion, "flags only"), max_steps=100)
    assert set(result.endings) == {"one", "StepLimit"}


# ---- queues -------------------------------------------------------------------------------------------------------


def consumers(sentinels):
    line, got = queue.Queue(), []

    def consume():
        while (item := line.get()) is not None:
            got.append(item)

    def produce():
        line.put(1)
        for _ in range(sentinels):
            line.put(None)

    run_all(consume, consume, produce)
    return tuple(got)


def test_each_consumer_needs_a_sentinel_of_its_own():
    assert endings(consumers, 1) == {"standstill"}
    assert endings(consumers, 2) == {(1,)}


def sizes_of_a_queue(limit):
    line, sizes = queue.Queue(maxsize=limit), []

    def put():
        line.put("x")
        sizes.append(line.qsize())

    run_all(put, put, line.get)
    return max(sizes)


def test_a_queue_of_size_one_never_holds_two():
    assert endings(sizes_of_a_queue, 1) == {1}
    assert endings(sizes_of_a_queue, 2) == {1, 2}


@pytest.mark.parametrize(
    ("kind", "expected"), [("SimpleQueue", "ab"), ("Queue", "ab"), ("LifoQueue", "ba"), ("PriorityQueue", "ab")]
)
def test_queues_keep_their_order(kind, expected):
    def program():
        line = getattr(queue, kind)()

        def put():
            line.put("a")
            line.put("b")

        run_all(put)
        return line.get() + line.get()

    assert endings(program) == {expected}


def test_two_producers_of_a_simple_queue_come_in_any_order():
    def program():
        line, got = queue.SimpleQueue(), []
        take = lambda: got.append(line.get())  # noqa: E731
        run_all(lambda: line.put("a"), lambda: line.put("b"), take, take)
        return "".join(got)

    assert endings(program) == {"ab", "ba"}


def test_a_queue_without_a_producer_is_a_deadlock_and_with_a_time_out_empty():
    assert endings(lambda: queue.Queue().get()) == {"standstill"}
    assert endings(lambda: queue.SimpleQueue().get()) == {"standstill"}
    assert endings(lambda: queue.Queue().get(timeout=5)) == {"Empty"}
    assert endings(lambda: queue.SimpleQueue().get(block=False)) == {"Empty"}


def test_joining_a_queue_waits_until_every_item_is_done():
    def program(says_so):
        line = queue.Queue()

        def work():
            line.get()
            if says_so:
                line.task_done()

        line.put("x")
        threading.Thread(target=work).start()
        line.join()
        return "done"

    assert endings(program, True) == {"done"}
    assert endings(program, False) == {"standstill"}


def test_a_queue_that_is_shut_down_wakes_who_waits():
    def program():
        line, got = queue.Queue(), []

        def consume():
            try:
                got.append(line.get())
            except queue.ShutDown:
                got.append("shut")

        run_all(consume, line.shutdown)
        return got[0]

    assert endings(program) == ({"shut"} if hasattr(queue.Queue, "shutdown") else {"AttributeError"})  # new in 3.13


# ---- kinds of threads ---------------------------------------------------------------------------------------------


def test_a_timer_can_be_cancelled_before_its_time_or_come_first():
    def program():
        box = Box(rang=False)
        timer = threading.Timer(5, lambda: setattr(box, "rang", True))
        timer.start()
        run_all(timer.cancel)
        timer.join()
        return box.rang

    assert endings(program) == {False, True}


def test_every_thread_has_its_own_local_data():
    def program():
        mine, seen = threading.local(), []

        def work(number):
            mine.number = number
            seen.append(mine.number)

        run_all(functools.partial(work, 1), functools.partial(work, 2))
        return tuple(sorted(seen)), hasattr(mine, "number")

    assert endings(program) == {((1, 2), False)}


everyones = threading.local()


def test_local_data_of_a_global_name_start_empty_in_every_run():
    def program():
        seen = []

        def work():
            seen.append(hasattr(everyones, "number"))
            everyones.number = 1

        run_all(work, work)
        return tuple(seen)

    assert endings(program) == {(False, False)}


def test_threads_of_ones_own_class_race_like_others():
    class Adder(threading.Thread):
        total = 0

        def run(self):
            seen = Adder.total
            Adder.total = seen + 1

    def program():
        Adder.total = 0
        pair = [Adder(), Adder()]
        for thread in pair:
            thread.start()
        for thread in pair:
            thread.join()
        return Adder.total

    assert endings(program) == {1, 2}


def test_a_daemon_that_waits_at_the_end_is_no_deadlock():
    def program(daemon):
        threading.Thread(target=queue.Queue().get, daemon=daemon).start()
        return "done"

    assert endings(program, True) == {"done"}
    assert endings(program, False) == {"standstill"}


def test_a_thread_that_is_not_joined_still_runs_to_its_end():
    def program():
        box = []
        threading.Thread(target=box.append, args=(1,)).start()
        return box

    assert endings(program) == {"[1]"}


def test_an_exception_in_a_thread_ends_that_thread_and_the_program_goes_on():
    def program():
        numbers = [1]

        def take():
            if numbers:
                numbers.pop()

        run_all(take, take)
        return "done"

    assert endings(program) == {"done", "IndexError, then 'done'"}


# ---- pools --------------------------------------------------------------------------------------------------------


def pooled(locked):
    box, lock = Box(x=0), threading.Lock() if locked else NoLock()

    def add(amount):
        with lock:
            seen = box.x
            box.x = seen + amount

    with ThreadPoolExecutor(2) as pool:
        futures = [pool.submit(add, amount) for amount in (1, 2)]
    return box.x if all(future.done() for future in futures) else "not done"


def test_tasks_of_a_pool_race_like_threads():
    assert endings(pooled, False) == {1, 2, 3}
    assert endings(pooled, True) == {3}


def test_a_map_of_a_pool_keeps_the_order_of_its_arguments():
    def program():
        with ThreadPoolExecutor(2) as pool:
            return tuple(pool.map(lambda number: number * 2, (1, 2, 3)))

    assert endings(program, bound=1) == {(2, 4, 6)}


def test_the_error_of_a_pools_task_is_raised_by_its_result():
    def program():
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(int, "x").result()

    assert endings(program, bound=1) == {"ValueError"}


def test_a_result_that_is_awaited_for_a_limited_time_can_be_late():
    def program():
        with ThreadPoolExecutor(1) as pool:
            future = pool.submit(lambda: "done")
            try:
                return future.result(timeout=1)
            except FutureTimeoutError:
                return "late"

    assert endings(program, bound=1) == {"done", "late"}


@pytest.mark.parametrize(("workers", "expected"), [(1, {"standstill"}), (2, {"done"})])
def test_a_task_that_waits_for_another_needs_a_second_worker(workers, expected):
    def program():
        with ThreadPoolExecutor(workers) as pool:
            return pool.submit(lambda: pool.submit(lambda: "done").result()).result()

    assert endings(program, bound=1) == expected


def test_a_pool_that_is_not_shut_down_is_no_deadlock():
    def program():
        return ThreadPoolExecutor(1).submit(lambda: "done").result()

    assert endings(program, bound=1) == {"done"}


def test_a_program_can_ask_whether_one_of_its_threads_is_blocked():
    def program():
        gate, found = threading.Event(), []
        waiter = threading.Thread(target=gate.wait)

        def look():
            found.append(is_blocked(waiter))
            gate.set()

        run_all_started(waiter, threading.Thread(target=look))
        return found[0], is_blocked(waiter), is_blocked(threading.current_thread())

    assert endings(program) == {(True, False, False), (False, False, False)}


def run_all_started(*threads):
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_thread_outside_an_exploration_is_never_blocked_for_it():
    assert not is_blocked(threading.current_thread())
