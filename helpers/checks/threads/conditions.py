"""Checkers for the exercises of threads/05_conditions."""

from collections.abc import Callable
from itertools import accumulate

from helpers.checks.schedules import Always, Failure, Mistake, Sometimes, in_threads, judged
from helpers.checks.verdict import say
from helpers.workers.threads.steps import Visits


def check_Buffer(Buffer: type) -> None:
    """Print whether Buffer(size).put and .get hand over every item once, in order, and never hold more than size."""
    say(
        judged(
            Buffer,
            Always(_two_in_order, {"ab"}),
            Always(_two_getters, {"ab"}),
            Always(_two_putters, {"ab"}),
            mistakes=[
                Mistake(
                    "notify was called without the lock. Whoever changes the data holds the lock, and notifies before "
                    "it lets go.",
                    lambda f: "un-acquired lock" in f.trace.ending,
                ),
                Mistake(
                    "wait came back because its time was up, and nothing had become true. Look at its answer, or wait "
                    "without a limit.",
                    lambda f: f.took(r"timeout") and (f.ending == "IndexError" or _is_overfull(f)),
                ),
                Mistake(
                    "A thread was woken, and another had been quicker: what it had waited for was no longer true. Look "
                    "again after wait: while, not if.",
                    lambda f: f.took(r"wait\(.*\(goes on\)") and (f.ending == "IndexError" or _is_overfull(f)),
                ),
                Mistake("The buffer holds more than its size: put does not wait for room.", _is_overfull),
                Mistake(
                    "All who are left wait on the same condition, and the one that was woken was not the one that "
                    "could go on. notify wakes any one: use notify_all, or a condition for each reason to wait.",
                    lambda f: f.waits("to be notified") > 1 and f.took(r"wait\(.*\(goes on\)"),
                ),
                Mistake(
                    "A thread waits, what it waits for is true, and it is not notified.",
                    lambda f: f.waits("to be notified") > 0,
                ),
            ],
            solved="{schedules:,} of {schedules:,} schedules hand over every item once and never hold too many.",
        )
    )


def _two_in_order(kind: type) -> str:
    """One thread puts two items into a buffer of two, another gets two."""
    buffer, got = kind(2), []
    in_threads(lambda: [buffer.put(item) for item in "ab"], lambda: got.extend([buffer.get(), buffer.get()]))
    return _text(got)


def _two_getters(kind: type) -> str:
    """Two threads get one item each, a third puts two, and there is room for one."""
    buffer, got = kind(1), []
    in_threads(*[lambda: got.append(buffer.get())] * 2, lambda: [buffer.put(item) for item in "ab"])
    return _text(sorted(got, key=str))


def _two_putters(kind: type) -> str:
    """Two threads put one item each, a third gets two, and there is room for one. Watches that it never holds two."""
    buffer, got, held = kind(1), [], []

    def put(item: str) -> None:
        buffer.put(item)
        held.append(+1)

    def get() -> None:
        held.append(-1)  # before it gets: so the sum is never more than what the buffer holds
        got.append(buffer.get())

    in_threads(lambda: put("a"), lambda: put("b"), lambda: (get(), get()))
    return _text(sorted(got, key=str)) if max(accumulate(held)) <= 1 else "overfull"


def _text(items: list) -> str:
    return "".join(map(str, items))


def _is_overfull(failure: Failure) -> bool:
    return failure.ending == "overfull"


def check_Turnstile(Turnstile: type) -> None:
    """Print whether Turnstile().pass_through(ticket, go) calls go in the order of tickets 0, 1, 2, one at a time."""
    say(
        judged(
            Turnstile,
            Always(_three_tickets, {"0 1 2"}),
            mistakes=[
                Mistake(
                    "A thread was woken and went through without looking whether it is its turn. Look again after "
                    "wait: while, not if.",
                    lambda f: f.ending != "standstill" and f.took(r"wait\(.*\(goes on\)"),
                ),
                Mistake(
                    "The one that was woken had another ticket, and the one whose turn it is sleeps on. notify wakes "
                    "any one of those who wait: use notify_all.",
                    lambda f: f.waits("to be notified") > 0 and f.took(r"notify\("),
                ),
                Mistake(
                    "The next in turn waits, and it is not notified that its turn has come.",
                    lambda f: f.waits("to be notified") > 0,
                ),
                Mistake(
                    "The next one goes through while go is still running: the turn is over when go has come back.",
                    lambda f: str(f.ending).startswith("two at once"),
                ),
                Mistake("Threads go through out of turn.", lambda f: " " in str(f.ending)),
            ],
            solved="{schedules:,} of {schedules:,} schedules let the tickets through in order, one at a time.",
        )
    )


def _three_tickets(kind: type) -> str:
    turnstile, visits = kind(), Visits()
    in_threads(
        *[lambda n=n: turnstile.pass_through(n, lambda: visits.begin_and_end(n)) for n in (2, 0, 1)],
    )
    return _one_at_a_time(visits.log)


def _one_at_a_time(log: list) -> str:
    """The names in the order in which they began, if each ended before the next began."""
    order = " ".join(str(name) for name, what in log if what == "begins")
    at_once = any(a[0] != b[0] for a, b in zip(log[::2], log[1::2], strict=False))
    return f"two at once: {order}" if at_once else order


def check_Document(Document: type) -> None:
    """Print whether Document().read(look) and .write(change) let readers overlap and writers be alone."""
    say(
        judged(
            Document,
            Always(_visits("write", "write"), {"alone"}),
            Always(_visits("read", "write"), {"alone"}),
            Always(_visits("read", "read", "write"), {"alone", "readers overlap"}, max_preemptions=1),
            Always(_visits("read", "write", "write"), {"alone"}, max_preemptions=1),
            Sometimes(_visits("read", "read"), lambda how: how == "readers overlap", _NO_OVERLAP),
            mistakes=[
                Mistake("Two writers are in at once.", lambda f: f.ending == "two writers"),
                Mistake(
                    "A writer comes in while a reader is there, or a reader while a writer is.",
                    lambda f: f.ending == "a writer and a reader",
                ),
                Mistake(
                    "A thread waits for the document to be free; it is free, and the thread is not notified.",
                    lambda f: f.waits("to be notified") > 0,
                ),
            ],
            shared=_NO_OVERLAP,
            solved="a writer is alone in {schedules:,} of {schedules:,} schedules, and two readers can read at once.",
        )
    )


_NO_OVERLAP = (
    "two readers never read at once: a reader holds the lock while it looks. Count the readers, and release it."
)


def _visits(*kinds: str) -> Callable[[type], str]:
    """Threads that each read or write once; who was in together, the worst first."""

    def program(kind: type) -> str:
        document, visits = kind(), Visits()
        calls = [(getattr(document, how), (how, n)) for n, how in enumerate(kinds)]
        in_threads(*[lambda do=do, who=who: do(lambda: visits.begin_and_end(who)) for do, who in calls])
        return _together(visits.log)

    return program


def _together(log: list) -> str:
    inside: list[str] = []
    met: set[str] = set()
    for (how, _), what in log:
        if what == "ends":
            inside.remove(how)
        else:
            met |= {" ".join(sorted([how, other])) for other in inside}
            inside.append(how)
    if "write write" in met:
        return "two writers"
    if "read write" in met:
        return "a writer and a reader"
    return "readers overlap" if met else "alone"
