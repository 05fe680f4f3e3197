"""Classic wrong answers to the exercises of processes/09_shared_memory."""

from contextlib import contextmanager
from itertools import pairwise
from multiprocessing import Process
from multiprocessing.shared_memory import SharedMemory

import numpy as np

from helpers.checks.processes.shared_memory import check_blur, check_shared
from helpers.workers.processes.shared_memory import blur_rows
from wrong_answers import refused

# blur -----------------------------------------------------------------------------------------------------------------


def blurred(image, n, blocks):
    source, target = (np.ndarray(image.shape, buffer=block.buf) for block in blocks)
    source[:] = image
    edges = np.linspace(0, len(image), n + 1).astype(int)
    children = [
        Process(target=blur_rows, args=(blocks[0].name, blocks[1].name, image.shape, first, last))
        for first, last in pairwise(edges)
    ]
    for child in children:
        child.start()
    for child in children:
        child.join()
    return target


def two_blocks(image):
    return [SharedMemory(create=True, size=image.nbytes) for _ in range(2)]


def remove(blocks):
    for block in blocks:
        block.close()
        block.unlink()


@refused(check_blur, "read from one block, and write to another")
def in_place(image, n):
    block = SharedMemory(create=True, size=image.nbytes)
    result = blurred(image, n, [block, block]).copy()
    block.close()
    block.unlink()
    return result


@refused(check_blur, "2 of 2 blocks of shared memory were not removed")
def closes_only(image, n):
    blocks = two_blocks(image)
    result = blurred(image, n, blocks).copy()
    for block in blocks:
        block.close()
    return result


@refused(check_blur, "return a copy")
def returns_what_outlives_its_memory(image, n):
    blocks = two_blocks(image)
    result = blurred(image, n, blocks)
    remove(blocks)
    return result


@refused(check_blur, "look at the exit codes")
def never_looks_at_exit_codes(image, n):
    blocks = two_blocks(image)
    try:
        return blurred(image, n, blocks).copy()
    finally:
        remove(blocks)


@refused(check_blur, "nan_in_row=3: 2 of 2 blocks of shared memory were not removed")
def not_after_a_failure(image, n):
    blocks = two_blocks(image)
    result = blurred(image, n, blocks).copy()
    if np.isnan(image).any():
        raise ValueError("a process failed")
    remove(blocks)
    return result


@refused(check_blur, "0 processes were started")
def by_itself(image, n):
    return np.array([image[max(0, row - 1) : row + 2].mean(axis=0) for row in range(len(image))])


# shared ---------------------------------------------------------------------------------------------------------------


def copied(array):
    memory = SharedMemory(create=True, size=max(1, array.nbytes))
    view = np.ndarray(array.shape, array.dtype, buffer=memory.buf)
    view[...] = array
    return memory, view


@refused(check_shared, "were not removed")
@contextmanager
def never_unlinks(array):
    memory, view = copied(array)
    yield memory.name, view
    memory.close()


@refused(check_shared, "values=[], fails=True: 1 of 1 blocks of shared memory were not removed")
@contextmanager
def not_after_an_error(array):
    memory, view = copied(array)
    yield memory.name, view
    memory.close()
    memory.unlink()


@refused(check_shared, "unlinked and not closed")
@contextmanager
def never_closes(array):
    memory, view = copied(array)
    try:
        yield memory.name, view
    finally:
        memory.unlink()


@refused(check_shared, "view should be a copy of the array")
@contextmanager
def forgets_to_copy(array):
    memory = SharedMemory(create=True, size=max(1, array.nbytes))
    try:
        yield memory.name, np.ndarray(array.shape, array.dtype, buffer=memory.buf)
    finally:
        memory.close()
        memory.unlink()
