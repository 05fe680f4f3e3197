"""What a line may read and write, judged from its bytecode: two lines without a conflict can change places.

Names stand for data: every attribute `.value` is one variable, whatever object it belongs to, and the contents of all
containers are one variable, CONTENTS. That is coarse and errs towards dependence. A line that may do anything else
(call code that cannot be seen, import, yield) writes ANYTHING, and depends on every line that touches shared data.
"""

from __future__ import annotations

import dis
from types import CodeType
from typing import NamedTuple

from helpers.interleave import source

CONTENTS = "[]"
ANYTHING = "*"

# Calls by name whose effect is known: on a container's contents, or on a primitive, which reports for itself.
_CONTENT_METHODS = frozenset({
    "append", "appendleft", "pop", "popleft", "popitem", "add", "remove", "discard", "extend", "insert", "clear", "get",
    "put", "update", "setdefault", "items", "keys", "values", "copy", "index", "count", "sort", "reverse", "join",
    "start", "wait", "wait_for", "notify", "notify_all", "set", "is_set", "is_alive", "acquire", "release", "locked",
    "put_nowait", "get_nowait", "task_done", "qsize", "empty", "full", "shutdown", "submit", "result", "done",
})  # fmt: skip
_PURE_FUNCTIONS = frozenset({
    "len", "range", "int", "float", "str", "bool", "repr", "abs", "isinstance", "sleep", "monotonic", "perf_counter",
    "print", "current_thread", "get_ident",
})  # fmt: skip
_CONSUMING_FUNCTIONS = frozenset({
    "min", "max", "sum", "sorted", "list", "tuple", "dict", "set", "enumerate", "zip", "reversed", "any", "all",
})  # fmt: skip
_READ_ONLY = frozenset({
    "get", "items", "keys", "values", "index", "count", "is_set", "is_alive", "locked", "qsize", "empty", "full",
    "done", "copy",
})  # fmt: skip
_SCHEDULED = frozenset({"acquire", "release", "start", "wait", "wait_for", "notify", "notify_all", "sleep"})

_PLAIN_DUNDERS = frozenset({
    "__enter__", "__exit__", "__init__", "__name__", "__len__", "__iter__", "__next__", "__call__", "__class__",
})  # fmt: skip

_LOCAL_PREFIXES = (
    "LOAD_FAST", "STORE_FAST", "DELETE_FAST", "LOAD_CONST", "LOAD_SMALL_INT", "LOAD_COMMON_CONSTANT", "LOAD_CLOSURE",
    "POP_", "PUSH_", "JUMP_", "RETURN_", "RESUME", "NOT_TAKEN", "COPY", "SWAP", "PRECALL", "KW_NAMES", "IS_OP",
    "UNARY_", "BUILD_", "FORMAT_", "CONVERT_VALUE", "END_FOR", "MAKE_CELL", "MAKE_FUNCTION", "SET_FUNCTION_ATTRIBUTE",
    "RERAISE", "CHECK_EXC_MATCH", "WITH_EXCEPT_START", "RAISE_VARARGS", "EXTENDED_ARG", "CACHE", "NOP", "GEN_START",
    "CALL_INTRINSIC", "BEFORE_WITH", "LOAD_SPECIAL", "CLEANUP_THROW", "TO_BOOL", "LOAD_ASSERTION_ERROR",
)  # fmt: skip
_CONTENT_READS = (
    "BINARY_SLICE", "COMPARE_OP", "GET_LEN", "MATCH_", "DICT_MERGE", "LIST_APPEND", "SET_ADD", "MAP_ADD",
    "LIST_TO_TUPLE",
)  # fmt: skip
# These read, too, but what they read may be an iterator that they use up, or a dictionary that fills itself.
_CONTENT_USES = (
    "BINARY_SUBSCR", "CONTAINS_OP", "GET_ITER", "FOR_ITER", "UNPACK_", "LIST_EXTEND", "SET_UPDATE", "DICT_UPDATE",
)  # fmt: skip
_CONTENT_WRITES = ("STORE_SUBSCR", "DELETE_SUBSCR", "STORE_SLICE")


class Footprint(NamedTuple):
    """The shared variables that a stretch of code may read and write; unseen_calls: how many calls may do anything."""

    reads: frozenset[str] = frozenset()
    writes: frozenset[str] = frozenset()
    unseen_calls: int = 0
    loops: bool = False  # it advances an iterator, which is state that no variable shows
    changes: bool = False  # it assigns, or calls what may

    def __or__(self, other: Footprint) -> Footprint:  # type: ignore[override]
        """The footprint of both stretches of code together."""
        return Footprint(
            self.reads | other.reads,
            self.writes | other.writes,
            self.unseen_calls + other.unseen_calls,
            self.loops or other.loops,
            self.changes or other.changes,
        )


