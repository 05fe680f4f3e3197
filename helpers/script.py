"""Run a program by itself, as one would from a terminal."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ENVIRONMENT = {"PYTHONPATH": str(Path(__file__).parents[1]), "PYTHON_COLORS": "0"}  # a notebook would have it coloured


def run_script(source: str, *options: str, limit_s: float = 60) -> subprocess.CompletedProcess:
    """Write a program to a file, run it with this Python, and return what it wrote to stdout and to stderr.

    options: of the interpreter, as "-W", "default"; the script can import helpers. Its file is gone afterwards. Raises
    subprocess.TimeoutExpired if it takes longer than limit_s seconds.
    """
    with tempfile.TemporaryDirectory(prefix="script-") as folder:
        file = Path(folder) / "script.py"
        file.write_text(source, encoding="utf-8")
        return _run([*options, str(file)], limit_s)


def run_command(source: str, limit_s: float = 60) -> subprocess.CompletedProcess:
    """Run a program as python -c does: it is in no file. Otherwise as run_script."""
    return _run(["-c", source], limit_s)


def _run(arguments: list[str], limit_s: float) -> subprocess.CompletedProcess:
    environment = {**os.environ, **ENVIRONMENT}
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=limit_s, env=environment, start_new_session=True
    )
