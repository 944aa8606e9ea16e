import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floodmark.learning.seeds import derive
from floodmark.sentiment.augmentation import choose, confidences, mix

SCALE, CONTRAST = 20.0, 64


def unit_vectors(rng, rows, size=8):
    vectors = rng.normal(size=(rows, size))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float16)


def by_hand(text, images, scale, contrast):
    """Confidences of one text, a photo at a time, in float64."""
    likelihood = [
        math.exp(scale * sum(float(a) * float(b) for a, b in zip(text, image, strict=True))) for image in images
    ]
    if len(images) == 1:
        return [1 / contrast]
    return [own / (own + (contrast - 1) * (sum(likelihood) - own) / (len(likelihood) - 1)) for own in likelihood]


def scramble(key):
    """SplitMix64's finaliser on Python's integers."""
    mask = 2**64 - 1
    key = (key ^ (key >> 30)) * 0xBF58476D1CE4E5B9 & mask
    key = (key ^ (key >> 27)) * 0x94D049BB133111EB & mask
    return key ^ (key >> 31)


def chosen_by_hand(tweets, texts, photos, images, limits, seed):
    found = []
    for tweet, text in zip(tweets, texts, strict=True):
        sure = dict(zip(photos, by_hand(text, images, SCALE, CONTRAST), strict=True))
        row = []
        for limit in limits:
            candidates = [photo for photo in photos if sure[photo] >= limit]
            lottery = {
                photo: scramble(derive(seed, "augment", "tweet", tweet) ^ derive(seed, "augment", "photo", photo))
                for photo in candidates
            }
            row.append(min(candidates, key=lottery.get) if candidates else max(sorted(photos), key=sure.get))
        found.append(row)
    return found


@st.composite
def problems(draw):
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    tweets, photos = draw(st.integers(1, 12)), draw(st.integers(1, 40))
    size = draw(st.sampled_from([2, 8, 16]))
    names = [f"p{number:03}" for number in rng.permutation(500)[:photos]]
    return ([f"t{number}" for number in range(tweets)], unit_vectors(rng, tweets, size), names,
            unit_vectors(rng, photos, size))  # fmt: skip


def pick(problem, limits=(0.0, 0.3, 0.75), block_size=512, seed=3):
    tweets, texts, photos, images = problem
    choices = choose(tweets, texts, photos, images, limits, SCALE, CONTRAST, seed, block_size)
    names = [[photos[column] for column in row] for row in choices.photo]
    return names, choices


@given(problems())
def test_confidences_are_those_computed_by_hand(problem):
    _, texts, _, images = problem
    expected = [by_hand(text, images, SCALE, CONTRAST) for text in texts]
    np.testing.assert_allclose(confidences(texts, images, SCALE, CONTRAST), expected, rtol=1e-6, atol=1e-9)


@given(problems())
def test_draws_are_those_made_by_hand(problem):
    limits = (0.0, 0.3, 0.75)
    names, _ = pick(problem, limits)
    assert names == chosen_by_hand(*problem, limits, 3)


@given(problems(), st.integers(1, 13))
def test_no_block_size_changes_a_bit(problem, block_size):
    one, other = pick(problem), pick(problem, block_size=block_size)
    assert one[0] == other[0]
    assert one[1].confidence.tobytes() == other[1].confidence.tobytes()


@given(problems(), st.randoms(use_true_random=False))
def test_no_order_of_photos_or_tweets_changes_a_bit(problem, random):
    tweets, texts, photos, images = problem
    columns, rows = list(range(len(photos))), list(range(len(tweets)))
    random.shuffle(columns)
    random.shuffle(rows)
    moved = ([tweets[row] for row in rows], texts[rows], [photos[column] for column in columns], images[columns])
    (one, first), (other, second) = pick(problem), pick(moved)
    assert other == [one[row] for row in rows]
    assert second.confidence.tobytes() == first.confidence[rows].tobytes()
    assert (second.candidates == first.candidates[rows]).all()