NOTHING = Footprint()


def _variable(instruction: dis.Instruction) -> str | None:
    name, kind = instruction.argval, instruction.opname
    if "ATTR" in kind or kind == "LOAD_METHOD":
        return f".{name}"
    if kind.endswith(("_GLOBAL", "_NAME")):
        return f"global {name}"
    if kind.endswith(("_DEREF", "_CLASSDEREF")):
        return f"nonlocal {name}"
    return None


def _is_callee(instruction: dis.Instruction, following: dis.Instruction | None) -> bool:
    """Whether a loaded name is about to be called. The compiler marks it; 3.13 and later push NULL after a global."""
    kind = instruction.opname
    if kind == "LOAD_METHOD":
        return True
    if kind in ("LOAD_ATTR", "LOAD_GLOBAL") and ("NULL" in instruction.argrepr):
        return True
    return following is not None and following.opname == "PUSH_NULL"


def _is_with(before: list[dis.Instruction]) -> bool:
    """Whether a call enters or leaves a with block: a primitive reports for itself, other managers are seen called."""
    operands = [i for i in before[-5:] if i.opname not in ("PRECALL", "CACHE", "PUSH_NULL", "EXTENDED_ARG")]
    nones = ("LOAD_CONST", "LOAD_COMMON_CONSTANT")  # the latter since 3.15
    leaves = len(operands) >= 3 and all(i.opname in nones and i.argval is None for i in operands[-3:])
    return leaves or bool(operands and operands[-1].opname == "LOAD_SPECIAL")


def _judge(instructions: list[dis.Instruction]) -> Footprint:
    reads: set[str] = set()
    writes: set[str] = set()
    callees: list[str] = []
    calls = 0
    loops = changes = False
    for position, instruction in enumerate(instructions):
        kind = instruction.opname
        following = instructions[position + 1] if position + 1 < len(instructions) else None
        variable = _variable(instruction)
        if variable is not None and kind.startswith(("LOAD_", "STORE_", "DELETE_")):
            (reads if kind.startswith("LOAD_") else writes).add(variable)
            changes = changes or not kind.startswith("LOAD_")
            if str(instruction.argval).startswith("__") and instruction.argval not in _PLAIN_DUNDERS:
                writes.add(ANYTHING)
            if kind.startswith("LOAD_") and _is_callee(instruction, following):
                callees.append(str(instruction.argval))
        elif kind.startswith("CALL") and not kind.startswith("CALL_INTRINSIC"):
            calls += not _is_with(instructions[:position])
        elif kind == "BINARY_OP":
            reads.add(CONTENTS)
            if instruction.argrepr.endswith(("=", "[]")):  # += changes a list in place; 3.14 subscribes with BINARY_OP
                writes.add(CONTENTS)
                changes = changes or instruction.argrepr.endswith("=")
        elif kind.startswith(_CONTENT_WRITES):
            writes.add(CONTENTS)
            changes = True
        elif kind.startswith(_CONTENT_USES):
            writes.add(CONTENTS)
            loops = loops or kind == "FOR_ITER"
        elif kind.startswith(_CONTENT_READS):
            reads.add(CONTENTS)
        elif kind.startswith(_LOCAL_PREFIXES):
            if kind.startswith(("POP_JUMP", "TO_BOOL", "JUMP_IF")):
                reads.add(CONTENTS)  # the truth of a container is its length
        else:
            writes.add(ANYTHING)
            changes = True
    known = 0
    for callee in callees:
        if callee in _CONTENT_METHODS:
            known += 1
            reads.add(CONTENTS)
            if callee not in _READ_ONLY and callee not in _SCHEDULED:
                writes.add(CONTENTS)
                changes = True
        elif callee in _PURE_FUNCTIONS:
            known += 1
            reads.add(CONTENTS)
        elif callee in _CONSUMING_FUNCTIONS:
            known += 1
            writes.add(CONTENTS)
    unseen = max(0, calls - known)
    return Footprint(frozenset(reads), frozenset(writes), unseen, loops, changes or unseen > 0)


@source.per_code
def of_lines(code: CodeType) -> dict[int, Footprint]:
    """For each line of a function, what it may touch."""
    return {line: _judge(instructions) for line, instructions in source.instructions_by_line(code).items()}


@source.per_code
def of_instructions(code: CodeType) -> dict[int, Footprint]:
    """For each offset of a function, what that instruction may touch."""
    return {instruction.offset: _judge([instruction]) for instruction in dis.get_instructions(code)}


@source.per_code
def of_code(code: CodeType) -> Footprint:
    """What a whole library function may touch. Its calls are not counted: each Python callee is seen when called."""
    whole = NOTHING
    for footprint in of_lines(code).values():
        whole |= footprint
    return whole._replace(unseen_calls=0)
