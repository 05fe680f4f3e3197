"""One run, step by step: a row for each step, a column for each thread, and what changed."""

from __future__ import annotations

import html
import re
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from helpers.interleave import choices, model, naming, primitives, source
from helpers.interleave.errors import Nondeterministic
from helpers.interleave.rewrite import NOWHERE, Statement
from helpers.interleave.scheduler import Run, in_words
from helpers.interleave.tasks import Task
from helpers.shown import shown

_STYLE = (Path(__file__).parent / "trace.css").read_text(encoding="utf-8")
_ABSENT = "–"
_MOST_ROWS = 60  # of a table; longer runs go round in circles


class ThreadState(NamedTuple):
    """A thread between two steps.

    status: "ready", "blocked" or "ended"; place: the statement it takes next, or is in
    """

    name: str
    status: str
    place: Statement
    reason: str | None
    in_function: bool  # it has begun to run
    in_progress: bool  # it is in the middle of that statement, and goes on with the rest
    local: dict[str, str]
    arguments: tuple[str, ...] = ()


class Snapshot(NamedTuple):
    """The program between two steps."""

    threads: list[ThreadState]
    watched: dict[str, str]
    printed: int


class Recorder:
    """Watches a run and keeps a snapshot before each step and one at the end.

    watch: expressions over the program's names; None for every plain value among its variables and their attributes
    skip: number of snapshots, from the first, that are not needed
    """

    def __init__(self, watch: list[str] | None, skip: int = 0) -> None:
        """A new recorder serves one run."""
        self.watch, self.skip = watch, skip
        self.anew()

    def anew(self) -> Recorder:
        """Forget the run, which begins again."""
        self.snapshots: list[Snapshot | None] = []
        self.standstill: list[str] = []
        self.in_cycle = False  # the threads of the standstill wait for each other
        self.frames: list[types.FrameType] = []  # of the main program, innermost last
        return self

    def __call__(self, run: Run) -> None:
        """Take a snapshot; a run calls this before each choice and when it has ended."""
        if len(self.snapshots) > len(run.picks):
            return  # the run ended where it stood
        if not self.frames:  # kept, because their variables can be read after they have returned
            self.frames = [entry.frame for entry in run.tasks[0].stack]
        needed = len(self.snapshots) >= self.skip
        self.snapshots.append(self.snapshot(run) if needed else None)
        if not run.ending and not any(task.can_run() or task.can_time_out() for task in run.tasks):
            self.standstill, self.in_cycle = naming.standstill(run), bool(naming.waiting_cycle(run))

    def snapshot(self, run: Run) -> Snapshot:
        """How the program stands now."""
        threads = [thread_state(run, task) for task in run.tasks]
        if self.watch is None:
            watched = dict(plain_values(self.names()))
        else:
            watched = {expression: self.value_of(expression) for expression in self.watch}
        return Snapshot(threads, watched, len(run.output))

    def names(self) -> dict[str, Any]:
        """The main program's variables."""
        return {name: value for frame in self.frames for name, value in source.locals_of(frame).items()}

    def value_of(self, expression: str) -> str:
        """A watched expression's value as text; a dash while its names have no value."""
        if not self.frames:
            return _ABSENT
        try:
            return shown(eval(expression, self.frames[-1].f_globals, self.names()))
        except Exception:  # noqa: BLE001  any error of the expression means that it has no value yet
            return _ABSENT


