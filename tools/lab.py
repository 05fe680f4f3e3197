"""Open the lessons in JupyterLab, as copies of the reader's own: make lab.

The copies are in lab/, which git ignores. In a copy the outputs that would answer a question are not there until their
cell is run; JupyterLab shows the first line even of an output that is folded. A copy that the reader has changed is
kept; one that has not been changed is renewed when the lesson is.
"""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).parents[1]
FIRST = "notebooks/threads/01_multithreading.ipynb"


def without_answers(text: str) -> str:
    """A notebook whose folded outputs are gone, and shown when their cell has been run."""
    notebook = nbformat.reads(text, as_version=4)
    for cell in notebook.cells:
        if cell.metadata.get("jupyter", {}).pop("outputs_hidden", False):
            cell.outputs, cell.execution_count = [], None
    return nbformat.writes(notebook) + "\n"


def copy_lessons(root: Path, lab: Path) -> list[Path]:
    """Copy what is new or renewed under root into lab; the copies that were kept because the reader changed them."""
    record = lab / ".copied.json"
    copied = json.loads(record.read_text(encoding="utf-8")) if record.exists() else {}
    kept = []
    for source in sorted(root.glob("notebooks/*/*.ipynb")):
        name = source.relative_to(root).as_posix()
        target, text = lab / name, without_answers(source.read_text(encoding="utf-8"))
        if target.exists() and _digest(target.read_text(encoding="utf-8")) != copied.get(name):
            kept.append(target)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        copied[name] = _digest(text)
    shutil.copytree(root / "book", lab / "book", dirs_exist_ok=True)  # the lessons link to its pages
    record.write_text(json.dumps(copied, indent=1), encoding="utf-8")
    return kept


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def main() -> None:
    """Copy, and start JupyterLab on the copies."""
    lab = ROOT / "lab"
    lab.mkdir(exist_ok=True)
    for kept in copy_lessons(ROOT, lab):
        print(f"{kept.relative_to(ROOT)} is as you left it; delete it to have the lesson as it is now.")
    options = [f"--ServerApp.root_dir={lab}", f"--LabApp.default_url=/lab/tree/{FIRST}", *sys.argv[1:]]
    sys.exit(subprocess.run([sys.executable, "-m", "jupyterlab", *options]).returncode)


if __name__ == "__main__":
    main()
