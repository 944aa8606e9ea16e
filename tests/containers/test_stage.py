"""A stage in a real container: what it sees, what it may write, how it ends, and which image may run it."""

import json
import os
import signal
import subprocess
import time

import pytest

from tests.containers.conftest import CONFIGURATION, podman
from tests.pipeline.projects import call, environment

pytestmark = [pytest.mark.slow, pytest.mark.container]

ENGINE = {**CONFIGURATION, "FLOODMARK_ENGINE": "podman", "MLFLOW_TRACKING_URI": "none"}
WRITE = "Path('outputs').mkdir(exist_ok=True)\nPath('outputs/probe.json').write_text(json.dumps(found))\n"
START = "import json, os, sys\nfrom pathlib import Path\nfound = {}\n"


def launch(project, **extra):
    return call(project, "stages/run", "geo", "stages/probe.py", check=False, **{**ENGINE, **extra})


def probe(project, body):
    (project / "stages/probe.py").write_text(START + body + WRITE)
    result = launch(project)
    assert result.returncode == 0, result.stderr
    return json.loads((project / "outputs/probe.json").read_text())


def refused(place):
    return (
        f"try:\n    Path({str(place)!r}).write_text('x')\nexcept OSError as e:\n    found[{str(place)!r}] = e.errno\n"
    )


def test_it_has_no_network_no_root_to_write_to_and_writes_only_what_stages_write(probed):
    (probed / "Makefile").write_text("all:\n")
    places = [
        "src/floodmark/grid.py",
        "stages/probe.py",
        "data/rain.txt",
        "params.yaml",
        "dvc.yaml",
        ".git/x",
        ".dvc/x",
    ]
    places += ["Makefile", ".floodmark/images/geo.podman.json"]
    body = "found['network'] = os.listdir('/sys/class/net')\nfound['uid'] = os.getuid()\n"
    body += "".join(refused(place) for place in [*places, "/opt/floodmark/x", "/usr/x"])
    body += "Path('/tmp/x').write_text('x')\nfound['home'] = os.environ['HOME']\n"
    found = probe(probed, body)
    assert found["network"] == ["lo"]
    assert found["uid"] == os.getuid()
    assert found["home"] == "/tmp"
    assert set(found) == {"network", "uid", "home", *places, "/opt/floodmark/x", "/usr/x"}
    assert (probed / "outputs/probe.json").stat().st_uid == os.getuid()


def test_it_sees_its_project_and_nothing_else_of_the_machine(probed, tmp_path):
    (tmp_path / "private").mkdir()
    (probed / ".floodmark/key").write_text("secret")
    body = (
        f"found['around'] = sorted(os.listdir({str(tmp_path)!r}))\nfound['key'] = Path('.floodmark/key').read_text()\n"
    )
    body += "found['names'] = sorted(os.environ)\n"
    (probed / "stages/probe.py").write_text(START + body + WRITE)
    secrets = {"SECRET_TOKEN": "x", "AWS_SECRET_ACCESS_KEY": "x", "https_proxy": "http://user:password@proxy.example"}
    assert launch(probed, **secrets).returncode == 0
    found = json.loads((probed / "outputs/probe.json").read_text())
    assert found["around"] == ["a project"]
    assert found["key"] == ""
    assert not {*secrets, "MLFLOW_TRACKING_URI"} & set(found["names"])
    assert {"PYTHONPATH", "PYTHONHASHSEED", "DVC_ROOT"} <= set(found["names"])


def test_it_runs_the_code_beside_the_params_with_the_packages_of_the_image(probed):
    body = "import floodmark.grid, numpy\nfound['code'], found['numpy'] = floodmark.grid.__file__, numpy.__file__\n"
    body += "found['torch'] = __import__('importlib').util.find_spec('torch') is not None\n"
    found = probe(probed, "import importlib.util\n" + body)
    assert found["code"] == str(probed / "src/floodmark/grid.py")
    assert found["numpy"].startswith("/opt/floodmark/lib/")
    assert found["torch"] is False


def test_it_reads_a_cache_that_links_lead_to_outside_the_project(probed, tmp_path):
    cached = tmp_path / "shared cache/files/md5/ab/0123"
    cached.parent.mkdir(parents=True)
    cached.write_text("cached rain")
    (probed / "data/rain.txt").unlink()
    (probed / "data/rain.txt").symlink_to(cached)
    body = f"found['rain'] = Path('data/rain.txt').read_text()\n{refused(cached)}"
    found = probe(probed, body)
    assert found["rain"] == "cached rain"
    assert str(cached) in found
    assert cached.read_text() == "cached rain"


