"""A child process must be able to import a worker module, and cheaply."""

import subprocess
import sys

import pytest

from helpers.workers.pools.executors import factorial
from helpers.workers.pools.pool_size import add_squares, square
from helpers.workers.threads.multithreading import count
from notebooks import ROOT

FILES = [path for path in (ROOT / "helpers" / "workers").glob("*/*.py") if path.stem != "__init__"]
MODULES = sorted(f"{path.parent.name}.{path.stem}" for path in FILES)
PACKAGES = ["helpers", "helpers/workers", *sorted({f"helpers/workers/{path.parent.name}" for path in FILES})]


@pytest.mark.parametrize("module", MODULES)
def test_a_worker_module_loads_neither_matplotlib_nor_ipython(module):
    heavy = {"matplotlib", "IPython"} | ({"numpy"} if module != "processes.shared_memory" else set())
    program = f"import sys, helpers.workers.{module}; print(sorted({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout == "[]\n"


@pytest.mark.parametrize("package", PACKAGES)
def test_the_packages_that_a_child_passes_on_its_way_are_empty(package):
    assert (ROOT / package / "__init__.py").read_text() == ""


def test_every_worker_module_belongs_to_a_lesson_or_serves_the_checkers_of_several_or_the_failure_table():
    lessons = {f"{path.parent.name}.{path.stem.split('_', 1)[1]}" for path in ROOT.glob("notebooks/*/*.ipynb")}
    checkers = [path.read_text(encoding="utf-8") for path in ROOT.glob("helpers/checks/*/*.py")]
    shared = {name for name in MODULES if sum(f"helpers.workers.{name} import" in text for text in checkers) > 1}
    of_the_table = {"exceptions.failures", "exceptions.ways"}
    # One page has exercises on every part.
    lessons |= {f"{part}.catch_the_wrong_ones" for part in ("threads", "processes", "pools")}
    assert set(MODULES) <= lessons | shared | of_the_table


def test_the_workers_compute_what_they_say():
    assert (count(7), square(7), add_squares(4), factorial(5)) == (7, 49, 14, 120)
