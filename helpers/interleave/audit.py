"""No function of the reader's runs without hooks unseen: whatever starts in a controlled thread is looked at.

From 3.12 on sys.monitoring tells of it in every run, and costs nothing where it was looked at once. On 3.11 a trace
function does, in the first run only.
"""

from __future__ import annotations

import contextlib
import dis
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from helpers.interleave import effects, hooks, hooks_accesses, instrument, source
from helpers.interleave.errors import Abort, ExploreError, Uncontrolled
from helpers.interleave.loops import Visit
from helpers.interleave.model import Node, Verdict

_TOOLS = (4, 3, 5)  # of sys.monitoring; debuggers, coverage, profilers and optimizers have the others
BY_TRACING = not hasattr(sys, "monitoring")

_MADE = {kind.__new__.__code__ for kind in (Node, Verdict, Visit)}  # the explorer's, but from no file
_no_look: dict[int, types.CodeType] = {}  # code that needs none, with itself, so that its id stays its own


def _is_hooked(code: types.CodeType) -> bool:
    """Whether code needs no look: it has hooks, or is the explorer's or what that rewrites of the library."""
    if id(code) in _no_look:
        return True
    file = code.co_filename
    own = (
        code in _MADE
        or file in effects.REWRITTEN_FILES
        or source.kind_of(code) is source.OWN
        or file.endswith("contextlib.py")
    )
    if own or instrument.is_hooked(code):
        _no_look[id(code)] = code
        return True
    return False


def _starts(code: types.CodeType, caller: types.FrameType | None) -> None:
    """End a run in which code of the reader's starts that has no hooks; session gives it some.

    Library code is noted if the reader's calls it while threads run: it is one step, and the result says so.
    """
    if not hooks.in_run() or hooks.run.ending:
        return
    if source.kind_of(code) is source.LIBRARY:
        if hooks.run.is_concurrent() and _is_readers(caller):
            hooks.run.one_step.add(_name_of(code))
    else:
        hooks.run.unhooked = code
        hooks.run.end(None)
        raise Abort


_CALL_HOOKS = (hooks_accesses.call.__code__, hooks_accesses.call_with_all.__code__)
_CALL_TARGETS = ("Thread.run", "_WorkItem.run")


def _is_readers(caller: types.FrameType | None) -> bool:
    """Whether it was the reader's code that called, be it through a hook, or as what a thread is to do."""
    while caller is not None and caller.f_code in _CALL_HOOKS:
        caller = caller.f_back
    if caller is None:
        return False
    return source.kind_of(caller.f_code) is source.READER or caller.f_code.co_qualname in _CALL_TARGETS


def _name_of(code: types.CodeType) -> str:
    """What a result calls library code; nothing for what Python starts with, or makes for a dataclass."""
    if code.co_filename == "<string>":
        return "" if code.co_name.startswith("__") else "code made by exec"
    if code.co_filename.startswith("<frozen"):
        return ""
    file = Path(code.co_filename)
    return file.parent.name if file.stem == "__init__" else file.stem


def _goes_on(code: types.CodeType) -> None:
    if source.kind_of(code) is source.READER and hooks.in_run() and not hooks.run.ending:
        hooks.run.abandon(
            Uncontrolled(
                f"The generator `{code.co_qualname}` has begun before the program starts, so it cannot be stepped "
                "through. Make it inside the program."
            )
        )
        raise Abort


@contextlib.contextmanager
def of_functions() -> Iterator[None]:
    """Look at all functions that start, from 3.12 on."""
    if BY_TRACING:
        yield
        return
    monitoring: Any = sys.monitoring

    def started(code: types.CodeType, offset: int) -> Any:
        return monitoring.DISABLE if _is_hooked(code) else _starts(code, sys._getframe(1).f_back)

    def resumed(code: types.CodeType, offset: int) -> Any:
        return _goes_on(code) if source.kind_of(code) is source.READER and not _is_hooked(code) else monitoring.DISABLE

    callbacks = {monitoring.events.PY_START: started, monitoring.events.PY_RESUME: resumed}
    tool = next((number for number in _TOOLS if monitoring.get_tool(number) is None), None)
    if tool is None:
        raise ExploreError("Other tools have taken all numbers of sys.monitoring, of which the explorer needs one.")
    monitoring.use_tool_id(tool, "every-interleaving")
    for event, callback in callbacks.items():
        monitoring.register_callback(tool, event, callback)
    monitoring.set_events(tool, sum(callbacks))
    try:
        yield
    finally:
        monitoring.set_events(tool, 0)
        for event in callbacks:
            monitoring.register_callback(tool, event, None)
        monitoring.free_tool_id(tool)


def trace(frame: types.FrameType, event: str, arg: Any) -> None:
    """For sys.settrace, up to 3.11: look at a function that starts."""
    code = frame.f_code
    if not _is_hooked(code):
        begins = next(i.offset for i in dis.get_instructions(code) if i.opname == "RESUME")
        _goes_on(code) if frame.f_lasti > begins else _starts(code, frame.f_back)
