"""Every format is read, in pieces, and what is damaged or hostile is said."""

import base64
import gzip
import io
import os
import pickle
import tracemalloc
import zipfile
import zlib

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from floodmark.tweets import decode as decoding
from floodmark.tweets.decode import decode, everything
from floodmark.tweets.strings import OVERLAP, PIECE, lines
from tests.leaking import PLANTS, SECRET, blank
from tests.secrets import forms, leaks


@pytest.mark.parametrize(("suffix", "plant"), PLANTS, ids=lambda value: getattr(value, "__name__", value))
def test_a_leak_is_caught_and_a_clean_file_is_not(tmp_path, suffix, plant):
    path = tmp_path / "outputs" / f"copy{suffix}"
    path.parent.mkdir()
    blank(path)
    assert leaks(path.parent, [SECRET]) == []
    plant(path)
    assert leaks(path.parent, [SECRET]) != []


def test_numbers_are_known_without_their_blanks_and_not_inside_longer_ones(tmp_path):
    assert list(forms("07700 900-123")) == ["07700 900-123", "07700900123"]
    (tmp_path / "a.csv").write_text("0.1234567890,91234567890,x1234567890\n")
    assert leaks(tmp_path, ["1234567890"]) == []
    (tmp_path / "b.csv").write_text("a,1234567890\n")
    assert len(leaks(tmp_path, ["1234567890"])) > 0


def texts(path):
    return [text for said in decode(path) for text in said.texts.drop_nulls()]


def problems(path):
    return [said.problem for said in decode(path) if said.problem]


@pytest.mark.parametrize("suffix", sorted({suffix for suffix, _ in PLANTS}))
def test_a_clean_file_is_read_without_a_problem(tmp_path, suffix):
    path = tmp_path / f"clean{suffix}"
    blank(path)
    assert problems(path) == []


@pytest.mark.parametrize(
    "suffix", sorted({suffix for suffix, _ in PLANTS} - {".csv", ".html", ".json", ".txt", ".bin"})
)
def test_a_torn_file_is_a_problem_or_read_as_far_as_it_goes(tmp_path, suffix):
    path = tmp_path / f"torn{suffix}"
    blank(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2] + b"\0 Orla Quillbeck \0")
    assert any("Orla Quillbeck" in text for text in texts(path))
    assert problems(path) or suffix in (".md", ".db", ".npy", ".safetensors", ".tif")


@given(st.data())
def test_random_bytes_under_any_name_are_read(tmp_path_factory, data):
    suffix = data.draw(st.sampled_from(sorted({suffix for suffix, _ in PLANTS})))
    path = tmp_path_factory.mktemp("random") / f"a{suffix}"
    blank(path)
    head = path.read_bytes()[: data.draw(st.integers(0, 200))]
    path.write_bytes(head + data.draw(st.binary(max_size=300)))
    texts(path)


def test_a_format_is_known_by_its_first_bytes(tmp_path):
    pl.DataFrame({"x": ["Orla Quillbeck"]}).write_parquet(tmp_path / "a.txt", compression="zstd")
    assert "Orla Quillbeck" in texts(tmp_path / "a.txt")
    (tmp_path / "b").write_bytes(gzip.compress(b"Orla Quillbeck"))
    assert "Orla Quillbeck" in texts(tmp_path / "b")


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_what_is_packed_in_a_text_is_unpacked(tmp_path, pack):
    token = base64.b64encode(pack(b"Orla Quillbeck")).decode()
    (tmp_path / "a.html").write_text(f"<a href='data:application/x;base64,{token}'>")
    found = [said for said in decode(tmp_path / "a.html") if "Orla Quillbeck" in said.texts.to_list()]
    assert found[0].where[1:] == ("text line 1, base64 1", "unpacked", "text")


def test_whole_numbers_that_may_be_ids_and_decimals_are_texts_too(tmp_path):
    numbers = {"short": pl.Series([1, 2], dtype=pl.Int8), "long": pl.Series([2**64 - 1, 2], dtype=pl.UInt64)}
    cells = {"user": [7001234567, 12], "lat": [53.745712, None], **numbers}
    pl.DataFrame(cells).write_parquet(tmp_path / "a.parquet")
    assert problems(tmp_path / "a.parquet") == []
    assert {"7001234567", "53.745712"} <= set(texts(tmp_path / "a.parquet"))
    assert "12" not in texts(tmp_path / "a.parquet")
    np.save(tmp_path / "a.npy", np.array([[7001234567, 3]]))
    assert "7001234567" in texts(tmp_path / "a.npy")


def write_decimals(path, values):
    pl.DataFrame({"x": [*values, None]}).write_parquet(path)