@given(problems())
def test_a_tweet_keeps_its_photo_whoever_else_is_there(problem):
    tweets, texts, photos, images = problem
    assert pick((tweets[:1], texts[:1], photos, images))[0] == pick(problem)[0][:1]


@given(problems())
def test_higher_limits_have_fewer_candidates_and_no_less_sure_photos(problem):
    _, choices = pick(problem, (0.0, 0.2, 0.5, 0.75, 0.9))
    assert (np.diff(choices.candidates, axis=1) <= 0).all()
    for column, limit in enumerate((0.0, 0.2, 0.5, 0.75, 0.9)):
        some = choices.candidates[:, column] > 0
        assert (choices.confidence[some, column] >= limit).all()


def test_without_photos_nothing_is_chosen():
    choices = choose(
        ["t"], unit_vectors(np.random.default_rng(0), 1), [], np.zeros((0, 8), np.float16), (0.5,), 20, 64, 1, 8
    )
    assert choices.photo.tolist() == [[-1]]
    assert choices.candidates.tolist() == [[0]]


@pytest.mark.parametrize("photos", [1, 2, 30, 500])
def test_equally_likely_photos_have_the_chance_of_a_blind_guess(photos):
    text = np.array([[1, 0]], np.float16)
    same = np.tile(np.array([[0, 1]], np.float16), (photos, 1))
    np.testing.assert_allclose(confidences(text, same, 100, 64), 1 / 64)


@pytest.mark.parametrize("photos", [2, 60, 3000])
def test_one_fitting_photo_is_certain_in_small_and_large_collections(photos):
    text = np.array([[1, 0]], np.float16)
    images = np.tile(np.array([[0, 1]], np.float16), (photos, 1))
    images[photos // 2] = text
    sure = confidences(text, images, 100, 64)[0]
    assert sure.argmax() == photos // 2
    assert sure.max() > 0.999


def test_confidence_is_what_batches_of_the_contrast_expect():
    rng = np.random.default_rng(2)
    text, images = unit_vectors(rng, 1, 32), unit_vectors(rng, 2000, 32)
    logits = 6.0 * (text.astype(float) @ images.astype(float).T)[0]
    likelihood = np.exp(logits)
    best = int(logits.argmax())
    rivals = np.array([rng.choice(np.delete(likelihood, best), 63, replace=False).sum() for _ in range(3000)])
    sampled = (likelihood[best] / (likelihood[best] + rivals)).mean()
    assert confidences(text, images, 6.0, 64)[0, best] == pytest.approx(sampled, rel=0.03)


def test_draws_are_uniform_among_candidates():
    text = np.tile(np.array([[1, 0]], np.float16), (6000, 1))
    images = np.array([[1, 0]] * 4 + [[0, 1]] * 400, np.float16)
    photos = [f"p{number}" for number in range(len(images))]
    tweets = [f"t{number}" for number in range(len(text))]
    choices = choose(tweets, text, photos, images, (0.25,), 100, 64, 11, 512)
    assert (choices.candidates == 4).all()
    counts = np.bincount(choices.photo[:, 0], minlength=4)
    assert counts.sum() == 6000
    assert len(counts) == 4
    assert ((counts - 1500) ** 2 / 1500).sum() < 16.3  # chi squared with 3 degrees of freedom, 0.1 %


@settings(max_examples=20)
@given(st.integers(0, 1000), st.integers(0, 1000))
def test_other_seeds_draw_other_photos(one, other):
    text = np.tile(np.array([[1, 0]], np.float16), (40, 1))
    images = np.array([[1, 0]] * 8 + [[0, 1]] * 800, np.float16)
    photos, tweets = [f"p{number}" for number in range(len(images))], [f"t{number}" for number in range(40)]
    drawn = [choose(tweets, text, photos, images, (0.1,), 100, 64, seed, 8).photo.tolist() for seed in (one, other)]
    assert (drawn[0] == drawn[1]) == (one == other)


@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=20))
def test_mixing_is_splitmix64(keys):
    assert mix(np.array(keys, np.uint64)).tolist() == [scramble(key) for key in keys]
