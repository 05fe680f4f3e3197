"""A short text for any object, for a table on a page."""

import re
import reprlib

_short = reprlib.Repr()
_short.maxstring = _short.maxother = 60
_short.maxlist = _short.maxtuple = _short.maxdict = _short.maxset = _short.maxdeque = 8


def shown(thing: object) -> str:
    """The object's repr, cut where it is long, and the same in every process and run: without addresses."""
    try:
        text = _short.repr(thing)
    except Exception:  # noqa: BLE001  a dictionary that has lost a key, a number of 5,000 digits
        text = f"<{type(thing).__name__}>"
    return re.sub(r" at 0x[0-9A-Fa-f]+", "", text)
