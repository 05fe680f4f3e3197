"""Run an ordinary threaded program under every schedule within a bound.

    result = explore(two_increments)
    result.outcomes    # returned value -> number of schedules that end so
    result.find(1)     # the shortest of them, step by step

interface has explore, replay and the result. scheduler runs a program once, with primitives in the place of Python's locks (patches);
search goes through the schedules; footprint judges which steps can change places; trace and player show what happened.
"""

from helpers.interleave.errors import ExploreError, Nondeterministic, NotFound, Uncontrolled
from helpers.interleave.interface import Result, explore, replay
from helpers.interleave.trace import Trace

__all__ = ["ExploreError", "Nondeterministic", "NotFound", "Result", "Trace", "Uncontrolled", "explore", "replay"]
