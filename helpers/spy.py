"""The stacks of a running Python that was not prepared for it, by py-spy.

py-spy reads the memory of the other process, which needs a permission: root's, in a container that of SYS_PTRACE, and
root's again on macOS. Source: py-spy's documentation.
"""

import json
import shutil
import subprocess
import sysconfig

from helpers.stacks import Frame, Stack

_LIMIT_S = 30


class CannotSpy(Exception):
    """Why there are no stacks, in one sentence."""


def spy(pid: int) -> list[Stack]:
    """Where the threads of a process stand, main thread first, whatever they wait for; the process goes on.

    Raises CannotSpy if py-spy is not installed, may not look into the process, or does not know its Python.
    """
    program = shutil.which("py-spy", path=sysconfig.get_path("scripts")) or shutil.which("py-spy")
    if not program:
        raise CannotSpy("py-spy is not installed.")
    try:
        dump = subprocess.run(
            [program, "dump", "--json", "--pid", str(pid)], capture_output=True, text=True, timeout=_LIMIT_S
        )
    except subprocess.TimeoutExpired:
        raise CannotSpy(f"py-spy has not answered within {_LIMIT_S} s.") from None
    if dump.returncode:
        said = dump.stderr.strip().partition("\n")[0].removeprefix("Error: ").rstrip(".")
        if "permission denied" in dump.stderr.lower() or "not permitted" in dump.stderr.lower():
            said = "it may not look into another process here"
        raise CannotSpy(f"py-spy shows nothing: {said}.")
    return [
        Stack(
            "main thread" if thread["thread_name"] == "MainThread" else f"thread {number}",
            [Frame(f["filename"], f["line"], f["name"].rpartition(".")[2]) for f in thread["frames"]],
        )
        for number, thread in enumerate(json.loads(dump.stdout))
    ]
