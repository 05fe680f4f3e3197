"""Run tests by pytest as one would from a terminal: in a process of their own, in a folder that is gone afterwards."""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from helpers.script import ENVIRONMENT

_OPTIONS = ("-q", "--no-header", "--color=no", "-p", "no:cacheprovider")  # no folder is left, nothing is coloured
_SUMMARY = re.compile(r" in [\d.]+s( \(.*\))?$", re.M)


def run_tests(source: str, *options: str, limit_s: float = 60) -> str:
    """Write the tests to a file, run pytest over it, and return what it printed, without the time and the folder.

    options: of pytest, as "-W", "error::pytest.PytestUnhandledThreadExceptionWarning"; the tests can import helpers.
    Only pytest's own plugins are there. If it takes longer than limit_s seconds it is ended, and the last line says so.
    """
    with tempfile.TemporaryDirectory(prefix="tests-") as folder:
        (Path(folder) / "test_it.py").write_text(source, encoding="utf-8")
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
        command = [sys.executable, "-m", "pytest", *_OPTIONS, *options, "test_it.py"]
        ours = {**ENVIRONMENT, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        ended = ""
        with open(Path(folder) / "printed", "w+", encoding="utf-8") as printed:
            try:
                subprocess.run(
                    command, cwd=folder, env=kept | ours, stdout=printed, stderr=subprocess.STDOUT, timeout=limit_s
                )
            except subprocess.TimeoutExpired:
                ended = f"\nnot ended after {limit_s:g} s"
            printed.seek(0)
            text = printed.read().rstrip().replace(f"{Path(folder).resolve()}{os.sep}", "")
            return _SUMMARY.sub("", text) + ended
