"""A built image: the pins and nothing else, nobody's root, nothing of the host; and on its way to a cluster."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from floodmark.containers.archive import archived
from floodmark.containers.inputs import compute
from floodmark.errors import UserError
from tests.containers.conftest import BASE, CONFIGURATION, SENTINEL, podman
from tests.pipeline.projects import environment

pytestmark = [pytest.mark.slow, pytest.mark.container]


@pytest.fixture(scope="module")
def geo(records):
    """The record of the built image geo."""
    return json.loads((records("geo") / "geo.podman.json").read_text())


def inside(record, *command):
    return podman("run", "--rm", "--network=none", record["id"], *command)


def test_it_holds_exactly_the_pins_and_says_so(geo):
    files = (Path("docker/geo.txt"), Path("constraints-alone.txt"))
    pins = {line.split()[0] for path in files for line in path.read_text().splitlines() if "==" in line}
    listing = "import importlib.metadata as m; print('\\n'.join(f'{d.name}=={d.version}' for d in m.distributions()))"
    held = {canonical(line) for line in inside(geo, "python", "-c", listing).splitlines()}
    assert held == {canonical(pin) for pin in pins}
    bill = json.loads(inside(geo, "cat", "/opt/floodmark/share/sbom.cdx.json"))
    assert bill["bomFormat"] == "CycloneDX"
    assert {canonical(f"{part['name']}=={part['version']}") for part in bill["components"]} == held


def canonical(pin):
    name, _, version = pin.partition("==")
    return f"{name.lower().replace('_', '-').replace('.', '-')}=={version}"


def test_it_is_nobodys_root_and_is_labelled_with_its_inputs(geo):
    (found,) = json.loads(podman("image", "inspect", geo["id"]))
    assert found["User"] == "1000:1000"
    assert found["Labels"]["floodmark.inputs"] == geo["inputs"] == compute(Path(), "geo")["inputs"]
    assert found["Labels"]["org.opencontainers.image.title"] == "floodmark-geo"
    assert "Healthcheck" not in found["Config"]
    assert geo["base"] == BASE


def test_nothing_that_the_host_lent_is_in_it(geo):
    """Neither in a file nor in what is told of it; what pip is given is found where it is given."""
    places = "/etc/pip.conf /run/certificates.crt /wheels /pins.txt /build"
    assert inside(geo, "sh", "-c", f"ls -d {places} 2>/dev/null || true") == ""
    assert inside(geo, "sh", "-c", "command -v pip || true") == ""
    told = podman("image", "inspect", geo["id"]) + podman("history", "--no-trunc", geo["id"])
    assert SENTINEL not in told
    container = podman("create", "--network=none", geo["id"], "true")
    try:
        with subprocess.Popen(["podman", "export", container], stdout=subprocess.PIPE) as export:
            assert not found_in(export.stdout, SENTINEL.encode())
    finally:
        podman("rm", "--force", container)


def found_in(stream, text):
    """Whether a stream holds a text, block by block."""
    last = b""
    while block := stream.read(2**22):
        if text in last + block:
            return True
        last = block[-len(text) :]
    return False


def test_what_is_searched_for_would_be_found(tmp_path):
    (tmp_path / "layer").write_bytes(b"x" * (2**22 - 5) + SENTINEL.encode() + b"x" * 99)
    with (tmp_path / "layer").open("rb") as file:
        assert found_in(file, SENTINEL.encode())


def test_an_archive_of_it_says_what_it_was_built_from(geo, records, tmp_path):
    shared = records("geo").parents[1]
    command = [sys.executable, "-m", "floodmark.cli", "image", "save", "geo", "--archive", str(tmp_path / "geo.tar")]
    given = environment(PYTHONPATH=str(Path("src").absolute()), FLOODMARK_ENGINE="podman", **CONFIGURATION)
    subprocess.run(command, cwd=shared, env=given, check=True, capture_output=True)
    found = archived(tmp_path / "geo.tar")
    assert found.labels["floodmark.inputs"] == geo["inputs"]
    assert found.digest == geo["id"]
    (tmp_path / "cut.tar").write_bytes((tmp_path / "geo.tar").read_bytes()[:1000])
    with pytest.raises(UserError, match="is no archive of one image"):
        archived(tmp_path / "cut.tar")
    # apptainer is not installed where this is tested: the conversion stops there, after the archive was looked at.
    command[4:] = ["convert", "geo", "--archive", str(tmp_path / "geo.tar")]
    converted = subprocess.run(command, cwd=shared, env=given, check=False, capture_output=True, text=True)
    assert converted.returncode == 2
    assert "apptainer is not installed here" in converted.stderr
