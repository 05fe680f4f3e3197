"""Classic wrong answers to the exercises of exceptions/01_threads_and_processes."""

# ruff: noqa: BLE001  what to catch is what the exercises are about

import multiprocessing
import traceback
from concurrent.futures import ThreadPoolExecutor, as_completed
from multiprocessing import Pipe, Process, SimpleQueue
from threading import Thread

from helpers.checks.exceptions.threads_and_processes import check_run_all, check_run_in_process
from wrong_answers import refused

# run_all --------------------------------------------------------------------------------------------------------------


def in_threads(run, tasks):
    ended = [None] * len(tasks)

    def keep(number):
        ended[number] = run(number, tasks[number])

    threads = [Thread(target=keep, args=(number,)) for number in range(len(tasks))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ended


def noted(error, number):
    error.add_note(f"in task {number}")
    return error


def attempt(number, task):
    try:
        return task(), None
    except BaseException as error:
        return None, noted(error, number)


@refused(check_run_all, "task 1 raised a ValueError, and its outcome should be a pair (result, error), and is None")
def lets_the_threads_end(tasks):
    return in_threads(lambda number, task: (task(), None), tasks)


@refused(check_run_all, "task 1 raised a ValueError, and its outcome is (None, None)")
def swallows(tasks):
    def run(number, task):
        try:
            return task(), None
        except BaseException:
            return None, None

    return in_threads(run, tasks)


@refused(check_run_all, "a ValueError of a task came out of run_all")
def stops_at_the_first(tasks):
    with ThreadPoolExecutor(len(tasks) or 1) as executor:
        return [(future.result(), None) for future in [executor.submit(task) for task in tasks]]


@refused(check_run_all, "task 0 raised a SystemExit, and its outcome should be a pair (result, error), and is None")
def catches_exception_only(tasks):
    def run(number, task):
        try:
            return task(), None
        except Exception as error:
            return None, noted(error, number)

    return in_threads(run, tasks)


@refused(check_run_all, "a SystemExit of a task came out of run_all")
def catches_exception_only_in_an_executor(tasks):
    def run(number, task):
        try:
            return task(), None
        except Exception as error:
            return None, noted(error, number)

    with ThreadPoolExecutor(len(tasks) or 1) as executor:
        return list(executor.map(run, range(len(tasks)), tasks))


@refused(check_run_all, "has lost its traceback")
def drops_the_traceback(tasks):
    def run(number, task):
        result, error = attempt(number, task)
        return result, error and error.with_traceback(None)

    return in_threads(run, tasks)


@refused(check_run_all, "The error should be the exception itself")
def keeps_the_text(tasks):
    def run(number, task):
        result, error = attempt(number, task)
        return result, error and repr(error)

    return in_threads(run, tasks)


@refused(check_run_all, "The error should be the exception itself")
def wraps_the_error(tasks):
    def run(number, task):
        try:
            return task(), None
        except BaseException as error:
            try:
                raise RuntimeError(f"task {number} failed") from error
            except RuntimeError as wrapped:
                return None, noted(wrapped, number)

    return in_threads(run, tasks)


@refused(check_run_all, "the outcome of task 0 should be (None, None), and is ('', None)")
def has_no_place_for_none(tasks):
    return [(result or "", error) for result, error in in_threads(attempt, tasks)]


@refused(check_run_all, "the outcome of task 0 should be (LookupError('a result, and no failure'), None)")
def takes_a_returned_error_for_a_failure(tasks):
    def run(number, task):
        try:
            return task()
        except BaseException as error:
            return noted(error, number)

    ended = in_threads(run, tasks)
    return [(None, end) if isinstance(end, BaseException) else (end, None) for end in ended]


@refused(check_run_all, "the outcome of task 0 should be (None, None)")
def in_order_of_ending(tasks):
    ended = []

    def keep(number, task):
        ended.append(attempt(number, task))

    in_threads(keep, tasks)
    return ended


@refused(check_run_all, "the outcome of task 0 should be (None, None)")
def in_order_of_completion(tasks):
    with ThreadPoolExecutor(len(tasks) or 1) as executor:
        return [future.result() for future in as_completed(map(executor.submit, [attempt] * 9, range(9), tasks))]


@refused(check_run_all, "at most 1 of 4 tasks ran at the same time")
def one_after_the_other(tasks):
    with ThreadPoolExecutor(1) as executor:
        return list(executor.map(attempt, range(len(tasks)), tasks))


@refused(check_run_all, "at most 2 of 4 tasks ran at the same time")
def a_pool_of_two(tasks):
    with ThreadPoolExecutor(2) as executor:
        return list(executor.map(attempt, range(len(tasks)), tasks))


@refused(check_run_all, "a task ran in the main thread")
def in_no_thread(tasks):
    return [attempt(number, task) for number, task in enumerate(tasks)]


@refused(check_run_all, "the error of task 1 should have one note that says 'task 1', and has []")
def adds_no_note(tasks):
    def run(number, task):
        try:
            return task(), None
        except BaseException as error:
            return None, error

    return in_threads(run, tasks)


@refused(check_run_all, "the error of task 1 should have one note that says 'task 1', and has ['in task 3']")
def notes_the_last_number(tasks):
    ended = {}
    threads = []
    for number, task in enumerate(tasks):

        def run(mine=number, task=task):
            try:
                ended[mine] = task(), None
            except BaseException as error:
                ended[mine] = None, noted(error, number)  # noqa: B023

        threads.append(Thread(target=run))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [ended[number] for number in range(len(tasks))]


@refused(check_run_all, "a thread still ran when run_all had returned")
def shuts_down_without_waiting(tasks):
    executor = ThreadPoolExecutor(len(tasks) + 1)
    executor.submit(multiprocessing.Event().wait)
    futures = [executor.submit(attempt, number, task) for number, task in enumerate(tasks)]
    executor.shutdown(wait=False)
    return [future.result() for future in futures]


# run_in_process -------------------------------------------------------------------------------------------------------


def report(end, function, args):
    try:
        outcome = function(*args), None
    except Exception as error:
        error.add_note(traceback.format_exc())
        outcome = None, error
    end.send(outcome)


def report_without_traceback(end, function, args):
    try:
        end.send((function(*args), None))
    except Exception as error:
        end.send((None, error))


def put(results, function, args):
    try:
        results.put((function(*args), None))
    except Exception as error:
        results.put((None, error))


def started(report, function, args):
    ours, theirs = Pipe(duplex=False)
    child = Process(target=report, args=(theirs, function, args))
    child.start()
    theirs.close()
    return ours, child


def received(ours, child):
    try:
        value, error = ours.recv()
    except EOFError:
        child.join()
        value, error = None, ChildProcessError(f"exit code {child.exitcode}")
    finally:
        child.join()
    return value, error


@refused(check_run_in_process, "with call='returns big': it does not come back. Receive before you join")
def joins_before_it_receives(function, *args):
    ours, child = started(report, function, args)
    child.join()
    value, error = received(ours, child)
    if error:
        raise error
    return value


@refused(check_run_in_process, "it does not come back. The child has ended without an answer")
def keeps_the_other_end(function, *args):
    ours, theirs = Pipe(duplex=False)
    child = Process(target=report, args=(theirs, function, args))
    child.start()
    value, error = received(ours, child)
    if error:
        raise error
    return value


@refused(check_run_in_process, "it does not come back. The child has ended without an answer")
def waits_on_a_queue(function, *args):
    results = SimpleQueue()
    child = Process(target=put, args=(results, function, args))
    child.start()
    value, error = results.get()
    child.join()
    if error:
        raise error
    return value


@refused(check_run_in_process, "the child's traceback is lost")
def loses_the_traceback(function, *args):
    value, error = received(*started(report_without_traceback, function, args))
    if error:
        raise error
    return value


@refused(check_run_in_process, "and the call returned ChildProcessError('exit code 3')")
def returns_the_error(function, *args):
    value, error = received(*started(report, function, args))
    return error or value


@refused(check_run_in_process, "the function raised ValueError, and the call returned ValueError('no such row')")
def returns_what_the_child_sent(function, *args):
    ours, child = started(report, function, args)
    value, error = received(ours, child)
    if isinstance(error, ChildProcessError):
        raise error
    return error or value


@refused(check_run_in_process, "the function returned an error, and the call raised LookupError")
def raises_a_returned_error(function, *args):
    value, error = received(*started(report, function, args))
    if isinstance(error or value, Exception):
        raise error or value
    return value


@refused(check_run_in_process, "the child ended with exit code 3 and no answer, and the call returned None")
def takes_no_answer_for_none(function, *args):
    ours, child = started(report, function, args)
    try:
        value, error = ours.recv()
    except EOFError:
        value = error = None
    child.join()
    if error:
        raise error
    return value


@refused(check_run_in_process, "raise ChildProcessError with its exit code, 3. The call raised EOFError")
def passes_on_the_end_of_the_pipe(function, *args):
    ours, child = started(report, function, args)
    try:
        value, error = ours.recv()
    finally:
        child.join()
    if error:
        raise error
    return value


@refused(check_run_in_process, "raise ChildProcessError with its exit code, 3. The call raised ChildProcessError: exit")
def asks_for_the_exit_code_too_early(function, *args):
    ours, child = started(report, function, args)
    try:
        value, error = ours.recv()
    except EOFError:
        value, error = None, ChildProcessError("exit code None")
    child.join()
    if error:
        raise error
    return value


@refused(check_run_in_process, "the process was never joined")
def never_joins(function, *args):
    ours, _ = started(report, function, args)
    value, error = ours.recv()
    if error:
        raise error
    return value


@refused(check_run_in_process, "with call='raises what cannot be unpickled': the process was never joined")
def joins_only_after_an_answer(function, *args):
    ours, child = started(report, function, args)
    try:
        value, error = ours.recv()
    except EOFError:
        child.join()
        value, error = None, ChildProcessError(f"exit code {child.exitcode}")
    child.join()
    if error:
        raise error
    return value


@refused(check_run_in_process, "the function ran in the parent")
def calls_it_in_the_parent(function, *args):
    return function(*args)
