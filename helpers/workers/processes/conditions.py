"""Workers of notebooks/processes/05_conditions: waiting until something is true, in one memory or in common."""

from multiprocessing.queues import Queue, SimpleQueue
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Condition

from helpers.crossing import Crossing

loaded = False


def wait_for_global(changed: Condition, told: SimpleQueue) -> None:
    """Wait until the global variable loaded is true."""
    with changed:
        changed.wait_for(lambda: loaded)
    told.put("loaded")


def look_when_notified(changed: Condition, crossing: Crossing) -> None:
    """Look at the global variable before waiting, and when notified."""
    with changed:
        crossing.look("before it waits", loaded)
        changed.wait()
        crossing.look("it was notified", loaded)


def wait_for_shared(changed: Condition, stock: Synchronized, told: SimpleQueue) -> None:
    """Wait until there is something in stock."""
    with changed:
        changed.wait_for(lambda: stock.value > 0)
    told.put("there is some")


def take_if(changed: Condition, stock: Synchronized, told: SimpleQueue) -> None:
    """Take one from the stock; look once before waiting."""
    with changed:
        if stock.value == 0:
            changed.wait()
        stock.value -= 1
        told.put(stock.value)


def take_while(changed: Condition, stock: Synchronized, told: SimpleQueue) -> None:
    """Take one from the stock; look again after waiting."""
    with changed:
        while stock.value == 0:
            changed.wait()
        stock.value -= 1
        told.put(stock.value)


def give_back(changed: Condition, stock: Synchronized, times: int) -> None:
    """Take one that the parent has added, and say so, that many times: half of a conversation."""
    for _ in range(times):
        with changed:
            changed.wait_for(lambda: stock.value == 1)
            stock.value = 0
            changed.notify()


def answer_each(asked: Queue, answered: Queue, times: int) -> None:
    """The same conversation with two queues."""
    for _ in range(times):
        answered.put(asked.get())
