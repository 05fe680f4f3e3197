"""Checkers for the exercises of exceptions/02_pools_and_futures."""

import _thread
import os
import re
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor, _base
from typing import Any

from helpers.checks.family import Family, Trial
from helpers.checks.processes.apparatus import judged
from helpers.checks.verdict import QUIET_S, NotYet, say
from helpers.polling import wait_until
from helpers.workers.exceptions.pools_and_futures import NoAnswer, Service

_EARLY_S = 0.3  # in which an answer that does not wait for all comes back

# gather ---------------------------------------------------------------------------------------------------------------

_CALLS = Family(
    calls=(
        {"a.txt": "returns None", "b.txt": "returns 0", "c.txt": "returns an error"},
        {"a.txt": "returns 0", "b.txt": "raises", "c.txt": "returns None", "d.txt": "raises"},
        {0: "raises", None: "is cancelled", ("x", 2): "returns 0"},
        {"a.txt": "raises exit", "b.txt": "raises", "c.txt": "raises Ctrl-C"},
        {},
        {"a.txt": "lasts until Ctrl-C"},
    )
)
_VALUES = {"returns None": None, "returns 0": 0, "returns an error": LookupError("a result, and no failure")}
_ERRORS = {"raises": ValueError, "raises exit": SystemExit, "raises Ctrl-C": KeyboardInterrupt}


def check_gather(gather: Callable[[Mapping[Future, Any]], list]) -> None:
    """Print whether gather(futures) waits for all, and returns the results in order or raises a group of failures."""
    solved = "{trials} of {trials} lots of futures: all results in order, or every failure with a note of its input."
    say(judged(_judge_gather, gather, _CALLS, solved=solved))


def _judge_gather(gather: Callable, trial: Trial) -> None:
    if "lasts until Ctrl-C" in trial.calls.values():
        _judge_interrupted(gather, list(trial.calls))
        return
    futures = {Future(): given for given in trial.calls}
    errors = {
        future: _ERRORS[does](f"cannot read {futures[future]}")
        for future, does in zip(futures, trial.calls.values(), strict=True)
        if does in _ERRORS
    }
    returned = threading.Event()
    feeder = threading.Thread(target=_feed, args=(futures, trial.calls, errors, returned))
    feeder.start()
    try:
        raised, results = _gathered(gather, futures, errors)
        too_early = [futures[future] for future in futures if not future.done()]
    finally:
        returned.set()
        feeder.join()
    if too_early:
        raise NotYet(f"it came back before {too_early[0]!r} was done. Wait for all, whatever the first ones bring.")
    for future, given in futures.items():
        if future.cancelled() and trial.calls[given] != "is cancelled":
            raise NotYet(f"it cancelled the call for {given!r}. A failure of one call is no reason to stop another.")
    failed = [future for future in futures if future in errors or future.cancelled()]
    if not failed:
        _judge_results([_VALUES[does] for does in trial.calls.values()], raised, results)
        return
    _judge_group({future: futures[future] for future in failed}, errors, raised, results)
    if errors:
        _gathered(gather, futures, errors)
        for future, error in errors.items():
            if len(error.__notes__) > 1:
                raise NotYet(f"after a second call of gather the failure of {futures[future]!r} has its note twice.")


def _judge_interrupted(gather: Callable, inputs: list) -> None:
    """Refuse an answer that takes its caller's Ctrl-C, which comes while it waits, for the failure of a call."""
    futures, returned, raised = {Future(): given for given in inputs}, threading.Event(), None
    interrupter = threading.Thread(target=_interrupt, args=(futures, returned))
    usual = signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored, if this runs in a shell's background
    interrupter.start()
    try:
        gather(futures)
    except BaseException as error:  # noqa: BLE001  Ctrl-C, or what an answer makes of it once the call has ended
        raised = error
    finally:
        returned.set()
        interrupter.join()
        signal.signal(signal.SIGINT, usual)
    if not isinstance(raised, KeyboardInterrupt):
        raise NotYet(
            "Ctrl-C in your own program, while it waited, was taken for a failure of that call. Ask for "
            "future.exception(), and catch only CancelledError."
        )


def _interrupt(futures: Iterable[Future], returned: threading.Event) -> None:
    """Send Ctrl-C to the main thread once it waits; the calls of an answer that goes on waiting end later."""
    main = threading.main_thread().ident
    wait_until(lambda: returned.is_set() or _waits(main), QUIET_S)
    if not returned.is_set():
        if os.name == "posix":
            signal.pthread_kill(main, signal.SIGINT)  # it wakes a thread that waits for a lock
        else:
            _thread.interrupt_main()
    returned.wait(QUIET_S)
    for future in futures:
        if not future.done():
            future.set_result(None)


