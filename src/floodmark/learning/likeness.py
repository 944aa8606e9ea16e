"""Whether a worker elsewhere would do what this process would: the same code and versions, over the same files."""

from __future__ import annotations

import hashlib
import platform
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from floodmark.errors import UserError
from floodmark.storage import PARTIAL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from distributed import Client

VARIABLE = "FLOODMARK_SCHEDULER"
PACKAGES = (
    "numpy", "numba", "netCDF4", "rasterio", "torch", "torchvision", "open_clip_torch", "pillow", "dask", "distributed"
)  # fmt: skip
"""What the bits of the stages that fan out depend on, and what carries their jobs."""
START = "start scheduler and workers with this project's bin/cluster-python, and anew after every change of its code"


@cache
def own_likeness() -> tuple[tuple[str, str], ...]:
    """The digest of the code and the versions of this process, as they were when first asked for.

    A worker is asked before its first job, so that one which still runs what has been edited since is told from others.
    """
    import floodmark

    root, digest = Path(floodmark.__path__[0]), hashlib.blake2b(digest_size=16)
    for path in sorted(root.rglob("*.py")):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(root).as_posix()} {len(content)} ".encode() + content)
    found = {"code of floodmark": digest.hexdigest(), "Python": platform.python_version()}
    return tuple({**found, **{name: _version(name) for name in PACKAGES}}.items())


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"


@dataclass(frozen=True)
class Likeness:
    """What a worker must be like.

    Attributes:
        parts: Names and values of `own_likeness`.
        token: A file that the worker must see too.
        word: What it holds.
    """

    parts: tuple[tuple[str, str], ...]
    token: Path
    word: str

    def require(self) -> None:
        """Refuse to work in a process that is not like it.

        Raises:
            UserError: naming the worker.
        """
        problem = self.problem()
        if problem is not None:
            from distributed import get_worker

            raise UserError(f"the Dask worker {get_worker().address} {problem}")

    @lru_cache(maxsize=8)  # noqa: B019  (one a run, and small)
    def problem(self) -> str | None:
        """How this process differs, and what to do about it; None where it does not."""
        for (name, wanted), (_, found) in zip(self.parts, own_likeness(), strict=True):
            if wanted != found:
                return f"has another {name}: {found}, here it is {wanted}: {START}"
        try:
            word = self.token.read_text(encoding="utf-8")
        except OSError:
            word = ""
        if word != self.word:
            return (
                f"does not see {self.token.parent}: the project must lie on a file system that all share, at one path"
            )
        return None


@contextmanager
def require_alike(client: Client, patience: float) -> Iterator[Likeness]:
    """Look at the scheduler and every worker; what later ones must be like, for as long as the block lasts.

    Args:
        client: Of the scheduler.
        patience: Seconds to wait for the first worker.

    Raises:
        UserError: if there is no worker, or one or the scheduler is not like this process.
    """
    PARTIAL.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="shared-", dir=PARTIAL.absolute()) as folder:
        likeness = Likeness(own_likeness(), Path(folder) / "token", Path(folder).name)
        likeness.token.write_text(likeness.word, encoding="utf-8")
        try:
            client.wait_for_workers(1, timeout=patience)
        except TimeoutError:
            raise UserError(
                f"{client.scheduler.address}: the scheduler has no worker after {patience:.0f} s: start some with "
                "`bin/cluster-python -m dask worker ADDRESS --nthreads 1` (docs/how-to/fan-out.md)"
            ) from None
        answers: dict[str, Any] = {"scheduler": _scheduler_s(client, likeness)}
        if answers["scheduler"] is None:
            answers |= {f"worker {name}": one for name, one in client.run(likeness.problem, on_error="return").items()}
        for name, answer in answers.items():
            if isinstance(answer, BaseException):  # it lacks even what is asked with
                answer = f"cannot run this project's code ({type(answer).__name__}: {answer}): {START}"
            if answer is not None:
                raise UserError(f"{VARIABLE}={client.scheduler.address}: the Dask {name} {answer}")
        yield likeness


def _scheduler_s(client: Client, likeness: Likeness) -> Any:
    """What the scheduler answers, which opens what it hands on, or what became of asking."""
    try:
        return client.run_on_scheduler(likeness.problem)
    except Exception as error:
        return error
