"""The page element in which the reader is the scheduler: the states of all schedules, recorded, as a graph.

It plays back what happened in real runs, so it needs neither a kernel nor a network. player.js and player.css draw it;
where scripts do not run, the shortest failing trace stands in its place as a table.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import linecache
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

from helpers.interleave.errors import ExploreError
from helpers.interleave.model import Verdict
from helpers.interleave.options import Options
from helpers.interleave.player_graph import MOST_NODES, Graph, Node
from helpers.interleave.recorder import Recorder, Snapshot, ThreadState
from helpers.interleave.session import Session, in_session
from helpers.interleave.statements import NOWHERE
from helpers.interleave.trace import Trace, writes

_HERE = Path(__file__).parent
_STATUS = {"ready": 0, "blocked": 1, "ended": 2}


def make_player(program: Callable[[], Any], options: Options, watch: list[str] | None) -> Player:
    """Explore the program for a player.

    options.max_preemptions: None lets the reader take any turn; a number lets the explorer stop earlier
    raises ExploreError if there are more states than a page should carry
    """

    def work(session: Session) -> tuple[Graph, Trace]:
        graph = Graph(session, watch)
        graph.go()
        schedule = graph.best[graph.worst()].schedule
        recorder = Recorder(watch)
        return graph, Trace(session.execute(list(schedule), [], observer=recorder), recorder)

    graph, fallback = in_session(program, options, work)
    return Player(_compact(graph), fallback)


class _Table:
    """Texts by number: each is sent once."""

    def __init__(self, first: Any = None) -> None:
        self.numbers: dict[Any, int] = {} if first is None else {first: 0}

    def __call__(self, item: Any) -> int:
        return self.numbers.setdefault(item, len(self.numbers))

    def items(self) -> list:
        return list(self.numbers)


def _compact(graph: Graph) -> dict[str, Any]:
    """The graph as JSON: states that look the same and lead to the same are one."""
    root = graph.nodes[0]
    order = _bottom_up(root)
    threads = sorted({index for node in order for index in node.after})
    strings = _Table("")
    lines, line_numbers = _source_lines(order)
    watched: dict[str, None] = {}
    for node in reversed(order):
        watched.update(dict.fromkeys(node.snapshot.watched))
    endings = sorted(graph.best, key=lambda ending: (ending != graph.serial, graph.best[ending]))
    numbers: dict[int, int] = {}
    known: dict[tuple, int] = {}
    rows: list[list] = []
    for node in order:
        states = [_thread_row(node.snapshot, index, line_numbers, strings) for index in threads]
        values = [strings(node.snapshot.watched.get(name, "–")) for name in watched]
        after = [numbers[id(node.after[i])] if i in node.after else -1 for i in threads]
        ending = endings.index(node.ending) if node.ending is not None else -1
        row = [states, values, after, ending, strings(node.output)]
        key = (json.dumps(row),)
        if key not in known:
            known[key] = len(rows)
            rows.append(row)
        numbers[id(node)] = known[key]
    if len(rows) > MOST_NODES:
        raise ExploreError(
            f"The program has {len(rows):,} states, too many for a player. Give it fewer threads or steps."
        )
    last = len(rows) - 1  # the start came last; it is to be number 0
    rows.reverse()
    for row in rows:
        row[2] = [last - number if number >= 0 else -1 for number in row[2]]
    return {
        "v": 1,
        "threads": [graph.names[index] for index in threads],
        "lines": lines,
        "watch": list(watched),
        "writes": _assignments(order, line_numbers, list(watched)),
        "endings": [_ending_row(graph, ending, threads) for ending in endings],
        "nodes": [row[:4] for row in rows],
        "printed": [row[4] for row in rows] if any(row[4] for row in rows) else [],
        "strings": strings.items(),
    }


def _assignments(order: list[Node], lines: dict, watched: list[str]) -> dict[int, list[int]]:
    """For each shown line that assigns to watched values, which ones."""
    places = {state.place for node in order for state in node.snapshot.threads if state.place.text}
    found: dict[int, list[int]] = {}
    for place in sorted(places, key=lambda place: (place.file, place.line)):
        line = lines.get((place.file, place.line))
        indices = [i for i, name in enumerate(watched) if writes(place, name)]
        if line is not None and indices:
            found[line] = indices
    return found


def _bottom_up(root: Node) -> list[Node]:
    """All nodes, each after those it leads to."""
    order: list[Node] = []
    done: set[int] = set()
    pending = [(root, False)]
    while pending:
        node, ready = pending.pop()
        if ready:
            order.append(node)
        elif id(node) not in done:
            done.add(id(node))
            pending.append((node, True))
            pending += [(node.after[index], False) for index in sorted(node.after)]  # in whatever order they were found
    return order


def _ending_row(graph: Graph, ending: Verdict, threads: list[int]) -> dict[str, Any]:
    path = [threads.index(index) for index in graph.best[ending].schedule]
    return {"text": graph.texts[ending], "good": ending == graph.serial, "path": path}


def _thread_row(snapshot: Snapshot, index: int, lines: dict, strings: _Table) -> list[int]:
    state = snapshot.threads[index] if index < len(snapshot.threads) else _NOT_STARTED
    line = lines.get((state.place.file, state.place.line), -1)
    local = "\n".join(f"{name} = {value}" for name, value in state.local.items())
    return [_STATUS[state.status], line, strings(state.reason or ""), strings(local), int(state.in_progress)]


_NOT_STARTED = ThreadState("", "blocked", NOWHERE, "not started yet", False, False, {})


def _source_lines(order: list[Node]) -> tuple[list, dict[tuple[str, int], int]]:
    """The functions in which threads were seen, as numbered lines, and where each line stands in that list."""
    functions: set[tuple[str, int]] = set()
    for node in order:
        places = [state.place for state in node.snapshot.threads[1:]]
        functions |= {(place.file, place.function[1]) for place in places if place.text}
    lines: list = []
    numbers: dict[tuple[str, int], int] = {}
    for file, first in sorted(functions):
        if (file, first) in numbers:
            continue  # nested in one that is shown
        text = inspect.getblock(linecache.getlines(file)[first - 1 :])
        if lines:
            lines.append(None)
        for number, line in enumerate(textwrap.dedent("".join(text)).rstrip().splitlines(), first):
            numbers[file, number] = len(lines)
            lines.append([number, line])
    return lines, numbers


class Player:
    """The element: data is what it plays, fallback the trace that stands in its place where scripts do not run."""

    def __init__(self, data: dict[str, Any], fallback: Trace) -> None:
        """Made by make_player, which explores the program for both."""
        self.data, self.fallback = data, fallback

    def __repr__(self) -> str:
        """The fallback in plain text, where no HTML is shown."""
        return str(self.fallback)

    def _repr_html_(self) -> str:
        data = json.dumps(self.data, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c")
        name = hashlib.sha256(data.encode()).hexdigest()[:8]
        style, script = ((_HERE / file).read_text(encoding="utf-8") for file in ("player.css", "player.js"))
        return (
            f'<div class="interleave-player" id="player-{name}"><script type="application/json">{data}</script>'
            f'<div class="interleave-fallback">{self.fallback._repr_html_()}</div></div>'
            f"<style>{style}</style><script>{script}</script>"
        )
