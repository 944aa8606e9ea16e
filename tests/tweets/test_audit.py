import base64
import json
import zlib
from urllib.parse import quote

import numpy as np
import polars as pl
import pytest

from demo.people import write_people
from demo.sizes import SIZES
from floodmark.errors import UserError
from floodmark.tweets.anonymise import anonymise, know
from floodmark.tweets.audit import audit, search
from floodmark.tweets.readings import readings
from tests.leaking import HIDDEN, PLANTS, SECRET, blank
from tests.tweets.archives import KEY, SETTINGS, TABLES
from tests.tweets.raw import RAW, WRITTEN, knows

OTHER = str.maketrans({"a": "а", "e": "е", "o": "ο", "r": "ｒ", "3": "𝟑", "Z": "Ζ", "u": "u\u200b"})
"""Letters of other alphabets, wide and mathematical ones, and one that cannot be seen."""
FORMS = {
    "as written": str,
    "lower case": str.lower,
    "upper case": str.upper,
    "look-alikes": lambda text: text.translate(OTHER),
    "percent": lambda text: quote(text, safe=""),
    "html": lambda text: "".join(f"&#x{ord(letter):x};" for letter in text),
    "json": lambda text: json.dumps(text.translate(OTHER)),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "hex": lambda text: text.encode().hex(),
    "base64 in percent": lambda text: quote(base64.b64encode(text.encode()).decode(), safe=""),
}


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    return knows(tmp_path_factory.mktemp("known"), RAW, {"name": SECRET, "username": "someone_4711"})


def tables(folder, **cells):
    """Write what an anonymised table looks like."""
    table = {"tweet": ["aaaa"], "text": ["the river is up"], "photos": [["bbbb"]], "event": ["hull"], **cells}
    pl.DataFrame(table).write_parquet(folder / "tweets.parquet")
    return folder / "tweets.parquet"


def test_clean_tables_pass_and_say_what_was_searched_for(tmp_path, known):
    found = audit([tables(tmp_path)], known)
    assert found["leaks"] == 0
    assert {kind: found["searched"][kind] for kind in ("ids", "urls", "coordinates", "ordinary_names")} == {
        "ids": 5, "urls": 3, "coordinates": 2, "ordinary_names": 0
    }  # fmt: skip
    assert found["searched"]["names"] >= 7
    clean = ["<user> said <name> at <url>, quilling pictures of 3.45 m"]
    assert audit([tables(tmp_path, text=clean)], known)["leaks"] == 0


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", WRITTEN)
def test_each_kind_in_each_form_is_caught_in_a_text_and_not_repeated(tmp_path, known, kind, form):
    leak = f"see {FORMS[form](WRITTEN[kind])} there"
    with pytest.raises(UserError, match="would have survived") as caught:
        audit([tables(tmp_path, text=[leak])], known)
    assert "quill" not in str(caught.value).lower()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", WRITTEN)
def test_each_kind_in_each_form_is_found_in_any_file(tmp_path, known, kind, form):
    (tmp_path / "a.txt").write_text(f"first line\nsee {FORMS[form](WRITTEN[kind])} there\nlast line\n", "utf-8")
    report = search(tmp_path / "a.txt", known)
    assert {leak.place for leak in report.leaks} == {f"{tmp_path}/a.txt > text, line 2"}
    assert not report.clean


@pytest.mark.parametrize(
    "text", ["hello @someone", "see https://x", "t.co is", "a.b@c.org", "call 123456789", "tel 07700 900123",
             "call:0113 496 0123", "+44 7700 900 123", "555-010-1234"]
)  # fmt: skip
def test_a_forbidden_shape_in_a_text_is_caught(tmp_path, known, text):
    with pytest.raises(UserError, match="would have survived"):
        audit([tables(tmp_path, text=[text])], known)


@pytest.mark.parametrize(
    "cells", [{"tweet": ["345678901234567001"]}, {"photos": [["bbbb", "3_99887766554"]]}, {"event": ["KESTRELMERE"]}]
)
def test_a_leak_in_any_other_column_is_caught(tmp_path, known, cells):
    with pytest.raises(UserError, match=r"\(1 (id|one-word name)\)"):
        audit([tables(tmp_path, **cells)], known)


