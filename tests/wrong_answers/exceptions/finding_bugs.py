"""Classic wrong answers to the exercise of exceptions/04_finding_bugs."""

from helpers.checks.exceptions.finding_bugs import check_diagnose
from wrong_answers import refused

RIGHT = {
    "install": ("free worker", "build"),
    "report": ("room in a pipe", "report"),
    "shop": ("own lock", "sell"),
}


def refuse(reason, **wrong):
    refused(check_diagnose, reason)(lambda: RIGHT | wrong)


refuse('install does not wait for "other lock". For which call', install=("other lock", "build"))
refuse("ends with TimeoutError. That is where it stands, not why.", install=("free worker", "wait"))
refuse("with six workers more, is hung as well", install=("free worker", "install"))
refuse('report does not wait for "dead process". The readers have returned', report=("dead process", "report"))
refuse("is hung as well: the main thread in total. That is where it stands", report=("room in a pipe", "finish"))
refuse("A process that does not wait takes its visits with it", report=("room in a pipe", "read"))
refuse("the main thread in finish. It is not reached", report=("room in a pipe", "total"))
refuse('shop does not wait for "other lock". Read the calls', shop=("other lock", "sell"))
refuse("warns of 25 left, 4 sold: of 30 pieces, that is one too few. That is where", shop=("own lock", "__str__"))
refuse("with an RLock, ends, and warns of 25 left, 4 sold", shop=("own lock", "__init__"))
refuse("ends before its work is done", shop=("own lock", "shop"))
refuse("the main thread in shop. One lock more releases none", shop=("own lock", "till"))
refuse("there is no program 'shopping'", shopping=("own lock", "sell"))
refuse("install has no function 'submit'", install=("free worker", "submit"))
refuse("'a thread' is not among what a program can wait for", shop=("a thread", "sell"))
refuse("put your diagnosis in the place of the dots", install=(..., ...))