def _waits(thread: int) -> bool:
    """Whether a thread waits for a future; it starts another one by a wait as well."""
    files = [frame.f_code.co_filename for frame, _ in traceback.walk_stack(sys._current_frames()[thread])]
    return files[0] == threading.__file__ and _base.__file__ in files


def _feed(futures: dict[Future, Any], calls: dict, errors: dict, returned: threading.Event) -> None:
    """Complete the futures in reverse order, the first to be submitted last, and that one late."""
    for future in reversed(futures):
        if future is next(iter(futures)):
            returned.wait(_EARLY_S)
        if calls[futures[future]] == "is cancelled":
            future.cancel()
        if not future.set_running_or_notify_cancel():
            continue
        if future in errors:
            future.set_exception(errors[future])
        else:
            future.set_result(_VALUES[calls[futures[future]]])


def _gathered(gather: Callable, futures: dict, errors: dict) -> tuple[BaseException | None, Any]:
    """What the answer raised, or what it returned; an error of its own goes on."""
    try:
        return None, gather(dict(futures))
    except BaseException as error:
        if isinstance(error, BaseExceptionGroup | CancelledError) or error in errors.values():
            return error, None
        if isinstance(error, TypeError) and "BaseException" in str(error):
            raise NotYet(
                f"{error}. A task may raise SystemExit, which is no Exception: BaseExceptionGroup takes both, and "
                "makes an ExceptionGroup where it can."
            ) from None
        raise


def _judge_results(wanted: list, raised: BaseException | None, results: Any) -> None:
    if raised is not None:
        raise NotYet(f"no call failed, and it raised {raised!r:.80}.")
    if not isinstance(results, list) or [*map(id, results)] != [*map(id, wanted)]:
        raise NotYet(f"the results should be {wanted!r:.80}, in order of submission, and are {results!r:.80}.")


def _judge_group(failed: dict[Future, Any], errors: dict, raised: BaseException | None, results: Any) -> None:
    if raised is None:
        raise NotYet(f"{len(failed)} of the calls failed, and it returned {results!r:.80}.")
    if not isinstance(raised, BaseExceptionGroup):
        raise NotYet(
            f"it raised {type(raised).__name__} of one call and {len(failed)} failed. Raise one ExceptionGroup of all."
        )
    for future, given in failed.items():
        found = [
            error
            for error in raised.exceptions
            if (error is errors[future] if future in errors else isinstance(error, CancelledError))
        ]
        if len(found) != 1:
            what = "A cancelled call is a failure too, a CancelledError." if future.cancelled() else "Take them all."
            raise NotYet(f"the failure of {given!r} should be in the group once, and is {len(found)} times. {what}")
        notes = getattr(found[0], "__notes__", [])
        if not any(re.search(rf"(?<!\w){re.escape(str(given))}(?!\w)", note) for note in notes):
            raise NotYet(f"the failure of {given!r} should have a note that names its input, and has {notes!r}.")
    if len(raised.exceptions) > len(failed):
        raise NotYet(f"{len(failed)} calls failed, and the group holds {len(raised.exceptions)} exceptions.")


# retry ----------------------------------------------------------------------------------------------------------------

_LOST, _FORBIDDEN, _CTRL_C = ConnectionError, PermissionError, KeyboardInterrupt
_REQUESTS = Family(
    errors=(
        [], [_LOST], [_LOST] * 3, [ValueError], [_LOST] * 9, [_LOST, _FORBIDDEN], [NoAnswer], [_LOST, NoAnswer],
        [_CTRL_C], [ConnectionResetError, BrokenPipeError],
    ),
    attempts=(1, 3, 4, 4, 4, 5),
    pause=(1, 0.5),
)  # fmt: skip


def check_retry(retry: Callable[[Callable, int, float, Callable[[float], None]], Any]) -> None:
    """Print whether retry(call, attempts, pause, sleep) calls again after a lost connection, and after nothing else."""
    solved = "{trials} of {trials} services: what may pass is tried again, after pauses that double, and nothing else."
    say(judged(_judge_retry, retry, _REQUESTS, solved=solved))