def test_words_of_our_own_and_countries_are_nobody_s_names(tmp_path):
    known = knows(tmp_path / "known", {"username": "photo", "name": "United Kingdom"})
    cells = {"media_kinds": [["photo"]], "country": ["GB"]}
    assert audit([tables(tmp_path, **cells)], known)["leaks"] == 0
    with pytest.raises(UserError, match="1 class"):
        audit([tables(tmp_path, country=["United Kingdom"])], known)
    with pytest.raises(UserError, match="one-word name"):
        audit([tables(tmp_path, text=["a photo of it"])], known)


@pytest.mark.parametrize(("suffix", "plant"), [*PLANTS, *HIDDEN], ids=lambda value: getattr(value, "__name__", value))
def test_a_leak_in_each_place_is_found_and_not_repeated(tmp_path, known, suffix, plant):
    path = tmp_path / "outputs" / f"copy{suffix}"
    path.parent.mkdir()
    blank(path)
    assert search(path.parent, known).clean
    plant(path)
    report = search(path.parent, known)
    assert sum(report.found.values()) >= 1
    assert report.problems == 0
    for leak in report.leaks:
        assert leak.place.startswith(f"{path.parent}")
        assert (leak.kind, leak.length) == ("name", 24)
    assert "kestrel" not in str(report).lower()


def test_the_name_of_a_folder_is_searched_and_left_out_of_places(tmp_path, known):
    folder = tmp_path / "outputs" / "by Orla Quillbeck"
    folder.mkdir(parents=True)
    (folder / "b.txt").write_text("7001234567")
    report = search(tmp_path / "outputs", known)
    assert {(leak.place.removeprefix(str(tmp_path)), leak.kind) for leak in report.leaks} == {
        ("/outputs > name 1", "name"),
        ("/outputs/(a name that leaks)/b.txt > text, line 1", "id"),
    }


def test_places_are_told_to_the_row_and_the_line(tmp_path, known):
    pl.DataFrame({"x": ["a", "b", "Orla Quillbeck"]}).write_parquet(tmp_path / "a.parquet")
    (tmp_path / "b.csv").write_text("x,y\n1,2\n3,orla_quill7\n4,orla_quill7\n")
    report = search(tmp_path, known)
    told = [leak.place.removeprefix(f"{tmp_path}/") for leak in report.leaks]
    assert told == ["a.parquet > column x, row 2", "b.csv > text, line 3", "b.csv > text, line 4"]


def test_one_identifier_has_one_digest_everywhere(tmp_path, known):
    (tmp_path / "a.txt").write_text("ORLA_QUILL7")
    (tmp_path / "b.txt").write_text(base64.b64encode(b"orla_quill7").decode())
    first, second = search(tmp_path, known).leaks
    assert first.digest == second.digest
    assert (first.form, second.form) == ("plain", "base64")


@pytest.mark.parametrize(
    "text", ["0.7001234567", "7001234567.25", "53,745712", "at 53.745712 m",
             "53.745712 is 1000 m or more of what a wide plain has in it -0.336714",
             "photo", "345678901234567002", "xorla_quill7", "orla quill7 beck", "[M 5.336714 7.2]"]
)  # fmt: skip
def test_numbers_and_words_that_merely_look_alike_are_no_leaks(tmp_path, known, text):
    (tmp_path / "a.txt").write_text(text)
    assert search(tmp_path, known).clean


def test_coordinates_count_together_exact_or_alone(tmp_path):
    known = knows(tmp_path / "known", {"geo": {"coordinates": [-0.336714, 53.745712, 53.7457123]}})
    for text, leaks in (("53.745712,-0.336714", 2), ("x 53.7457123", 1), ("53.745712", 1), ("x 53.745712", 0)):
        (tmp_path / "a.txt").write_text(text)
        assert sum(search(tmp_path / "a.txt", known).found.values()) == leaks, text
    pl.DataFrame({"lat": [53.745712]}).write_parquet(tmp_path / "a.parquet")
    assert search(tmp_path / "a.parquet", known).found["coordinates"] == 1


