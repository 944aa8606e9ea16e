"""Runs a stage as a job of SLURM and waits for it; a job whose caller was killed is found again.

SLURM itself is the record: a job has the stage's address as its name, a digest of its work as its comment, and the
project as its folder. The node that runs it needs nothing but the file system that it shares with the caller.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from floodmark import yaml12
from floodmark.dag import StageEntry, every_stage, lookup
from floodmark.errors import UserError
from floodmark.progress import say
from floodmark.slurm.queue import ENDED, SILENT, active_jobs, ask, state
from floodmark.storage import work_folder

if TYPE_CHECKING:
    from types import FrameType

    from floodmark.slurm.resources import Resources

TICK, LONGEST_INTERVAL = 0.5, 15.0
"""Seconds between two looks at a job's output, and at most between two questions to SLURM, which serves many."""
SECONDS_TO_SEE = 60.0
"""For which NFS may not know of a new file, by its own defaults."""
NEXT = {
    "TIMEOUT": "it reached its {minutes} minutes: raise meta.resources.minutes of the stage in dvc.yaml, and "
    "`dvc repro` goes on from the last checkpoint",
    "OUT_OF_MEMORY": "its {memory_gib} GiB did not suffice: raise meta.resources.memory_gib of the stage in dvc.yaml",
    "CANCELLED": "somebody cancelled it: `dvc repro` submits it anew",
}


def submit(image: str, script: str, arguments: list[str], resources: Resources) -> int:
    """Run one stage as a job, or wait for the one that runs it already; its output goes to standard error.

    SIGINT and SIGTERM cancel the job. A job of the same stage on other work is cancelled first, for it would write to
    the same outputs.

    Args:
        image: The image of `stages/run`.
        script: The stage's script.
        arguments: The script's own arguments.
        resources: What the job asks for; partition, account and the like come from SLURM's own `SBATCH_` variables.

    Returns:
        The stage's exit status.

    Raises:
        UserError: if the pipeline has no such stage, SLURM is absent or refuses the job, or what the stage depends on
            was changed while the job waited or ran.
    """
    command, address = [image, script, *arguments], "@".join([Path(script).stem, *arguments])
    stage = every_stage(Path()).get(address)
    if stage is None:
        raise UserError(f"dvc.yaml has no stage {address}: `dvc stage list` shows those there are")
    stop, work = _Stop(), _digest(stage, command)
    running, status = _running(address, work, stop), 0
    if stop.number:
        return 128 + stop.number
    if running is not None:
        say(f"{address}: job {running} runs it already")
        status = _wait(address, running, resources, stop)
    # DVC removes outputs before it starts a stage: what a job had written by then is gone, and is made again.
    if running is None or (status == 0 and not all(Path(out).exists() for out in stage.outs)):
        status = _wait(address, _sbatch(address, work, command, resources), resources, stop)
        _see(stage, SECONDS_TO_SEE if status == 0 else 0, stop)
    if status == 0 and _digest(stage, command) != work:
        raise UserError(
            f"{address}: its deps or params were changed while its job waited or ran: run `dvc repro` again"
        )
    return status


def _see(stage: StageEntry, seconds: float, stop: _Stop) -> None:
    """Wait until the outputs of a stage are seen here: a network file system may tell of them later than SLURM."""
    deadline = time.monotonic() + seconds
    while not stop.number and time.monotonic() < deadline and not all(Path(out).exists() for out in stage.outs):
        time.sleep(TICK)


class _Stop:
    """Notes the last SIGINT or SIGTERM: a job that is just being submitted must be known before it can be cancelled."""

    def __init__(self) -> None:
        self.number = 0
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._note)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.number = number


def _digest(stage: StageEntry, command: list[str]) -> str:
    """What tells a stage's work from other work, without reading its data: sizes and times of its deps, its params."""
    params = yaml12.load(Path("params.yaml").read_text(encoding="utf-8"))
    parts: dict[str, Any] = {
        "command": command,
        "params": {key: lookup(params, key) for key in stage.params},
        "deps": {dep: _state_of_files(Path(dep)) for dep in stage.deps},
    }
    return hashlib.blake2b(json.dumps(parts, sort_keys=True, default=str).encode(), digest_size=16).hexdigest()


def _state_of_files(path: Path) -> list[tuple[str, int, int]]:
    """Name, size and time of a file, or of each below a folder; nothing of what is missing, as the stage will say."""
    below = [Path(folder, name) for folder, _, names in os.walk(path, followlinks=True) for name in names]
    files = below or ([path] if path.is_file() else [])
    stats = [(str(file), file.stat()) for file in sorted(files)]
    return [(name, status.st_size, status.st_mtime_ns) for name, status in stats]


