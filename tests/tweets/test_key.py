import os
import shutil
import stat
import subprocess
import sys

import pytest
from click.testing import CliRunner

from floodmark.cli import main
from floodmark.errors import UserError
from floodmark.tweets.key import check_key, create_key, fingerprint, is_public, list_files, load_key
from tests.planted import ROOT


@pytest.fixture(autouse=True)
def _no_dvc(monkeypatch):
    monkeypatch.delenv("DVC_ROOT", raising=False)


def publish(root, key):
    (root / "demo").mkdir()
    (root / "demo/public.key").write_text(f"# public\n{key.hex()}\n")
    (root / "key.fingerprint").write_text(fingerprint(key) + "\n")


def test_a_new_key_is_secret_random_and_named_by_its_fingerprint(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    path = create_key(one)
    create_key(other)
    key = load_key(one)
    assert len(key) == 32
    assert key != load_key(other)
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert (one / "key.fingerprint").read_text() == fingerprint(key) + "\n"
    assert key.hex() not in (one / "key.fingerprint").read_text()
    assert "is the key" in check_key(one)


def test_a_key_is_never_overwritten(tmp_path):
    create_key(tmp_path)
    before = load_key(tmp_path)
    with pytest.raises(UserError, match="not overwritten"):
        create_key(tmp_path)
    assert load_key(tmp_path) == before


def test_the_key_lies_under_dvc_root_so_that_copies_of_a_workspace_find_it(tmp_path, monkeypatch):
    create_key(tmp_path)
    copy = tmp_path / "copy"
    copy.mkdir()
    (copy / "key.fingerprint").write_text((tmp_path / "key.fingerprint").read_text())
    with pytest.raises(UserError, match="floodmark keys new"):
        load_key(copy)
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    assert len(load_key(copy)) == 32


def test_another_key_than_the_committed_one_is_refused(tmp_path):
    path = create_key(tmp_path)
    path.write_text("ab" * 32)
    with pytest.raises(UserError, match="not the key"):
        load_key(tmp_path)


@pytest.mark.parametrize("text", ["", "not hexadecimal", "ab" * 31])
def test_a_damaged_key_is_refused(tmp_path, text):
    create_key(tmp_path).write_text(text)
    with pytest.raises(UserError, match="64 hexadecimal digits"):
        load_key(tmp_path)


def test_bytes_that_are_no_text_are_refused_with_instructions(tmp_path):
    create_key(tmp_path)
    (tmp_path / ".floodmark/key").write_bytes(bytes(range(128, 192)))
    with pytest.raises(UserError, match="must hold 64 hexadecimal digits"):
        load_key(tmp_path)
    (tmp_path / "key.fingerprint").write_bytes("é".encode("utf-16"))
    with pytest.raises(UserError, match=r"key\.fingerprint must hold 64 hexadecimal digits: restore it with git"):
        load_key(tmp_path)


def test_a_missing_fingerprint_says_what_to_do(tmp_path):
    with pytest.raises(UserError, match="floodmark keys new"):
        load_key(tmp_path)


def test_the_public_key_serves_only_its_own_fingerprint(tmp_path):
    publish(tmp_path, bytes(32))
    assert load_key(tmp_path) == bytes(32)
    assert "wrong for real people" in check_key(tmp_path)
    (tmp_path / "key.fingerprint").write_text(fingerprint(bytes([1] * 32)))
    with pytest.raises(UserError, match="names a secret key"):
        load_key(tmp_path)


def test_a_secret_key_is_not_passed_over_for_the_public_one(tmp_path):
    publish(tmp_path, bytes(32))
    committed = (tmp_path / "key.fingerprint").read_text()
    create_key(tmp_path)
    (tmp_path / "key.fingerprint").write_text(committed)
    with pytest.raises(UserError, match="not the key"):
        load_key(tmp_path)


def test_a_new_key_where_the_public_one_was_says_what_that_changes(tmp_path, monkeypatch):
    publish(tmp_path, bytes(32))
    (tmp_path / "dvc.yaml").touch()
    (tmp_path / "params.yaml").touch()
    monkeypatch.chdir(tmp_path)
    assert is_public(tmp_path)
    said = CliRunner().invoke(main, ["keys", "new"])
    assert said.exit_code == 0, said.output
    assert "the fingerprint was the demonstration's" in said.output
    assert not is_public(tmp_path)
    (tmp_path / ".floodmark/key").unlink()
    assert "demonstration" not in CliRunner().invoke(main, ["keys", "new"]).output


@pytest.mark.skipif(os.name != "posix", reason="needs file modes")
def test_a_key_that_others_can_read_is_told(tmp_path):
    create_key(tmp_path).chmod(0o644)
    with pytest.raises(UserError, match="chmod 600"):
        check_key(tmp_path)


def test_the_committed_public_key_says_so_and_fits_the_committed_fingerprint():
    assert "Public on purpose" in (ROOT / "demo/public.key").read_text()
    key = bytes.fromhex((ROOT / "demo/public.key").read_text().split()[-1])
    assert (ROOT / "key.fingerprint").read_text().strip() == fingerprint(key)


PEOPLE = {"tweets/a.jsonl": "made up", "labels/human.csv": "text,label", "media/a.jpg": "painted"}


@pytest.fixture
def published(tmp_path):
    """A project under the public key, with the files that the key was published with."""
    publish(tmp_path, bytes(32))
    for name, text in PEOPLE.items():
        (tmp_path / "data" / name).parent.mkdir(parents=True)
        (tmp_path / "data" / name).write_text(text)
    (tmp_path / "demo/public.files").write_text(list_files(tmp_path / "data"))
    return tmp_path


STRANGERS = ["tweets/mine.jsonl", "tweets/deep/er/mine.json.gz", "tweets/.hidden.json", "labels/mine.csv",
             "media/mine.jpg", *PEOPLE]  # fmt: skip


@pytest.mark.parametrize("name", STRANGERS)
def test_the_public_key_is_refused_for_any_other_files_of_people(published, name):
    assert load_key(published) == bytes(32)
    (published / "data" / name).parent.mkdir(parents=True, exist_ok=True)
    (published / "data" / name).write_text("of somebody real")
    for look in (load_key, check_key):
        with pytest.raises(
            UserError, match=r"embedded dataset(?s:.*)floodmark study new(?s:.*)floodmark keys new"
        ) as said:
            look(published)
        assert str(published / "data" / name) in str(said.value)
    create_key(published)
    assert load_key(published) != bytes(32)


def test_what_is_missing_empty_hidden_or_of_the_land_is_no_reason_to_refuse_the_public_key(published):
    (published / "data/media/a.jpg").unlink()
    (published / "data/media/.keep").touch()
    (published / "data/tweets/.DS_Store").write_text("icons")
    (published / "data/radar").mkdir()
    (published / "data/radar/mine.nc").write_text("rain")
    assert load_key(published) == bytes(32)
    shutil.rmtree(published / "data")
    assert load_key(published) == bytes(32)


def test_without_its_listing_the_public_key_is_for_nothing(published):
    (published / "demo/public.files").unlink()
    with pytest.raises(UserError, match=r"public\.files is missing or empty(?s:.*)restore it with git"):
        load_key(published)


def test_names_may_be_other_than_ascii_and_links_are_followed(published, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("cache") / "0123"
    elsewhere.write_text("made up in Köln")
    (published / "data/tweets/flut in köln.jsonl").symlink_to(elsewhere)
    with pytest.raises(UserError, match="is no file in the embedded dataset"):
        load_key(published)
    (published / "demo/public.files").write_text(list_files(published / "data"), encoding="utf-8")
    assert load_key(published) == bytes(32)
    elsewhere.write_text("of somebody real")
    with pytest.raises(UserError, match="is not as in the embedded dataset"):
        load_key(published)


@pytest.mark.parametrize(("stage", "name"), [("anonymise", "tweets/mine.jsonl"), ("ingest_media", "media/mine.jpg")])
def test_the_stages_stop_before_real_people_get_pseudonyms_under_the_public_key(published, stage, name):
    (published / "data" / name).write_text("of somebody real")
    shutil.copy(ROOT / "params.yaml", published)
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, str(ROOT / f"stages/{stage}.py")]
    result = subprocess.run(command, cwd=published, env=environment, capture_output=True, text=True)
    assert result.returncode == 2, result.stderr
    assert result.stderr.startswith(f"{stage}: data/{name} is no file in the embedded dataset")
    assert "floodmark keys new" in result.stderr
    assert "Traceback" not in result.stderr
    assert not (published / "outputs/tweets/tweets.parquet").exists()


def test_keys_check_says_so_in_one_message(published, monkeypatch):
    for name in ("dvc.yaml", "params.yaml"):
        (published / name).touch()
    monkeypatch.chdir(published)
    assert CliRunner().invoke(main, ["keys", "check"]).exit_code == 0
    (published / "data/tweets/mine.jsonl").write_text("of somebody real")
    result = CliRunner().invoke(main, ["keys", "check"])
    assert result.exit_code == 2
    assert "mine.jsonl is no file in the embedded dataset" in result.output


def test_the_committed_listing_is_that_of_the_embedded_dataset():
    assert (ROOT / "demo/public.files").read_text(encoding="utf-8") == list_files(ROOT / "data")
