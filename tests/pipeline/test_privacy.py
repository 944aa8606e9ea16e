"""Nothing of the planted personal data, and no raw identifier, in anything that a run writes, in any format."""

import json
import shutil

import pytest
from click.testing import CliRunner

from demo.people import write_people
from demo.sizes import SIZES
from floodmark.cli import main
from tests.leaking import PLANTS, SECRET, blank
from tests.planted import ROOT, planted
from tests.secrets import leaks, raw_identifiers

pytestmark = pytest.mark.slow

FORMATS = (".parquet", ".nc", ".tif", ".safetensors", ".npy", ".png", ".html", ".json", ".csv", ".db")


def written(root):
    """Where a run writes: the outputs, and what MLflow keeps of them."""
    return [root / name for name in ("outputs", "mlartifacts", "mlflow.db") if (root / name).exists()]


def files(root, suffix):
    return sorted(path for place in written(root) for path in [place, *place.rglob(f"*{suffix}")]
                  if path.is_file() and path.suffix == suffix)  # fmt: skip


def in_raw_data(root):
    """The raw archive as one text, to see which of the planted values this run could have leaked."""
    import gzip

    parts = []
    for path in sorted((root / "data/tweets").iterdir()):
        raw = path.read_bytes()
        parts.append((gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8", "replace"))
    return "\n".join(parts)


@pytest.fixture(scope="module")
def listing(tmp_path_factory):
    """What the generator planted in data of the tiny size."""
    return write_people(tmp_path_factory.mktemp("again"), SIZES["tiny"]).planted.listing()


def test_no_planted_value_is_written(tiny_project, listing):
    raw = in_raw_data(tiny_project)
    absent = {kind for kind, values in listing.items() if not any(str(value) in raw for value in values)}
    # A run on data without planted values would show nothing; these are in the photos, not in the tweets.
    assert absent <= {"exif_gps", "exif_serial", "exif_artist", "png_text"}
    everything = [str(value) for values in (listing | planted(ROOT / "demo/planted.json")).values() for value in values]
    assert [leak for place in written(tiny_project) for leak in leaks(place, everything)] == []


def test_no_raw_identifier_is_written(tiny_project):
    found = raw_identifiers(tiny_project / "data")
    assert all(found.values())
    everything = [value for values in found.values() for value in values]
    assert [leak for place in written(tiny_project) for leak in leaks(place, everything)] == []


def test_the_command_finds_nobody_in_what_a_run_writes(tiny_project, tmp_path, monkeypatch):
    monkeypatch.chdir(tiny_project)
    for place in written(tiny_project):
        report = tmp_path / "report.json"
        raw = ["--against", "data/tweets", "--labels", "data/labels"]
        result = CliRunner().invoke(main, ["audit", str(place), *raw, "--json", str(report)])
        found = json.loads(report.read_text())
        assert found["unread"] == [], result.output
        # A user's first name is also a word of the vectors that a model of texts is built on.
        vocabulary = [
            leak
            for leak in found["leaks"]
            if leak["kind"] == "one-word name" and leak["place"].endswith("model.safetensors > metadata")
        ]
        assert [leak for leak in found["leaks"] if leak not in vocabulary] == [], result.output
        assert result.exit_code == (1 if vocabulary else 0)


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_run_writes_every_format_that_is_searched(tiny_project, suffix):
    assert files(tiny_project, suffix)


@pytest.mark.parametrize(("suffix", "plant"), PLANTS, ids=lambda value: getattr(value, "__name__", value))
def test_one_leak_planted_into_each_format_is_caught(tiny_project, tmp_path, suffix, plant):
    copy = tmp_path / "outputs" / f"copy{suffix}"
    copy.parent.mkdir()
    originals = files(tiny_project, suffix)
    if originals:
        shutil.copy(originals[0], copy)
    else:
        blank(copy)
    assert leaks(copy.parent, [SECRET]) == []
    plant(copy)
    assert leaks(copy.parent, [SECRET]) != []
