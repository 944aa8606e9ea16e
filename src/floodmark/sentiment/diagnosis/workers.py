"""Lessons side by side, one a core: many small trainings gain more from cores than one of them does.

Each lesson runs on one thread and depends on its own seed alone, so that answers are the same however many cores there
are.
"""

from __future__ import annotations

import contextlib
import io
import multiprocessing
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import TYPE_CHECKING

import torch

from floodmark.learning.threads import one_thread
from floodmark.progress import track
from floodmark.sentiment.diagnosis.learners import Desk, learn

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from floodmark.sentiment.diagnosis.lessons import Lesson

_desk: list[Desk] = []
"""Of a worker process, set once."""


def answer_all(desk: Desk, lessons: Mapping[str, Lesson], workers: int) -> dict[str, NDArray[np.int64]]:
    """The answers to every lesson by its key; with one worker in this process, else in processes of their own."""
    if workers == 1 or len(lessons) < 2:
        with one_thread():
            return {key: _quietly(desk, lessons[key]) for key in track(lessons, "learning", len(lessons))}
    # Forked processes would inherit the locks of torch's threads.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(min(workers, len(lessons)), context, _begin, (desk,))
    try:
        waiting = {pool.submit(_answer, lesson): key for key, lesson in lessons.items()}
        found = {waiting[done]: done.result() for done in track(as_completed(waiting), "learning", len(waiting))}
    except BaseException:
        # A stage that is killed, or whose lesson fails, does not wait for the minutes that others take.
        for child in multiprocessing.active_children():
            child.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
    return {key: found[key] for key in lessons}


def _begin(desk: Desk) -> None:
    torch.set_num_threads(1)
    _desk[:] = [desk]


def _answer(lesson: Lesson) -> NDArray[np.int64]:
    return _quietly(_desk[0], lesson)


def _quietly(desk: Desk, lesson: Lesson) -> NDArray[np.int64]:
    """Learn without a line for each epoch of each of a hundred trainings."""
    with contextlib.redirect_stderr(io.StringIO()):
        return learn(desk, lesson)