@pytest.mark.parametrize(
    ("point", "text", "leaks"),
    [
        ([-1.98765, 53.74123], "53.74123, -1.98765", 2),
        ([-1.98765, 53.74123], '{"type": "Point", "coordinates": [-1.98765, 53.74123]}', 2),
        ([-1.9877, 53.7412], "53.7412 -1.9877", 2),
        ([-0.1278, 5.6037], "at 5.6037,-0.1278", 2),
        # Neither a short one alone nor one beside a stranger tells a place.
        ([-1.98765, 53.74123], "-1.98765", 0),
        ([-1.98765, 53.74123], "53.74123, -1.98766", 0),
        ([-1.98765, 53.74123], "53.74123 and 53.74123", 0),
        # A third of a metre north is another point.
        ([-1.98765, 53.74123], "53.741233, -1.987653", 0),
    ],
)
def test_a_degree_of_one_digit_counts_beside_its_other(tmp_path, point, text, leaks):
    known = knows(tmp_path / "known", {"geo": {"coordinates": point}})
    for around in ("{}", "x\n{}\n"):
        (tmp_path / "a.csv").write_text(around.format(text))
        assert sum(search(tmp_path / "a.csv", known).found.values()) == leaks


@pytest.mark.parametrize(
    "raw",
    [{"geo": {"coordinates": [-1.9877, 53.7412]}}, {"geo": {"lat": 53.7412, "lon": -1.9877}},
     {"geo": {"latitude": 53.7412, "longitude": -1.9877}}, {"gps": "53.7412, -1.9877"}, {"point": [53.7412, -1.9877]}],
)  # fmt: skip
def test_a_place_of_four_decimals_is_told_and_strangers_are_not(tmp_path, raw):
    known = knows(tmp_path / "known", raw, {"geo": {"coordinates": [-0.1278, 51.5074]}})
    for text, leaks in (
        ("lat 53.7412, lon -1.9877", 2), ("-1.9877 53.7412", 2), ("53.7412 -0.1278", 0), ("1.9877,0.1278", 0),
    ):  # fmt: skip
        (tmp_path / "a.txt").write_text(text)
        assert sum(search(tmp_path / "a.txt", known).found.values()) == leaks, text


def test_decimals_that_equal_some_of_many_coordinates_are_no_places(tmp_path):
    rng = np.random.default_rng(5)
    points = np.stack([rng.uniform(-8, 2, 5000), rng.uniform(50, 59, 5000)], axis=1).round(4)
    known = knows(tmp_path / "known", *({"geo": {"coordinates": point}} for point in points.tolist()))
    numbers = rng.uniform(0, 1, (300, 3)).round(4)
    (tmp_path / "a.csv").write_text("\n".join(",".join(map(str, row)) for row in numbers.tolist()))
    assert search(tmp_path / "a.csv", known).clean


def test_a_list_of_many_ids_takes_no_more_memory_than_it_is_long(tmp_path):
    # Blanks between digits are hexadecimal digits too, and each number is a part of that one long token.
    rng = np.random.default_rng(5)
    ids = rng.integers(10**17, 10**18, 3000).tolist()
    known = knows(tmp_path / "known", {"id": str(ids[-1])})
    found = readings(pl.Series([" ".join(map(str, ids))]))
    assert found["token"].str.len_bytes().sum() <= len(" ".join(map(str, ids)))
    (tmp_path / "ids.txt").write_text("\n".join(map(str, ids)))
    assert search(tmp_path / "ids.txt", known).found == {"id": 1}


@pytest.mark.parametrize("raw", ["07700 900123", "+44 7700 900123", "07700900123", "0044 (0)7700-900 123"])
@pytest.mark.parametrize(
    "text",
    ["07700 900123", "07700 900 123", "+44 7700 900123", "+44 (0)7700 900123", "+44-7700-900123", "00447700900123",
     "0044 7700900123", "07700.900.123", "(07700) 900123", "07700 900123 2 of us", "01134 960123 07700 900123"],
)  # fmt: skip
def test_a_telephone_is_found_in_any_groups_and_once(tmp_path, raw, text):
    known = knows(tmp_path / "known", {"phone": raw})
    (tmp_path / "a.txt").write_text(f"so ring {text} now")
    assert search(tmp_path / "a.txt", known).found == {"telephone": 1}


