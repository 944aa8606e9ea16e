"""Unfinished work is found again only where the same would be computed again."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from floodmark.errors import UserError
from floodmark.learning import work
from floodmark.learning.work import digest, resumable

PIPELINE = """
stages:
  train:
    matrix:
      model: [small, large]
    cmd: stages/run cuda stages/train.py ${item.model}
    deps: [outputs/windows, src/code.py]
    params: [random.seed, "train.${item.model}"]
    outs: ["outputs/${item.model}"]
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DVC_ROOT", raising=False)
    (tmp_path / "dvc.yaml").write_text(PIPELINE)
    (tmp_path / "params.yaml").write_text("random: {seed: 1}\ntrain: {small: 1, large: 2, other: 3}\n")
    (tmp_path / "outputs/windows/deep").mkdir(parents=True)
    (tmp_path / "outputs/windows/deep/a.npy").write_bytes(b"a" * 100)
    (tmp_path / "outputs/windows/big.npy").write_bytes(b"b" * work.LARGE)
    (tmp_path / "src").mkdir()
    (tmp_path / "src/code.py").write_text("x = 1\n")
    return tmp_path


def write(path, content):
    def change():
        Path(path).write_text(content)

    return change


def rename():
    os.rename("outputs/windows/deep/a.npy", "outputs/windows/deep/b.npy")


def same_size_and_time():
    """Another content that a look at sizes and times would not notice."""
    path = Path("outputs/windows/deep/a.npy")
    before = path.stat()
    path.write_bytes(b"c" * 100)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.mark.parametrize(
    "change",
    [
        write("src/code.py", "x = 2\n"),
        write("params.yaml", "random: {seed: 2}\ntrain: {small: 1}\n"),
        write("params.yaml", "random: {seed: 1}\ntrain: {small: 5}\n"),
        write("outputs/windows/deep/a.npy", "other"),
        write("outputs/windows/new.npy", ""),
        same_size_and_time,
        rename,
    ],
)
def test_whatever_a_stage_depends_on_gives_another_digest(project, change):
    before = digest("train@small")
    assert digest("train@small") == before
    change()
    assert digest("train@small") != before


def test_what_it_does_not_depend_on_changes_nothing(project):
    before = digest("train@small")
    Path("params.yaml").write_text("random: {seed: 1}\ntrain: {small: 1, large: 9, other: 9}\n")
    Path("src/other.py").write_text("")
    os.utime("outputs/windows/big.npy")
    assert digest("train@small") == before
    assert digest("train@large") != before


def test_another_kind_of_device_is_another_work(project, monkeypatch):
    import torch

    before = digest("train@small")
    monkeypatch.setattr("floodmark.learning.device.pick_device", lambda: torch.device("cuda"))
    assert digest("train@small") != before


def test_large_files_are_read_once_and_again_when_they_change(project, monkeypatch):
    monkeypatch.setattr(work, "SETTLED", -1)
    before, read = digest("train@small"), []
    opened = Path.open

    def watched(path, mode="r", *arguments, **named):
        read.extend([path.name] if mode == "rb" else [])
        return opened(path, mode, *arguments, **named)

    monkeypatch.setattr(Path, "open", watched)
    assert digest("train@small") == before
    assert sorted(read) == ["a.npy", "code.py"]
    (project / "outputs/windows/big.npy").write_bytes(b"c" * work.LARGE)
    assert digest("train@small") != before
    assert "big.npy" in read


def test_a_file_just_written_is_not_remembered(project):
    """It may be written once more within a tick of the file system's clock."""
    digest("train@small")
    assert json.loads((project / ".dvc/tmp/floodmark/digests.json").read_text()) == {}


def test_a_memory_that_cannot_be_read_is_begun_anew(project):
    before = digest("train@small")
    (project / ".dvc/tmp/floodmark/digests.json").write_text("{")
    assert digest("train@small") == before


def test_a_folder_outlasts_a_failure_and_not_a_success(project):
    with pytest.raises(ZeroDivisionError), resumable("train@small") as first:
        (first / "kept").touch()
        raise ZeroDivisionError
    assert first == Path(".dvc/tmp/floodmark/train@small") / digest("train@small")
    with resumable("train@small") as second:
        assert second == first
        assert (second / "kept").exists()
    assert not first.exists()


def test_it_lies_in_the_project_that_an_experiment_belongs_to(project, monkeypatch, tmp_path_factory):
    owner = tmp_path_factory.mktemp("owner")
    monkeypatch.setenv("DVC_ROOT", str(owner))
    with resumable("train@large") as folder:
        assert folder.parent == owner / ".dvc/tmp/floodmark/train@large"


def test_two_at_once_do_not_share_a_folder(project, capsys):
    with resumable("train@small") as first:
        with resumable("train@small") as second:
            (second / "mine").touch()
        assert "another process works on the same" in capsys.readouterr().err
        assert second != first
        assert not second.exists()
        assert first.exists()
    with resumable("train@small") as third:
        assert third == first


def test_a_missing_dep_and_an_unknown_stage_are_named(project):
    with pytest.raises(UserError, match="no stage train@tiny"), resumable("train@tiny"):
        pass
    (project / "src/code.py").unlink()
    with pytest.raises(FileNotFoundError, match=r"src/code\.py is missing"):
        digest("train@small")


def test_make_clean_removes_what_was_never_finished(project):
    makefile = Path(__file__).parents[2] / "Makefile"
    with pytest.raises(ZeroDivisionError), resumable("train@small") as folder:
        raise ZeroDivisionError
    (project / ".dvc/cache").mkdir()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    command = ["make", "--file", str(makefile), "clean", f"VENV={Path(sys.executable).parents[1]}"]
    assert subprocess.run(command, cwd=project, env=environment, capture_output=True).returncode == 0
    assert not folder.exists()
    assert (project / ".dvc/cache").exists()
