import gzip

import numpy as np
import pytest

from floodmark.errors import UserError
from floodmark.sentiment.text import SPECIAL
from floodmark.sentiment.vectors import read_vectors

LINES = "the 1 2\nriver 3 4\nof 5 6\nflood 7 8\n<user> 9 9\n"


def test_wanted_and_common_words_are_kept_in_alphabetical_order(tmp_path):
    (tmp_path / "v.txt").write_text(LINES)
    found = read_vectors(tmp_path, {"flood", "absent", "<user>"}, 2)
    assert found.words == ("flood", "river", "the")
    np.testing.assert_array_equal(found.vectors, [[7, 8], [3, 4], [1, 2]])
    ids = found.ids()
    assert [ids[token] for token in SPECIAL] == list(range(len(SPECIAL)))
    assert ids["flood"] == len(SPECIAL)


@pytest.mark.parametrize("header", ["", "5 2\n"])
def test_compressed_files_and_word2vecs_header(tmp_path, header):
    with gzip.open(tmp_path / "v.txt.gz", "wt", encoding="utf-8") as file:
        file.write(header + LINES)
    assert read_vectors(tmp_path, {"flood", "5"}, 0).words == ("flood",)


@pytest.mark.parametrize("line", ["river 3", "river three four", "river", "river nan 1", ""])
def test_a_wrong_line_is_named(tmp_path, line):
    (tmp_path / "v.txt").write_text(f"the 1 2\n{line}\n")
    with pytest.raises(UserError, match=r"v\.txt:2"):
        read_vectors(tmp_path, {"river"}, 0)


def test_tokens_may_have_blanks_in_them(tmp_path):
    (tmp_path / "v.txt").write_text("the 1 2\n. . . 3 4\nat name@domain.com 5 6\n\u00a0 7 8\n")
    found = read_vectors(tmp_path, {"at name@domain.com", ". . ."}, 0)
    assert found.words == (". . .", "at name@domain.com")
    np.testing.assert_array_equal(found.vectors, [[3, 4], [5, 6]])


@pytest.mark.parametrize("size", [10, 40])
def test_a_file_that_is_cut_off_is_named(tmp_path, size):
    whole = gzip.compress("".join(f"word{number} {number} 2\n" for number in range(1000)).encode())
    (tmp_path / "v.txt.gz").write_bytes(whole[:-size])
    with pytest.raises(UserError, match=r"v\.txt\.gz: not whole"):
        read_vectors(tmp_path, {"river"}, 0)


def test_a_file_in_another_encoding_is_named(tmp_path):
    (tmp_path / "v.txt").write_bytes("the 1 2\ncaf\u00e9 3 4\n".encode("latin-1"))
    with pytest.raises(UserError, match=r"v\.txt: not whole, or not UTF-8"):
        read_vectors(tmp_path, {"river"}, 0)


def test_glove_6b_is_the_default(tmp_path):
    found = read_vectors(tmp_path / "absent", {"flood", "qqxxzz"}, 100)
    assert len(found.words) == 101
    assert "the" in found.words
    assert found.vectors.shape == (101, 50)
    the = found.vectors[found.words.index("the")]
    np.testing.assert_allclose(the[:3], [0.418, 0.24968, -0.41242], atol=1e-5)


def test_no_words_at_all(tmp_path):
    assert read_vectors(tmp_path, set(), 0).vectors.shape == (0, 50)
