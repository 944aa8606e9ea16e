import random

import pytest

from demo import emoji
from demo.events import FLOODS
from demo.grammar import expand, words
from demo.scenes import COLOURS, FARING, NOUNS, draw_scene, mention
from demo.sentences import CLARITY, Meaning, compose
from demo.topics import TOPICS


def test_slots_are_filled_to_any_depth_and_the_first_lexicon_wins():
    rng = random.Random(1)
    assert expand(rng, "{a} b", {"a": ("{c}!",)}, {"a": ("wrong",), "c": ("deep",)}) == "deep! b"
    assert words("one| two\n three|") == ("one", "two", "three")
    with pytest.raises(KeyError, match="unknown"):
        expand(rng, "{unknown}", {})


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_every_meaning_becomes_a_sentence_without_holes(topic):
    rng = random.Random(topic.name)
    for flood in FLOODS:
        for language in flood.languages:
            for feeling in (-1, 0, 1):
                for clarity in CLARITY:
                    scene = draw_scene(rng, good=feeling > 0)
                    text = compose(rng, Meaning(feeling, topic, flood, language, clarity, scene, "full"))
                    assert 5 < len(text) < 260
                    assert not set("{}|_") & set(text), text


def test_a_partial_mention_never_tells_how_the_object_fares():
    rng = random.Random(3)
    for good in (True, False):
        for _ in range(300):
            scene = draw_scene(rng, good)
            told = [phrase for pair in FARING.values() for phrases in pair for phrase in phrases]
            partial = mention(rng, scene, "partial")
            assert not any(phrase in partial for phrase in told)
            assert any(noun in partial for noun in NOUNS[scene.thing])
            full = mention(rng, scene, "full")
            assert any(phrase in full for phrase in FARING[scene.thing][0 if good else 1])
    assert len(COLOURS) * len(NOUNS) * 2 * 3 > 400


def test_emoji_sets_share_nothing_and_stand_in_the_text():
    assert not set(emoji.POSITIVE) & set(emoji.NEGATIVE)
    rng = random.Random(4)
    for _ in range(200):
        text = emoji.decorate(rng, "water in the street again", -1, "plain")
        assert any(glyph in text for glyph in emoji.NEGATIVE)
        assert not any(glyph in text for glyph in emoji.POSITIVE)
