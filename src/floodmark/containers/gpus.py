"""GPUs and processes of one stage: as many as it wants, each GPU locked while it runs, so that no two share one."""

from __future__ import annotations

import fcntl
import os
import stat
import time
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from floodmark.errors import UserError
from floodmark.progress import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

WANTED = "FLOODMARK_GPUS"
"""How many GPUs a stage is lent; one where it is not set."""
TOGETHER = "FLOODMARK_PROCESSES"
LOCKS = Path("/tmp")  # noqa: S108
"""One place for a machine, whatever TMPDIR says: two shells with different ones must not lease the same GPU."""


@contextmanager
def leased(gpus: list[str], wanted: int) -> Iterator[list[str]]:
    """GPUs that no other stage of this user has on this machine while the block lasts; waits until they are free.

    Args:
        gpus: To choose from; none where there is no GPU, and then none is leased.
        wanted: How many.

    Raises:
        UserError: if there are fewer in all.
    """
    if gpus and wanted > len(gpus):
        raise UserError(f"{WANTED}={wanted}: only {len(gpus)} GPUs may be used here ({', '.join(gpus)}): choose fewer")
    # SLURM may count the GPUs of each job from 0, and has given them to this job alone.
    job = os.environ.get("SLURM_JOB_ID", "")
    folder = _own(LOCKS / f"floodmark-gpus-{os.getuid()}{job and '-'}{job}")
    told = False
    while True:
        with ExitStack() as locks:
            got: list[str] = []
            for gpu in gpus:
                if len(got) < wanted and _lock(folder / gpu, locks):
                    got.append(gpu)
            if len(got) == min(wanted, len(gpus)):
                yield got
                return
        if not told:
            say(f"all of the GPUs {', '.join(gpus)} are in use by other stages: waiting for {wanted}")
            told = True
        time.sleep(1)


def wanted(caller: Mapping[str, str], processes: int) -> int:
    """How many GPUs to lease: what `FLOODMARK_GPUS` says, else one for each process.

    Raises:
        UserError: if it says no number.
    """
    text = caller.get(WANTED, str(processes))
    if not text.isascii() or not text.isdigit():
        raise UserError(
            f"{WANTED}={text}: must be a whole number from 0; unset, a stage is lent one GPU for each process"
        )
    return int(text)


def processes(caller: Mapping[str, str]) -> int:
    """How many processes train one model together: what `FLOODMARK_PROCESSES` says, else one.

    Raises:
        UserError: if it says no positive number.
    """
    text = caller.get(TOGETHER, "1")
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise UserError(f"{TOGETHER}={text}: must be a whole number from 1; unset, one process trains")
    return int(text)


def _own(folder: Path) -> Path:
    """A folder of this user's alone, made if it is not there: anybody may write beside it.

    Raises:
        UserError: if somebody else made it, or may write in it.
    """
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid() or status.st_mode & 0o077:
        raise UserError(
            f"{folder} must be a folder that you alone may use, and is not: look who made it, and remove it"
        )
    return folder


def _lock(path: Path, locks: ExitStack) -> bool:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    locks.callback(os.close, descriptor)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