def _running(address: str, work: str, stop: _Stop) -> str | None:
    """The job that does this work in this folder, after those that did other work of the stage here are cancelled."""
    here = [job for job in active_jobs(_name(address)) if job.folder == os.getcwd()]
    same = [job for job in here if job.comment == work][:1]
    for job in here:
        if job not in same:
            say(f"{address}: cancelling job {job.number}, which began before the stage's deps or params changed")
            ask("scancel", job.number)
            while not stop.number and state(job.number).name not in ENDED:
                time.sleep(TICK)
    return same[0].number if same else None


def _sbatch(address: str, work: str, command: list[str], resources: Resources) -> str:
    """Submit the job; its number."""
    log = _log(address, "%j")
    log.parent.mkdir(parents=True, exist_ok=True)
    asked = [f"--cpus-per-task={resources.cpus}", f"--mem={resources.memory_gib}G", f"--time={resources.minutes}"]
    asked += [f"--gres=gpu:{resources.gpus}"] if resources.gpus else []
    named = [f"--job-name={_name(address)}", f"--comment={work}", f"--chdir={os.getcwd()}"]
    # Appended to: a requeued job must not wipe what its first start said.
    kept = [f"--output={log}", "--open-mode=append", "--requeue", "--export=ALL", "--parsable"]
    options = ["--nodes=1", "--ntasks=1", *asked, *named, *kept]
    done = ask("sbatch", *options, "stages/run", *command, env=_environment(resources))
    if done.returncode:
        raise UserError(
            f"sbatch refused {address}: {done.stderr.strip()}; it asked for {' '.join(asked)} (meta.resources of the "
            "stage in dvc.yaml); partition, account and QOS come from SBATCH_PARTITION, SBATCH_ACCOUNT and SBATCH_QOS"
        )
    job = done.stdout.strip().partition(";")[0]
    say(f"{address}: submitted as job {job}")
    return job


def _environment(resources: Resources) -> dict[str, str]:
    """The caller's variables without those of a job that the caller itself may run in.

    The job mirrors nothing into MLflow: its caller does, once, from where there is a network.
    """
    kept = {key: value for key, value in os.environ.items() if not key.startswith("SLURM_") or key == "SLURM_CONF"}
    kept.pop("FLOODMARK_LAUNCH", None)
    kept.setdefault("OMP_NUM_THREADS", str(resources.cpus))
    return {**kept, "MLFLOW_TRACKING_URI": "none"}


def _wait(address: str, job: str, resources: Resources, stop: _Stop) -> int:
    """Show the job's output until it has ended; the stage's exit status."""
    log, shown, told, cancelled = _log(address, job), 0, "None", 0
    started = asked = time.monotonic()
    while True:
        if stop.number != cancelled:
            cancelled = stop.number
            if ask("scancel", job).returncode:
                say(f"{address}: SLURM does not answer: `scancel {job}` when it does")
                return 128 + cancelled
        shown = _show(log, shown)
        now = time.monotonic()
        if now >= asked:
            found = state(job)
            if found.name in ENDED:
                break
            if found.name in ("PENDING", SILENT) and found.reason != told:
                silent = "; SLURM does not answer and is asked again" if found.name == SILENT else ""
                say(f"{address}: job {job} is {found.name.lower()} ({found.reason}){silent}")
            told = found.reason
            asked = now + min(LONGEST_INTERVAL, 1 + (now - started) / 20)
        time.sleep(TICK)
    _show(log, shown)
    if found.name == "COMPLETED":
        log.unlink(missing_ok=True)
        return 0
    if cancelled:
        return 128 + cancelled
    step = NEXT.get(found.name, "its output is above").format(**vars(resources))
    say(f"{address}: job {job} ended as {found.name.lower()}: {step}")
    return found.status or 1


def _show(log: Path, shown: int) -> int:
    """Copy what the log has grown by to standard error; how many bytes of it have been shown by now."""
    if not log.is_file():
        return shown
    # Opened anew each time: a network file system tells of growth on opening.
    with log.open("rb") as file:
        file.seek(shown)
        grown = file.read()
    sys.stderr.buffer.write(grown)
    sys.stderr.flush()
    return shown + len(grown)


def _log(address: str, job: str) -> Path:
    return work_folder("slurm", f"{address}-{job}.log").absolute()


def _name(address: str) -> str:
    return f"floodmark-{address}"
