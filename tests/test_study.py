"""A study: your data, an ordinary DVC project, nothing of the demonstration's left, nothing lost on a mistake."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from floodmark.errors import UserError
from floodmark.study import FOLDERS, new_study
from tests.pipeline.projects import call, environment

ROOT = Path.cwd()


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """This working tree as a committed project, with the embedded data pointed to but not fetched."""
    folder = tmp_path_factory.mktemp("source") / "project"
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], capture_output=True, text=True, check=True
    )
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file() and not name.startswith(("embedded/", "tests/", "outputs/")):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes((ROOT / name).read_bytes())
            (folder / name).chmod((ROOT / name).stat().st_mode)
    call(folder, "git", "init", "--quiet")
    call(folder, "git", "add", "--all")
    call(folder, "git", "commit", "--quiet", "-m", "start")
    (folder / ".venv").symlink_to(Path(sys.prefix))
    return folder


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "my data"
    (folder / "tweets").mkdir(parents=True)
    (folder / "tweets/a.jsonl").write_text('{"id": "1", "text": "the river is rising"}\n')
    (folder / "params.yaml").write_text("grid:\n  cell_size: 50\n")
    return folder


def test_a_study_is_a_dvc_project_with_the_data_in_and_the_embedded_remote_gone(source, data, tmp_path):
    new_study(source, tmp_path / "study", data)
    study = tmp_path / "study"
    assert sorted(path.name for path in (study / "data").iterdir()) == sorted(FOLDERS)
    assert (study / "data/tweets/a.jsonl").read_text() == (data / "tweets/a.jsonl").read_text()
    assert (study / "data/radar/.keep").exists()
    params = YAML(typ="safe").load((study / "params.yaml").read_text())
    assert params["grid"]["cell_size"] == 50
    assert params["report"] == {"title": "study", "is_demonstration": False}
    assert "embedded" not in (study / ".dvc/config").read_text()
    assert not (study / "embedded").exists()
    # The second pipeline stays, the demonstration's results do not.
    assert [path.name for path in (study / "results").iterdir()] == ["dvc.yaml"]
    assert "remote" not in (study / "data.dvc").read_text()
    assert call(study, "git", "status", "--porcelain").stdout == ""
    assert call(study, "dvc", "data", "status").returncode == 0
    # The params keep their comments: a study's owner reads them there.
    assert "# m, terrain and water" in (study / "params.yaml").read_text()


def test_a_study_has_a_private_key_of_its_own(source, data, tmp_path):
    for name in ("one", "two"):
        new_study(source, tmp_path / name, data)
    one, two = tmp_path / "one", tmp_path / "two"
    assert stat.S_IMODE((one / ".floodmark/key").stat().st_mode) == 0o600
    assert (one / ".floodmark/key").read_text() != (two / ".floodmark/key").read_text()
    assert (one / "key.fingerprint").read_text() != (source / "key.fingerprint").read_text()
    tracked = call(one, "git", "ls-files").stdout.splitlines()
    assert "key.fingerprint" in tracked
    assert ".floodmark/key" not in tracked


def test_a_study_pushes_its_commits_nowhere(source, data, tmp_path, monkeypatch):
    # Some people's Git calls the remote of a clone otherwise.
    for name, value in {"COUNT": "1", "KEY_0": "clone.defaultRemoteName", "VALUE_0": "elsewhere"}.items():
        monkeypatch.setenv(f"GIT_CONFIG_{name}", value)
    new_study(source, tmp_path / "study", data)
    study = tmp_path / "study"
    assert call(study, "git", "remote").stdout == ""
    assert call(study, "git", "branch", "--remotes").stdout == ""
    before = call(source, "git", "for-each-ref").stdout
    pushed = call(study, "git", "push", check=False, LC_ALL="C")
    assert pushed.returncode != 0
    assert "No configured push destination" in pushed.stderr
    assert call(source, "git", "for-each-ref").stdout == before


def test_linked_files_are_not_copied(source, data, tmp_path):
    new_study(source, tmp_path / "study", data, link=True)
    assert os.path.samefile(data / "tweets/a.jsonl", tmp_path / "study/data/tweets/a.jsonl")
    cached = list((tmp_path / "study/.dvc/cache/files").rglob("*"))
    assert any(path.is_file() and os.path.samefile(path, data / "tweets/a.jsonl") for path in cached)
    assert "hardlink" in (tmp_path / "study/.dvc/config").read_text()


def test_a_wrong_param_is_refused_and_leaves_nothing(source, data, tmp_path):
    (data / "params.yaml").write_text("grid:\n  cell_size: -3\n")
    with pytest.raises(UserError, match=r"grid.cell_size = -3"):
        new_study(source, tmp_path / "study", data)
    assert not (tmp_path / "study").exists()
    assert not list(tmp_path.glob(".partial*"))


def test_folders_that_no_stage_reads_are_told_with_what_they_were_meant_to_be(source, data, tmp_path, capsys):
    for name in ("photos", "Labels", "notes", ".git"):
        (data / name).mkdir()
    new_study(source, tmp_path / "study", data)
    told = [line for line in capsys.readouterr().err.splitlines() if "is left out" in line]
    assert [line.split(" is left out")[0].rpartition("/")[2] for line in told] == ["Labels", "notes", "photos"]
    assert [line.partition("; ")[2] for line in told] == [
        "was it meant to be labels/?", "", "was it meant to be media/?",
    ]  # fmt: skip


def test_params_in_another_encoding_are_refused_in_words(source, data, tmp_path):
    (data / "params.yaml").write_bytes("grid:\n  cell_size: 50  # Café\n".encode("cp1252"))
    with pytest.raises(UserError, match=r"params\.yaml, line 2, is not UTF-8"):
        new_study(source, tmp_path / "study", data)
    assert not (tmp_path / "study").exists()


def test_a_folder_with_nothing_known_in_it_is_refused(source, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="has none of the folders radar"):
        new_study(source, tmp_path / "study", tmp_path / "empty")


@pytest.mark.parametrize("place", ["unpacked", "inside another repository", "without a commit"])
def test_a_project_that_is_no_git_checkout_is_refused_in_words(data, tmp_path, place):
    project = tmp_path / "outer/project"
    project.mkdir(parents=True)
    (project / "params.yaml").write_text("")
    if place != "unpacked":
        call(project if place == "without a commit" else project.parent, "git", "init", "--quiet")
    with pytest.raises(UserError, match=r"no Git checkout of Floodmark(?s:.*)git clone"):
        new_study(project, tmp_path / "study", data)
    assert not (tmp_path / "study").exists()
    assert not list(tmp_path.glob(".partial*"))


def test_an_existing_study_is_not_touched(source, data, tmp_path):
    (tmp_path / "study").mkdir()
    (tmp_path / "study/precious").write_text("x")
    with pytest.raises(UserError, match="exists"):
        new_study(source, tmp_path / "study", data)
    assert (tmp_path / "study/precious").read_text() == "x"


def test_the_command_tells_its_version_in_and_outside_a_project(tmp_path):
    (line,) = [line for line in Path("pyproject.toml").read_text().splitlines() if line.startswith("version = ")]
    for place in (ROOT, tmp_path):
        command = [str(ROOT / "bin/floodmark"), "--version"]
        result = subprocess.run(command, capture_output=True, text=True, env=environment(), cwd=place)
        assert (result.returncode, result.stderr) == (0, "")
        assert result.stdout == f"floodmark {line.split(chr(34))[1]}\n"


def test_the_command_says_what_is_wrong_without_a_traceback(tmp_path):
    command = [str(ROOT / "bin/floodmark"), "study", "new", str(tmp_path), "--data", str(tmp_path)]
    result = subprocess.run(command, capture_output=True, text=True, env=environment(), cwd=ROOT)
    assert result.returncode == 2
    assert "exists" in result.stderr
    assert "Traceback" not in result.stderr
