"""The child's side of helpers.watchdog: python -m helpers.watched DIRECTORY."""

import contextlib
import faulthandler
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import traceback
from pathlib import Path

import cloudpickle

from helpers.process_tree import name_semaphores


def main(directory: str) -> None:
    """Run the work found in directory, write how it ended beside it, and leave without any clean-up.

    Without clean-up, because a pool or a thread that never ends must not keep this process: its parent kills
    whatever is left.
    """
    home = Path(directory)
    name_semaphores()
    with open(home / "stacks", "w") as stacks, open(home / "work", "rb") as work:
        settings = pickle.load(work)
        sys.path[:] = settings["path"]
        if settings["start_method"]:
            multiprocessing.set_start_method(settings["start_method"])
        try:
            function, args = pickle.load(work)
        except Exception as problem:  # noqa: BLE001  a module that only the parent can import, say
            function, args = _cannot_arrive, (problem,)
        if hasattr(faulthandler, "register"):
            # A signal where there is one: a second thread would change what fork means to the code that is watched.
            faulthandler.register(signal.SIGUSR1, file=stacks)
        else:
            faulthandler.dump_traceback_later(settings["alarm_s"], repeat=True, file=stacks)
        with contextlib.suppress(ImportError):  # POSIX only
            import resource

            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash that is looked at here needs no core file
            resource.setrlimit(resource.RLIMIT_CPU, (600, 600))  # should the watchdog be killed, an endless loop ends
        _write(home / "started", str(threading.main_thread().ident).encode())
        ended = _run(function, args)
        sys.stdout.flush()
        sys.stderr.flush()
        _write(home / "ended", ended)
        os._exit(0)


def _cannot_arrive(problem: Exception) -> None:
    raise TypeError(f"the function did not arrive in the child process: {problem}")


def _run(function, args) -> bytes:
    try:
        return _sendable({"ending": "finished", "value": function(*args)})
    except BaseException as error:  # noqa: BLE001  SystemExit and KeyboardInterrupt are endings too
        trace = [(frame.filename, frame.lineno, frame.name) for frame in traceback.extract_tb(error.__traceback__)]
        return _sendable({"ending": "raised", "error": error.with_traceback(None), "trace": trace})


def _sendable(outcome: dict) -> bytes:
    try:
        data = cloudpickle.dumps(outcome)
        pickle.loads(data)  # some exceptions can be pickled and not unpickled
        return data
    except Exception as problem:  # noqa: BLE001  whatever a learner's __reduce__ raises
        what = outcome.get("value", outcome.get("error"))
        error = TypeError(f"{type(what).__name__} cannot be sent back from the child process: {problem}")
        return pickle.dumps({"ending": "raised", "error": error})


def _write(file: Path, data: bytes) -> None:
    """Write the whole file at once, so that whoever sees it sees all of it."""
    part = file.with_suffix(".part")
    part.write_bytes(data)
    part.replace(file)


if __name__ == "__main__":
    main(sys.argv[1])
