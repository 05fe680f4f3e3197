"""Classic wrong answers to the exercises, and one right one that goes another way.

They stand apart from the tests because a checker's child process imports this module.
"""

import threading
from collections import OrderedDict, deque
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, as_completed, wait
from itertools import islice
from statistics import mean, median

# any exercise ------------------------------------------------------------------------------------------------------


def never_ends(*_):
    while True:
        pass


def deadlocks(*_):
    mine = threading.Lock()
    with mine:
        mine.acquire()


def raises(*_):
    return {}["missing"]


def leaves(*_):
    raise SystemExit(3)


def cannot_travel_by_value():
    """A function whose closure holds something that no pickle can carry."""
    generator = (number for number in ())
    return lambda *_: generator


# read_all -----------------------------------------------------------------------------------------------------------


def joins_inside_the_loop(read, names):
    answers = {}
    for name in names:
        thread = threading.Thread(target=lambda name=name: answers.update({name: read(name)}))
        thread.start()
        thread.join()
    return [answers[name] for name in names]


def calls_the_target(read, names):
    threads = [threading.Thread(target=read(name)) for name in names]
    for thread in threads:
        thread.start()
    return []


def appends_in_order_of_ending(read, names):
    answers = []
    threads = [threading.Thread(target=lambda name=name: answers.append(read(name))) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def does_not_join(read, names):
    answers = [None] * len(names)

    def put(i):
        answers[i] = read(names[i])

    for i in range(len(names)):
        threading.Thread(target=put, args=(i,)).start()
    return answers


def forgets_the_comma(read, names):
    answers = {}
    threads = [threading.Thread(target=lambda a: answers.update({a: read(a)}), args=(name)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [answers[name] for name in names]


def keeps_only_the_last(read, names):
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(read(name))) for name in names]  # noqa: B023
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def reads_with_an_executor(read, names):
    with ThreadPoolExecutor(len(names)) as executor:
        return list(executor.map(read, names))


# in_background ------------------------------------------------------------------------------------------------------


def calls_work(work, *args):
    thread = threading.Thread(target=work(*args))
    thread.start()
    return thread


def runs_instead_of_starting(work, *args):
    thread = threading.Thread(target=work, args=args)
    thread.run()
    return thread


def never_starts(work, *args):
    return threading.Thread(target=work, args=args)


def nests_the_arguments(work, *args):
    thread = threading.Thread(target=work, args=(args,))
    thread.start()
    return thread


def spreads_one_string(work, *args):
    thread = threading.Thread(target=work, args=args[0] if args else ())
    thread.start()
    return thread


def works_twice(work, *args):
    thread = threading.Thread(target=lambda: (work(*args), work(*args)))
    thread.start()
    return thread


def joins_itself(work, *args):
    thread = threading.Thread(target=work, args=args)
    thread.start()
    thread.join()
    return thread


def returns_nothing(work, *args):
    threading.Thread(target=work, args=args).start()


# add_up -------------------------------------------------------------------------------------------------------------


def in_threads(add, parts):
    threads = [threading.Thread(target=add, args=(part,)) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def shares_the_total(parts):
    total = 0

    def add(part):
        nonlocal total
        for number in part:
            total += number

    in_threads(add, parts)
    return total


lock = threading.Lock()


def locks_the_total(parts):
    total = 0

    def add(part):
        nonlocal total
        for number in part:
            with lock:
                total += number

    in_threads(add, parts)
    return total


local = threading.local()
local.total = 0


def sets_the_local_in_one_thread(parts):
    def add(part):
        for number in part:
            local.total += number

    in_threads(add, parts)
    return local.total


def shares_the_total_of_sums(parts):
    total = 0

    def add(part):
        nonlocal total
        mine = 0
        for number in part:
            mine += number
        total += mine

    in_threads(add, parts)
    return total


def adds_in_the_main_thread(parts):
    return sum(map(sum, parts))


# break_even ---------------------------------------------------------------------------------------------------------


def measures_once(measure, sizes):
    for size in sizes:
        loop_s, pool_s = measure(size)
        if pool_s < loop_s:
            return size
    return None


def discards_one_and_measures_once(measure, sizes):
    for size in sizes:
        measure(size)
        loop_s, pool_s = measure(size)
        if pool_s < loop_s:
            return size
    return None


def takes_the_mean(measure, sizes):
    for size in sizes:
        runs = [measure(size) for _ in range(5)]
        if mean(pool for _, pool in runs) < mean(loop for loop, _ in runs):
            return size
    return None


def always_finds_one(measure, sizes):
    for size in sizes:
        runs = [measure(size) for _ in range(5)]
        if median(pool for _, pool in runs) < median(loop for loop, _ in runs):
            return size
    return sizes[-1]


# choose -------------------------------------------------------------------------------------------------------------


def fastest_single_run(times):
    return min(times, key=lambda way: min(times[way]))


def fastest_mean(times):
    return min(times, key=lambda way: mean(times[way]))


def fastest_median(times):
    return min(times, key=lambda way: median(times[way]))


def loop_or_the_fastest(times):
    usual = {way: median(runs) for way, runs in times.items()}
    return "loop" if usual["loop"] <= 1.1 * min(usual.values()) else min(usual, key=usual.get)


def always_processes(times):
    return "processes"


# first_good ---------------------------------------------------------------------------------------------------------


def in_order_of_submission(executor, calls):
    for future in [executor.submit(call) for call in calls]:
        if future.exception() is None:
            return future.result()
    raise ExceptionGroup("all failed", [])


def first_completed_is_the_answer(executor, calls):
    done, _ = wait([executor.submit(call) for call in calls], return_when=FIRST_COMPLETED)
    return done.pop().result()


def cancels_nothing(executor, calls):
    for future in as_completed([executor.submit(call) for call in calls]):
        if future.exception() is None:
            return future.result()
    raise ExceptionGroup("all failed", [])


def leaves_a_with_block(executor, calls):
    with executor:
        futures = [executor.submit(call) for call in calls]
        for future in as_completed(futures):
            if future.exception() is None:
                executor.shutdown(wait=False, cancel_futures=True)
                return future.result()
    raise ExceptionGroup("all failed", [])


def shuts_the_executor_down(executor, calls):
    for future in as_completed([executor.submit(call) for call in calls]):
        if future.exception() is None:
            executor.shutdown(wait=False, cancel_futures=True)
            return future.result()
    raise ExceptionGroup("all failed", [])


def takes_false_for_failed(executor, calls):
    futures = [executor.submit(call) for call in calls]
    for future in as_completed(futures):
        if future.exception() is None and future.result():
            for other in futures:
                other.cancel()
            return future.result()
    raise ExceptionGroup("all failed", [])


def returns_none_when_all_fail(executor, calls):
    futures = [executor.submit(call) for call in calls]
    for future in as_completed(futures):
        if future.exception() is None:
            for other in futures:
                other.cancel()
            return future.result()


# bounded_map --------------------------------------------------------------------------------------------------------


def maps(executor, function, items, limit):
    yield from executor.map(function, items)


def one_at_a_time(executor, function, items, limit):
    for item in items:
        yield executor.submit(function, item).result()


def one_too_many(executor, function, items, limit):
    items = iter(items)
    window = deque(executor.submit(function, item) for item in islice(items, limit))
    for item in items:
        window.append(executor.submit(function, item))
        yield window.popleft().result()
    for future in window:
        yield future.result()


def in_order_of_ending(executor, function, items, limit):
    items = iter(items)
    window = {executor.submit(function, item) for item in islice(items, limit)}
    while window:
        done, window = wait(window, return_when=FIRST_COMPLETED)
        for future in done:
            yield future.result()
        window |= {executor.submit(function, item) for item in islice(items, len(done))}


def lets_results_pile_up(executor, function, items, limit):
    free, window = threading.Semaphore(limit), deque()
    for item in items:
        free.acquire()
        window.append(executor.submit(function, item))
        window[-1].add_done_callback(lambda _: free.release())
        if len(window) > 2 * limit:
            yield window.popleft().result()
    for future in window:
        yield future.result()


def returns_a_list(executor, function, items, limit):
    return [function(item) for item in islice(items, 10)]


# 02_races: the cache -----------------------------------------------------------------------------------------------


class UnlockedCache:
    def __init__(self, make):
        self.make, self.values, self.lock = make, {}, threading.Lock()

    def get_or_create(self, key):
        if key not in self.values:
            self.values[key] = self.make(key)
        return self.values[key]


class LockPerCall(UnlockedCache):
    def get_or_create(self, key):
        with threading.Lock():
            if key not in self.values:
                self.values[key] = self.make(key)
            return self.values[key]


class LockAroundTheWrite(UnlockedCache):
    def get_or_create(self, key):
        if key not in self.values:
            with self.lock:
                self.values[key] = self.make(key)
        return self.values[key]


class LockLetGoBetween(UnlockedCache):
    def get_or_create(self, key):
        with self.lock:
            missing = key not in self.values
        if missing:
            with self.lock:
                self.values[key] = self.make(key)
        return self.values[key]


class LockNeverReleased(UnlockedCache):
    def get_or_create(self, key):
        self.lock.acquire()
        self.lock.acquire()


class SpinsForEver(UnlockedCache):
    def get_or_create(self, key):
        while True:
            pass


# 03_locks ------------------------------------------------------------------------------------------------------------


def locks_nothing(source, target, amount):
    source.balance -= amount
    target.balance += amount


def locks_one_account(source, target, amount):
    with source.lock:
        source.balance -= amount
        target.balance += amount


def locks_in_argument_order(source, target, amount):
    with source.lock, target.lock:
        source.balance -= amount
        target.balance += amount


one_for_all = threading.Lock()


def locks_everything(source, target, amount):
    with one_for_all:
        source.balance -= amount
        target.balance += amount


class UnlockedLRU:
    def __init__(self, size):
        self.size, self.items, self.lock = size, OrderedDict(), threading.Lock()

    def get(self, key):
        if key not in self.items:
            return None
        self.items.move_to_end(key)
        return self.items[key]

    def put(self, key, value):
        self.items[key] = value
        self.items.move_to_end(key)
        if len(self.items) > self.size:
            self.items.popitem(last=False)


class LocksOnlyPut(UnlockedLRU):
    def put(self, key, value):
        with self.lock:
            super().put(key, value)


class LockPerCallLRU(UnlockedLRU):
    def get(self, key):
        with threading.Lock():
            return super().get(key)

    def put(self, key, value):
        with threading.Lock():
            super().put(key, value)


class LocksTwice(UnlockedLRU):
    def get(self, key):
        with self.lock:
            return super().get(key)

    def put(self, key, value):
        with self.lock:
            if self.get(key) != value:
                super().put(key, value)


# 04_deadlocks --------------------------------------------------------------------------------------------------------


def takes_the_left_fork_first(forks, i, eat):
    with forks[i], forks[(i + 1) % len(forks)]:
        eat()


def takes_turns_with_one_lock(forks, i, eat):
    with one_for_all:
        takes_the_left_fork_first(forks, i, eat)


def gives_up_after_a_second(forks, i, eat):
    right = forks[(i + 1) % len(forks)]
    while True:
        with forks[i]:
            if right.acquire(timeout=1):
                eat()
                right.release()
                return


def gives_up_at_once(forks, i, eat):
    right = forks[(i + 1) % len(forks)]
    while True:
        with forks[i]:
            if right.acquire(blocking=False):
                eat()
                right.release()
                return


def eats_with_the_fingers(forks, i, eat):
    eat()
