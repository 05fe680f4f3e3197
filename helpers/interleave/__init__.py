"""Run an ordinary threaded program under every schedule within a bound.

    result = explore(two_increments)
    result.outcomes    # returned value -> number of schedules that end so
    result.find(1)     # the shortest of them, step by step

One call reads from top to bottom, each module knowing only those on its line and below:

interface, result: explore and replay; how a program ends, and under how many schedules
player, player_graph: the page element that lets the reader choose the turns
search: all schedules, one after the other
trace, recorder: one run, step by step
session, stuck: what all runs share; a thread that gets on no more
options: what bounds an exploration
patches, surroundings, refusals, naming: the locks and clocks of the library; the garbage collector, Ctrl-C and the
    tables of threads; what cannot be scheduled; what a thread waits for
scheduler: one run
turns: who takes the next step
tasks, uncaught, primitives: threads, and what comes of their exceptions; locks and waiting
audit, library: functions without hooks; the library's own code, with hooks
hooks, hooks_accesses, hooks_cells, hooks_switches: what rewritten code calls
schedule_points: whether another thread may go first, where one arrives
choices, loops, main_thread, sharing, happens_before: who could take the next step; rounds in vain; which of main's
    steps, and which accesses, another thread can get in the way of; equal states
effects, effects_of_accesses, effects_of_calls: what an access or a call touches
instrument: functions run code rewritten from their own source
rewrite, rewrite_expressions, rewrite_operators, rewrite_accesses, rewrite_switches, hook_calls: how it is rewritten
switches, carriers, preflight: where this interpreter can hand over its lock; operating-system threads; what a program
    refers to
model, statements, scopes: plain data; steps by number; names that are shared
source, identity, errors: whose code it is; which object is which
"""

from helpers.interleave.errors import ExploreError, Nondeterministic, NotFound, Uncontrolled
from helpers.interleave.interface import explore, is_blocked, replay
from helpers.interleave.result import Result
from helpers.interleave.trace import Trace

__all__ = [
    "ExploreError",
    "Nondeterministic",
    "NotFound",
    "Result",
    "Trace",
    "Uncontrolled",
    "explore",
    "is_blocked",
    "replay",
]
