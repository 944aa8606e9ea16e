import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from demo.build import FOLDERS

ROOT = Path(__file__).parents[2]


def run(folder: Path, *options: str, hash_seed: str = "0", root: Path = ROOT) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{root}", "PYTHONHASHSEED": hash_seed}
    command = [sys.executable, "-m", "demo.build", str(folder), "--size", "tiny", *options]
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_two_builds_are_equal_byte_for_byte_and_complete(tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    assert run(first, hash_seed="1").returncode == 0
    assert run(second, hash_seed="2").returncode == 0
    found = digests(first)
    assert found == digests(second)
    assert {name.split(os.sep)[0] for name in found} == set(FOLDERS)
    empty = {name.split(os.sep)[0] for name in found if name.endswith(".keep")}
    assert empty == {"water", "vectors", "clip"}


def test_a_folder_in_use_is_refused_unless_forced(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    refused = run(tmp_path)
    assert refused.returncode == 2
    assert "not empty" in refused.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
    forced = run(tmp_path, "--force")
    assert forced.returncode == 0
    assert "1500" in forced.stdout
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_what_the_public_key_is_for_is_listed_by_the_same_code(tmp_path):
    """In a copy of the generator: the committed listing is that of the full size."""
    shutil.copytree(ROOT / "demo", tmp_path / "demo", ignore=shutil.ignore_patterns("__pycache__"))
    data = tmp_path / "data"
    result = run(data, "--write-public", root=tmp_path)
    assert result.returncode == 0, result.stderr
    listed = dict(reversed(line.split("  ")) for line in (tmp_path / "demo/public.files").read_text().splitlines())
    people = {name: digest for name, digest in digests(data).items() if name.startswith(("tweets", "labels", "media"))}
    assert listed == people
    assert (ROOT / "demo/public.files").read_text() != (tmp_path / "demo/public.files").read_text()
