"""What a frame hides: values on the interpreter's stack that no variable shows, judged from the bytecode of a line."""

from __future__ import annotations

import dis
import types
from typing import TYPE_CHECKING

from helpers.interleave import source

if TYPE_CHECKING:
    from helpers.interleave.tasks import Entry


class Line:
    """What one line of a function leaves on the interpreter's stack while other code runs."""

    def __init__(self, code: types.CodeType, instructions: list[dis.Instruction]) -> None:
        """Judge a line by its instructions, which need not be next to each other."""
        names = [i.opname for i in instructions if i.opname not in ("CACHE", "PRECALL", "EXTENDED_ARG")]
        self.managers = names.count("BEFORE_WITH")
        self.managers += sum(i.opname == "LOAD_SPECIAL" and "enter" in str(i.argrepr) for i in instructions)
        self.loops = "FOR_ITER" in names
        self.counted, self.iterated = _counted_loop(code, instructions) if self.loops else (False, None)
        self.calls_plainly = _calls_plainly(names)
        self.start = min(i.offset for i in instructions)


def _counted_loop(code: types.CodeType, instructions: list[dis.Instruction]) -> tuple[bool, str | None]:
    """Whether the number of rounds says how far the loop is: it goes over a range or a tuple of values that no
    statement changes, or over the value of one such name, which is returned, too (it must turn out to be a list)."""
    plain = [
        i for i in instructions if i.opname not in ("CACHE", "PRECALL", "EXTENDED_ARG", "PUSH_NULL", "NOP", "RESUME")
    ]
    names = [i.opname for i in plain]
    if names.count("FOR_ITER") != 1 or "GET_ITER" not in names:
        return False, None
    before = plain[: names.index("GET_ITER")]
    locals_read = [name for i in before if i.opname.startswith("LOAD_FAST") for name in _names(i)]
    allowed = ("LOAD_FAST", "LOAD_CONST", "LOAD_SMALL_INT", "CALL", "BUILD_TUPLE")
    calls = [i for i in before if i.opname == "CALL"]
    ranges = [i for i in before if i.opname == "LOAD_GLOBAL" and i.argval == "range"]
    if len(calls) != len(ranges) or any(_times_stored(code, name) > 1 for name in locals_read):
        return False, None
    if not all(i.opname.startswith(allowed) or i in ranges for i in before):
        return False, None
    return True, locals_read[0] if len(before) == 1 and locals_read else None


def _names(instruction: dis.Instruction) -> tuple:
    return instruction.argval if isinstance(instruction.argval, tuple) else (instruction.argval,)


def _times_stored(code: types.CodeType, name: str) -> int:
    is_argument = name in code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    stores = [i for i in dis.get_instructions(code) if i.opname.startswith(("STORE_FAST", "DELETE_FAST"))]
    return is_argument + sum(name in _names(i) for i in stores)


def _calls_plainly(names: list[str]) -> bool:
    """Whether the line is a single call with simple operands: nothing else is on the stack while it runs."""
    calls = [position for position, name in enumerate(names) if name.startswith("CALL")]
    loads = ("LOAD_FAST", "LOAD_DEREF", "LOAD_GLOBAL", "LOAD_ATTR", "LOAD_METHOD", "LOAD_CONST", "LOAD_SMALL_INT")
    if len(calls) != 1:
        return False
    ahead, after = names[: calls[0]], names[calls[0] + 1 :]
    simple = all(name.startswith((*loads, "PUSH_NULL", "NOP", "RESUME", "KW_NAMES")) for name in ahead)
    return simple and all(name.startswith(("POP_TOP", "RETURN_", "STORE_FAST", "LOAD_CONST")) for name in after)


@source.per_code
def lines_of(code: types.CodeType) -> dict[int, Line]:
    """For each line of a function, what it hides."""
    return {line: Line(code, instructions) for line, instructions in source.instructions_by_line(code).items()}


def hides_call(entry: Entry, callee: types.FrameType) -> bool:
    """Whether a function's caller keeps values on the interpreter's stack that no variable shows."""
    if callee.f_back is not entry.frame:
        return True  # something in between called it
    line = lines_of(entry.frame.f_code).get(entry.frame.f_lineno)
    return line is None or not line.calls_plainly