def plain_values(names: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The variables, and attributes of the program's own objects, whose values can be shown in a few words."""
    for name, value in names.items():
        if name.startswith(("_", ".")) or callable(value):
            continue
        text = shown(value)
        if not _is_opaque(text):
            yield name, text
        elif type(value).__module__ not in ("threading", "queue", "_thread", primitives.__name__):
            for attribute, item in getattr(value, "__dict__", {}).items():
                if not attribute.startswith("_") and not callable(item) and not _is_opaque(shown(item)):
                    yield f"{name}.{attribute}", shown(item)


def _is_opaque(text: str) -> bool:
    return ("<" in text and " object" in text) or text.startswith("<") or "[<" in text or "(<" in text or ": <" in text


def thread_state(run: Run, task: Task) -> ThreadState:
    """How a thread stands now."""
    if task.finished:
        reason = f"ends with {task.died}" if task.died else None
        return ThreadState(task.name, "ended", NOWHERE, reason, False, False, {})
    reason = naming.waits_for(run, task)
    local: dict[str, str] = {}
    arguments: tuple[str, ...] = ()
    if task.stack:
        code = task.stack[-1].frame.f_code
        arguments = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        shared = (*task.stack[-1].frame.f_code.co_freevars, "self")
        for name, value in source.locals_of(task.stack[-1].frame).items():
            text = shown(value)
            if name not in shared and not _is_opaque(text) and not name.startswith(("_", ".")):
                local[name] = text
    in_progress = task.waiting is not None or task.paused
    return ThreadState(
        task.name, "blocked" if reason else "ready", task.place, reason, bool(task.stack), in_progress, local, arguments
    )


class Row(NamedTuple):
    """A step: who took it, which statement, what it changed, and why its thread cannot go on (None if it can)."""

    thread: int
    text: str
    changes: dict[str, str]
    blocked: str | None
    printed: str


class Trace:
    """The steps of one run. print(trace) and a notebook show it as a table.

    schedule: the thread of each step, which replay takes; ending: how it ended, in words; outcome: the returned value
    raised: the first exception that left a thread, as Python prints it, or ""
    locks_made, locks_taken: for each thread, how many locks it made and how often it took one
    """

    def __init__(self, run: Run, recorder: Recorder) -> None:
        """Read the rows off the snapshots that the recorder took of this run, which is over."""
        self.schedule = list(run.picks)
        self.preemptions = run.preemptions
        self.threads = [task.name for task in run.tasks]
        self.snapshots = recorder.snapshots
        self.rows = [_row(run, recorder.snapshots, i) for i in range(min(len(run.picks), len(recorder.snapshots) - 1))]
        self.verdict = run.verdict
        self.locks_made = [task.locks_made for task in run.tasks[1:]]
        self.locks_taken = [task.locks_taken for task in run.tasks[1:]]
        self.outcome = run.verdict.value if run.verdict.kind == model.RETURNED else None
        self.deadlock = recorder.standstill if run.verdict.kind == model.DEADLOCK else []
        self.raised = next((task.died for task in run.tasks if task.died), "")
        if not self.raised and run.verdict.kind == model.ERROR:
            self.raised = self.verdict.value if run.exception is None else in_words(run.exception)
        self.ending = ending_sentence(run, self.deadlock, recorder.in_cycle)

    def _columns(self) -> list[int]:
        return sorted({row.thread for row in self.rows})

    def _shown(self) -> list[tuple[int, Row | None]]:
        """The rows with their numbers; of a very long run the first and the last, with the count of those between."""
        rows: list[tuple[int, Row | None]] = list(enumerate(self.rows, 1))
        if len(rows) <= _MOST_ROWS:
            return rows
        cut = len(rows) - _MOST_ROWS
        return [*rows[: _MOST_ROWS - 10], (cut, None), *rows[-10:]]

    def __str__(self) -> str:
        """The table in plain text, a column for each thread, with the ending below."""
        columns = self._columns()
        head = ["", *(self.threads[c] for c in columns), "afterwards"]
        lines = [head]
        for number, row in self._shown():
            if row is None:
                lines.append(["...", *([""] * len(columns)), f"{number:,} steps that are not shown"])
            else:
                lines.append([str(number), *(row.text if c == row.thread else "" for c in columns), afterwards(row)])
        widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
        body = [
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
        ]
        body.insert(1, "  ".join("-" * width for width in widths))
        return "\n".join([*body, self.ending])

    def __repr__(self) -> str:
        """The same table, so that a bare name at a prompt shows it."""
        return str(self)

    def _repr_html_(self) -> str:
        """The same as HTML. With three threads or more, what came of a step stands below it: a page is not wide.

        Where it is narrow, as on a phone, so does everything, and each step says by itself whose it is (trace.css).
        """
        columns = self._columns()
        apart = len(columns) <= 2
        last = apart and any(row and afterwards(row) for _, row in self._shown())  # a column of nothing is left out
        names = [self.threads[c] for c in columns] + ["afterwards"] * last
        head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in ["step", *names])
        rows = []
        for number, row in self._shown():
            if row is None:
                left_out = f'<td colspan="{len(names)}">{number:,} steps that are not shown</td>'
                rows.append(f'<tr><th scope="row">...</th>{left_out}</tr>')
                continue
            news = _afterwards_html(row)
            below = f'<span class="it-news">{news}</span>' if news and not apart else ""
            whose = f'data-t="{columns.index(row.thread) % 4}" data-thread="{html.escape(self.threads[row.thread])}"'
            step = f"<td {whose}><code>{html.escape(row.text)}</code>{below}</td>"
            cells = "".join(step if c == row.thread else "<td></td>" for c in columns)
            cells += f"<td>{news}</td>" if last else ""
            rows.append(f'<tr><th scope="row">{number}</th>{cells}</tr>')
        return (
            f"<style>{_STYLE}</style>"
            f'<div class="interleave-trace{"" if apart else " it-wide"}" tabindex="0" role="group" aria-label="Steps">'
            f"<table><thead><tr>{head}</tr></thead>"
            f"<tbody>{''.join(rows)}</tbody></table><p>{_rich(self.ending)}</p></div>"
        )


