"""Classic wrong answers to the exercises of threads/08_queues."""

import queue
import threading
from queue import Queue

from helpers.checks.threads.queues import check_drain, check_run
from wrong_answers import refused

# drain ---------------------------------------------------------------------------------------------------------------


@refused(check_drain, "The answer of empty or qsize is old")
def asks_whether_it_is_empty(items):
    taken = []
    while not items.empty():
        taken.append(items.get())
    return taken


@refused(check_drain, "The answer of empty or qsize is old")
def asks_how_many_there_are(items):
    count = items.qsize()
    return [items.get() for _ in range(count)]


@refused(check_drain, "The answer of empty or qsize is old")
def asks_and_gets_on_one_line(items):
    return [items.get() for _ in range(items.qsize())]


@refused(check_drain, "Not every item was taken")
def takes_one(items):
    return [items.get_nowait()]


@refused(check_drain, "get waits for an item that no thread will put")
def gets_for_ever(items):
    taken = []
    while True:
        taken.append(items.get())


@refused(check_drain, "That is the end, and no error")
def lets_empty_out(items):
    taken = []
    while True:
        taken.append(items.get_nowait())


@refused(check_drain, "although there was nothing to wait for")
def waits_a_second(items):
    taken = []
    while True:
        try:
            taken.append(items.get(timeout=1))
        except queue.Empty:
            return taken


# run -----------------------------------------------------------------------------------------------------------------


STOP = object()


def start(*targets, daemon=False):
    threads = [threading.Thread(target=target, daemon=daemon) for target in targets]
    for thread in threads:
        thread.start()
    return threads


class Stages:
    """The queues and the right stages of a pipeline; each wrong answer replaces one of them."""

    def __init__(self, convert, store):
        self.convert, self.store = convert, store
        self.raw, self.done = Queue(2), Queue(2)

    def work(self):
        while (item := self.raw.get()) is not STOP:
            try:
                result = self.convert(item)
            except ValueError:
                continue
            self.done.put(result)

    def write(self):
        while (result := self.done.get()) is not STOP:
            self.store(result)


@refused(check_run, "One for each")
def one_sentinel_for_two(items, convert, store):
    stages = Stages(convert, store)
    *workers, writer = start(stages.work, stages.work, stages.write)
    for item in [*items, STOP]:
        stages.raw.put(item)
    for worker in workers:
        worker.join()
    stages.done.put(STOP)
    writer.join()


@refused(check_run, "cannot tell `nothing yet` from `nothing more`")
def ends_when_the_queue_is_empty(items, convert, store):
    class AsksFirst(Stages):
        def work(self):
            while not self.raw.empty():
                try:
                    result = self.convert(self.raw.get())
                except ValueError:
                    continue
                self.done.put(result)

    stages = AsksFirst(convert, store)
    stages.raw = Queue()
    for item in items:
        stages.raw.put(item)
    *workers, writer = start(stages.work, stages.work, stages.write)
    for worker in workers:
        worker.join()
    stages.done.put(STOP)
    writer.join()


@refused(check_run, "Put it into a finally")
def skips_task_done_on_an_exception(items, convert, store):
    class Counts(Stages):
        def work(self):
            while True:
                item = self.raw.get()
                try:
                    self.done.put(self.convert(item))
                except ValueError:
                    continue
                self.raw.task_done()

        def write(self):
            while True:
                self.store(self.done.get())
                self.done.task_done()

    stages = Counts(convert, store)
    start(stages.work, stages.work, stages.write, daemon=True)
    for item in items:
        stages.raw.put(item)
    stages.raw.join()
    stages.done.join()


@refused(check_run, "threads are still there, waiting for items")
def leaves_daemons_behind(items, convert, store):
    class Counts(Stages):
        def work(self):
            while True:
                item = self.raw.get()
                try:
                    self.done.put(self.convert(item))
                except ValueError:
                    pass
                finally:
                    self.raw.task_done()

        def write(self):
            while True:
                self.store(self.done.get())
                self.done.task_done()

    stages = Counts(convert, store)
    start(stages.work, stages.work, stages.write, daemon=True)
    for item in items:
        stages.raw.put(item)
    stages.raw.join()
    stages.done.join()


@refused(check_run, "go on with the next item")
def dies_of_an_exception(items, convert, store):
    class Careless(Stages):
        def work(self):
            while (item := self.raw.get()) is not STOP:
                self.done.put(self.convert(item))

    stages = Careless(convert, store)
    *workers, writer = start(stages.work, stages.work, stages.write)
    for item in [*items, STOP, STOP]:
        stages.raw.put(item)
    for worker in workers:
        worker.join()
    stages.done.put(STOP)
    writer.join()


@refused(check_run, "Join the workers, then send the writer its sentinel")
def stops_the_writer_too_early(items, convert, store):
    class Early(Stages):
        def write(self):
            while True:
                result = self.done.get()
                if result is STOP:
                    return
                self.store(result)

    stages = Early(convert, store)
    *workers, writer = start(stages.work, stages.work, stages.write)
    for item in [*items, STOP, STOP]:
        stages.raw.put(item)
    stages.done.put(STOP)
    for worker in workers:
        worker.join()
    writer.join()


@refused(check_run, "compare by is")
def takes_zero_for_the_end(items, convert, store):
    class Truthy(Stages):
        def work(self):
            while item := self.raw.get():
                try:
                    result = self.convert(item)
                except ValueError:
                    continue
                self.done.put(result)

    stages = Truthy(convert, store)
    *workers, writer = start(stages.work, stages.work, stages.write)
    for item in [*items, None, None]:
        stages.raw.put(item)
    for worker in workers:
        worker.join()
    stages.done.put(STOP)
    writer.join()


@refused(check_run, "compare by is")
def takes_none_for_the_end(items, convert, store):
    class Nones(Stages):
        def write(self):
            while (result := self.done.get()) is not None:
                self.store(result)

    stages = Nones(convert, store)
    *workers, writer = start(stages.work, stages.work, stages.write)
    for item in [*items, STOP, STOP]:
        stages.raw.put(item)
    for worker in workers:
        worker.join()
    stages.done.put(None)
    writer.join()


@refused(check_run, "Catch the error inside the loop")
def catches_around_the_loop(items, convert, store):
    class GivesUp(Stages):
        def work(self):
            try:
                while (item := self.raw.get()) is not STOP:
                    self.done.put(self.convert(item))
            except ValueError:
                return

    stages = GivesUp(convert, store)
    *workers, writer = start(stages.work, stages.work, stages.write)
    for item in [*items, STOP, STOP]:
        stages.raw.put(item)
    for worker in workers:
        worker.join()
    stages.done.put(STOP)
    writer.join()


@refused(check_run, "A worker called store")
def has_no_writer(items, convert, store):
    class Stores(Stages):
        def work(self):
            while (item := self.raw.get()) is not STOP:
                try:
                    self.store(self.convert(item))
                except ValueError:
                    continue

    stages = Stores(convert, store)
    workers = start(stages.work, stages.work)
    for item in [*items, STOP, STOP]:
        stages.raw.put(item)
    for worker in workers:
        worker.join()


@refused(check_run, "there should be two workers")
def has_one_worker(items, convert, store):
    stages = Stages(convert, store)
    worker, writer = start(stages.work, stages.write)
    for item in [*items, STOP]:
        stages.raw.put(item)
    worker.join()
    stages.done.put(STOP)
    writer.join()
