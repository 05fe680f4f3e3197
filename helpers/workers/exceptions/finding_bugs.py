"""Workers of notebooks/exceptions/04_finding_bugs: three programs that hang; processes that log."""

import logging
import os
import threading
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from logging.handlers import QueueHandler, QueueListener
from multiprocessing import Process, Queue, queues

# install: a program that builds what a program needs, and what that needs, several at a time --------------------------

NEEDS = {
    "app": ["pages", "server"],
    "pages": ["styles"],
    "server": ["storage"],
    "styles": ["fonts"],
    "storage": ["drivers"],
    "fonts": [],
    "drivers": [],
}


class Builder:
    """Builds things in a pool of threads; needs: a thing -> what must be there before it is built."""

    def __init__(self, needs: Mapping[str, list[str]], workers: int) -> None:
        """workers: how many are built at a time."""
        self.needs, self.built = needs, set()
        self.pool = ThreadPoolExecutor(workers)

    def build(self, thing: str) -> None:
        """Build a thing once all that it needs is there."""
        self.prepare(self.needs[thing])
        self.built.add(thing)

    def prepare(self, things: list[str]) -> None:
        """Build several things at a time."""
        self.wait([self.pool.submit(self.build, thing) for thing in things])

    def wait(self, builds: list[Future]) -> None:
        """Wait for each, and raise what it raised."""
        for build in builds:
            build.result()


def install(needs: Mapping[str, list[str]] = NEEDS, workers: int = 3) -> list[str]:
    """Build the first thing with all that it needs, and return what was built, sorted."""
    builder = Builder(needs, workers)
    with builder.pool:
        builder.prepare([next(iter(needs))])
    return sorted(builder.built)


# report: how many visits there were on some days, each day counted in a process of its own ----------------------------


def report(days: int = 2, visits_a_day: int = 50_000) -> int:
    """Read the days, and return the number of visits."""
    visits = Queue()
    readers = [Process(target=read, args=(day, visits_a_day, visits)) for day in range(days)]
    for reader in readers:
        reader.start()
    finish(readers)
    return total(visits, days)


def read(day: int, count: int, visits: Queue) -> None:
    """Put a list of the day's visits."""
    visits.put([f"day {day}, visitor {number}" for number in range(count)])


def finish(readers: list[Process]) -> None:
    """Wait until all have ended, so that none is left."""
    for reader in readers:
        reader.join()


def total(visits: Queue, days: int) -> int:
    """Take one list for each day, and count."""
    count = 0
    for _ in range(days):
        count += len(visits.get())
    return count


# shop: several tills that sell from one stock -------------------------------------------------------------------------

log = logging.getLogger("shop")


class Stock:
    """So many pieces, of which some are sold; low: from how many left on a warning is logged."""

    def __init__(self, pieces: int, low: int) -> None:
        """Nothing is sold yet."""
        self.lock = threading.Lock()
        self.left, self.sold, self.low = pieces, 0, low

    def sell(self) -> None:
        """Take one piece out, and warn if few are left."""
        with self.lock:
            self.left -= 1
            if self.left <= self.low:
                log.warning("order more: %s", self)
            self.sold += 1

    def __str__(self) -> str:
        """What a log is to say of it."""
        with self.lock:
            return f"{self.left} left, {self.sold} sold"


def till(stock: Stock, customers: int) -> None:
    """Sell one piece to each customer."""
    for _ in range(customers):
        stock.sell()


def shop(tills: int = 3, customers: int = 10, low: int = 25) -> int:
    """Open some tills, and return how many pieces they have sold together."""
    stock = Stock(tills * customers, low)
    threads = [threading.Thread(target=till, args=(stock, customers)) for _ in range(tills)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return stock.sold


# What a program that hangs can wait for -------------------------------------------------------------------------------

WAITS_FOR = {
    "free worker": "a task is to be run by a pool in which every worker waits for such a task",
    "room in a pipe": "what is to be sent does not fit, and no process reads",
    "own lock": "a thread asks for a lock that it holds itself",
    "other lock": "two threads hold a lock each, and each asks for the other's",
    "notification": "it came before the thread waited for it",
    "dead process": "the process that was to answer, or to release, has died",
    "lost exception": "the task that was to answer has raised, and no thread was told",
}

# Logging from processes -----------------------------------------------------------------------------------------------

worker_log = logging.getLogger("worker")


def log_two() -> None:
    """Log a record that most programs do not show, and one that they do."""
    worker_log.info("begins")
    worker_log.warning("is slow")


def log_to(records: Queue) -> None:
    """Have every record of this process put on a queue, and nowhere else: an initializer.

    A forked process has its parent's handlers too, and would write each record twice.
    """
    only_handler(QueueHandler(records))


def only_handler(handler: logging.Handler) -> None:
    """Let all records from INFO on go to this handler alone.

    Not by basicConfig, which gives a handler a format: what is put on a queue would be formatted here, and once more
    where it is written.
    """
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)


def divide(numbers: tuple[int, int]) -> float | None:
    """Divide the first by the second, and log what happens."""
    worker_log.info("divides %s", numbers)
    try:
        return numbers[0] / numbers[1]
    except ZeroDivisionError:
        worker_log.exception("cannot divide %s", numbers)
        return None


class SendAtOnce(QueueHandler):
    """A handler for a SimpleQueue: a record has been sent once the call that logs it returns."""

    def enqueue(self, record: logging.LogRecord) -> None:
        """Put it; this waits for room in the pipe."""
        self.queue.put(record)


class TakeAtOnce(QueueListener):
    """The listener at the other end of a SimpleQueue."""

    def dequeue(self, block: bool) -> logging.LogRecord:
        """Take a record, and wait for one in any case."""
        return self.queue.get()

    def enqueue_sentinel(self) -> None:
        """Put what ends the listener."""
        self.queue.put(self._sentinel)


def last_words(handler: type[QueueHandler], records: queues.Queue | queues.SimpleQueue) -> None:
    """Log one record, and leave without any clean-up, as a process does that is killed."""
    only_handler(handler(records))
    worker_log.info("last words")
    os._exit(1)


# Computing ------------------------------------------------------------------------------------------------------------


def is_prime(number: int) -> bool:
    """Try all divisors up to the square root."""
    return number > 1 and all(number % divisor for divisor in range(2, int(number**0.5) + 1))


def count_primes(limit: int) -> int:
    """How many primes there are below the limit."""
    return sum(map(is_prime, range(limit)))
