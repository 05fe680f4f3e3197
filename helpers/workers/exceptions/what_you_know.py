"""The worker of notebooks/exceptions/06_what_you_know."""

from threading import Thread


def thread_that_fails():
    """Have a thread fail, and join it."""
    thread = Thread(target=int, args=["twelve"])
    thread.start()
    thread.join()
