import os
import stat

import pytest

from floodmark.errors import UserError
from floodmark.tweets.key import check_key, create_key, fingerprint, load_key


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


@pytest.mark.skipif(os.name != "posix", reason="needs file modes")
def test_a_key_that_others_can_read_is_told(tmp_path):
    create_key(tmp_path).chmod(0o644)
    with pytest.raises(UserError, match="chmod 600"):
        check_key(tmp_path)


def test_the_committed_public_key_says_so_and_fits_the_committed_fingerprint():
    from tests.planted import ROOT

    assert "Public on purpose" in (ROOT / "demo/public.key").read_text()
    key = bytes.fromhex((ROOT / "demo/public.key").read_text().split()[-1])
    assert (ROOT / "key.fingerprint").read_text().strip() == fingerprint(key)
