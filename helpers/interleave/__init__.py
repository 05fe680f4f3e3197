"""Run an ordinary threaded program under every schedule within a bound.

    result = explore(two_increments)
    result.outcomes    # returned value -> number of schedules that end so
    result.find(1)     # the shortest of them, step by step

interface has explore, replay and the result, errors what they raise.
search goes through the schedules in a session, after preflight has looked at what the program refers to; stuck deals
with a thread that waits for something else.
scheduler runs a program once: tasks are its threads, carriers the operating-system threads they run on; choices says
which can go on, spinning which only wait. primitives stand in the place of Python's locks, patches puts them there.
histories, state, hidden and footprint judge which runs are in equal states, and which steps can change places.
source knows which code is the reader's, naming what a thread waits for; trace and player show what happened.
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
