"""The embedded dataset: fetched from inside the repository, regenerated to the same hash, never pushed over."""

import shutil
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.pipeline.projects import ROOT, call

LIMIT = 16 * 2**20


@pytest.fixture
def clone(tmp_path):
    """What a newcomer gets of the data: the pointer, the remote, nothing fetched yet."""
    for name in ("data.dvc", ".gitignore", ".dvcignore"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / ".dvc").mkdir()
    shutil.copy(ROOT / ".dvc/config", tmp_path / ".dvc/config")
    shutil.copytree(ROOT / "embedded", tmp_path / "embedded")
    call(tmp_path, "git", "init", "--quiet")
    return tmp_path


def pushed(folder):
    return {path.relative_to(folder) for path in (folder / "embedded").rglob("*") if path.is_file()}


def test_it_is_fetched_whole_and_small(clone):
    call(clone, "dvc", "pull", "data.dvc")
    folders = {path.name for path in (clone / "data").iterdir()}
    assert folders == {"radar", "heightmap", "water", "tweets", "media", "labels", "vectors", "clip"}
    assert sum(path.stat().st_size for path in (ROOT / "embedded").rglob("*") if path.is_file()) < LIMIT


def test_a_users_own_data_is_never_pushed_into_it(clone):
    before = pushed(clone)
    call(clone, "dvc", "pull", "data.dvc")
    call(clone, "chmod", "-R", "u+w", "data")
    (clone / "data/tweets/mine.jsonl").write_text('{"id": "1", "text": "private"}\n')
    call(clone, "dvc", "add", "--quiet", "data")
    call(clone, "dvc", "push", check=False)
    assert pushed(clone) == before


@pytest.mark.slow
def test_regenerating_it_gives_the_same_hash(clone):
    path = f"{ROOT / 'src'}:{ROOT}"
    call(ROOT, sys.executable, "-m", "demo.build", clone / "data", PYTHONPATH=path)
    before = YAML(typ="safe").load(Path(clone / "data.dvc").read_text())["outs"][0]["md5"]
    call(clone, "dvc", "add", "--quiet", "data")
    assert YAML(typ="safe").load((clone / "data.dvc").read_text())["outs"][0]["md5"] == before