def test_telephones_are_told_line_by_line_however_each_is_written(tmp_path):
    known = knows(tmp_path / "known", {"phone": "07700 900123"}, {"mobile": "01482 300300"})
    lines = ["a 07700 900123", "b +44 7700 900 123", "c 01482 300 300", "d 07700 900 123 and 01482 300300"]
    (tmp_path / "a.txt").write_text("\n".join(lines))
    report = search(tmp_path / "a.txt", known)
    told = sorted((leak.place.rpartition(", ")[2], leak.form) for leak in report.leaks)
    assert told == [("line 1", "plain"), ("line 2", "regrouped"), ("line 3", "regrouped"), ("line 4", "plain"),
                    ("line 4", "regrouped")]  # fmt: skip
    assert len({leak.digest for leak in report.leaks}) == 2


@pytest.mark.parametrize("text", ["07700 900124", "07700 9001234", "7700 900123 m", "07700, 900123", "0.77009 00123"])
def test_other_numbers_are_no_telephone(tmp_path, text):
    known = knows(tmp_path / "known", {"phone": "+44 7700 900 123"})
    (tmp_path / "a.txt").write_text(f"so ring {text} now")
    assert search(tmp_path / "a.txt", known).clean


def test_among_bytes_only_long_identifiers_count_and_no_words(tmp_path):
    known = knows(
        tmp_path / "known", {"username": "kestrelmere", "id": "1234567", "name": "Al Bo Cy", "other_id": "12345678"}
    )
    (tmp_path / "a.bin").write_bytes(b"\0\1kestrelmere, 1234567, al bo cy\0")
    assert search(tmp_path / "a.bin", known).clean
    (tmp_path / "a.bin").write_bytes(b"\0\1it is 12345678 here\0")
    assert search(tmp_path / "a.bin", known).found == {"id": 1}


def test_names_in_scripts_without_spaces_are_found_inside_words(tmp_path):
    known = knows(tmp_path / "known", {"username": "x", "name": "山田太郎"})
    (tmp_path / "a.txt").write_text("これは山田太郎さんの写真", "utf-8")
    assert search(tmp_path / "a.txt", known).found == {"one-word name": 1}
    with pytest.raises(UserError):
        audit([tables(tmp_path, text=["これは山田太郎さんの写真"])], known)


@pytest.mark.parametrize(
    ("name", "text"), [("ສົມພອນ", "ຂ້ອຍເຫັນສົມພອນຢູ່"), ("သီရိ", "ကျွန်တော်သီရိကိုတွေ့တယ်"), ("សុខា ចាន់", "ខ្ញុំឃើញសុខា ចាន់នៅ")]
)
def test_names_of_lao_khmer_and_burmese_are_found_inside_words(tmp_path, name, text):
    known = knows(tmp_path / "known", {"username": "x", "name": name})
    (tmp_path / "a.txt").write_text(text, "utf-8")
    assert search(tmp_path / "a.txt", known).found == {"one-word name": 1}
    with pytest.raises(UserError):
        audit([tables(tmp_path, text=[text])], known)


@pytest.mark.parametrize(
    "text",
    ["4f72 6c61 5f51 7569 6c6c 3737", "4f726c61 5f517569 6c6c3737", "=4F=72=6C=61=5F=51=75=69=6C=6C=37=37",
     "Orla\u034f_Quill77", "ORLA_QU\u0130LL77", "0r|a_Qui1177", "#Wren_Fenwick"],
)  # fmt: skip
def test_foldings_and_encoded_forms_are_found(tmp_path, text):
    known = knows(tmp_path / "known", {"username": "Orla_Quill77", "name": "Wren Fenwick"})
    (tmp_path / "a.txt").write_text(f"see {text} there, 1200 1250 1300", "utf-8")
    assert sum(search(tmp_path / "a.txt", known).found.values()) == 1
    with pytest.raises(UserError):
        audit([tables(tmp_path, text=[f"see {text} there"])], known)