def test_it_keeps_the_exit_status_and_the_engine_is_on_record(probed):
    (probed / "stages/probe.py").write_text("import sys\nsys.exit(7)\n")
    assert launch(probed).returncode == 7
    assert not (probed / "timings").exists()
    probe(probed, "")
    timing = json.loads((probed / "timings/probe.json").read_text())
    record = json.loads((probed / ".floodmark/images/geo.podman.json").read_text())
    assert (timing["engine"], timing["image_id"]) == ("podman", record["id"])


SLEEP = "import time\nfrom pathlib import Path\nPath('ready').touch()\ntime.sleep(300)\n"


def started(project, **extra):
    """A stage that sleeps in its container, started by `dvc repro` in a process group of its own."""
    (project / "stages/probe.py").write_text(SLEEP)
    command = [str(project / ".venv/bin/python"), "-m", "dvc", "repro"]
    process = subprocess.Popen(command, cwd=project, env=environment(**ENGINE, **extra), start_new_session=True)
    wait_for(lambda: (project / "ready").exists(), 60)
    return process


def wait_for(true, seconds):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def running(project):
    names = podman("ps", "--format", "{{.Names}} {{.Mounts}}").splitlines()
    return [name for name in names if str(project) in name]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_ctrl_c_and_a_closed_terminal_stop_the_container_and_leave_no_output(probed, number):
    process = started(probed)
    assert running(probed)
    os.killpg(process.pid, number)
    assert process.wait(60) != 0
    # The probe, unlike our stages, does not heed SIGTERM: it is killed when its time is up.
    wait_for(lambda: not running(probed), 40)
    assert not (probed / "outputs").exists()


def test_a_stage_that_ignores_signals_is_killed(probed, monkeypatch):
    run = probed / "src/floodmark/containers/run.py"
    text = run.read_text()
    assert "SECONDS_TO_STOP = 20" in text
    run.write_text(text.replace("SECONDS_TO_STOP = 20", "SECONDS_TO_STOP = 1"))
    (probed / "stages/probe.py").write_text(
        "import signal, time\nfrom pathlib import Path\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "Path('ready').touch()\ntime.sleep(300)\n"
    )
    process = subprocess.Popen(["stages/run", "geo", "stages/probe.py"], cwd=probed, env=environment(**ENGINE))
    wait_for(lambda: (probed / "ready").exists(), 60)
    process.send_signal(signal.SIGTERM)
    assert process.wait(15) != 0
    wait_for(lambda: not running(probed), 20)


def test_a_container_whose_launcher_was_killed_is_removed_by_the_next_run(probed):
    (probed / "stages/probe.py").write_text(SLEEP)
    process = subprocess.Popen(["stages/run", "geo", "stages/probe.py"], cwd=probed, env=environment(**ENGINE))
    wait_for(lambda: (probed / "ready").exists(), 60)
    process.kill()
    process.wait(10)
    assert len(running(probed)) == 1
    probe(probed, "")
    assert running(probed) == []


def test_the_same_stage_does_not_run_twice_at_once(probed):
    process = started(probed)
    try:
        again = launch(probed)
        assert again.returncode == 2
        assert "runs in a container here already" in again.stderr
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(60)


def test_an_image_that_was_altered_since_is_refused(probed):
    path = probed / ".floodmark/images/geo.podman.json"
    record = json.loads(path.read_text())
    # Under a name of its own: other tests use the image meanwhile.
    name = f"{record['name']}-altered"
    podman("tag", record["id"], name)
    path.write_text(json.dumps({**record, "name": name}))
    probe(probed, "")
    changed = podman("create", "--network=none", name, "true")
    try:
        podman("commit", "--quiet", changed, name)
        result = launch(probed)
        assert result.returncode == 2
        assert "was altered since it was built" in result.stderr
        assert "make image" in result.stderr
        assert "Traceback" not in result.stderr
    finally:
        podman("rm", "--force", changed)
        podman("untag", name)
    result = launch(probed)
    assert result.returncode == 2
    assert "is gone from podman" in result.stderr


def test_an_image_of_other_inputs_or_none_is_refused(probed):
    pins = probed / "docker/geo.txt"
    pins.write_text(pins.read_text() + "six==1.0\n")
    result = launch(probed)
    assert result.returncode == 2
    assert "written for other inputs (pins differ)" in result.stderr
    call(probed, ".venv/bin/python", "-m", "floodmark.cli", "image", "lock", PYTHONPATH="src")
    result = launch(probed)
    assert "built from other inputs" in result.stderr
    assert "make image" in result.stderr
    (probed / ".floodmark/images/geo.podman.json").unlink()
    assert "no image geo for podman was built here" in launch(probed).stderr


def test_an_engine_that_does_not_exist_is_refused(probed):
    result = launch(probed, FLOODMARK_ENGINE="rocket")
    assert result.returncode == 2
    assert "must be local or one of docker, podman, apptainer" in result.stderr
