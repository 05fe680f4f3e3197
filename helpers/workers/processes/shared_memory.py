"""Workers of notebooks/processes/09_shared_memory: a filter on rows of an image, wherever the image is."""

from multiprocessing.connection import Connection
from multiprocessing.shared_memory import SharedMemory
from typing import Any

import numpy as np

from helpers.crossing import Crossing


def brighten(rows: np.ndarray) -> None:
    """Brighten the dark parts of an image, in place: a gamma curve, and then less contrast."""
    np.power(rows, 0.45, out=rows)
    np.tanh(rows, out=rows)
    np.multiply(rows, 1.3, out=rows)


def brighten_sent(end: Connection) -> None:
    """Receive rows, change them, and send them back."""
    rows = end.recv()
    brighten(rows)
    end.send(rows)


def brighten_managed(shelf: Any, key: int) -> None:
    """Take rows from a manager's dictionary, change them, and put them back."""
    rows = shelf[key]
    brighten(rows)
    shelf[key] = rows


def brighten_shared(name: str, shape: tuple[int, int], first: int, last: int) -> None:
    """Change the rows from first up to last of an image that lies in the shared memory of that name."""
    memory = SharedMemory(name)
    image = np.ndarray(shape, np.float32, buffer=memory.buf)
    brighten(image[first:last])
    del image
    memory.close()


def add_one(name: str, crossing: Crossing) -> None:
    """Add one to three numbers in shared memory."""
    memory = SharedMemory(name)
    numbers = np.ndarray(3, np.int64, buffer=memory.buf)
    crossing.look("the child begins", numbers.tolist())
    numbers += 1
    crossing.look("it has added", numbers.tolist())
    del numbers
    memory.close()


def open_and_close(end: Connection) -> None:
    """Receive the name of a block of shared memory, open it, and close it."""
    SharedMemory(end.recv()).close()


def append_to_nested(lists: Any) -> None:
    """Append to a list inside a manager's list."""
    lists[0].append("pear")


def blur_rows(source: str, target: str, shape: tuple[int, int], first: int, last: int) -> None:
    """Put into each pixel of the target, from row first up to last, the mean of the source's pixel and its neighbours
    above and below; at the edges, of those that there are. Raises ValueError at a pixel that is not a number.

    source, target: names of shared memory, each with an image of float64 and of that shape
    """
    memories = SharedMemory(source), SharedMemory(target)
    before, after = (np.ndarray(shape, np.float64, buffer=memory.buf) for memory in memories)
    for row in range(first, last):
        if np.isnan(before[row]).any():
            raise ValueError(f"row {row} has a pixel that is not a number")
        after[row] = before[max(0, row - 1) : row + 2].mean(axis=0)
    del before, after
    for memory in memories:
        memory.close()
