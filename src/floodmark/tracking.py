"""Mirrors what the files of a run say into MLflow: a parent run per experiment, a child per stage.

Run by the launcher after a stage; imported by nothing a stage imports. The files are the truth: whatever fails here
is a warning. A stage also records those it depends on, for DVC may have taken them from its cache without a word.
"""

from __future__ import annotations

import fcntl
import os
import socket
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from floodmark.dag import every_stage
from floodmark.mirror import StageFiles, identity, upstream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlflow.entities import Run
    from mlflow.tracking import MlflowClient

    from floodmark.dag import StageEntry

EXPERIMENT = "floodmark"
SECONDS_TO_ANSWER = 5
PORTS = {"http": 80, "https": 443, "postgresql": 5432, "mysql": 3306, "mssql": 1433}
LONGEST_PARAM = 500
"""Backends differ in the longest parameter they take; 500 characters suit all of them."""
MOST_PARAMS, MOST_METRICS = 100, 1000
"""How many MLflow takes in one call."""
COMPLETE = "floodmark.outputs"
"""The tag with the digest of a stage's outputs; only a run that was recorded to the end has it."""
FINISHED = "FINISHED"


class UnreachableError(Exception):
    """The tracking server does not answer."""


def project_root() -> Path:
    """The project that owns the cache and the MLflow database, also from inside an experiment's sandbox."""
    return Path(os.environ.get("DVC_ROOT") or Path.cwd()).resolve()


def tracking_uri(root: Path) -> str:
    """`MLFLOW_TRACKING_URI`, or SQLite under the project's root by absolute path."""
    return os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{root / 'mlflow.db'}"


