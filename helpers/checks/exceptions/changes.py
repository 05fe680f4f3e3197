"""Changes to the programs of exceptions/04_finding_bugs, one for each of their functions.

Each is the best that can be done in that function alone, or what is often done there. Whether it helps is not said
here: the checker runs the program with it.
"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import Process, Queue
from typing import Any, NamedTuple

from helpers.workers.exceptions import finding_bugs as programs
from helpers.workers.exceptions.finding_bugs import NEEDS, Builder, Stock, read, till, total


class Change(NamedTuple):
    """A function that takes the place of another.

    owner: the module or class of the one replaced; did: the change in words; why: why it cannot help
    """

    owner: Any
    function: Callable
    did: str
    why: str = ""


# install --------------------------------------------------------------------------------------------------------------

_install = programs.install


def _build(self: Builder, thing: str) -> None:
    for need in self.needs[thing]:
        self.build(need)
    self.built.add(thing)


def _prepare(self: Builder, things: list[str]) -> None:
    if things:
        with ThreadPoolExecutor(len(things)) as pool:
            self.wait([pool.submit(self.build, thing) for thing in things])


def _wait(self: Builder, builds: list) -> None:
    for build in builds:
        build.result(timeout=0.2)


def _install_with_more(needs: dict = NEEDS, workers: int = 3) -> list[str]:
    return _install(needs, workers + 6)


# report ---------------------------------------------------------------------------------------------------------------


def _report(days: int = 2, visits_a_day: int = 50_000) -> int:
    visits = Queue()
    readers = [Process(target=read, args=(day, visits_a_day, visits)) for day in range(days)]
    for reader in readers:
        reader.start()
    count = total(visits, days)
    programs.finish(readers)
    return count


def _read(day: int, count: int, visits: Queue) -> None:
    visits.cancel_join_thread()
    read(day, count, visits)


def _finish(readers: list[Process]) -> None:
    for reader in readers:
        reader.terminate()
        reader.join()


def _total(visits: Queue, days: int) -> int:
    count = 0
    for _ in range(days):
        count += len(visits.get(timeout=1))
    return count


# shop -----------------------------------------------------------------------------------------------------------------

_init = Stock.__init__


def _init_reentrant(self: Stock, pieces: int, low: int) -> None:
    _init(self, pieces, low)
    self.lock = threading.RLock()


def _sell(self: Stock) -> None:
    with self.lock:
        self.left -= 1
        self.sold += 1
        is_low = self.left <= self.low
    if is_low:
        programs.log.warning("order more: %s", self)


def _str(self: Stock) -> str:
    return f"{self.left} left, {self.sold} sold"


_one_at_a_time = threading.Lock()


def _till(stock: Stock, customers: int) -> None:
    for _ in range(customers):
        with _one_at_a_time:
            stock.sell()


def _shop(tills: int = 3, customers: int = 10, low: int = 25) -> int:
    stock = Stock(tills * customers, low)
    threads = [threading.Thread(target=till, args=(stock, customers), daemon=True) for _ in range(tills)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=0.2)
    return stock.sold


_STANDS = "That is where it stands, not why."

CHANGES = {
    "install": {
        "build": Change(Builder, _build, "with each need built by the thread that needs it"),
        "prepare": Change(Builder, _prepare, "with a pool for what is prepared, instead of the one its caller is in"),
        "wait": Change(Builder, _wait, "with a limit to result in wait", _STANDS),
        "install": Change(
            programs,
            _install_with_more,
            "with six workers more",
            "It ends for this app, and not for one whose needs are thirteen deep.",
        ),
    },
    "report": {
        "report": Change(programs, _report, "with the visits taken before the readers are joined"),
        "read": Change(
            programs, _read, "with cancel_join_thread in read", "A process that does not wait takes its visits with it."
        ),
        "finish": Change(programs, _finish, "with terminate in finish", f"{_STANDS} What was not sent is gone."),
        "total": Change(programs, _total, "with a limit to get in total", "It is not reached."),
    },
    "shop": {
        "sell": Change(Stock, _sell, "with the warning after the with block"),
        "__str__": Change(
            Stock, _str, "without the lock in __str__", f"{_STANDS} It is called in the middle of a sale."
        ),
        "__init__": Change(
            Stock, _init_reentrant, "with an RLock", "It lets its thread in again, in the middle of a sale."
        ),
        "till": Change(programs, _till, "with a lock in till as well", "One lock more releases none."),
        "shop": Change(programs, _shop, "with a limit to join in shop", _STANDS),
    },
}
