import base64
import gzip
import json
import zipfile

import pytest
from click.testing import CliRunner
from PIL import Image

from floodmark.cli import main
from tests.planted import ROOT
from tests.tweets.archives import tweet, write, write_labels

USERS = [{"id": "7001234567", "username": "orla_quill7", "name": "Orla Quillbeck"}]


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project with a raw archive and an output."""
    (tmp_path / "dvc.yaml").write_text("stages: {}\n")
    params = (
        "anonymise: {time_floor_minutes: 60, common_authors: 1, ordinary_authors: 20, k: 1, place_level: country}\n"
    )
    (tmp_path / "params.yaml").write_text(params)
    write(tmp_path / "raw", {"data": [tweet(author_id="7001234567")], "includes": {"users": USERS}})
    write_labels(tmp_path / "labels", [{"text": "wet", "label": "neutral", "annotator": "A2WORKER77"}])
    (tmp_path / "outputs").mkdir()
    (tmp_path / "outputs" / "report.html").write_text("<p>the river is rising</p>")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def audit(*args):
    return CliRunner().invoke(main, ["audit", *args])


def test_a_clean_folder_exits_with_0_and_says_what_was_searched(project):
    result = audit("outputs", "--against", "raw")
    assert result.exit_code == 0, result.output
    assert "2 ids" in result.output
    assert "nothing of the archive was found" in result.output


def test_a_leak_exits_with_1_and_its_place_and_quotes_nothing(project):
    (project / "outputs" / "report.html").write_text("<p>thanks\n<b>orla_quill7</b></p>")
    result = audit("outputs", "--against", "raw", "--json", "leaks.json")
    assert result.exit_code == 1
    assert "outputs/report.html > text, line 2: name of 11 characters, plain" in result.output
    report = json.loads((project / "leaks.json").read_text())
    assert report["leaks_by_kind"] == {"name": 1}
    assert report["leaks"][0]["place"] == "outputs/report.html > text, line 2"
    assert "orla" not in result.output + json.dumps(report)
    assert audit("outputs/report.html", "--against", "raw").exit_code == 1


@pytest.mark.parametrize(
    ("copied", "kind"),
    [
        ("ruf.oak@fenbox.example.org", "e-mail address of 22 characters, plain"),
        ("cnVmLm9ha0BmZW5ib3guZXhhbXBsZS5vcmc=", "e-mail address of 22 characters, base64"),
        ("call 07700-900-123 now", "telephone of 11 characters, plain"),
        ("447700900123", "telephone of 12 characters, plain"),
    ],
)
def test_how_to_reach_somebody_of_the_archive_is_found_in_other_files(project, copied, kind):
    write(project / "raw", tweet(2, "mail ruf.oak@fenbox.example.org or 07700 900 123"), name="b.jsonl")
    clean = audit("outputs", "--against", "raw")
    assert clean.exit_code == 0
    assert "1 e-mail addresses, 3 telephones" in clean.output
    (project / "outputs" / "notes.txt").write_text(f"{copied}\n")
    result = audit("outputs", "--against", "raw")
    assert result.exit_code == 1
    assert f"notes.txt > text, line 1: {kind}" in result.output


def test_annotators_are_looked_for_where_labels_are_given(project):
    (project / "outputs" / "notes.txt").write_text("by A2WORKER77\n")
    assert audit("outputs", "--against", "raw").exit_code == 0
    assert audit("outputs", "--against", "raw", "--labels", "labels").exit_code == 1


def test_what_cannot_be_read_exits_with_1(project):
    (project / "outputs" / "a.parquet").write_bytes(b"PAR1")
    result = audit("outputs", "--against", "raw")
    assert result.exit_code == 1
    assert "1 place could not be read" in result.output


@pytest.mark.parametrize("raw", ["absent", "empty", "outputs"])
def test_an_archive_that_names_nobody_is_a_mistake(project, raw):
    (project / "empty").mkdir()
    result = audit("raw", "--against", raw)
    assert result.exit_code == 2
    assert raw in result.output
    assert "data/tweets" in result.output


def test_copies_of_raw_photos_are_leaks_wherever_they_lie(project):
    raw = project / "media" / "inner" / "ZyXw98765.jpg"
    raw.parent.mkdir(parents=True)
    Image.effect_noise((32, 32), 60).save(raw)
    Image.effect_noise((32, 32), 60).save(project / "outputs" / "other.jpg")
    assert audit("outputs", "--against", "raw", "--media", "media").exit_code == 0
    (project / "outputs" / "a.png").write_bytes(raw.read_bytes())
    (project / "outputs" / "b.gz").write_bytes(gzip.compress(raw.read_bytes()))
    with zipfile.ZipFile(project / "outputs" / "c.zip", "w") as packed:
        packed.write(raw, "d.jpg")
    page = f"<img src='data:image/jpeg;base64,{base64.b64encode(raw.read_bytes()).decode()}'>"
    (project / "outputs" / "e.html").write_text(page)
    assert audit("outputs", "--against", "raw").exit_code == 0
    result = audit("outputs", "--against", "raw", "--media", "media", "--json", "leaks.json")
    assert result.exit_code == 1
    told = f"photo of {raw.stat().st_size} bytes, plain"
    for place in ("a.png", "b.gz > unpacked", "c.zip > d.jpg", "e.html > text line 1, base64 1"):
        assert f"outputs/{place}: {told}" in result.output
    assert "1 photos in" in result.output
    report = json.loads((project / "leaks.json").read_text())
    assert report["leaks_by_kind"] == {"photo": 4}
    assert {leak["kind"] for leak in report["leaks"]} == {"photo"}


def test_a_folder_of_photos_without_any_is_a_mistake(project):
    (project / "media").mkdir()
    (project / "media" / "a.jpg").touch()
    result = audit("outputs", "--against", "raw", "--media", "media")
    assert result.exit_code == 2
    assert "media" in result.output
    assert "found in itself" in audit("media", "--against", "raw", "--media", "media").output


def test_broken_lines_of_the_archive_are_told_and_no_part_of_nothing(project):
    assert "whole" not in audit("outputs", "--against", "raw").output
    with (project / "raw" / "a.jsonl").open("a") as file:
        file.write('{"id": "345678901\n{"author')
    result = audit("outputs", "--against", "raw", "--json", "leaks.json")
    assert result.exit_code == 0, result.output
    assert "not read whole: what is in 2 broken lines was not searched for" in result.output
    assert "nothing of the archive was found" not in result.output
    report = json.loads((project / "leaks.json").read_text())
    assert (report["archive_unread"], report["archive_files_not_read"]) == (2, 0)


def test_files_of_the_archive_that_are_not_read_are_told(project):
    for number in range(7):
        (project / "raw" / f"{number}.csv").write_text("x")
    (project / "linked").mkdir()
    (project / "raw" / "0").symlink_to(project / "linked")
    result = audit("outputs", "--against", "raw", "--json", "leaks.json")
    assert "what is in 8 files (0, 0.csv, 1.csv, 2.csv, 3.csv, 3 more) was not searched for" in result.output
    assert "nothing of the archive was found" not in result.output
    report = json.loads((project / "leaks.json").read_text())
    assert (report["archive_unread"], report["archive_files_not_read"]) == (0, 8)


def test_rows_of_labels_that_are_not_read_are_told(project):
    rows = [{"text": "wet", "label": "neutral", "annotator": "A2WORKER77"}, {"text": "dry", "label": "?"}]
    write_labels(project / "labels", rows)
    result = audit("outputs", "--against", "raw", "--labels", "labels", "--json", "leaks.json")
    assert result.exit_code == 0, result.output
    assert "not read whole: what is in 1 row of labels was not searched for" in result.output
    assert "nothing of the archive was found" not in result.output
    assert json.loads((project / "leaks.json").read_text())["label_rows_not_read"] == 1


@pytest.mark.parametrize("rows", [None, "text,label\n", "text,label\nwet,?\n"])
def test_a_folder_of_labels_without_any_is_a_mistake(project, rows):
    (project / "empty").mkdir()
    if rows:
        (project / "empty" / "a.csv").write_text(rows)
    result = audit("outputs", "--against", "raw", "--labels", "empty")
    assert result.exit_code == 2
    assert "--labels empty: no row" in result.output


def test_a_report_in_a_folder_that_does_not_exist_is_a_mistake_before_the_search(project):
    result = audit("outputs", "--against", "raw", "--json", "nope/leaks.json")
    assert result.exit_code == 2
    assert f"the folder {project / 'nope'} does not exist: make it first" in result.output
    assert "looked for" not in result.output


def test_one_identifier_in_one_line_is_told_once_and_in_another_form_elsewhere_again(project):
    (project / "outputs" / "notes.txt").write_text("a%20b &amp; \\u0041 orla_quill7\n%6frla_quill7 \\u0041\n")
    result = audit("outputs", "--against", "raw", "--json", "leaks.json")
    report = json.loads((project / "leaks.json").read_text())
    assert report["leaks_by_kind"] == {"name": 2}
    assert [leak["form"] for leak in report["leaks"]] == ["plain", "percent"]
    assert "found name 2 times;" in result.output


def test_an_archive_of_files_that_are_not_read_is_a_mistake(project):
    (project / "raw" / "a.jsonl").rename(project / "raw" / "a.ndjson")
    result = audit("outputs", "--against", "raw")
    assert result.exit_code == 2
    assert "a.ndjson" in result.output
    assert all(f"*{ending}" in result.output for ending in (".jsonl", ".jsonl.gz", ".json", ".json.gz"))


def test_a_folder_without_files_is_a_mistake(project):
    (project / "empty" / "inner").mkdir(parents=True)
    result = audit("empty", "--against", "raw")
    assert result.exit_code == 2
    assert "empty: no file in it" in result.output


@pytest.mark.parametrize("place", ["raw", "."])
def test_an_archive_is_not_searched_for_in_itself(project, place):
    result = audit(place, "--against", "raw")
    assert result.exit_code == 2
    assert "found in itself" in result.output


def test_nothing_of_the_archive_is_left_behind(project, tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    audit("outputs", "--against", "raw")
    assert list(folder.iterdir()) == []


def test_the_help_says_what_it_cannot_tell():
    text = CliRunner().invoke(main, ["audit", "--help"]).output
    assert "under 7 digits" in text
    assert "--against data/tweets" in text
    assert (ROOT / "docs/how-to/audit.md").exists()
