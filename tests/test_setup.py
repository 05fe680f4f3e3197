"""tools/with-venv.sh makes the environment once, and says in one sentence what is missing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from notebooks import ROOT

pytestmark = pytest.mark.skipif(os.name != "posix", reason="make and sh")

VERSION = f"{sys.version_info[0]}.{sys.version_info[1]}{getattr(sys, 'abiflags', '')}"


@pytest.fixture
def project(tmp_path):
    """A project with nothing to install, and a PATH with the shell's own commands and no Python."""
    for name in ("tools/with-venv.sh", "Makefile"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    for name in ("requirements.txt", "constraints.txt", "pyproject.toml"):
        (tmp_path / name).touch()
    (tmp_path / "bin").mkdir()
    for command in ("sh", "cat", "cksum", "dirname", "grep", "head", "make", "sed"):
        (tmp_path / "bin" / command).symlink_to(shutil.which(command))
    return tmp_path


def python(project: Path, name: str, script: str | None = None) -> None:
    """Put a command called name on the project's PATH: the running interpreter, or a script."""
    file = project / "bin" / name
    script = script or f'exec {sys.executable} "$@"'
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


def run(project: Path, *command: str, **variables: str) -> subprocess.CompletedProcess:
    environment = {"PATH": str(project / "bin"), "HOME": str(project), **variables}
    return subprocess.run(
        ["sh", "tools/with-venv.sh", *command], cwd=project, env=environment, capture_output=True, text=True
    )


def sentence(said: subprocess.CompletedProcess) -> str:
    assert said.returncode != 0
    assert said.stderr.count("\n") == 1, said.stderr
    return said.stderr


def test_no_python_is_said(project):
    assert "needs Python 3.11 or newer, and none was found" in sentence(run(project, "true"))


def test_a_shim_that_leads_nowhere_is_not_a_python(project):
    python(project, "python3.13", "echo 'command not found' >&2; exit 127")
    assert "none was found" in sentence(run(project, "true"))


def test_a_python_too_old_is_not_taken_and_is_said_when_it_is_named(project):
    python(project, "python3", 'case "$2" in *"else 0"*) echo 10;; *) echo 3.10;; esac')
    assert "none was found" in sentence(run(project, "true"))
    assert "PYTHON=python3 is Python 3.10; this needs 3.11 or newer" in sentence(run(project, "true", PYTHON="python3"))


def test_a_named_python_that_does_not_run_is_said(project):
    assert "PYTHON=nowhere does not run" in sentence(run(project, "true", PYTHON="nowhere"))


def test_a_python_without_venv_is_said(project):
    python(project, "python3", f'case "$2" in *ensurepip*) exit 1;; esac\nexec {sys.executable} "$@"')
    assert "has no venv module" in sentence(run(project, "true"))


def test_the_newest_python_that_runs_is_taken(project):
    for minor in (11, 12, 14):
        numbers = f'case "$2" in *"else 0"*) echo {minor};; *ensurepip*) exit 1;; *) echo 3.{minor};; esac'
        python(project, f"python3.{minor}", numbers)
    python(project, "python3.15", "exit 127")
    assert sentence(run(project, "true")).startswith("Python 3.14 (python3.14) has no venv")


OFFLINE = {"PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_CONFIG_FILE": os.devnull, "PIP_NO_CACHE_DIR": "1"}


def test_an_environment_that_was_cut_off_is_made_anew_once_and_no_network_is_said(project):
    """One test, because an environment takes as long as all the others."""
    python(project, "python3")
    (project / ".venv" / VERSION / "bin").mkdir(parents=True)
    (project / ".venv" / VERSION / "bin" / "python").write_text("#!/bin/sh\nexit 1\n")

    first = run(project, "python", "-c", "import pip, sys; print(sys.prefix)", **OFFLINE)
    assert first.returncode == 0, first.stderr
    assert first.stdout.splitlines()[-1] == str(project / ".venv" / VERSION)
    second = run(project, "python", "-c", "print('at once')", **OFFLINE)
    assert second.stdout == "at once\n"

    (project / "requirements.txt").write_text("a-package-that-is-not-installed\n")
    assert "there is no network" in sentence(run(project, "true", **OFFLINE))


def test_make_help_lists_every_target(project):
    said = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True).stdout
    for target in ("book", "test", "lab", "refresh", "lock", "help"):
        assert f"make {target}" in said
