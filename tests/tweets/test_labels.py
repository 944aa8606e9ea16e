import itertools

import pytest

from floodmark.errors import UserError
from floodmark.tweets.labels import read_labels
from tests.tweets.archives import write_labels


@pytest.mark.parametrize(
    ("label", "wanted"),
    [
        ("Negative", "negative"), ("Slightly negative", "slightly negative"), ("Neutral", "neutral"),
        (" NEUTRAL ", "neutral"), ("Slightly  positive", "slightly positive"), ("Positive", "positive"),
    ],
)  # fmt: skip
def test_five_steps_are_kept_however_they_are_written(tmp_path, label, wanted):
    write_labels(tmp_path, [{"text": "wet", "label": label}])
    ((row,), dropped) = read_labels(tmp_path)
    assert (row.label, row.tweet, row.annotator, dropped) == (wanted, None, None, 0)


def test_crowd_working_exports_are_understood(tmp_path):
    row = {
        "HITId": "3X",
        "WorkerId": "A1B2C3",
        "Input.text": "wet, again",
        "Answer.sentiment.label": "Slightly negative",
    }
    write_labels(tmp_path, [row])
    ((found,), _) = read_labels(tmp_path)
    assert (found.text, found.label, found.annotator) == ("wet, again", "slightly negative", "A1B2C3")


def test_rows_that_say_nothing_are_dropped_by_name(tmp_path, capsys):
    rows = [{"text": "wet", "label": label} for label in ("positive", "angry", "")] + [
        {"text": " ", "label": "neutral"}
    ]
    write_labels(tmp_path, rows)
    found, dropped = read_labels(tmp_path)
    assert (len(found), dropped) == (1, 3)
    assert "labels.csv:3: " in capsys.readouterr().err


def test_a_label_that_is_none_is_told_but_no_words_of_a_person(tmp_path, capsys):
    lines = ["text,label", "wet,angry", "Jane Doe, wet again,neutral", "wet,", ",neutral", f"wet,{'Jane ' * 9}"]
    (tmp_path / "labels.csv").write_text("\n".join(lines), encoding="utf-8")
    assert read_labels(tmp_path) == ([], 5)
    told = [line.partition("labels.csv")[2] for line in capsys.readouterr().err.splitlines()]
    assert told[0].startswith(":2: `angry` is none of the labels negative,")
    assert told[1].startswith(":3: what stands for a label is none")
    assert "a comma in its text" in told[1]
    assert [line.split(":")[2] for line in told[2:4]] == [" no label", " no text"]
    assert not any("Jane" in line or "wet again" in line for line in told)
    assert told[5] == ": no row of this file is left: none of its 5 has a text and a label that is known"


def test_a_quotation_mark_never_closed_is_told_of_a_row_that_it_swallows(tmp_path, capsys):
    (tmp_path / "labels.csv").write_text('text,label\n"foo,positive\nbar,negative\n', encoding="utf-8")
    assert read_labels(tmp_path) == ([], 1)
    said = capsys.readouterr().err
    assert "most likely a quotation mark in it is never closed: row dropped" in said
    assert "no row of this file is left" in said


def test_a_file_without_the_columns_is_refused(tmp_path):
    write_labels(tmp_path, [{"words": "wet", "mood": "positive"}])
    with pytest.raises(UserError, match=r"columns `text` and `label`.*of its 2 columns, known are none"):
        read_labels(tmp_path)


def test_a_file_without_a_header_is_refused_without_quoting_a_tweet(tmp_path):
    (tmp_path / "labels.csv").write_text("Jane Doe is wet,A1B2C3,neutral,Text\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"labels\.csv: .*of its 4 columns, known are `text`") as caught:
        read_labels(tmp_path)
    assert not any(secret in str(caught.value).lower() for secret in ("jane", "a1b2c3"))


@pytest.mark.parametrize("head", ["text,label\nwet,neutral\n", ""])
def test_a_quotation_mark_never_closed_is_an_error_of_the_file(tmp_path, head):
    (tmp_path / "labels.csv").write_text(head + '"Jane Doe\n' + "is wet\n" * 30_000, encoding="utf-8")
    with pytest.raises(UserError, match=r"labels\.csv: the row behind line \d+ is no CSV.*never closed") as caught:
        read_labels(tmp_path)
    assert "Jane" not in str(caught.value)


def test_files_that_cannot_be_read_are_named(tmp_path):
    (tmp_path / "folder.csv").mkdir()
    assert read_labels(tmp_path) == ([], 0)
    (tmp_path / "gone.csv").symlink_to(tmp_path / "nowhere")
    with pytest.raises(UserError, match=r"gone\.csv cannot be read \(No such file or directory\): restore it"):
        read_labels(tmp_path)


def test_a_text_without_end_is_an_error_of_its_row(tmp_path):
    (tmp_path / "a.csv").write_text('text,label\n"' + "a" * 140_000 + '",negative\n', encoding="utf-8")
    with pytest.raises(UserError, match="the row behind line 1 is no CSV"):
        read_labels(tmp_path)


def test_line_breaks_and_quotes_in_texts_survive(tmp_path):
    text = 'one, "two"\nthree'
    write_labels(tmp_path, [{"text": text, "label": "neutral"}])
    assert read_labels(tmp_path)[0][0].text == text


def test_rows_are_numbered_alike_whatever_the_order_of_files(tmp_path):
    from tests.tweets.archives import gate

    rows = [{"text": f"text {n}", "label": "neutral", "annotator": "a"} for n in range(3)]
    tables = []
    for count, order in enumerate(itertools.permutations(rows)):
        for name, row in zip("abc", order, strict=True):
            write_labels(tmp_path / str(count) / "raw/labels", [row], f"{name}.csv")
        tables.append(gate(tmp_path / str(count)).human)
    assert all(table.equals(tables[0]) for table in tables)
    assert tables[0]["label_row"].to_list() == [0, 1, 2]
