"""Build the web book into _build/html, with every warning an error: make book."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def build(folder: Path, book: Path = ROOT) -> subprocess.CompletedProcess:
    """Build the book into folder/_build; the result says how that went.

    All of it each time: what Sphinx keeps of the last build would hide its warnings, and a change of the style sheet.
    """
    jupyter_book = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()"]  # it has no __main__
    options = ["--path-output", str(folder), "--all", "-W", "-n", "--keep-going"]
    return subprocess.run([*jupyter_book, "build", str(book), *options], capture_output=True, text=True)


if __name__ == "__main__":
    built = build(ROOT)
    if built.returncode != 0:
        sys.exit(f"{built.stderr or built.stdout}\nThe book was not built: see the warnings above.")
    print(f"Open {ROOT / '_build' / 'html' / 'index.html'} in a browser.")
