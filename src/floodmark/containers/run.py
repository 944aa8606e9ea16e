"""Runs one stage in a container: signals are passed on, the exit status is kept, and nothing is left running."""

from __future__ import annotations

import fcntl
import hashlib
import os
import signal
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from floodmark.containers.engines import ENGINES, Run
from floodmark.containers.mounts import mounts
from floodmark.containers.variables import variables
from floodmark.containers.verify import trusted
from floodmark.dag import every_stage
from floodmark.errors import UserError
from floodmark.storage import work_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import FrameType

    from floodmark.containers.record import Record

PYTHON = "/opt/floodmark/bin/python"
"""Of the environment in every image."""
OPTIONS = ("APPTAINER", "SINGULARITY")
"""How variables begin that overrule apptainer's command line, or pass others into a container."""
FOLDERS = ("APPTAINER_TMPDIR", "APPTAINER_CACHEDIR", "APPTAINER_CONFIGDIR")
"""Those of them that say no more than where it works."""
SECONDS_TO_STOP = 20
"""After a signal was passed on; then the container is killed. SLURM kills this process after 30, by its own choice."""


def run_stage(
    image: str, address: str, command: list[str], engine: str, gpus: list[str], throughput: str
) -> tuple[int, Record]:
    """Run a stage's command with the Python of its image; returns its exit status and what it ran in.

    Args:
        image: ``geo`` or ``cuda``.
        address: Of the stage, such as ``train_water@unet``.
        command: Arguments of Python.
        engine: ``docker``, ``podman`` or ``apptainer``.
        gpus: Numbers of the GPUs it is lent.
        throughput: Where it is to write how fast it trained.

    Raises:
        UserError: if the image may not run, the engine is not installed, dvc.yaml has no such stage, or the same stage
            runs in this folder already.
    """
    here = Path.cwd()
    root = Path(os.environ.get("DVC_ROOT") or here).resolve()
    stage = every_stage(here).get(address)
    if stage is None:
        raise UserError(
            f"dvc.yaml has no stage {address}, and its deps say what a container must see: "
            "run it with FLOODMARK_ENGINE=local"
        )
    if here.is_relative_to(Path(PYTHON).parents[1]):
        raise UserError(f"{here} would stand in place of the image's own environment: move the project elsewhere")
    record = trusted(root, here, image, engine)
    # By its real path: what the shell calls the folder may be a link that leads nowhere inside.
    own = {"PYTHONPATH": str(here / "src"), "DVC_ROOT": str(root), "FLOODMARK_THROUGHPUT": throughput}
    run = Run(
        name=f"floodmark-{hashlib.blake2b(f'{here} {address}'.encode(), digest_size=8).hexdigest()}",
        image=record.name if engine == "apptainer" else record.id,
        command=[PYTHON, *command],
        folder=here,
        mounts=mounts(stage, here, root),
        variables=variables(image, {**os.environ, **own}),
        gpus=gpus,
        uid=os.getuid(),
        gid=os.getgid(),
        rootless=_rootless(engine),
        home=work_folder("home").resolve(),
    )
    run.home.mkdir(parents=True, exist_ok=True)
    with _alone(run.name, engine):
        return _watch(ENGINES[engine](run), engine, run.name), record


@contextmanager
def _alone(name: str, engine: str) -> Iterator[None]:
    """Keep a second run of the same stage out, and remove a container whose launcher was killed."""
    path = work_folder(f"{name}.lock")
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError("this stage runs in a container here already: wait for it, or stop it first") from None
        _remove(name, engine)
        yield
        path.unlink()


def _watch(command: list[str], engine: str, name: str) -> int:
    """Run the engine's client in a session of its own, so that a signal reaches the stage once: through here."""
    signalled: list[float] = []
    started: list[subprocess.Popen[bytes]] = []

    def forward(number: int, frame: FrameType | None) -> None:
        signalled.append(time.monotonic())
        for engine_client in started:
            # What a closed terminal means to a client is its own affair; that the stage is to end is ours.
            engine_client.send_signal(signal.SIGTERM if number == signal.SIGHUP else number)

    # Before the client starts: a signal in between would leave its container behind.
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, forward)
    client = client_variables(os.environ)
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True, env=client) as process:
        started.append(process)
        if signalled:
            process.terminate()
        while process.poll() is None:
            if signalled and time.monotonic() - signalled[0] > SECONDS_TO_STOP:
                _remove(name, engine)
                process.kill()
            try:
                process.wait(1)
            except subprocess.TimeoutExpired:
                continue
        status = process.returncode
    if signalled or status < 0:
        _remove(name, engine)
    return 128 - status if status < 0 else status


def client_variables(caller: Mapping[str, str]) -> dict[str, str]:
    """What the engine's client is given: all but what would overrule how it is called."""
    return {name: value for name, value in caller.items() if name in FOLDERS or not name.startswith(OPTIONS)}


def _rootless(engine: str) -> bool:
    """Whether the engine works in a user namespace of the caller's: podman does for all but root, docker says so."""
    if engine != "docker":
        return os.getuid() != 0
    command = ["docker", "info", "--format", "{{.SecurityOptions}}"]
    return "rootless" in subprocess.run(command, capture_output=True, text=True, check=False).stdout


def _remove(name: str, engine: str) -> None:
    """End and remove a container, if there is one; apptainer's ends with its process."""
    if engine != "apptainer":
        subprocess.run([engine, "rm", "--force", name], capture_output=True, check=False)
