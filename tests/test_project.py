"""The project itself: style, spelling, and a lock that covers every dependency."""

import ast
import doctest
import importlib
import re
import subprocess
import sys

import pytest

from notebooks import ROOT


def names(file: str, mark: str) -> set[str]:
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    return {found[0].lower().replace("_", "-") for line in lines if (found := re.match(rf"[\w-]+(?={mark})", line))}


@pytest.mark.parametrize("command", [["ruff", "check"], ["ruff", "format", "--check"], ["codespell_lib"]], ids=" ".join)
def test_style_and_spelling(command):
    said = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True)
    assert said.returncode == 0, said.stdout + said.stderr


def imported_by(path) -> set[str]:
    """The explorer's modules that a file imports when it runs, without what only a type checker reads."""
    found: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.module == "helpers.interleave":
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module.startswith("helpers.interleave."):
            found.add(node.module.rpartition(".")[2])
    return found


EXPLORER = {path.stem: path for path in (ROOT / "helpers/interleave").glob("*.py") if path.stem != "__init__"}


def test_the_explorers_modules_import_each_other_one_way():
    waiting = {name: imported_by(path) for name, path in EXPLORER.items()}
    assert len(waiting) > 20
    while waiting:
        free = [name for name, needs in waiting.items() if not needs & set(waiting)]
        assert free, f"in a circle: {sorted(waiting)}"
        for name in free:
            del waiting[name]


def test_the_explorers_map_has_every_module_above_those_it_knows():
    text = ast.get_docstring(ast.parse((ROOT / "helpers/interleave/__init__.py").read_text(encoding="utf-8")))
    layers = [line.partition(":")[0].split(", ") for line in text.splitlines() if re.match(r"[a-z_, ]+: ", line)]
    layer_of = {name: number for number, names in enumerate(layers) for name in names}
    assert layer_of.keys() == EXPLORER.keys()
    for name, path in EXPLORER.items():
        upwards = {other for other in imported_by(path) if layer_of.get(other, len(layers)) < layer_of[name]}
        assert not upwards, f"{name} imports {upwards}"


def test_the_explorers_modules_are_short():
    long = {name for name, path in EXPLORER.items() if len(path.read_text(encoding="utf-8").splitlines()) >= 250}
    assert not long


MODULES = sorted(".".join(path.relative_to(ROOT).with_suffix("").parts) for path in (ROOT / "helpers").rglob("*.py"))


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_in_docstrings_are_true(module):
    assert doctest.testmod(importlib.import_module(module)).failed == 0


def test_every_requirement_has_a_lower_bound_and_a_locked_version():
    locked = names("constraints.txt", "==")
    for file in ("requirements.txt", "tests/requirements.txt"):
        wanted = names(file, ">=")
        lines = [line for line in (ROOT / file).read_text().splitlines() if line and not line.startswith(("#", "-e"))]
        assert len(wanted) == len(lines), "each line has a lower bound"
        assert wanted <= locked


def test_every_dependency_is_explained():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for name in names("requirements.txt", ">=") | names("tests/requirements.txt", ">="):
        assert f"`{name}`" in text.lower(), name


def test_the_hooks_before_a_commit_use_the_locked_versions():
    hooks = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    locked = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    for pinned in re.findall(r"\[(\S+==\S+)\]", hooks):
        assert pinned in locked, f"{pinned} is not the locked version"
