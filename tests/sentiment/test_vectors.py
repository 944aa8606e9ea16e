import gzip

import numpy as np
import pytest

from floodmark.errors import UserError
from floodmark.sentiment.text import PLAIN
from floodmark.sentiment.twitter import TWITTER
from floodmark.sentiment.vectors import read_vectors

LINES = "the 1 2\nriver 3 4\nof 5 6\nflood 7 8\n<user> 9 9\n"


def test_wanted_and_common_words_are_kept_in_alphabetical_order(tmp_path):
    (tmp_path / "v.txt").write_text(LINES)
    found = read_vectors(tmp_path, ["Flood absent", "<user>"], 2)
    assert found.normaliser is PLAIN
    assert found.words == ("flood", "river", "the")
    np.testing.assert_array_equal(found.vectors, [[7, 8], [3, 4], [1, 2]])
    ids = found.ids()
    special = PLAIN.special
    assert [ids[token] for token in special] == list(range(len(special)))
    assert ids["flood"] == len(special)


def test_special_tokens_start_from_the_sets_vectors_where_it_has_them(tmp_path):
    (tmp_path / "v.txt").write_text(LINES)
    special = read_vectors(tmp_path, [], 0).special
    assert special.shape == (len(PLAIN.special), 2)
    np.testing.assert_array_equal(special[PLAIN.special.index("<user>")], [9, 9])
    assert np.isnan(special).all(1).sum() == len(PLAIN.special) - 1


TWITTERS = "<user> 1 2\n. 3 4\n<hashtag> 5 6\n<allcaps> 7 8\nfloods 9 1\nnsw 2 3\n"


@pytest.mark.parametrize("name", ["glove.twitter.27B.25d.txt", "mine.txt"])
def test_gloves_twitter_set_is_known_by_its_tokens_whatever_its_name(tmp_path, name):
    (tmp_path / name).write_text(TWITTERS)
    found = read_vectors(tmp_path, ["#NSWFloods :)"], 0)
    assert found.normaliser is TWITTER
    assert found.words == ("floods", "nsw")
    assert found.ids()["<user>"] < len(TWITTER.special) == len(found.special)
    np.testing.assert_array_equal(found.special[TWITTER.special.index("<hashtag>")], [5, 6])
    assert np.isnan(found.special[TWITTER.special.index("<smile>")]).all()


def test_no_other_set_is_taken_for_it(tmp_path):
    (tmp_path / "glove.6B.twitter.txt").write_text(TWITTERS.replace("<allcaps>", "allcaps"))
    assert read_vectors(tmp_path, [], 0).normaliser is PLAIN


def test_one_set_may_be_in_several_files(tmp_path):
    (tmp_path / "a.txt").write_text(LINES)
    (tmp_path / "b.txt").write_text("rain 1 1\nthe 1 2\n")
    assert read_vectors(tmp_path, ["flood rain the"], 0).words == ("flood", "rain", "the")


@pytest.mark.parametrize(
    ("lines", "message"),
    [("rain 1 1\nthe 1 3\n", "'the' has one vector in a.txt and another in b.txt"),
     ("rain 1 1 1\n", r"b\.txt: 3 numbers a token, but 2 in the file before")],
)  # fmt: skip
def test_files_of_two_sets_are_refused(tmp_path, lines, message):
    (tmp_path / "a.txt").write_text(LINES)
    (tmp_path / "b.txt").write_text(lines)
    with pytest.raises(UserError, match=message):
        read_vectors(tmp_path, ["the"], 0)


@pytest.mark.parametrize("header", ["", "5 2\n"])
def test_compressed_files_and_word2vecs_header(tmp_path, header):
    with gzip.open(tmp_path / "v.txt.gz", "wt", encoding="utf-8") as file:
        file.write(header + LINES)
    assert read_vectors(tmp_path, ["flood 5"], 0).words == ("flood",)


@pytest.mark.parametrize("line", ["river 3", "river three four", "river", "river nan 1", ""])
def test_a_wrong_line_is_named(tmp_path, line):
    (tmp_path / "v.txt").write_text(f"the 1 2\n{line}\n")
    with pytest.raises(UserError, match=r"v\.txt:2"):
        read_vectors(tmp_path, ["river"], 0)


def test_tokens_may_have_blanks_in_them(tmp_path):
    (tmp_path / "v.txt").write_text("the 1 2\n. . . 3 4\nat name@domain.com 5 6\n\u00a0 7 8\n")
    found = read_vectors(tmp_path, [], 3)
    assert found.words == (". . .", "at name@domain.com", "the")
    np.testing.assert_array_equal(found.vectors, [[3, 4], [5, 6], [1, 2]])


@pytest.mark.parametrize("size", [10, 40])
def test_a_file_that_is_cut_off_is_named(tmp_path, size):
    whole = gzip.compress("".join(f"word{number} {number} 2\n" for number in range(1000)).encode())
    (tmp_path / "v.txt.gz").write_bytes(whole[:-size])
    with pytest.raises(UserError, match=r"v\.txt\.gz: not whole"):
        read_vectors(tmp_path, ["river"], 0)


def test_a_file_in_another_encoding_is_named(tmp_path):
    (tmp_path / "v.txt").write_bytes("the 1 2\ncaf\u00e9 3 4\n".encode("latin-1"))
    with pytest.raises(UserError, match=r"v\.txt: not whole, or not UTF-8"):
        read_vectors(tmp_path, ["river"], 0)


def test_glove_6b_is_the_default(tmp_path):
    found = read_vectors(tmp_path / "absent", ["flood qqxxzz"], 100)
    assert len(found.words) == 101
    assert "the" in found.words
    assert found.vectors.shape == (101, 50)
    the = found.vectors[found.words.index("the")]
    np.testing.assert_allclose(the[:3], [0.418, 0.24968, -0.41242], atol=1e-5)


def test_no_words_at_all(tmp_path):
    assert read_vectors(tmp_path, [], 0).vectors.shape == (0, 50)
