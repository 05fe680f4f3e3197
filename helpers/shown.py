"""A short text for any object, for a table on a page."""

import re
import reprlib
from collections.abc import Callable

_short = reprlib.Repr()
_short.maxstring = _short.maxother = 60
_short.maxlist = _short.maxtuple = _short.maxdict = _short.maxset = _short.maxdeque = 8


def shown(thing: object) -> str:
    """The object's repr, cut where it is long, and the same in every process and run: without addresses."""
    return re.sub(r" at 0x[0-9A-Fa-f]+", "", text_or_class(_short.repr, thing))


def text_or_class(to_text: Callable[[object], str], thing: object) -> str:
    """The object's text, or its class in angle brackets where it has none: its own method raises, say."""
    try:
        return to_text(thing)
    except Exception:  # noqa: BLE001  also a dictionary that has lost a key, a number of 5,000 digits
        return f"<{type(thing).__name__}>"
