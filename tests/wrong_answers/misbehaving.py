"""Answers to any exercise that do not come back, or come back with something else."""

import threading


def never_ends(*_, **__):
    while True:
        pass


def deadlocks(*_, **__):
    mine = threading.Lock()
    with mine:
        mine.acquire()


def raises(*_, **__):
    return {}["missing"]


def leaves(*_, **__):
    raise SystemExit(3)


def in_the_place_of(solution, misbehave):
    """An answer of the solution's kind, a function or a class, of which every call misbehaves."""
    if not isinstance(solution, type):
        return misbehave
    methods = {name: misbehave for name, value in vars(solution).items() if callable(value) and name[0] != "_"}
    return type(solution.__name__, (), {"__init__": lambda self, *_: None, **methods})


def cannot_travel_by_value():
    """A function whose closure holds something that no pickle can carry."""
    generator = (number for number in ())
    return lambda *_: generator
