"""Classic wrong answers to the exercises of exceptions/02_pools_and_futures."""

from concurrent.futures import FIRST_EXCEPTION, CancelledError, as_completed, wait

from helpers.checks.exceptions.pools_and_futures import check_gather, check_resubmit, check_retry
from helpers.workers.exceptions.pools_and_futures import NoAnswer
from wrong_answers import refused

# gather ---------------------------------------------------------------------------------------------------------------


def failure(future):
    return CancelledError() if future.cancelled() else future.exception()


def noted(error, given):
    note = f"input: {given!r}"
    if note not in getattr(error, "__notes__", []):
        error.add_note(note)
    return error


def grouped(futures, kind=BaseExceptionGroup):
    errors = [noted(error, futures[future]) for future in futures if (error := failure(future)) is not None]
    if errors:
        raise kind("calls failed", errors)
    return [future.result() for future in futures]


@refused(check_gather, "it came back before 'a.txt' was done")
def waits_for_no_result(futures):
    return [future.result() for future in futures if future.done()]


@refused(check_gather, "it raised ValueError of one call and 2 failed. Raise one ExceptionGroup of all")
def raises_the_first(futures):
    return [future.result() for future in futures]


@refused(check_gather, "it came back before 'a.txt' was done")
def raises_at_the_first_exception(futures):
    done, _ = wait(futures, return_when=FIRST_EXCEPTION)
    return grouped({future: given for future, given in futures.items() if future in done})


@refused(check_gather, "it cancelled the call for 'a.txt'")
def cancels_the_others(futures):
    wait(futures, return_when=FIRST_EXCEPTION)
    for future in futures:
        future.cancel()
    wait(futures)
    return grouped(futures)


@refused(check_gather, "the results should be [None, 0,")
def in_order_of_completion(futures):
    return grouped({future: futures[future] for future in as_completed(futures)})


@refused(check_gather, "the results should be [None, 0,")
def leaves_out_what_counts_as_false(futures):
    wait(futures)
    return [result for result in grouped(futures) if result]


@refused(check_gather, "the failure of 'b.txt' should have a note that names its input, and has []")
def adds_no_note(futures):
    wait(futures)
    errors = [future.exception() for future in futures if future.exception()]
    if errors:
        raise ExceptionGroup("calls failed", errors)
    return [future.result() for future in futures]


@refused(check_gather, "the failure of 'b.txt' should have a note that names its input, and has ['call 1']")
def notes_the_number(futures):
    wait(futures)
    errors = [error for error in map(failure, futures) if error is not None]
    for number, error in enumerate(errors, 1):
        error.add_note(f"call {number}")
    if errors:
        raise BaseExceptionGroup("calls failed", errors)
    return [future.result() for future in futures]


@refused(check_gather, "after a second call of gather the failure of 'b.txt' has its note twice")
def adds_its_note_each_time(futures):
    wait(futures)
    errors = []
    for future, given in futures.items():
        if (error := failure(future)) is not None:
            error.add_note(f"input: {given!r}")
            errors.append(error)
    if errors:
        raise BaseExceptionGroup("calls failed", errors)
    return [future.result() for future in futures]


@refused(check_gather, "it raised CancelledError of one call and 2 failed")
def asks_a_cancelled_future(futures):
    wait(futures)
    errors = [noted(future.exception(), given) for future, given in futures.items() if future.exception() is not None]
    if errors:
        raise BaseExceptionGroup("calls failed", errors)
    return [future.result() for future in futures]


@refused(check_gather, "the failure of None should be in the group once, and is 0 times. A cancelled call")
def leaves_cancelled_out(futures):
    wait(futures)
    return grouped({future: given for future, given in futures.items() if not future.cancelled()})


@refused(check_gather, "BaseExceptionGroup takes both")
def knows_exceptions_only(futures):
    wait(futures)
    return grouped(futures, ExceptionGroup)


def caught(futures, failure_kind, kind):
    results, errors = [], []
    for future, given in futures.items():
        try:
            results.append(future.result())
        except failure_kind as error:
            errors.append(noted(error, given))
    if errors:
        raise kind("calls failed", errors)
    return results


@refused(check_gather, "it raised SystemExit of one call and 3 failed")
def catches_exceptions_only(futures):
    return caught(futures, Exception, ExceptionGroup)


@refused(check_gather, "Ctrl-C in your own program, while it waited, was taken for a failure of that call")
def takes_ctrl_c_for_a_failure(futures):
    return caught(futures, BaseException, BaseExceptionGroup)


@refused(check_gather, "2 of the calls failed, and it returned")
def returns_the_errors(futures):
    wait(futures)
    return [failure(future) or future.result() for future in futures]


# retry ----------------------------------------------------------------------------------------------------------------


def retried(call, attempts, pause, sleep, transient=ConnectionError):
    for attempt in range(1, attempts + 1):
        try:
            return call()
        except transient as error:
            if attempt == attempts or isinstance(error, NoAnswer):
                raise
        sleep(pause * 2 ** (attempt - 1))