def afterwards(row: Row) -> str:
    """What a step changed, and whether its thread is blocked, as text."""
    parts = [f"{name} = {value}" for name, value in row.changes.items()]
    parts += [row.blocked] if row.blocked else []
    parts += [f"prints {row.printed!r}"] if row.printed else []
    return "; ".join(parts)


def _rich(text: str) -> str:
    """Text as HTML, with names in backticks as code."""
    return re.sub("`([^`]*)`", r"<code>\1</code>", html.escape(text))


def _afterwards_html(row: Row) -> str:
    parts = [f"<code>{html.escape(f'{name} = {value}')}</code>" for name, value in row.changes.items()]
    parts += [_rich(row.blocked)] if row.blocked else []
    parts += [f"prints <code>{html.escape(row.printed)}</code>"] if row.printed else []
    return "; ".join(parts)


def _row(run: Run, snapshots: list[Snapshot], step: int) -> Row:
    thread = choices.thread_of(run.picks[step])
    before, after = snapshots[step], snapshots[step + 1]
    was, is_now = before.threads[thread], after.threads[thread]
    if step in run.entered:
        was = was._replace(place=run.entered[step], in_progress=False)
    changes = {n: v for n, v in after.watched.items() if before.watched.get(n) != v and v != _ABSENT}
    changes |= {n: f"{v} again" for n, v in after.watched.items() if n not in changes and writes(was.place, n)}
    if is_now.place.text and was.place[:1] + was.place[3:4] == is_now.place[:1] + is_now.place[3:4]:
        known = was.local if was.in_function else dict.fromkeys(is_now.arguments)
        changes |= {
            n: v for n, v in is_now.local.items() if n not in changes and _differs(known, n, v, was.in_function)
        }
    printed = "".join(text for _, text in run.output[before.printed : after.printed]).rstrip("\n")
    collected = "(garbage collection) " if run.picks[step] < 0 else ""
    return Row(thread, collected + statement(was), changes, is_now.reason, printed)


def _differs(known: dict, name: str, value: str, in_function: bool) -> bool:
    return known.get(name) != value if in_function else name not in known


def writes(place: Statement, watched: str) -> bool:
    """Whether a statement assigns to a watched variable or attribute: it may write the value that was there before."""
    return (f".{watched.rpartition('.')[2]}" if "." in watched else watched) in place.assigns


def statement(state: ThreadState) -> str:
    """What a thread does in its next step."""
    if not state.place.text:
        return "(goes on)" if state.in_progress else "(starts)"
    return f"{state.place.text}  (goes on)" if state.in_progress else state.place.text


def ending_sentence(run: Run, standstill: list[str], in_cycle: bool) -> str:
    """How a run ended, in sentences. A standstill in which threads wait for each other in a circle is a deadlock."""
    deaths = [f"{task.name} ended with {task.died}." for task in run.tasks if task.died]
    return " ".join([*deaths, _last_sentence(run, standstill, in_cycle)])


def _last_sentence(run: Run, standstill: list[str], in_cycle: bool) -> str:
    kind, value, _ = run.verdict
    if kind == model.RETURNED:
        return f"It ended at {shown(value)}."
    if kind == model.DEADLOCK:
        return f"{'Deadlock' if in_cycle else 'Standstill'}: {'; '.join(standstill)}."
    if value == "StepLimit":
        return f"It did not end within {run.options.max_steps:,} steps."
    said = f": {run.exception}" if str(run.exception) else ""
    return f"It ended with {value}{said}."


def check_repeatable(session: Any) -> None:
    """Run the program twice under the same schedule and compare every step.

    raises Nondeterministic, naming the first step that differed
    """
    recorders = [Recorder(None), Recorder(None)]
    runs = [session.execute([], [], observer=recorder) for recorder in recorders]
    traces = [Trace(run, recorder) for run, recorder in zip(runs, recorders, strict=True)]
    for number, (first, second) in enumerate(zip(traces[0].rows, traces[1].rows, strict=False), 1):
        if first != second:
            raise Nondeterministic(
                f"The program does not repeat itself: at step {number}, `{first.text}`, the same turns gave "
                f"{afterwards(first) or 'no change'} the first time "
                f"and {afterwards(second) or 'no change'} the second. "
                "Remove what differs from run to run (random numbers, the time of day, the order of a set, globals)."
            )
    if len(traces[0].rows) != len(traces[1].rows) or shown(runs[0].verdict) != shown(runs[1].verdict):
        raise Nondeterministic(
            f"The program does not repeat itself. Under the same schedule: {traces[0].ending} Then: {traces[1].ending} "
            "Remove what differs from run to run, such as values left in globals."
        )
