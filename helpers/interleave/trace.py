"""One run, step by step: a row for each step, a column for each thread, and what changed."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from helpers.interleave import choices, model
from helpers.interleave.errors import does_not_repeat
from helpers.interleave.options import Options, expressions_of
from helpers.interleave.recorder import ABSENT, Recorder, Snapshot, ThreadState
from helpers.interleave.scheduler import Run
from helpers.interleave.session import Session, in_session
from helpers.interleave.statements import Statement
from helpers.interleave.uncaught import in_words, words_of
from helpers.shown import shown

_STYLE = (Path(__file__).parent / "trace.css").read_text(encoding="utf-8")
_MOST_ROWS = 60  # of a table; longer runs go round in circles


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
    changes = {n: v for n, v in after.watched.items() if before.watched.get(n) != v and v != ABSENT}
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
    words = "" if run.exception is None else words_of(run.exception)
    return f"It ended with {value}{': ' * bool(words)}{words}."


def check_repeatable(session: Any) -> None:
    """Run the program twice under the same schedule and compare every step.

    raises Nondeterministic, naming the first step that differed
    """
    recorders = [Recorder(None), Recorder(None)]
    runs = [session.execute([], [], observer=recorder) for recorder in recorders]
    traces = [Trace(run, recorder) for run, recorder in zip(runs, recorders, strict=True)]
    for number, (first, second) in enumerate(zip(traces[0].rows, traces[1].rows, strict=False), 1):
        if first != second:
            raise does_not_repeat(
                f": at step {number}, `{first.text}`, the same turns gave {afterwards(first) or 'no change'} the first "
                f"time and {afterwards(second) or 'no change'} the second."
            )
    if len(traces[0].rows) != len(traces[1].rows) or shown(runs[0].verdict) != shown(runs[1].verdict):
        raise does_not_repeat(f". Under the same schedule: {traces[0].ending} Then: {traces[1].ending}")


def trace(program: Callable[[], Any], schedule: Iterable[int], watch: Iterable[str] | None, options: Options) -> Trace:
    """Run the program once under a schedule; options as a search has found them."""
    expressions = expressions_of(watch)
    options = options._replace(max_preemptions=None, reduce=False, main_sites=options.main_sites or frozenset())

    def work(session: Session) -> Trace:
        recorder = Recorder(expressions)
        return Trace(session.execute(list(schedule), [], observer=recorder), recorder)

    return in_session(program, options, work)
