import pytest
from hypothesis import given
from hypothesis import strategies as st

from floodmark.errors import UserError
from floodmark.sentiment.emoji import LabelEmoji, canonical
from floodmark.settings.base import read_params
from floodmark.settings.label_tweets import LabelTweets
from tests.planted import ROOT

LABELS = LabelEmoji(["❤️", "👍", "😀", "💙", "🤝"], ["💔", "😭", "☹️"])


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
        ("❤︎ as text, ❤️ as emoji, ❤ as neither", 0, 3),
        ("👍\ufe0f 👍🏽\ufe0f 😀🏽", 0, 3),
        ("😀\u200d 😀\u200d!", 0, 2),
        ("😀\u200d😭 joined to one", 0, 0),
        ("👍⃠ crossed out", 0, 0),
        ("🤝🏽 🫱🏻‍🫲🏿 🫱‍🫲", 0, 3),
        ("👩‍❤️‍👨 a couple, 👩🏻‍🤝‍👩🏽 two women", 0, 0),
        ("💔️‍ and 👨‍👩‍👧❤️", 1, 1),
        ("❤️❤️‍🔥❤️", 0, 2),
        ("🏽 🏿", 0, 0),
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
        ("👍⃠ gone, ☂️ stays", "gone, ☂️ stays"),
        ("a 👩‍❤️‍👨 couple", "a couple"),
        ("shake 🫱🏻‍🫲🏿 hands", "shake hands"),
        ("😀\u0301 with an accent", "with an accent"),
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


FLAGS = LabelEmoji(["🇬🇧", "🏴", "1️⃣"], ["🏴‍☠️", "#️⃣"])


@pytest.mark.parametrize(
    ("text", "negative", "positive", "stripped"),
    [
        ("🇬🇧", 0, 1, ""),
        ("🇬🇧🇫🇷", 0, 1, "🇫🇷"),
        ("🇺🇬🇧🇸", 0, 0, "🇺🇬🇧🇸"),
        ("🇬 🇧", 0, 0, "🇬 🇧"),
        ("🏴 🏴‍☠️", 1, 1, ""),
        ("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f England", 0, 0, "England"),
        ("1️⃣ 1⃣ 1 11", 0, 2, "1 11"),
        ("#️⃣ #flood 2️⃣", 1, 0, "#flood 2️⃣"),
    ],
)
def test_flags_and_keycaps_are_emoji_of_their_own(text, negative, positive, stripped):
    assert FLAGS.count(text) == (negative, positive)
    assert FLAGS.strip(text) == stripped


def settings(**changes):
    values = read_params(ROOT / "params.yaml")["label_tweets"]
    return LabelTweets.model_validate({**values, **changes})


COMMITTED = LabelEmoji.of(settings(emoticons=True))


@pytest.mark.parametrize("glyph", sorted(COMMITTED.positive | COMMITTED.negative))
def test_every_committed_glyph_counts_once_in_every_dress(glyph):
    side = (0, 1) if glyph in COMMITTED.positive else (1, 0)
    for dressed in (glyph, f"{glyph}\ufe0f", f"{glyph}\ufe0e", f"{glyph}🏻", f"{glyph}🏿\ufe0f", f"wet{glyph}wet"):
        assert COMMITTED.count(dressed) == side
        assert glyph not in COMMITTED.strip(dressed)
    assert COMMITTED.count(glyph * 3) == (3 * side[0], 3 * side[1])
    joined = f"{glyph}\u200d🔥"
    assert COMMITTED.count(joined) == (0, 0)
    assert COMMITTED.strip(joined) == ""


def test_the_committed_sets_are_sound():
    labels = LabelEmoji.of(settings())
    assert len(labels.positive) > 30
    assert len(labels.negative) > 30


@pytest.mark.parametrize("changes", [{"positive": "😀 💔"}, {"positive": "😀😀"}, {"negative": "a"}, {"negative": "❤️"}])
def test_unsound_sets_are_refused(changes):
    with pytest.raises(UserError, match=r"label_tweets.* in params\.yaml"):
        LabelEmoji.of(settings(**changes))
