"""Run notebooks again, in place, so that the diff shows what changed and nothing else.

    make refresh                                       all of them
    make refresh NOTEBOOKS=notebooks/pools/03_executors.ipynb

Execution times, versions and machine paths are not kept. A text output that differs from the committed one only in what
tests/sanitize.cfg masks (a time, a process id) stays as it was.
"""

import configparser
import json
import os
import re
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


def masks() -> list[tuple[re.Pattern, str]]:
    """The patterns of tests/sanitize.cfg, with what stands in for what they match."""
    config = configparser.RawConfigParser()
    config.read(ROOT / "tests" / "sanitize.cfg", encoding="utf-8")
    return [(re.compile(config[name]["regex"], re.M), config[name]["replace"]) for name in config.sections()]


def masked(outputs: list) -> str:
    """The outputs as text, as the tests compare them."""
    text = json.dumps(outputs, indent=0, sort_keys=True)
    for pattern, replacement in masks():
        text = pattern.sub(replacement, text)
    return text


def joined(outputs: list) -> list:
    """The outputs with neighbouring pieces of one stream put together: where they were cut is chance."""
    result: list = []
    for output in outputs:
        if result and output.output_type == "stream" and result[-1].get("name") == output.name:
            result[-1].text += output.text
        else:
            result.append(output)
    return result


def refresh(path: Path) -> None:
    """Execute one notebook and write it back; raises CellExecutionError where a cell fails untagged."""
    import nbformat  # takes seconds to import, and who mistypes a name need not wait for it
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    before = [cell.get("outputs") for cell in notebook.cells]
    counts = [cell.get("execution_count") for cell in notebook.cells]
    client = NotebookClient(
        notebook,
        timeout=120,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(path.parent)}},
    )
    client.execute()
    for cell, old, count in zip(notebook.cells, before, counts, strict=True):
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = joined(cell.outputs)
        if old and count and masked(old) == masked(cell.outputs):
            cell.outputs = old
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    text = nbformat.writes(notebook)
    path.write_text(text + "\n", encoding="utf-8")


def main() -> None:
    """Refresh the notebooks named on the command line, or all."""
    named = [Path(name).resolve() for name in sys.argv[1:]] or sorted(ROOT.glob("notebooks/*/*.ipynb"))
    if missing := [str(path) for path in named if not path.is_file()]:
        sys.exit(f"no such notebook: {', '.join(missing)}")
    from nbclient.exceptions import CellExecutionError  # see refresh

    with tempfile.TemporaryDirectory() as empty:
        os.environ["IPYTHONDIR"] = empty  # nobody's start-up files
        os.environ["TQDM_DISABLE"] = "1"  # a bar would be in an output
        for path in named:
            print(path.relative_to(ROOT), flush=True)
            try:
                refresh(path)
            except CellExecutionError as error:
                sys.exit(f"{path.relative_to(ROOT)} was left as it was: {error}")


if __name__ == "__main__":
    main()
