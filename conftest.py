"""What the tests in tests/ and notebooks/ share: the kernels' clean environment, the built book, and a browser."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from build_book import build
from filelock import FileLock
from kernels import profile


def pytest_addoption(parser):
    parser.addoption(
        "--start-method",
        choices=["fork", "spawn", "forkserver"],
        help="the default start method of multiprocessing in the notebooks' kernels",
    )


def pytest_configure(config):
    """Give every kernel an empty IPython profile, or one that sets the start method."""
    config.ipython_directory = profile(config.getoption("--start-method"))
    os.environ["IPYTHONDIR"] = config.ipython_directory


def pytest_unconfigure(config):
    shutil.rmtree(config.ipython_directory, ignore_errors=True)


@pytest.fixture(scope="session")
def book_build(tmp_path_factory) -> subprocess.CompletedProcess:
    """A build of the book from nothing, made once for all test processes; args[0] is its folder of pages."""
    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    said = shared / "book-build"
    with FileLock(shared / "book-lock"):
        if not said.exists():
            built = build(shared)
            said.write_text(f"{built.returncode}\n{built.stdout}\n{built.stderr}", encoding="utf-8")
    code, output = said.read_text(encoding="utf-8").split("\n", 1)
    return subprocess.CompletedProcess([str(shared / "_build" / "html")], int(code), output)


@pytest.fixture(scope="session")
def pages(book_build) -> Path:
    """The folder of the built book's pages."""
    assert book_build.returncode == 0, book_build.stdout
    return Path(book_build.args[0])
