"""Classic wrong answers to the exercise of exceptions/03_timeouts_and_shutdown."""

import multiprocessing
import os
import signal
import threading
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import Pool

from helpers.checks.exceptions.timeouts_and_shutdown import check_run_until_interrupted
from helpers.workers.exceptions.timeouts_and_shutdown import ignore_ctrl_c
from wrong_answers import refused

check = check_run_until_interrupted


def keep_finished(calls, results):
    for item, call in calls.items():
        if call.ready():
            results[item] = call.get()


@refused(check, "Ctrl-C comes to the worker processes as well")
def has_workers_that_hear_it(work, items, n, results):
    with Pool(n) as pool:
        calls = {item: pool.apply_async(work, (item,)) for item in items}
        try:
            for call in calls.values():
                call.wait()
        finally:
            keep_finished(calls, results)


@refused(check, "Ctrl-C comes to the worker processes as well")
def leaves_it_to_the_system(work, items, n, results):
    with ProcessPoolExecutor(n, initializer=signal.signal, initargs=(signal.SIGINT, signal.SIG_DFL)) as executor:
        for item, result in zip(items, executor.map(work, items), strict=True):
            results[item] = result


@refused(check, "task 1 was finished before Ctrl-C, and its result is lost")
def takes_results_in_order(work, items, n, results):
    with Pool(n, initializer=ignore_ctrl_c) as pool:
        for item, result in zip(items, pool.imap(work, items), strict=True):
            results[item] = result


@refused(check, "task 1 was finished before Ctrl-C, and its result is lost")
def maps(work, items, n, results):
    with Pool(n, initializer=ignore_ctrl_c) as pool:
        results.update(zip(items, pool.map(work, items, chunksize=1), strict=True))


@refused(check, "KeyboardInterrupt was swallowed")
def swallows(work, items, n, results):
    with Pool(n, initializer=ignore_ctrl_c) as pool:
        calls = {item: pool.apply_async(work, (item,)) for item in items}
        try:
            for call in calls.values():
                call.wait()
        except KeyboardInterrupt:
            print("interrupted")
        keep_finished(calls, results)


@refused(check, "after Ctrl-C it waits for the tasks that are running")
def waits_for_running_tasks(work, items, n, results):
    executor = ProcessPoolExecutor(n, initializer=ignore_ctrl_c)
    futures = {executor.submit(work, item): item for item in items}
    try:
        for future in as_completed(futures):
            results[futures[future]] = future.result()
    finally:
        executor.shutdown(cancel_futures=True)


@refused(check, "after Ctrl-C it began 6 tasks that had not begun before. Cancel them")
def cancels_nothing(work, items, n, results):
    with ProcessPoolExecutor(n, initializer=ignore_ctrl_c) as executor:
        futures = {executor.submit(work, item): item for item in items}
        for future in as_completed(futures):
            results[futures[future]] = future.result()


@refused(check, "after Ctrl-C it began 6 tasks")
def closes_and_joins(work, items, n, results):
    pool = Pool(n, initializer=ignore_ctrl_c)
    calls = {item: pool.apply_async(work, (item,)) for item in items}
    try:
        for call in calls.values():
            call.wait()
    finally:
        pool.close()
        pool.join()
        keep_finished(calls, results)


@refused(check, "of its processes were still running afterwards")
def shuts_down_without_waiting(work, items, n, results):
    executor = ProcessPoolExecutor(n, initializer=ignore_ctrl_c)
    futures = {executor.submit(work, item): item for item in items}
    try:
        for future in as_completed(futures):
            results[futures[future]] = future.result()
    finally:
        executor.shutdown(wait=False, cancel_futures=True)


def serve(work, tasks, ended):
    ignore_ctrl_c()
    while (item := tasks.get()) is not None:
        ended.put((item, work(item)))


def started(work, items, n):
    tasks, ended = multiprocessing.SimpleQueue(), multiprocessing.SimpleQueue()
    children = [multiprocessing.Process(target=serve, args=(work, tasks, ended), daemon=True) for _ in range(n)]
    for item in [*items, *[None] * n]:
        tasks.put(item)
    for child in children:
        child.start()
    return tasks, ended, children


@refused(check, "daemon=True ends a process only when the program ends by itself")
def trusts_in_daemons(work, items, n, results):
    tasks, ended, children = started(work, items, n)
    for _ in items:
        item, result = ended.get()
        results[item] = result
    for child in children:
        child.join()
    del tasks  # until here: a child that is being spawned opens it by name


@refused(check, "a process was started and never joined")
def terminates_without_joining(work, items, n, results):
    tasks, ended, children = started(work, items, n)
    try:
        for _ in items:
            item, result = ended.get()
            results[item] = result
    finally:
        for child in children:
            child.terminate()
        del tasks  # until here: a child that is being spawned opens it by name


@refused(check, "not even once all tasks have ended. Does a signal handler wait for a lock?")
def sets_an_event_in_the_handler(work, items, n, results):
    stop = multiprocessing.Event()
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    with Pool(n, initializer=ignore_ctrl_c) as pool:
        calls = {item: pool.apply_async(work, (item,)) for item in items}
        stop.wait()
        keep_finished(calls, results)
    raise KeyboardInterrupt


@refused(check, "ended")
def leaves_the_program(work, items, n, results):
    with Pool(n, initializer=ignore_ctrl_c) as pool:
        signal.signal(signal.SIGINT, lambda *_: os._exit(1))
        keep_finished({item: pool.apply_async(work, (item,)) for item in items}, results)
        time.sleep(600)


@refused(check, "results[1] should be None, and is 'None'")
def keeps_the_text(work, items, n, results):
    with Pool(n, initializer=ignore_ctrl_c) as pool:
        for item, result in pool.imap_unordered(Numbered(work), items):
            results[item] = str(result)


class Numbered:
    def __init__(self, work):
        self.work = work

    def __call__(self, item):
        return item, self.work(item)


@refused(check, "task 1 was finished before Ctrl-C, and its result is lost")
def leaves_out_what_counts_as_false(work, items, n, results):
    with Pool(n, initializer=ignore_ctrl_c) as pool:
        for item, result in pool.imap_unordered(Numbered(work), items):
            if result:
                results[item] = result


@refused(check, "a task ran in the parent")
def works_in_threads(work, items, n, results):
    threads = [threading.Thread(target=work, args=(item,), daemon=True) for item in items]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@refused(check, "n=2 processes should be at work, and there were 1")
def one_process(work, items, n, results):
    with Pool(1, initializer=ignore_ctrl_c) as pool:
        for item, result in pool.imap_unordered(Numbered(work), items):
            results[item] = result
