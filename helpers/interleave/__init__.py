"""Run an ordinary threaded program under every schedule within a bound.

    result = explore(two_increments)
    result.outcomes    # returned value -> number of schedules that end so
    result.find(1)     # the shortest of them, step by step

One call reads from top to bottom, each module knowing only those below it:

interface                       explore, replay and the result; trace and player show what happened
search, session                 all schedules, one after the other; the threads they share and what is replaced for them
stuck, patches, naming          a thread that gets on no more; the library's locks and clocks; what a thread waits for
scheduler                       one run: who takes the next step
audit, loops, sharing, happens_before, tasks
                                functions without hooks, rounds in vain, accesses that are steps, equal states, threads
hooks, library, effects         what rewritten code calls, also that of the library; what an access reads and writes
instrument                      functions run code rewritten from their own source, in rewrite and rewrite_accesses
choices, primitives, carriers   who could take a step; locks and waiting; operating-system threads
preflight, scopes, source, identity, errors
                                what a program refers to; names that are shared; whose code it is; which object is which
"""

from helpers.interleave.errors import ExploreError, Nondeterministic, NotFound, Uncontrolled
from helpers.interleave.interface import Result, explore, is_blocked, replay
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
