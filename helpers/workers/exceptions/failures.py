"""Tasks of the failure table: each fails in one way, whatever its argument is."""

import os
import pickle
import signal
import sys
import threading

ANSWER = 42


def returns(_argument):
    """Return a number."""
    return ANSWER


def raises(_argument):
    """Raise an exception that can be sent anywhere."""
    raise ValueError("the task fails")


class HoldsALock(Exception):
    """An exception that cannot be pickled, because a lock cannot."""

    def __init__(self):
        """It is raised with a lock in it."""
        super().__init__("the task fails")
        self.lock = threading.Lock()


def raises_what_cannot_be_pickled(_argument):
    """Raise an exception that cannot be sent."""
    raise HoldsALock


class TwoArguments(Exception):
    """An exception that can be pickled and not unpickled: it is made again from what super() was given."""

    def __init__(self, code, text):
        """code: is not passed on."""
        super().__init__(text)
        self.code = code


def raises_what_cannot_be_unpickled(_argument):
    """Raise an exception that can be sent, and not received."""
    raise TwoArguments(3, "the task fails")


def returns_what_cannot_be_pickled(_argument):
    """Return a lock, which belongs to this process."""
    return threading.Lock()


class Unreadable:
    """An object that can be pickled and not unpickled, as one of a module that only the sender has."""

    def __reduce__(self):
        """Have the receiver call refuse()."""
        return refuse, ()

    def __repr__(self):
        """Without an address, which is another one each time."""
        return "Unreadable()"


def refuse():
    """Say that this cannot be unpickled."""
    raise pickle.UnpicklingError("this cannot be unpickled here")


def returns_what_cannot_be_unpickled(_argument):
    """Return something that can be sent, and not received."""
    return Unreadable()


def is_killed(_argument):
    """Have the system end this process, as it does when the memory is used up (on Windows: TerminateProcess)."""
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))


def exits_without_cleanup(_argument):
    """End this process from within, as a crash in C would."""
    os._exit(3)


def exits(_argument):
    """Ask to end, which is an exception."""
    sys.exit(3)


def hangs(_argument):
    """Wait for what never comes."""
    threading.Event().wait()


def recurses(argument):
    """Call itself until Python refuses."""
    return recurses(argument)


def needs_too_much_memory(_argument):
    """Ask for more memory than there is."""
    return bytearray(sys.maxsize)


def is_interrupted(_argument):
    """Raise what Ctrl-C raises."""
    raise KeyboardInterrupt


def stops_iteration(_argument):
    """Raise StopIteration, as next() does at an iterator's end."""
    return next(iter([]))


def cannot_start():
    """Fail as an initializer."""
    raise ValueError("the initializer fails")
