"""Lessons side by side, one a core: many small trainings gain more from cores than one of them does.

Each lesson runs on one thread and depends on its own seed alone, so that answers are the same however many cores there
are, and those that were given before the stage was cut off need not be given again.
"""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import TYPE_CHECKING

import numpy as np
import torch

from floodmark.learning.threads import one_thread
from floodmark.progress import say, track
from floodmark.sentiment.diagnosis.learners import Desk, learn
from floodmark.storage import beside

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.sentiment.diagnosis.lessons import Lesson

_desk: list[Desk] = []
"""Of a worker process, set once."""


def answer_all(
    desk: Desk, lessons: Mapping[str, Lesson], workers: int, work: Path | None = None
) -> dict[str, NDArray[np.int64]]:
    """The answers to every lesson by its key; with one worker in this process, else in processes of their own.

    Args:
        desk: What is learnt from.
        lessons: By key.
        workers: Processes.
        work: Folder of unfinished work, where answers are kept one by one and looked for; None to begin anew.
    """
    found = {key: answer for key in lessons if (answer := _kept(work, key)) is not None}
    if found:
        say(f"{len(found)} of {len(lessons)} trainings are done already")
    left = {key: lesson for key, lesson in lessons.items() if key not in found}
    # Closed at once where keeping fails or the stage is told to end: workers are not waited for.
    with contextlib.closing(_answers(desk, left, workers)) as coming:
        for key, answer in track(coming, "learning", len(left)):
            _keep(work, key, answer)
            found[key] = answer
    return {key: found[key] for key in lessons}


def _answers(desk: Desk, lessons: Mapping[str, Lesson], workers: int) -> Generator[tuple[str, NDArray[np.int64]]]:
    """Key and answer of each lesson, as they come."""
    if workers == 1 or len(lessons) < 2:
        with one_thread():
            yield from ((key, _quietly(desk, lesson)) for key, lesson in lessons.items())
        return
    # Forked processes would inherit the locks of torch's threads.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(min(workers, len(lessons)), context, _begin, (desk,))
    try:
        waiting = {pool.submit(_answer, lesson): key for key, lesson in lessons.items()}
        yield from ((waiting[done], done.result()) for done in as_completed(waiting))
    except BaseException:
        # A stage that is killed, or whose lesson fails, does not wait for the minutes that others take.
        for child in multiprocessing.active_children():
            child.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _kept(work: Path | None, key: str) -> NDArray[np.int64] | None:
    """The answer that was given before the stage was cut off, if it was."""
    path = None if work is None else work / f"{key}.npy"
    return np.load(path, allow_pickle=False) if path is not None and path.exists() else None


def _keep(work: Path | None, key: str, answer: NDArray[np.int64]) -> None:
    """Keep an answer, whole or not at all."""
    if work is None:
        return
    path = work / f"{key}.npy"
    partial = beside(path)
    with partial.open("wb") as file:
        np.save(file, answer)
    os.replace(partial, path)


def _begin(desk: Desk) -> None:
    torch.set_num_threads(1)
    _desk[:] = [desk]


def _answer(lesson: Lesson) -> NDArray[np.int64]:
    return _quietly(_desk[0], lesson)


def _quietly(desk: Desk, lesson: Lesson) -> NDArray[np.int64]:
    """Learn without a line for each epoch of each of a hundred trainings."""
    with contextlib.redirect_stderr(io.StringIO()):
        return learn(desk, lesson)
