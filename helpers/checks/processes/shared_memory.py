"""Checkers for the exercises of processes/09_shared_memory."""

import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from multiprocessing.process import BaseProcess
from multiprocessing.shared_memory import SharedMemory
from typing import Any
from unittest.mock import patch

import numpy as np

from helpers.checks.family import Family, Trial
from helpers.checks.processes.apparatus import Started, judged
from helpers.checks.verdict import NotYet, say


@contextmanager
def _blocks_made() -> Iterator[list[SharedMemory]]:
    """The blocks of shared memory that are created meanwhile in this process."""
    made: list[SharedMemory] = []
    begin = SharedMemory.__init__

    def init(self: SharedMemory, name: str | None = None, create: bool = False, size: int = 0, **options: Any) -> None:
        begin(self, name, create, size, **options)
        if create:
            made.append(self)

    with patch.object(SharedMemory, "__init__", init):
        yield made


def _judge_left(made: list[SharedMemory]) -> None:
    """Raise NotYet if a block was not removed or not closed; none is left then."""
    left = [block for block in made if _is_there(block.name)]
    for block in left:
        with suppress(FileNotFoundError):
            block.unlink()
    if left:
        raise NotYet(f"{len(left)} of {len(made)} blocks of shared memory were not removed: unlink each, in any case.")
    if any(block.buf is not None for block in made):
        raise NotYet("a block was unlinked and not closed: this process still has it in its memory.")


def _is_there(name: str) -> bool:
    try:
        SharedMemory(name).close()
    except FileNotFoundError:
        return False
    return True


# blur -----------------------------------------------------------------------------------------------------------------

_IMAGES = Family(
    n=(2, 3, 1, 4, 2), shape=((5, 3), (7, 1), (1, 4), (2, 2), (4, 2)), nan_in_row=(None, None, None, None, 3)
)  # a worker fails at a pixel that is not a number


def check_blur(blur: Callable[[np.ndarray, int], np.ndarray]) -> None:
    """Print whether blur(image, n) is right, uses n processes, fails if one of them does, and leaves no block."""
    solved = "{trials} of {trials} images by n processes, a failure noticed, and no block of shared memory is left."
    say(judged(_judge_blur, blur, _IMAGES, solved=solved))


def _judge_blur(blur: Callable, trial: Trial) -> None:
    image = np.arange(np.prod(trial.shape), dtype=float).reshape(trial.shape) ** 2
    if trial.nan_in_row is not None:
        image[trial.nan_in_row] = np.nan
    padded = [image[max(0, row - 1) : row + 2].mean(axis=0) for row in range(len(image))]
    with Started(_blur, blur, image.copy(), trial.n) as call:
        try:
            result, error, started, left = call.value()
        except NotYet as wrong:
            if "ended in the middle" not in str(wrong):
                raise
            raise NotYet(
                "the process crashed. The array that you return lies in memory that is gone: return a copy."
            ) from None
    if trial.nan_in_row is None and error:
        raise NotYet(f"your code raised {error}")
    if left:
        raise NotYet(left)
    if trial.nan_in_row is not None:
        if not error:
            raise NotYet("a process failed, and an image was returned all the same: look at the exit codes.")
        return
    if not isinstance(result, np.ndarray) or result.shape != image.shape:
        raise NotYet(f"there should be an array of shape {image.shape}, and there is {result!r:.60}.")
    if not np.allclose(result, np.array(padded)):
        row = next(row for row in range(len(image)) if not np.allclose(result[row], padded[row]))
        raise NotYet(
            f"row {row} should be {padded[row].tolist()}, and is {result[row].tolist()}. Each row needs its neighbours "
            "as they were: read from one block, and write to another."
        )
    if started < trial.n:
        raise NotYet(f"{started} processes were started.")


def _blur(blur: Callable, image: np.ndarray, n: int) -> tuple[Any, str, int, str]:
    """The result, the error, how many processes were started, and what was left."""
    result, error, started, start, left = None, "", [], BaseProcess.start, ""

    def count(process: BaseProcess) -> None:
        started.append(process)
        start(process)

    with _blocks_made() as made, patch.object(BaseProcess, "start", count):
        try:
            result = blur(image, n)
        except Exception as raised:  # noqa: BLE001  where a process fails, an error is right
            error = f"{type(raised).__name__}: {raised}"
    try:
        _judge_left(made)
    except NotYet as wrong:
        left = str(wrong)
    if multiprocessing.process._children:
        left = "a process was started and never joined."
    return result, error, len(started), left


# shared ---------------------------------------------------------------------------------------------------------------

_ARRAYS = Family(
    values=([1.5, 2.5], [], [[1, 2], [3, 4]], [True, False, True]), fails=(False, True, True, False)
)  # fails: the block raises


def check_shared(shared: Callable[[np.ndarray], AbstractContextManager]) -> None:
    """Print whether shared(array) gives a copy in shared memory for a block, to other processes too, and cleans up."""
    solved = "{trials} of {trials} arrays were there for the block, in two processes, and gone after it."
    say(judged(_judge_shared, shared, _ARRAYS, solved=solved))


class _Fails(Exception):
    """What the block raises where it is to fail."""


def _total(name: str, shape: tuple, dtype: Any) -> float:
    memory = SharedMemory(name)
    view = np.ndarray(shape, dtype, buffer=memory.buf)
    total = float(view.sum())
    del view
    memory.close()
    return total


def _judge_shared(shared: Callable, trial: Trial) -> None:
    array = np.array(trial.values)
    before = array.copy()
    with _blocks_made() as made:
        try:
            with shared(array) as (name, view):
                if view is array or view.dtype != array.dtype or not np.array_equal(view, array):
                    raise NotYet(f"view should be a copy of the array, and is {view!r:.60}.")
                view += view.dtype.type(1)
                if not np.array_equal(array, before):
                    raise NotYet("what is done to view should not change the array itself.")
                with Started(_total, name, view.shape, view.dtype) as call:
                    if call.value() != float(view.sum()):
                        raise NotYet("another process that opens the name should find what is in view.")
                del view
                if trial.fails:
                    raise _Fails
            if trial.fails:
                raise NotYet("the block raised, and the error did not come out.")
        except _Fails:
            if not trial.fails:
                raise
    _judge_left(made)