def write_exact(path, values):
    kind = pl.Decimal(18, 8)
    pl.DataFrame({"x": pl.Series([f"{value:.8f}" for value in values]).cast(kind)}).write_parquet(path)


def write_array(path, values):
    np.save(path, np.array([[3.0, value] for value in values], ">f8"))


def write_pickle(path, values):
    path.write_bytes(pickle.dumps({"x": values, "y": [int(value) for value in values]}))


@pytest.mark.parametrize(
    ("name", "write"),
    [("a.parquet", write_decimals), ("a.parquet", write_exact), ("a.npy", write_array), ("a.bin", write_pickle)],
)
def test_ids_and_points_among_decimals_are_told_as_they_are_written_elsewhere(tmp_path, name, write):
    write(tmp_path / name, [7001234567.0, 53.745712])
    assert {"7001234567", "53.745712"} <= set(texts(tmp_path / name))
    assert not problems(tmp_path / name)


def test_ids_that_a_decimal_has_rounded_and_vectors_are_left(tmp_path):
    write_decimals(tmp_path / "a.parquet", [345678901234567001.0])
    np.save(tmp_path / "a.npy", np.full((3, 9), 7001234567.0))
    for name in ("a.parquet", "a.npy"):
        assert not any(text.startswith(("345678901234567", "7001234567")) for text in texts(tmp_path / name))


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_is_read_and_not_run(tmp_path, protocol):
    packed = gzip.compress(b"by Orla Quillbeck")
    path = tmp_path / "a.pkl"
    path.write_bytes(pickle.dumps(["ines_larch", 345678901234567001, packed, print], protocol=protocol))
    found = texts(path)
    assert {"ines_larch", "345678901234567001"} <= set(found)
    assert protocol < 3 or "by Orla Quillbeck" in found
    path.write_bytes(path.read_bytes()[:-1])
    assert problems(path)