def record(addresses: list[str], *, everything: bool = False, fresh: bool = False) -> None:
    """Record these stages and those they depend on from the files in the current folder; `everything`: all with files.

    Only what a stage depends on is sure to be of the same run as the stage: the files of others may be older. What was
    timed in a `fresh` folder, such as the clone of a sweep's task, has run for the outputs that lie there.

    Raises:
        UnreachableError: if the server does not answer; it is asked once per `dvc repro`.
    """
    root = project_root()
    uri = tracking_uri(root)
    remote = bool(urlsplit(uri).hostname)
    if remote:
        if everything:  # asked for by hand, perhaps from the shell in which it was silent before
            _silence(root).unlink(missing_ok=True)
        _require_answer(root, uri)
    # Retries with back-off would hold the pipeline for minutes; one try has already succeeded.
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", str(SECONDS_TO_ANSWER // 2))
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    import logging

    logging.getLogger("mlflow").setLevel(logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    from mlflow.tracking import MlflowClient

    stages = every_stage(Path.cwd())
    wanted = list(stages.values()) if everything else upstream(stages, addresses)
    wanted = [stage for stage in wanted if all(Path(out).exists() for out in stage.outs)]
    files = StageFiles.read()
    with _lock(root), _silent_after_failure(root, uri, remote):
        client = MlflowClient(tracking_uri=uri)
        experiment = _experiment(client, root, uri)
        parent = _parent(client, experiment, identity())
        ran = [stage.address for stage in wanted] if fresh else addresses
        _record_missing(client, experiment, parent, wanted, files, ran)
        client.set_terminated(parent.info.run_id, FINISHED)


def _record_missing(
    client: MlflowClient,
    experiment: str,
    parent: Run,
    stages: list[StageEntry],
    files: StageFiles,
    ran: list[str],
) -> None:
    """Record the stages of which the parent has no complete run of the same outputs yet.

    Only of those that just `ran` is it sure that their timings are of this run: DVC takes others from its cache.
    """
    children = _children(client, experiment, parent)
    complete = {(run.data.tags.get("dvc.stage"), run.data.tags.get(COMPLETE)) for run in children}
    for stage in stages:
        if (stage.address, files.digest(stage)) in complete:
            continue
        for run in children:
            if run.data.tags.get("dvc.stage") == stage.address and run.info.status == "RUNNING":
                client.set_terminated(run.info.run_id, "KILLED")
        _child(client, experiment, parent, stage, files, has_run=stage.address in ran)


@contextmanager
def _lock(root: Path) -> Iterator[None]:
    """One process at a time: a fresh SQLite database crashes when several migrate it at once."""
    folder = root / ".dvc" / "tmp" / "floodmark"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "mlflow.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _silence(root: Path) -> Path:
    """The note that a server did not answer, and to whom that was said."""
    return root / ".dvc" / "tmp" / "floodmark" / "mlflow-silent"


def _require_answer(root: Path, uri: str) -> None:
    """Ask a remote server once per `dvc repro` whether it is there.

    Raises:
        UnreachableError: if it is not, or was not earlier.
    """
    silence = _silence(root)
    if silence.is_file() and silence.read_text(encoding="utf-8") == f"{uri} {_caller()}":
        raise UnreachableError(f"{uri} did not answer earlier in this run")
    address = urlsplit(uri)
    port = address.port or PORTS.get(address.scheme.split("+")[0], 80)
    with _silent_after_failure(root, uri, True):
        socket.create_connection((address.hostname or "", port), timeout=SECONDS_TO_ANSWER / 2).close()


@contextmanager
def _silent_after_failure(root: Path, uri: str, remote: bool) -> Iterator[None]:
    """Turn the first failure of a remote server into `UnreachableError`, and remember it for this `dvc repro`."""
    try:
        yield
    except Exception as error:
        if not (remote and _is_silence(error)):
            raise
        silence = _silence(root)
        silence.parent.mkdir(parents=True, exist_ok=True)
        silence.write_text(f"{uri} {_caller()}", encoding="utf-8")
        reason = f"{type(error).__name__}: {error}".splitlines()[0][:200]
        raise UnreachableError(f"{uri} does not answer ({reason}); check MLFLOW_TRACKING_URI") from error


def _is_silence(error: BaseException | None) -> bool:
    """Whether an error comes from the connection, and not from what was sent."""
    while error is not None:
        if isinstance(error, OSError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _caller() -> str:
    """The `dvc` process this stage runs under, else the parent process: who a warning has been given to."""
    import psutil

    parents = psutil.Process().parents()
    called = (item for item in parents if any(Path(part).name == "dvc" for part in item.cmdline()[:3]))
    chosen = next(called, parents[0])
    return f"{chosen.pid} {chosen.create_time()}"


def _experiment(client: MlflowClient, root: Path, uri: str) -> str:
    found = client.get_experiment_by_name(EXPERIMENT)
    if found is not None:
        return str(found.experiment_id)
    # A relative location would be thrown away with an experiment's sandbox.
    local = (root / "mlartifacts").as_uri() if uri.startswith("sqlite:") else None
    return str(client.create_experiment(EXPERIMENT, artifact_location=local))


def _parent(client: MlflowClient, experiment: str, identity: dict[str, str]) -> Run:
    tags = {key: value for key, value in identity.items() if key != "name"}
    query = " and ".join(f"tags.`{key}` = '{value}'" for key, value in sorted(tags.items()))
    found = client.search_runs([experiment], f"{query} and tags.`floodmark.role` = 'pipeline'", max_results=1)
    if found:
        return found[0]
    tags["mlflow.source.git.commit"] = identity["git.revision"]
    parent = client.create_run(experiment, tags={**tags, "floodmark.role": "pipeline"}, run_name=identity["name"])
    # Nothing tells when a pipeline ends, and a finished run takes more children: so it is never left running.
    client.set_terminated(parent.info.run_id, FINISHED)
    return parent


def _children(client: MlflowClient, experiment: str, parent: Run) -> list[Run]:
    query = f"tags.`mlflow.parentRunId` = '{parent.info.run_id}'"
    page = client.search_runs([experiment], query, max_results=1000)
    found = list(page)
    while page.token:
        page = client.search_runs([experiment], query, max_results=1000, page_token=page.token)
        found += page
    return found


def _child(
    client: MlflowClient,
    experiment: str,
    parent: Run,
    stage: StageEntry,
    files: StageFiles,
    *,
    has_run: bool,
) -> None:
    """Record one stage; of one that has just run also what it ran in and how fast it trained."""
    from mlflow.entities import Dataset, DatasetInput, Metric, Param

    tags = {key: value for key, value in parent.data.tags.items() if key.startswith(("git.", "dvc."))}
    tags |= {"mlflow.parentRunId": parent.info.run_id, "dvc.stage": stage.address}
    tags |= {"floodmark.role": "stage", **(files.run_in(stage) if has_run else {})}
    run = client.create_run(experiment, tags=tags, run_name=stage.address)
    run_id, now = run.info.run_id, run.info.start_time
    params = [Param(key, str(value)[:LONGEST_PARAM]) for key, value in files.params(stage)]
    throughput = files.throughput(stage) if has_run else ()
    metrics = [Metric(key, value, now, step) for key, value, step in [*files.metrics(stage), *throughput]]
    for start in range(0, len(params), MOST_PARAMS):
        client.log_batch(run_id, params=params[start : start + MOST_PARAMS])
    for start in range(0, len(metrics), MOST_METRICS):
        client.log_batch(run_id, metrics=metrics[start : start + MOST_METRICS])
    read = [
        DatasetInput(Dataset(name=dep, digest=digest[:36], source_type="dvc", source=dep), [])
        for dep, digest in files.data_digests(stage)
    ]
    client.log_inputs(run_id, read)
    for figure in files.figures(stage):
        client.log_artifact(run_id, str(figure), "figures")
    client.set_terminated(run_id, FINISHED)
    # Last of all: a mirror that was killed before leaves a run that does not count, and the stage is recorded anew.
    client.set_tag(run_id, COMPLETE, files.digest(stage))


def main(addresses: list[str]) -> int:
    """Record stages by address, with those they depend on."""
    try:
        record(addresses)
    except UnreachableError as error:
        sys.stderr.write(f"MLflow: {error}\n")
        return 1
    except Exception as error:  # the outputs are whole, so nothing here may fail the stage
        sys.stderr.write(f"MLflow: {type(error).__name__}: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
