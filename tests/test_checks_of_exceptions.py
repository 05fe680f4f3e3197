"""The checkers of the part exceptions: right answers by other means than the lesson's are accepted."""

# ruff: noqa: BLE001  what to catch is what the exercises are about

import multiprocessing
import os
import traceback
from concurrent.futures import CancelledError, ProcessPoolExecutor, ThreadPoolExecutor, as_completed, wait
from multiprocessing import connection
from queue import SimpleQueue
from threading import Thread

import psutil
import pytest

from helpers.checks.exceptions.pools_and_futures import check_gather, check_resubmit, check_retry
from helpers.checks.exceptions.threads_and_processes import check_run_all, check_run_in_process
from helpers.checks.exceptions.timeouts_and_shutdown import check_run_until_interrupted
from helpers.workers.exceptions.pools_and_futures import NoAnswer
from helpers.workers.exceptions.timeouts_and_shutdown import ignore_ctrl_c


def in_threads_with_a_queue(tasks):
    ended = SimpleQueue()

    def run(number, task):
        outcome = None, None
        try:
            outcome = task(), None
        except BaseException as error:
            error.add_note(f"This was task {number}.")
            outcome = None, error
        finally:
            ended.put((number, outcome))

    threads = [Thread(target=run, args=numbered) for numbered in enumerate(tasks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    outcomes = dict(ended.get() for _ in threads)
    return [outcomes[number] for number in range(len(tasks))]


def with_futures(tasks):
    with ThreadPoolExecutor(max_workers=len(tasks) + 1) as executor:
        futures = [executor.submit(task) for task in tasks]
        wait(futures)
    outcomes = [(None, error) if (error := f.exception()) is not None else (f.result(), None) for f in futures]
    for number, (_, error) in enumerate(outcomes):
        if error is not None:
            error.add_note(f"task {number}")
    return outcomes


class Remote(Exception):
    def __str__(self):
        return self.args[0]


def put_outcome(results, function, args):
    try:
        results.put(("value", function(*args)))
    except Exception as error:
        results.put(("error", (error, "".join(traceback.format_exception(error)))))


def by_sentinel(function, *args):
    """With a queue, and the child's traceback as the cause."""
    results = multiprocessing.SimpleQueue()
    child = multiprocessing.Process(target=put_outcome, args=(results, function, args))
    child.start()
    connection.wait([child.sentinel, results._reader])
    try:
        if results.empty():
            child.join()
            raise ChildProcessError(f"the child ended with {child.exitcode}")
        kind, outcome = results.get()
    finally:
        child.join()
    if kind == "error":
        raise outcome[0] from Remote(outcome[1])
    return outcome


def by_results(futures):
    results, errors = [], []
    for future, given in futures.items():
        wait([future])
        try:
            results.append(future.result())
        except BaseException as error:
            if f"for {given}" not in getattr(error, "__notes__", ()):
                error.add_note(f"for {given}")
            errors.append(error)
    if errors:
        raise BaseExceptionGroup(f"{len(errors)} of {len(futures)}", errors)
    return results


def as_they_complete(futures):
    results, errors = {}, []
    for future in as_completed(futures):
        try:
            error = future.exception()
        except CancelledError as cancelled:
            error = cancelled
        if error is None:
            results[future] = future.result()
        else:
            error.__notes__ = [f"The input was {futures[future]!r}."]
            errors.append(error)
    if errors:
        raise BaseExceptionGroup("failures", errors[::-1])
    return [results[future] for future in futures]


def by_recursion(call, attempts, pause, sleep):
    try:
        return call()
    except ConnectionError as error:
        if attempts == 1 or isinstance(error, NoAnswer):
            raise
    sleep(pause)
    return by_recursion(call, attempts - 1, 2 * pause, sleep)


def with_a_list_of_pauses(call, attempts, pause, sleep):
    for seconds in [pause * 2**n for n in range(attempts - 1)]:
        try:
            return call()
        except NoAnswer:
            raise
        except ConnectionError:
            sleep(seconds)
    return call()


def one_item_after_the_other(executor, call, items, attempts, sleep):
    futures = [executor.submit(call, item) for item in items]
    for i, item in enumerate(items):
        for attempt in range(attempts - 1):
            if futures[i].exception() is not None:
                sleep(2**attempt)
                futures[i] = executor.submit(call, item)
    return futures


def with_a_queue(executor, call, items, attempts, sleep):
    futures, ended = {}, SimpleQueue()

    def submit(number, attempt):
        futures[number] = executor.submit(call, items[number])
        futures[number].add_done_callback(lambda future: ended.put((number, attempt, future)))

    for number in range(len(items)):
        submit(number, 1)
    left = len(items)
    while left:
        number, attempt, future = ended.get()
        if future.exception() is None or attempt == attempts:
            left -= 1
        else:
            sleep(2**attempt)
            submit(number, attempt + 1)
    return [futures[number] for number in range(len(items))]


def with_an_executor(work, items, n, results):
    executor = ProcessPoolExecutor(n, initializer=ignore_ctrl_c)
    futures = {executor.submit(work, item): item for item in items}
    try:
        wait(futures)
    except KeyboardInterrupt:
        for child in multiprocessing.active_children():
            child.terminate()
        raise
    finally:
        executor.shutdown(cancel_futures=True)
        for future, item in futures.items():
            if not future.cancelled() and not future.exception():
                results[item] = future.result()


def serve(work, tasks, ended):
    os.setsid()  # a terminal sends Ctrl-C to another group
    while (item := tasks.get()) is not None:
        ended.put((item, work(item)))


def with_processes(work, items, n, results):
    tasks, ended = multiprocessing.SimpleQueue(), multiprocessing.SimpleQueue()
    children = [multiprocessing.Process(target=serve, args=(work, tasks, ended)) for _ in range(n)]
    for item in [*items, *[None] * n]:
        tasks.put(item)
    for child in children:
        child.start()
    try:
        for _ in items:
            item, result = ended.get()
            results[item] = result
    except KeyboardInterrupt:
        for child in children:
            child.terminate()
        raise
    finally:
        for child in children:
            child.join()


def with_callbacks(work, items, n, results):
    with multiprocessing.Pool(n, ignore_ctrl_c) as pool:
        calls = [pool.apply_async(work, (item,), callback=lambda r, i=item: results.update({i: r})) for item in items]
        for call in calls:
            call.wait()


RIGHT = [
    (check_run_all, in_threads_with_a_queue),
    (check_run_all, with_futures),
    (check_run_in_process, by_sentinel),
    (check_gather, by_results),
    (check_gather, as_they_complete),
    (check_retry, by_recursion),
    (check_retry, with_a_list_of_pauses),
    (check_resubmit, one_item_after_the_other),
    (check_resubmit, with_a_queue),
    (check_run_until_interrupted, with_an_executor),
    (check_run_until_interrupted, with_callbacks),
    pytest.param(
        *(check_run_until_interrupted, with_processes),
        marks=pytest.mark.skipif(os.name != "posix", reason="this system has no process groups"),
    ),
]


@pytest.mark.parametrize(("check", "answer"), RIGHT, ids=lambda value: value.__name__)
def test_a_right_answer_by_other_means_is_accepted(check, answer, capsys):
    before = psutil.Process().children()  # another test's resource tracker, it may be
    check(answer)
    assert capsys.readouterr().out.startswith("Solved: ")
    assert psutil.Process().children() == before