def _judge_retry(retry: Callable, trial: Trial) -> None:
    errors = [kind("no connection") for kind in trial.errors]
    trial.errors = [kind.__name__ for kind in trial.errors]  # as the verdict shows them
    service, pauses, raised, value = Service(*errors), [], None, None
    try:
        value = retry(service, trial.attempts, trial.pause, pauses.append)
    except BaseException as error:
        if not service.calls:
            raise
        raised = error
    wanted = _calls_wanted(errors, trial.attempts)
    if service.done > 1:
        raise NotYet(
            f"the service carried the request out {service.done} times. NoAnswer says that it may have been carried "
            "out: let it pass, although it is a ConnectionError."
        )
    if service.calls != wanted:
        last = f"after {trial.errors[wanted - 1]}" if wanted <= len(errors) else "after success"
        raise NotYet(
            f"{wanted} {'call' if wanted == 1 else 'calls'} should be made, and {service.calls} were made. "
            + (f"Do not call again {last}." if service.calls > wanted and wanted < trial.attempts else "")
        )
    if wanted <= len(errors) and raised is not errors[wanted - 1]:
        got = f"it raised {raised!r:.60}" if raised else f"it returned {value!r:.60}"
        raise NotYet(f"the last call raised {errors[wanted - 1]!r}, and so should retry: that error. But {got}.")
    if wanted > len(errors) and (raised is not None or value != 1):
        raise NotYet(f"the last call returned 1, and so should retry. It gave {raised if raised else value!r:.60}.")
    doubling = [trial.pause * 2**n for n in range(wanted - 1)]
    if pauses != doubling:
        after = " There is nothing to wait for after the last call." if len(pauses) == wanted else ""
        raise NotYet(f"the pauses should be {doubling}, one between two calls, and were {pauses!r:.80}.{after}")


def _calls_wanted(errors: Sequence[BaseException], attempts: int) -> int:
    """How many calls should be made of a service that fails so."""
    for number, error in enumerate(errors[:attempts], 1):
        if isinstance(error, NoAnswer) or not isinstance(error, ConnectionError):
            return number
    return min(len(errors) + 1, attempts)


# resubmit -------------------------------------------------------------------------------------------------------------

_ITEMS = Family(
    failures=({"a.txt": 1, "b.txt": 0}, {"a.txt": 2, "b.txt": 0, "c.txt": 1, "d.txt": 5}, {"a.txt": 0}, {}),
    workers=(1, 2, 1, 3),
)


def check_resubmit(resubmit: Callable[[ThreadPoolExecutor, Callable, Sequence, int, Callable], list[Future]]) -> None:
    """Print whether resubmit(executor, call, items, attempts, sleep) tries again without a pause in a worker."""
    solved = "{trials} of {trials} lots of items: what failed was submitted again, and no worker was held by a pause."
    say(judged(_judge_resubmit, resubmit, _ITEMS, solved=solved))


def _judge_resubmit(resubmit: Callable, trial: Trial) -> None:
    attempts, calls, slept = 3, dict.fromkeys(trial.failures, 0), []
    lock = threading.Lock()

    def call(item: str) -> None:
        """Fails so many times, and returns None: a result that counts as false."""
        with lock:
            calls[item] += 1
            failed = calls[item] <= trial.failures[item]
        if failed:
            raise ConnectionError(item)

    def sleep(pause: float) -> None:
        slept.append(threading.current_thread())

    with ThreadPoolExecutor(trial.workers) as executor:
        futures = resubmit(executor, call, list(trial.failures), attempts, sleep)
        if not isinstance(futures, list) or not all(isinstance(future, Future) for future in futures):
            raise NotYet(f"there should be a list of futures, and there is {futures!r:.60}.")
        for item, future in zip(trial.failures, futures, strict=False):
            _judge_future(item, future, trial.failures[item] < attempts)
    if len(futures) != len(trial.failures):
        raise NotYet(f"there should be {len(trial.failures)} futures, one for each item, and there are {len(futures)}.")
    for item, failures in trial.failures.items():
        if calls[item] != (wanted := min(failures + 1, attempts)):
            raise NotYet(f"the calls for {item!r} should be {wanted} with attempts={attempts}, and were {calls[item]}.")
    if set(slept) - {threading.current_thread()}:
        raise NotYet(
            "a worker of the pool made the pause, and was lost to the others meanwhile. Pause in the caller, and then "
            "submit again what failed."
        )
    if bool(slept) != any(trial.failures.values()):
        raise NotYet(f"it paused {len(slept)} times. Pause before a call is made again, and only then.")


def _judge_future(item: str, future: Future, succeeds: bool) -> None:
    try:
        error = future.exception(QUIET_S)
    except (TimeoutError, CancelledError) as problem:
        raise NotYet(f"the future of {item!r} brings no outcome: {type(problem).__name__}.") from None
    if succeeds and error is not None:
        raise NotYet(f"the future of {item!r} should be that of the call that worked, and holds {error!r}.")
    if not succeeds and (not isinstance(error, ConnectionError) or str(error) != item):
        raise NotYet(f"{item!r} failed each time, and its future should hold its last error, and holds {error!r}.")
