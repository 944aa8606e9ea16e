"""MLflow: can the mirror write to where MLFLOW_TRACKING_URI points?"""

from __future__ import annotations

import http.client
import socket
import urllib.error
import urllib.request
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from floodmark.doctor.ask import SECONDS
from floodmark.doctor.finding import Finding, ok, problem, warning

if TYPE_CHECKING:
    from pathlib import Path

NAME = "mlflow"
LOOK = "see that the server runs, and MLFLOW_TRACKING_URI; `none` switches the mirror off"


def tracker(root: Path) -> list[Finding]:
    """The store of the mirror. It is never needed for a result: a stage whose mirror fails is complete all the same."""
    from floodmark.doctor.sqlite_store import sqlite_store
    from floodmark.tracking import PORTS, tracking_uri

    uri = tracking_uri(root)
    scheme = urlsplit(uri).scheme.partition("+")[0]
    if uri == "none":
        return [ok(NAME, "the mirror is off (MLFLOW_TRACKING_URI=none)")]
    if scheme == "sqlite":
        return sqlite_store(root, uri)
    if scheme in ("http", "https"):
        return [_server(uri)]
    if scheme in PORTS:
        return [_port(uri, PORTS[scheme])]
    if scheme in ("", "file"):
        step = "unset MLFLOW_TRACKING_URI for a SQLite database, or name a server"
        return [problem(NAME, f"{uri} is a folder of files, a store that MLflow gave up", step)]
    return [
        warning(NAME, f"{uri} is a store that is not looked at here", "floodmark mlflow, which records what lies here")
    ]


def _server(uri: str) -> Finding:
    """Ask a server how it is."""
    try:
        with urllib.request.urlopen(f"{uri.rstrip('/')}/health", timeout=SECONDS) as answer:  # noqa: S310 (http only)
            body = answer.read(100)
    except urllib.error.HTTPError as error:
        if error.code in (401, 403):
            step = "set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN"
            return warning(NAME, f"{uri} asks who you are (HTTP status {error.code})", step)
        return problem(NAME, f"{uri} answers with HTTP status {error.code} when asked for its health", LOOK)
    except (OSError, http.client.HTTPException) as error:
        return problem(NAME, f"{uri} does not answer: {getattr(error, 'reason', error)}", LOOK)
    if body.strip() != b"OK":
        return problem(NAME, f"{uri} answers, but not as an MLflow server does", LOOK)
    return ok(NAME, f"{uri} answers")


def _port(uri: str, usual: int) -> Finding:
    """A database server: whether something listens; the mirror itself asks no more before it begins."""
    address = urlsplit(uri)
    try:
        socket.create_connection((address.hostname or "", address.port or usual), timeout=SECONDS).close()
    except OSError as error:
        return problem(NAME, f"{uri} does not answer: {error}", LOOK)
    return ok(NAME, f"{uri}: its port answers")
