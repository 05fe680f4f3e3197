"""What the tests in tests/ and notebooks/ share: the kernels' clean environment, the built book, and a browser."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from build_book import build
from filelock import FileLock
from kernels import end, left_in_system, own_temporary_folder, profile, running_in, still_there
from nbval.plugin import IPyNbCell

from helpers.process_tree import name_semaphores

pytest_plugins = ["browser"]


def pytest_addoption(parser):
    parser.addoption(
        "--start-method",
        choices=["fork", "spawn", "forkserver"],
        help="the default start method of multiprocessing in the notebooks' kernels",
    )


def pytest_configure(config):
    """Give every kernel an empty IPython profile, or one that sets the start method.

    Where several test processes run, each has a temporary folder of its own, and knows what was left there by whom.
    """
    if hasattr(config, "workerinput"):
        own_temporary_folder()
    name_semaphores()
    config.ipython_directory = profile(config.getoption("--start-method"))
    os.environ["IPYTHONDIR"] = config.ipython_directory
    os.environ["TQDM_DISABLE"] = "1"  # a bar would be in an output


def pytest_unconfigure(config):
    shutil.rmtree(config.ipython_directory, ignore_errors=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item):
    """Note what runs in a notebook's kernel before its first cell."""
    done = yield
    if isinstance(item, IPyNbCell) and not hasattr(item.parent, "at_first"):
        item.parent.at_first = running_in(item.parent.kernel)
        item.parent.in_system_at_first = left_in_system()
    return done


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    """See after a notebook's last cell that it has left no thread, process, shared memory, semaphore or folder."""
    is_last = isinstance(item, IPyNbCell) and (nextitem is None or nextitem.parent is not item.parent)
    at_last = None
    try:
        if is_last and not item.parent.timed_out:
            at_last = running_in(item.parent.kernel)
            end(item.parent.kernel)
            left = left_in_system() - item.parent.in_system_at_first
    finally:  # the kernel must end in any case
        done = yield
    if at_last is not None:
        assert at_last == item.parent.at_first, "the lesson has left something running"
        assert still_there(left) == set(), "the lesson has left something in the system"
    return done


def built_once(tmp_path_factory, name: str, build: Callable[[Path], subprocess.CompletedProcess]):
    """What build(folder) says, called once for all test processes; args[0] is the folder of the pages it made."""
    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    folder = shared / name
    said = folder / "said"
    with FileLock(shared / f"{name}-lock"):
        if not said.exists():
            folder.mkdir(exist_ok=True)
            built = build(folder)
            said.write_text(f"{built.returncode}\n{built.stdout}\n{built.stderr}", encoding="utf-8")
    code, output = said.read_text(encoding="utf-8").split("\n", 1)
    return subprocess.CompletedProcess([str(folder / "_build" / "html")], int(code), output)


@pytest.fixture(scope="session")
def book_build(tmp_path_factory) -> subprocess.CompletedProcess:
    """A build of the book from nothing."""
    return built_once(tmp_path_factory, "book", build)


@pytest.fixture(scope="session")
def pages(book_build) -> Path:
    """The folder of the built book's pages."""
    assert book_build.returncode == 0, book_build.stdout
    return Path(book_build.args[0])


@pytest.fixture(scope="session")
def sample(tmp_path_factory) -> Path:
    """The folder of the pages of the small book in sample_book.py."""
    from sample_book import build_sample  # not earlier: it imports helpers.interleave, ahead of pytest's own hooks

    built = built_once(tmp_path_factory, "sample", build_sample)
    assert built.returncode == 0, built.stdout
    return Path(built.args[0])
