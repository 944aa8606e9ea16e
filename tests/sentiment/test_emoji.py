import pytest
from hypothesis import given
from hypothesis import strategies as st

from floodmark.errors import UserError
from floodmark.sentiment.emoji import LabelEmoji, canonical
from floodmark.settings.base import read_params
from floodmark.settings.label_tweets import LabelTweets
from tests.planted import ROOT

LABELS = LabelEmoji(["❤️", "👍", "😀", "💙"], ["💔", "😭", "☹️"])


@pytest.mark.parametrize(
    ("text", "negative", "positive"),
    [
        ("no emoji, 1 2 3", 0, 0),
        ("❤ ❤️ ❤️❤️", 0, 4),
        ("👍🏽👍🏿👍", 0, 3),
        ("💔 is no ❤️", 1, 1),
        ("❤️‍🔥 on fire, ❤️‍🩹 mending", 0, 0),
        ("✈️ ☎️ a\ufe0f", 0, 0),
        ("👨‍👩‍👧 🤷‍♀️ 🇬🇧 🏴󠁧󠁢󠁥󠁮󠁧󠁿 1️⃣", 0, 0),
        ("☹☹️😭", 3, 0),
        ("great😀💙flood😭", 1, 2),
    ],
)
def test_emoji_are_counted_as_people_see_them(text, negative, positive):
    assert LABELS.count(text) == (negative, positive)


@pytest.mark.parametrize(
    ("text", "stripped"),
    [
        ("great 👍🏽👍🏿 flood ☔", "great flood ☔"),
        ("a😀b", "a b"),
        ("❤️‍🔥 gone too", "gone too"),
        ("😀", ""),
        ("nothing  to do", "nothing  to do"),
        ("🇬🇧 1️⃣ 👨‍👩‍👧 stay 😭", "🇬🇧 1️⃣ 👨‍👩‍👧 stay"),
    ],
)
def test_label_emoji_leave_the_text_and_others_stay(text, stripped):
    assert LABELS.strip(text) == stripped


GLYPHS = [
    "❤️",
    "❤",
    "👍",
    "👍🏽",
    "😀",
    "💙",
    "💔",
    "😭",
    "☹️",
    "☹",
    "❤️‍🔥",
    "☔",
    "🇬🇧",
    "👨‍👩‍👧",
    " ",
    "a",
    "flood",
    "\u200d",
    "\ufe0f",
]


@given(st.lists(st.sampled_from(GLYPHS), max_size=12).map("".join))
def test_no_code_point_of_a_label_is_left(text):
    stripped = LABELS.strip(text)
    assert LABELS.count(stripped) == (0, 0)
    assert not set("❤👍😀💙💔😭☹") & set(stripped)


@given(st.lists(st.sampled_from(["👍", "😭", "☔", "x"]), max_size=12))
def test_counts_are_those_of_the_parts(parts):
    assert LABELS.count(" ".join(parts)) == (parts.count("😭"), parts.count("👍"))


def test_canonical_forms():
    assert canonical("👍🏽") == canonical("👍") == "👍"
    assert canonical("❤️") == "❤"
    assert canonical("🤷🏾‍♂️") == "🤷‍♂"
    assert canonical("🏽") == "🏽"


def settings(**changes):
    values = read_params(ROOT / "params.yaml")["label_tweets"]
    return LabelTweets.model_validate({**values, **changes})


def test_the_committed_sets_are_sound():
    labels = LabelEmoji.of(settings())
    assert len(labels.positive) > 30
    assert len(labels.negative) > 30


@pytest.mark.parametrize("changes", [{"positive": "😀 💔"}, {"positive": "😀😀"}, {"negative": "a"}, {"negative": "❤️"}])
def test_unsound_sets_are_refused(changes):
    with pytest.raises(UserError, match=r"label_tweets.* in params\.yaml"):
        LabelEmoji.of(settings(**changes))
