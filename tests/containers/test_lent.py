"""What a host lends to a build: where packages come from and whom to trust, and no folder that a build cannot see."""

import pytest

from floodmark.containers import lent
from floodmark.errors import UserError

SETTINGS = {
    "index-url": "https://mirror.example/simple",
    "extra-index-url": "file:///opt/index https://second.example/simple",
    "find-links": "/opt/wheels https://wheels.example/list",
    "trusted-host": "mirror.example",
    "constraint": "/etc/constraints.txt",
    "cert": "/etc/ssl/own.crt",
    "user": "true",
}


def test_remote_places_stay_and_local_ones_become_the_mounted_folder():
    text = lent.configuration(SETTINGS, own_certificates=True)
    assert text.splitlines() == [
        "[global]",
        "find-links = /wheels https://wheels.example/list",
        "index-url = https://mirror.example/simple",
        "extra-index-url = https://second.example/simple",
        "trusted-host = mirror.example",
        "cert = /run/certificates.crt",
    ]
    assert "cert" not in lent.configuration({}, own_certificates=False)


def test_the_environment_goes_before_files(monkeypatch, tmp_path):
    (tmp_path / "pip.conf").write_text("[global]\nindex-url = https://file.example\ntimeout = 7\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    monkeypatch.setenv("PIP_INDEX_URL", "https://variable.example")
    found = lent.pip_settings()
    assert found["index-url"] == "https://variable.example"
    assert found["timeout"] == "7"


def test_certificates_are_those_a_variable_or_pip_names(monkeypatch, tmp_path):
    for name in lent.BUNDLES:
        monkeypatch.delenv(name, raising=False)
    own, other = tmp_path / "own.crt", tmp_path / "other.crt"
    own.touch()
    other.touch()
    assert lent.certificates({}) is None
    assert lent.certificates({"cert": str(own)}) == own
    monkeypatch.setenv("SSL_CERT_FILE", str(other))
    assert lent.certificates({"cert": str(own)}) == other
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "gone.crt"))
    assert lent.certificates({"cert": str(own)}) == own


def test_wheels_are_those_of_a_given_folder_or_of_pips_local_ones(tmp_path):
    for folder, wheel in (("own", "a.whl"), ("given", "b.whl")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / wheel).write_text(wheel)
    settings = {"find-links": f"{tmp_path / 'own'} https://wheels.example"}
    assert lent.local_wheels(settings, None) == [tmp_path / "own/a.whl"]
    assert lent.local_wheels(settings, tmp_path / "given") == [tmp_path / "given/b.whl"]
    assert lent.local_wheels({}, None) == []
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="empty holds no wheel"):
        lent.local_wheels({}, tmp_path / "empty")
    lent.gather([tmp_path / "own/a.whl"], tmp_path / "gathered")
    assert (tmp_path / "gathered/a.whl").read_text() == "a.whl"
