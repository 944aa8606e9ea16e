"""A small project to be looked at, and addresses on loopback."""

import http.server
import shutil
import socket
import threading
from contextlib import contextmanager

import pytest

FILES = ("pyproject.toml", "dvc.yaml", "params.yaml", "key.fingerprint",
         "constraints.txt", "constraints-cluster.txt", "constraints-alone.txt", "constraints-sentence.txt")  # fmt: skip


@pytest.fixture
def project(tmp_path, monkeypatch):
    """The files that are looked at, with a DVC folder of its own; no variable of ours or of MLflow's is set."""
    root = tmp_path / "project"
    (root / ".dvc").mkdir(parents=True)
    for name in FILES:
        shutil.copy(name, root)
    configure(root, core={"analytics": "false"})
    for name in ("ENGINE", "LAUNCH", "DEVICE", "PYTHON"):
        monkeypatch.delenv(f"FLOODMARK_{name}", raising=False)
    for name in ("MLFLOW_TRACKING_URI", "DVC_ROOT", "DVC_SITE_CACHE_DIR", "SLURM_JOB_ID", "SBATCH_PARTITION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTHONPATH", "src")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    return root


def configure(root, **sections):
    """Write .dvc/config."""
    lines = []
    for section, values in sections.items():
        lines += [f"[{section}]" if " " not in section else f"['{section}']"]
        lines += [f"    {key} = {value}" for key, value in values.items()]
    (root / ".dvc/config").write_text("\n".join(lines) + "\n")


def only(findings, name):
    """The one finding of that name."""
    (finding,) = [item for item in findings if item.name == name]
    return finding


@pytest.fixture
def closed_port():
    """A port that nothing listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@pytest.fixture
def hanging_port():
    """A port that takes connections and never says a word."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(8)
        yield server.getsockname()[1]


@contextmanager
def serving(status, body=b""):
    """A web server that answers everything alike; gives its address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