def test_ordinary_words_are_no_names(tmp_path):
    import numpy as np

    from floodmark.tweets.canonical import sequences, words

    known = knows(tmp_path / "known", {"username": "kestrelmere", "name": "x"})
    (tmp_path / "a.txt").write_text("at kestrelmere")
    assert search(tmp_path / "a.txt", known).found == {"one-word name": 1}
    known.ordinary = sequences(words(pl.Series(["kestrelmere"])), np.array([0]), 1)
    assert search(tmp_path / "a.txt", known).clean


def test_a_leak_among_bytes_is_told_where_it_is(tmp_path, known):
    (tmp_path / "a.bin").write_bytes(bytes(3_000_000) + b"\x0borla_quill7\0")
    assert [leak.place for leak in search(tmp_path, known).leaks] == [f"{tmp_path}/a.bin > bytes, from byte 2093056"]


def test_what_cannot_be_read_is_no_success(tmp_path, known):
    (tmp_path / "a.parquet").write_bytes(b"PAR1 and no more")
    report = search(tmp_path, known)
    assert not report.clean
    assert [place for place, _ in report.unread] == [f"{tmp_path}/a.parquet"]


def test_an_id_in_a_packed_stream_of_a_pdf_is_found_and_no_pdf_is_clean(tmp_path, known):
    for name, text in (("a.pdf", b"(7001234567) Tj"), ("b.pdf", b"(the river) Tj")):
        packed = zlib.compress(b"BT " + text + b" ET")
        (tmp_path / name).write_bytes(b"%PDF-1.4\n1 0 obj\nstream\n" + packed + b"\nendstream\n%%EOF")
    report = search(tmp_path, known)
    assert {leak.place.removeprefix(f"{tmp_path}/").split(" > ")[0] for leak in report.leaks} == {"a.pdf"}
    assert report.leaks[0].kind == "id"
    assert [place for place, why in report.unread if "glyphs" in why] == [f"{tmp_path}/a.pdf", f"{tmp_path}/b.pdf"]
    assert not search(tmp_path / "b.pdf", known).clean


def test_leaks_beyond_the_list_are_counted(tmp_path, known, monkeypatch):
    from floodmark.tweets import audit as module

    monkeypatch.setattr(module, "MOST", 2)
    (tmp_path / "a.txt").write_text("orla_quill7\n" * 5)
    report = search(tmp_path, known)
    assert (len(report.leaks), report.found["name"]) == (2, 5)


def test_the_planted_archive_passes_and_any_planted_name_in_a_text_is_found(tmp_path):
    planted = write_people(tmp_path, SIZES["tiny"]).planted.listing()
    (tmp_path / "out").mkdir()
    (tmp_path / "work").mkdir()
    paths = tuple(tmp_path / "out" / f"{name}.parquet" for name in TABLES)
    anonymise(tmp_path / "tweets", tmp_path / "labels", KEY, (*paths, tmp_path / "out" / "audit.json"), SETTINGS)
    known, _ = know(tmp_path / "tweets", tmp_path / "labels", tmp_path / "work", SETTINGS, KEY)
    assert search(tmp_path / "out", known).clean
    names = {
        value for kind, values in planted.items() if kind in ("username", "user_id", "tweet_id") for value in values
    }
    (tmp_path / "names.txt").write_text("\n".join(map(str, names)))
    assert sum(search(tmp_path / "names.txt", known).found.values()) >= 0.9 * len(names)


def test_a_name_that_an_example_in_our_code_bears_is_found_and_a_user_called_photo_is_not(tmp_path):
    known = knows(tmp_path / "known", {"username": "photo", "name": "Jane Smith"})
    assert audit([tables(tmp_path, media_kinds=[["photo"]])], known)["leaks"] == 0
    assert search(tmp_path / "tweets.parquet", known).clean
    with pytest.raises(UserError, match="1 name"):
        audit([tables(tmp_path, event=["jane-smith"])], known)
    assert search(tmp_path / "tweets.parquet", known).found == {"name": 1}
