"""The kernels that run the notebooks: their IPython profiles, and what runs in them."""

import contextlib
import tempfile
from pathlib import Path

import psutil

# A thread of a class of its own is the kernel's: IPython's history, and pyzmq's collector, which comes with a figure.
_THREADS = "sorted(t.name for t in __import__('threading').enumerate() if type(t).__module__ == 'threading')"
_SERVANTS = ("multiprocessing.resource_tracker", "multiprocessing.forkserver")  # they go with the kernel


def profile(start_method: str | None) -> str:
    """A new IPython directory, so that nobody's start-up files count; it sets the start method if one is named."""
    directory = tempfile.mkdtemp(prefix="ipython-")
    startup = Path(directory) / "profile_default" / "startup"
    startup.mkdir(parents=True)
    if start_method:
        code = f"import multiprocessing\nmultiprocessing.set_start_method({start_method!r})\ndel multiprocessing\n"
        (startup / "start_method.py").write_text(code, encoding="utf-8")
    return directory


def running_in(kernel) -> tuple[str, set[psutil.Process]]:
    """The names of the threads in one of nbval's kernels, and the processes it has started."""
    reply = kernel.kc.execute_interactive("", silent=True, user_expressions={"names": _THREADS}, timeout=60)
    processes = set()
    for child in psutil.Process(kernel.km.provisioner.pid).children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):  # it has ended by now
            if not any(name in " ".join(child.cmdline()) for name in _SERVANTS):
                processes.add(child)
    return reply["content"]["user_expressions"]["names"]["data"]["text/plain"], processes
