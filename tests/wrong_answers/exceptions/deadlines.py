"""Classic wrong answers to the first exercise of exceptions/03_timeouts_and_shutdown."""

from concurrent.futures import as_completed, wait

from helpers.checks.exceptions.deadlines import check_within
from wrong_answers import refused


def submitted(executor, calls):
    return {executor.submit(call): number for number, call in enumerate(calls)}


@refused(check_within, "with limit_s=1 it took about 2 times as long: the limit is for all calls together")
def has_a_limit_for_each(executor, calls, limit_s):
    results = {}
    for future, number in submitted(executor, calls).items():
        try:
            results[number] = future.result(limit_s)
        except TimeoutError:
            future.cancel()
    return results


@refused(check_within, "call 3 had not begun in time, and ran all the same afterwards")
def cancels_none(executor, calls, limit_s):
    futures = submitted(executor, calls)
    done, _ = wait(futures, limit_s)
    return {futures[future]: future.result() for future in done}


@refused(check_within, "TimeoutError came out of it")
def lets_it_out(executor, calls, limit_s):
    futures = submitted(executor, calls)
    return {futures[future]: future.result() for future in as_completed(futures, limit_s)}


@refused(check_within, "it waited for a slow call, whatever the limit")
def shuts_down(executor, calls, limit_s):
    futures = submitted(executor, calls)
    done, _ = wait(futures, limit_s)
    executor.shutdown(cancel_futures=True)
    return {futures[future]: future.result() for future in done}


@refused(check_within, "the executor was shut down")
def shuts_down_and_leaves(executor, calls, limit_s):
    futures = submitted(executor, calls)
    done, _ = wait(futures, limit_s)
    executor.shutdown(wait=False, cancel_futures=True)
    return {futures[future]: future.result() for future in done}


@refused(check_within, "it should return {0: 0}, the results by their places, and returned {}")
def drops_what_counts_as_false(executor, calls, limit_s):
    futures = submitted(executor, calls)
    done, others = wait(futures, limit_s)
    for future in others:
        future.cancel()
    return {futures[future]: result for future in done if (result := future.result())}