@refused(check_retry, "errors=['ValueError'], attempts=4, pause=0.5: 1 call should be made, and 2 were made")
def retries_everything(call, attempts, pause, sleep):
    return retried(call, attempts, pause, sleep, Exception)


@refused(check_retry, "2 calls should be made, and 3 were made. Do not call again after PermissionError")
def retries_every_error_of_the_system(call, attempts, pause, sleep):
    return retried(call, attempts, pause, sleep, OSError)


@refused(check_retry, "1 call should be made, and 2 were made. Do not call again after KeyboardInterrupt")
def retries_after_ctrl_c(call, attempts, pause, sleep):
    return retried(call, attempts, pause, sleep, (ConnectionError, KeyboardInterrupt))


@refused(check_retry, "the service carried the request out 2 times")
def pays_twice(call, attempts, pause, sleep):
    for attempt in range(1, attempts + 1):
        try:
            return call()
        except ConnectionError:
            if attempt == attempts:
                raise
        sleep(pause * 2 ** (attempt - 1))


@refused(check_retry, "There is nothing to wait for after the last call")
def sleeps_after_the_last(call, attempts, pause, sleep):
    for attempt in range(1, attempts + 1):
        try:
            return call()
        except NoAnswer:
            raise
        except ConnectionError as error:
            sleep(pause * 2 ** (attempt - 1))
            last = error
    raise last


@refused(check_retry, "the last call raised ConnectionError('no connection'), and so should retry: that error. But it")
def hides_the_error(call, attempts, pause, sleep):
    try:
        return retried(call, attempts, pause, sleep)
    except NoAnswer:
        raise
    except ConnectionError:
        raise RuntimeError(f"gave up after {attempts} attempts") from None


@refused(check_retry, "and so should retry: that error. But it returned None")
def returns_none_at_the_end(call, attempts, pause, sleep):
    try:
        return retried(call, attempts, pause, sleep)
    except ConnectionError:
        return None


@refused(check_retry, "4 calls should be made, and 5 were made")
def one_call_too_many(call, attempts, pause, sleep):
    return retried(call, attempts + 1, pause, sleep)


@refused(check_retry, "4 calls should be made, and 3 were made")
def one_call_too_few(call, attempts, pause, sleep):
    return retried(call, max(attempts - 1, 2), pause, sleep)


@refused(check_retry, "the pauses should be [1, 2, 4], one between two calls, and were [1, 1, 1]")
def always_the_same_pause(call, attempts, pause, sleep):
    return retried(call, attempts, pause, lambda _: sleep(pause))


@refused(check_retry, "one between two calls, and were []")
def without_a_pause(call, attempts, pause, sleep):
    return retried(call, attempts, pause, lambda _: None)


# resubmit -------------------------------------------------------------------------------------------------------------


@refused(check_resubmit, "a worker of the pool made the pause, and was lost to the others meanwhile")
def pauses_in_the_worker(executor, call, items, attempts, sleep):
    return [executor.submit(retried, lambda item=item: call(item), attempts, 1, sleep) for item in items]


@refused(check_resubmit, "the future of 'a.txt' should be that of the call that worked")
def tries_once(executor, call, items, attempts, sleep):
    return [executor.submit(call, item) for item in items]


def rounds(executor, call, items, attempts, sleep):
    futures = [executor.submit(call, item) for item in items]
    for attempt in range(1, attempts):
        failed = [i for i, future in enumerate(futures) if future.exception()]
        if not failed:
            break
        sleep(2**attempt)
        for i in failed:
            futures[i] = executor.submit(call, items[i])
    return futures


@refused(check_resubmit, "the calls for 'd.txt' should be 3 with attempts=3, and were 4")
def one_round_too_many(executor, call, items, attempts, sleep):
    return rounds(executor, call, items, attempts + 1, sleep)


@refused(check_resubmit, "the future of 'a.txt' should be that of the call that worked, and holds")
def forgets_the_new_future(executor, call, items, attempts, sleep):
    rounds_of = [executor.submit(call, item) for item in items]
    for _ in range(1, attempts):
        failed = [i for i, future in enumerate(rounds_of) if future.exception()]
        if failed:
            sleep(1)
        for i in failed:
            executor.submit(call, items[i])
    return rounds_of


@refused(check_resubmit, "the calls for 'b.txt' should be 1 with attempts=3, and were 2")
def submits_all_again(executor, call, items, attempts, sleep):
    futures = [executor.submit(call, item) for item in items]
    for _ in range(1, attempts):
        if not any(future.exception() for future in futures):
            break
        sleep(1)
        futures = [executor.submit(call, item) for item in items]
    return futures


@refused(check_resubmit, "it paused 0 times. Pause before a call is made again")
def never_pauses(executor, call, items, attempts, sleep):
    return rounds(executor, call, items, attempts, lambda _: None)


@refused(check_resubmit, "there should be a list of futures")
def returns_results(executor, call, items, attempts, sleep):
    return [future.exception() or future.result() for future in rounds(executor, call, items, attempts, sleep)]
