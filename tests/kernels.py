"""IPython profiles for the kernels that run the notebooks."""

import tempfile
from pathlib import Path


def profile(start_method: str | None) -> str:
    """A new IPython directory, so that nobody's start-up files count; it sets the start method if one is named."""
    directory = tempfile.mkdtemp(prefix="ipython-")
    startup = Path(directory) / "profile_default" / "startup"
    startup.mkdir(parents=True)
    if start_method:
        code = f"import multiprocessing\nmultiprocessing.set_start_method({start_method!r})\ndel multiprocessing\n"
        (startup / "start_method.py").write_text(code, encoding="utf-8")
    return directory
