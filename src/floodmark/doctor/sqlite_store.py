"""MLflow's SQLite database, read without MLflow, whose import takes longer than a check may."""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

from floodmark.doctor.filesystems import existing, is_network, kind
from floodmark.doctor.finding import Finding, ok, problem, warning

NAME = "mlflow"
REVISION = re.compile(r"^(down_revision|revision)\s*(?::[^=]*)?=\s*[\"'](\w+)[\"']", re.MULTILINE)


def sqlite_store(root: Path, uri: str) -> list[Finding]:
    """Whether the database can be read and written, and is of the installed MLflow; and where it lies."""
    path = Path(uri.partition(":///")[2])
    found = [_database(path if path.is_absolute() else root / path, uri)]
    if not path.is_absolute():
        said = f"{uri} is relative: runs of experiments in DVC's temporary folders are lost with them"
        found.append(warning(NAME, said, f"unset MLFLOW_TRACKING_URI, or make it sqlite:///{root / path}"))
    if is_network(path if path.is_absolute() else root / path):
        said = f"{path} lies on {kind(root / path)}, where SQLite is known to be damaged by jobs that write at once"
        found.append(warning(NAME, said, "use a server, or a database on a local disk"))
    return found


def _database(path: Path, uri: str) -> Finding:
    place = existing(path)
    if not os.access(place, os.W_OK) or not os.access(existing(path.parent), os.W_OK | os.X_OK):
        return problem(
            NAME, f"{path} cannot be written to", f"make {place} and its folder writable, or name another database"
        )
    if not path.exists():
        return ok(NAME, f"{path} will be made by the first stage that runs")
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=2)) as database:
            rows = database.execute("SELECT version_num FROM alembic_version").fetchall()
            runs = database.execute("SELECT count(*) FROM runs").fetchone()[0]
    except sqlite3.Error as error:
        step = "move it away: floodmark mlflow makes a new one of the outputs that lie here"
        return problem(NAME, f"{path} is no database of MLflow: {error}", step)
    return _schema(path, rows[0][0] if rows else "none", runs, uri)


def _schema(path: Path, version: str, runs: int, uri: str) -> Finding:
    newest, known = revisions()
    if version == newest:
        return ok(NAME, f"{path}, {runs} runs, schema of the installed MLflow")
    if version in known:
        step = f"keep a copy of {path}, then mlflow db upgrade {uri}"
        return problem(NAME, f"{path} has the schema of an older MLflow ({version}, not {newest})", step)
    return problem(
        NAME,
        f"{path} has a schema that the installed MLflow does not know ({version})",
        "make setup, or name another database",
    )


def revisions() -> tuple[str, set[str]]:
    """The newest schema of the installed MLflow, which no other builds on, and all that it knows."""
    spec = find_spec("mlflow")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("mlflow is not installed")
    of: set[str] = set()
    before: set[str] = set()
    for path in (Path(spec.origin).parent / "store/db_migrations/versions").glob("*.py"):
        for key, value in REVISION.findall(path.read_text(encoding="utf-8")):
            (of if key == "revision" else before).add(value)
    (newest,) = of - before
    return newest, of
