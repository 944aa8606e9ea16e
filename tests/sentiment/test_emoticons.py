import pytest
from hypothesis import given
from hypothesis import strategies as st

from floodmark.sentiment.emoji import LabelEmoji
from floodmark.sentiment.emoticons import count_faces, strip_faces

LABELS = LabelEmoji(["😀", "❤️"], ["😭"], emoticons=True)


@pytest.mark.parametrize(
    "face", [":)", ":-)", ":^)", ";)", ";-)", "=)", ":D", ":-D", ";D", "=D", ":))))", ":DD", "(:", "(-:"]
)
def test_smiles_are_positive(face):
    assert count_faces(f"dry again {face} at last") == (0, 1)


@pytest.mark.parametrize("face", [":(", ":-(", ":^(", ";(", ":'(", ":'-(", ":((((", ")-:", ")-':"])
def test_frowns_are_negative(face):
    assert count_faces(f"flooded {face} again") == (1, 0)


@pytest.mark.parametrize(
    "text",
    [
        "high water at 8:30 (or 8:)",
        "lost 3:0 (2:0), odds 5:1",
        "scale 1:(2), C:D, 16:9",
        "http://example.org/a:) https://x.org/:( www.x.org/;D",
        "a list: 1) first 8) last :/ :P :| :o <3 :') D:",
        "for (;;) for ( ; ;) A(:) A( :) f(x=) def f(x): f( ): x[:] {a:(1)} print(':)')",
        "std::(x) y=(a+b) x =( y",
        "note:(see below) as follows:) and so on:",
        "(an aside): and more",
        "RT <user>:Drinking :",
    ],
)
def test_what_is_no_face_is_left_alone(text):
    assert count_faces(text) == (0, 0)
    assert strip_faces(text) == text


@pytest.mark.parametrize(
    ("text", "counts", "stripped"),
    [
        ("yay!:) <url>:(", (1, 1), "yay! <url>"),
        (":) :( ;D", (1, 2), ""),
        (":):(", (1, 1), ""),
        ('well :). So :(, and "so :D"', (1, 2), 'well . So , and "so "'),
        ("glad :)#flood", (0, 1), "glad #flood"),
        ("a  b", (0, 0), "a  b"),
        ("☔:)☔", (0, 1), "☔ ☔"),
    ],
)
def test_faces_leave_the_text(text, counts, stripped):
    assert count_faces(text) == counts
    assert strip_faces(text) == stripped


def test_faces_count_beside_emoji_where_they_are_asked_for():
    text = "great😀:) and ❤️‍🔥 :( 😭"
    assert LABELS.count(text) == (2, 2)
    assert LABELS.strip(text) == "great and"
    # What counts is what leaves: without the emoji this is a bracket as in code.
    assert LABELS.count("( 😀:)") == (0, 1)
    assert LABELS.strip("( 😀:)") == "( :)"
    plain = LabelEmoji(["😀"], ["😭"])
    assert plain.count("great😀:)") == (0, 1)
    assert plain.strip("great😀 :)") == "great :)"


PARTS = [":)", ":-(", ";D", ":", ")", "(", "-", "=", "D", "8", "a", " ", ".", "😀", "❤️", "☔", "\u200d", "'", ";", "😭"]


@given(st.lists(st.sampled_from(PARTS), max_size=14).map("".join))
def test_nothing_that_counts_is_left(text):
    stripped = LABELS.strip(text)
    assert LABELS.count(stripped) == (0, 0)
    assert LABELS.strip(stripped) == stripped


@given(st.lists(st.sampled_from([":)", ":(", "dry", "<url>", "8:30", "😭", "😀"]), max_size=10))
def test_counts_are_those_of_the_parts(parts):
    negative = parts.count(":(") + parts.count("😭")
    assert LABELS.count(" ".join(parts)) == (negative, parts.count(":)") + parts.count("😀"))