@pytest.mark.parametrize("at", [0, PIECE - 8, PIECE, 2 * PIECE - OVERLAP - 8, 3 * PIECE])
def test_a_name_across_the_edge_of_two_pieces_is_whole_in_one(tmp_path, at):
    filler = "the river is up\n" * (4 * PIECE // 16)
    text = f"{filler[:at]}Orla Quillbeck{filler[at:]}"
    (tmp_path / "a.txt").write_text(text)
    (tmp_path / "a.bin").write_bytes(b"\0" + text.encode())
    for name in ("a.txt", "a.bin"):
        assert any("Orla Quillbeck" in piece for piece in texts(tmp_path / name))
    with (tmp_path / "a.txt").open("rb") as file:
        found = next(said for said in lines(file) if "Orla Quillbeck" in said.texts[0])
    line = found.first + found.texts[0].split("Orla")[0].count("\n")
    assert line == text.split("Orla")[0].count("\n") + 1


def test_the_pieces_of_a_text_hold_all_of_it(tmp_path):
    text = " ".join(f"word{number}" for number in range(100_000))
    (tmp_path / "a.txt").write_text(text)
    assert {word for piece in texts(tmp_path / "a.txt") for word in piece.split()} >= set(text.split())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_texts_of_several_encodings_are_read(tmp_path, encoding):
    (tmp_path / "a.txt").write_text("the river\nZoë Ñandú\n", encoding)
    assert any("Zoë Ñandú" in text for text in texts(tmp_path / "a.txt"))


def bomb(layers, size=3_000_000):
    raw = bytes(size)
    for _ in range(layers):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(3):
                archive.writestr(f"{number}.zip", raw)
        raw = packed.getvalue()
    return raw


def test_a_bomb_ends_in_a_problem_and_not_in_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(decoding, "ALLOWED", 2**22)
    (tmp_path / "a.gz").write_bytes(gzip.compress(bytes(200_000_000)))
    (tmp_path / "b.zip").write_bytes(bomb(3))
    tracemalloc.start()
    for name in ("a.gz", "b.zip"):
        assert any("honest" in problem for problem in problems(tmp_path / name))
    assert tracemalloc.get_traced_memory()[1] < 30_000_000
    tracemalloc.stop()


def test_files_packed_too_often_are_a_problem(tmp_path):
    raw = b"Orla Quillbeck"
    for _ in range(decoding.DEEPEST):
        raw = gzip.compress(raw)
    (tmp_path / "a.gz").write_bytes(raw)
    assert "Orla Quillbeck" in texts(tmp_path / "a.gz")
    (tmp_path / "a.gz").write_bytes(gzip.compress(raw))
    assert [problem for problem in problems(tmp_path / "a.gz") if "packed more than" in problem]


@pytest.mark.parametrize("magic", [b"\x28\xb5\x2f\xfd", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07"])
def test_what_cannot_be_unpacked_is_a_problem(tmp_path, magic):
    (tmp_path / "a.bin").write_bytes(magic + bytes(range(100)))
    assert "unpack it first" in problems(tmp_path / "a.bin")[0]


def test_an_encrypted_member_is_a_problem(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.txt", "x")
    raw = bytearray((tmp_path / "a.zip").read_bytes())
    raw[6] |= 1
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "a.zip").write_bytes(raw)
    assert problems(tmp_path / "a.zip")


def test_a_picture_too_large_to_be_decoded_is_a_problem(tmp_path, monkeypatch):
    from floodmark.tweets import formats

    monkeypatch.setattr(formats, "MOST_PIXELS", 100)
    Image.new("1", (20, 20)).save(tmp_path / "a.png")
    assert "too large" in problems(tmp_path / "a.png")[0]


def test_links_are_followed_once_and_their_targets_told(tmp_path):
    (tmp_path / "away").mkdir()
    (tmp_path / "away" / "a.txt").write_text("Orla Quillbeck")
    root = tmp_path / "root"
    root.mkdir()
    (root / "inner").symlink_to(tmp_path / "away")
    (root / "again").symlink_to(root)
    (root / "broken").symlink_to("kestrelmere")
    os.mkfifo(root / "pipe")
    found = list(everything(root))
    said = [text for part in found for text in part.texts]
    assert said.count("Orla Quillbeck") == 1
    assert "kestrelmere" in said
    assert [part.where[0].rsplit("/", 1)[1] for part in found if part.problem] == ["broken", "pipe"]


def test_the_message_of_a_problem_does_not_quote_the_file(tmp_path):
    (tmp_path / "a.npy").write_bytes(b"\x93NUMPY\x01\x00v\x00{'descr': 'Orla Quillbeck'}")
    assert problems(tmp_path / "a.npy")
    assert "Orla" not in problems(tmp_path / "a.npy")[0]


def pdf(path, *streams):
    """Write what may pass for a PDF, with bytes in it that make it no text."""
    parts = [b"%d 0 obj <</Filter /FlateDecode>>\nstream\n%s\nendstream endobj\n" % pair for pair in enumerate(streams)]
    path.write_bytes(
        b"%PDF-1.4\n%\0\xe2\xe3\n" + b"".join(parts) + b"<</Author (\\376\\377\\000Z\\000o\\000\\353)>>\n%%EOF"
    )


@pytest.mark.parametrize("level", [0, 1, 5, 6, 9])
def test_streams_of_a_pdf_are_inflated_and_a_pdf_is_never_clean(tmp_path, level):
    page = b"BT /F1 12 Tf 72 720 Td (seen by 7001234567) Tj ET"
    pdf(tmp_path / "a.pdf", b"no stream", zlib.compress(page, level), zlib.compress(b"x", level))
    assert any("7001234567" in text for text in texts(tmp_path / "a.pdf"))
    assert "Zoë" in texts(tmp_path / "a.pdf")
    assert [problem for problem in problems(tmp_path / "a.pdf") if "glyphs" in problem]


def test_pieces_of_a_line_of_a_pdf_are_put_together(tmp_path):
    page = rb"BT [(Or)20(la)-333(Qu)-20<696C6C>(b\145ck)]TJ 0 -12 Td (is) Tj ET"
    pdf(tmp_path / "a.pdf", zlib.compress(page))
    assert any("Orla Quillbeck\nis" in text for text in texts(tmp_path / "a.pdf"))


def test_what_comes_of_a_pdf_is_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(decoding, "ALLOWED", 2**20)
    pdf(tmp_path / "a.pdf", zlib.compress(bytes(50_000_000)), zlib.compress(b"x"))
    assert any("honest" in problem for problem in problems(tmp_path / "a.pdf"))


@pytest.mark.parametrize("head", [b"x\x9c", b"x\x01", b"\x1f\x8b"])
def test_bytes_that_merely_begin_like_a_packed_file_are_no_problem(tmp_path, head):
    raw = head + bytes(range(7, 60, 3))
    (tmp_path / "a.txt").write_text(f"see {base64.b64encode(raw).decode()} there")
    (tmp_path / "b").write_bytes(raw)
    pl.DataFrame({"x": [raw]}).write_parquet(tmp_path / "c.parquet")
    assert [problem for name in ("a.txt", "b", "c.parquet") for problem in problems(tmp_path / name)] == []


def test_random_tokens_are_no_problem(tmp_path):
    rng = np.random.default_rng(7)
    tokens = (base64.b64encode(rng.bytes(24)).decode() for _ in range(100_000))
    (tmp_path / "a.txt").write_text("\n".join(tokens))
    assert problems(tmp_path / "a.txt") == []
