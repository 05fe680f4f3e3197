"""The kernels that run the notebooks: their IPython profiles, and what runs in them."""

import contextlib
import os
import re
import shutil
import tempfile
from multiprocessing.util import Finalize
from pathlib import Path

import psutil

from helpers.polling import wait_until

# A thread of a class of its own is the kernel's: IPython's history, and pyzmq's collector, which comes with a figure.
_THREADS = "sorted(t.name for t in __import__('threading').enumerate() if type(t).__module__ == 'threading')"
_SERVANTS = ("multiprocessing.resource_tracker", "multiprocessing.forkserver")  # they go with the kernel


def profile(start_method: str | None) -> str:
    """A new IPython directory, so that nobody's start-up files count; it sets the start method if one is named, and how
    the names of semaphores begin, so that one knows whose they are.
    """
    directory = tempfile.mkdtemp(prefix="ipython-")
    startup = Path(directory) / "profile_default" / "startup"
    startup.mkdir(parents=True)
    code = "import multiprocessing\n"
    code += f"multiprocessing.current_process()._config['semprefix'] = '/mp-{os.getpid()}'\n"  # children inherit it
    if start_method:
        code += f"multiprocessing.set_start_method({start_method!r})\n"
    (startup / "multiprocess.py").write_text(code + "del multiprocessing\n", encoding="utf-8")
    return directory


_SEMAPHORE = re.compile(r"sem\.mp-(\d+)-.*")  # the number: a test process, or whoever names its own
_HALF_MADE = re.compile(r"sem\.\w{6}")  # by a process that was killed in sem_open, before the file got its name
_MADE_HERE = re.compile(r"(notes|watch|script|gathering|cluster)-\w+")  # folders of helpers that go when a block ends


def left_in_system() -> set[str]:
    """Shared memory and semaphores that have a name (on Linux they are files), and temporary folders of the helpers.

    Not those semaphores of which it is known that they were not made by this test process or in its kernels: if the
    process that had one was killed, it is there until its kernel ends. Nor those that were only half made (glibc):
    whoever kills processes may leave one, and nobody knows its name.
    """
    shared = set()
    for name in os.listdir("/dev/shm") if os.path.isdir("/dev/shm") else ():
        whose = _SEMAPHORE.fullmatch(name)
        if not _HALF_MADE.fullmatch(name) and (whose is None or int(whose[1]) == os.getpid()):
            shared.add(f"/dev/shm/{name}")
    return shared | {name for name in os.listdir(tempfile.gettempdir()) if _MADE_HERE.fullmatch(name)}


def still_there(names: set[str], limit_s: float = 60) -> set[str]:
    """Those that have not gone within the limit. Other tests run meanwhile: what belongs to them does not count."""

    def ours() -> set[str]:
        left = names & left_in_system()
        return left - _mapped_elsewhere() if left else left

    wait_until(lambda: not ours(), limit_s)
    return ours()


def _mapped_elsewhere() -> set[str]:
    """The files in /dev/shm that processes other than this one and its descendants have in their memory (Linux)."""
    family = {os.getpid(), *(child.pid for child in psutil.Process().children(recursive=True))}
    mapped = set()
    for pid in set(psutil.pids()) - family:
        with contextlib.suppress(OSError):  # it has ended, or is another user's
            mapped.update(re.findall(r" (/dev/shm/\S+)", Path(f"/proc/{pid}/maps").read_text(encoding="utf-8")))
    return mapped


def own_temporary_folder() -> None:
    """Make a new one for this test process and all that it starts; a short name, since paths of sockets have a limit.

    It goes when this process ends, after the folder that multiprocessing has in it (which goes at -100).
    """
    folder = tempfile.mkdtemp(prefix="tests-", dir="/tmp" if os.path.isdir("/tmp") else None)
    os.environ["TMPDIR"] = os.environ["TEMP"] = folder
    tempfile.tempdir = None  # it looks again
    Finalize(None, shutil.rmtree, args=(folder,), kwargs={"ignore_errors": True}, exitpriority=-200)


def end(kernel) -> None:
    """Have one of nbval's kernels end by itself, as a reader's does; nbval would kill it, and with it the tracker that
    removes semaphores and shared memory.
    """
    kernel.km.shutdown_kernel(now=False)


def running_in(kernel) -> tuple[str, set[psutil.Process]]:
    """The names of the threads in one of nbval's kernels, and the processes it has started."""
    reply = kernel.kc.execute_interactive("", silent=True, user_expressions={"names": _THREADS}, timeout=60)
    processes = set()
    for child in psutil.Process(kernel.km.provisioner.pid).children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):  # it has ended by now
            if not any(name in " ".join(child.cmdline()) for name in _SERVANTS):
                processes.add(child)
    return reply["content"]["user_expressions"]["names"]["data"]["text/plain"], processes
