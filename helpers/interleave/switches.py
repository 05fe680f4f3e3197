"""Where this interpreter can hand over its global lock (GIL) between two accesses: the steps of step="switch".

A thread that runs Python code lets go of the GIL where the interpreter looks at its eval breaker, and nowhere else
(a call into C may let go of it inside, and is over at such a place, too). Since 3.10 that is at few places:

    place                                      instructions
    where a function begins, or goes on        RESUME
    after a yield, also a class body's
    where a loop comes round                   JUMP_BACKWARD, and 3.11's POP_JUMP_BACKWARD_IF_...
    where a call of what is not written in     CALL, CALL_KW, CALL_FUNCTION_EX, 3.11's PRECALL
    Python has returned
    after leaving a with block, from 3.14 on   the CALL of __exit__
    only of such a manager
    after entering that, in 3.14               the CALL of __enter__; BEFORE_WITH, up to 3.13, does not look
    where a handler ends, in 3.12              JUMP_BACKWARD, because handlers are put behind the rest

Up to 3.13 a while loop looks at its condition a second time behind its body, and jumps back if it holds. Not after a
Python function has returned, nor between the reads and the write of `x += 1`, nor at forward jumps. Some
instructions that the interpreter specializes leave out the look after a call (len, isinstance, list.append), but not
from the start, so those are places, too. All this is judged from the code objects that this interpreter compiles.

Source: CHECK_EVAL_BREAKER in Python/ceval.c of 3.11 and Python/bytecodes.c of 3.13; for all versions the experiment in
tests/test_interleave_switches.py, which trips the eval breaker without a call and sees where it is looked at next.
"""

from __future__ import annotations

import dis
import sys
from collections.abc import Iterator
from types import CodeType, FunctionType, MethodType
from typing import Any, NamedTuple

from helpers.interleave import source

AFTER_ENTERING = sys.version_info[:2] == (3, 14)  # whether it looks after a manager's __enter__ in C
AFTER_LEAVING = sys.version_info < (3, 14)  # whether it does after an __exit__ in Python, too
_CALLS = frozenset({"CALL", "CALL_KW", "CALL_FUNCTION_EX", "PRECALL"})

Position = tuple[int | None, int | None]  # line and column at which a piece of source ends

calls: set[int] = set()  # the numbers of calls, among the accesses, after which it looks


class Places(NamedTuple):
    """Where the code of a file looks, by the end of the source that the instruction comes from.

    comprehensions: those that are functions of their own, by line and name
    """

    calls: frozenset[Position]
    jumps: frozenset[Position]
    comprehensions: frozenset[tuple[int, str]]


def places(module: CodeType) -> Places:
    """Where the functions of a module look."""
    calls, jumps, comprehensions = set(), set(), set()
    for code in _codes(module):
        if code.co_name.endswith(("comp>", "genexpr>")):
            comprehensions.add((code.co_firstlineno, code.co_name))
        for instruction in dis.get_instructions(code):
            if instruction.positions is None:
                continue
            end = instruction.positions.end_lineno, instruction.positions.end_col_offset
            if instruction.opname in _CALLS:
                calls.add(end)
            elif "JUMP_BACKWARD" in instruction.opname and "NO_INTERRUPT" not in instruction.opname:
                jumps.add(end)
    return Places(frozenset(calls), frozenset(jumps), frozenset(comprehensions))


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


# Whether a while loop jumps back from a second look at its condition, which ends here at column 11.
ROTATES = (1, 11) in places(compile("while a < 1:\n b", "", "exec")).jumps


def are_none() -> str:
    """Why there are no such places on this interpreter; empty if there are."""
    if getattr(sys, "_is_gil_enabled", lambda: True)():
        return ""
    return (
        'This Python has no global lock to hand over: its threads run at the same time. step="access" shows what they '
        "can do to each other."
    )


PYTHON, LIBRARY, C = "Python", "library", "C"


def written_in(function: Any) -> str:
    """In what a function is written that is called: PYTHON, with hooks; LIBRARY, in Python as well; C, all else.

    What the explorer puts in the place of C functions counts as those.
    """
    if type(function) is MethodType:
        function = function.__func__
    if type(function) is not FunctionType or source.kind_of(function.__code__) is source.OWN:
        return C
    return PYTHON if source.kind_of(function.__code__) is source.READER else LIBRARY
