"""Run an ordinary threaded program under every schedule within a bound.

    result = explore(two_increments)
    result.outcomes    # returned value -> number of schedules that end so
    result.find(1)     # the shortest of them, step by step

One call reads from top to bottom, each module knowing only those below it:

interface                       explore, replay and the result; trace and player show what happened
search, session                 all schedules, one after the other; the threads they share and what is replaced for them
stuck, patches, naming          a thread that gets on no more; the library's locks and clocks; what a thread waits for
scheduler                       one run: its threads, step by step
turns, choices                  who takes the next step, who could, and whether that is as before
main_thread, sharing            which of main's steps, and which accesses, another thread can get in the way of
audit, loops, happens_before, tasks
                                functions without hooks, rounds in vain, equal states, threads
hooks, effects, library         what rewritten code calls: hooks_accesses, hooks_switches; what an access or a call
                                touches: effects_of_accesses, effects_of_calls; the same of the library's own code
instrument                      functions run code rewritten from their own source: rewrite, rewrite_accesses,
                                rewrite_switches
switches                        where this interpreter can hand over its lock
primitives, carriers            locks and waiting; operating-system threads
preflight, scopes, source, identity, model, errors
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
