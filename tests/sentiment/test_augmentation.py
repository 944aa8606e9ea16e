import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from floodmark.learning.seeds import derive
from floodmark.sentiment.augmentation import NEAR, NOTHING, choose
from floodmark.sentiment.confidence import Expected
from floodmark.sentiment.lottery import mix
from floodmark.sentiment.pool import Rules
from floodmark.sentiment.similarity import Similarity

CPU = torch.device("cpu")
RULES = Rules(scale=20.0, contrast=64, seed=3, block_size=512)
LIMITS = (0.0, 0.3, 0.75)
ROUNDING = 1e-5
"""Confidences in float32 of float16 vectors, against float64: a logit of 20 cosines is off by 20 times 1e-7."""


def unit_vectors(rng, rows, size=8):
    vectors = rng.normal(size=(rows, size))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float16)


def logits_by_hand(text, images, scale):
    return [scale * sum(float(a) * float(b) for a, b in zip(text, image, strict=True)) for image in images]


def expected_by_hand(text, images, rules):
    """Confidences of one text, a photo at a time, in float64."""
    likelihood = [math.exp(logit) for logit in logits_by_hand(text, images, rules.scale)]
    if len(images) == 1:
        return [1 / rules.contrast]
    rivals = (rules.contrast - 1) / (len(likelihood) - 1)
    return [own / (own + rivals * (sum(likelihood) - own)) for own in likelihood]


def batches_by_hand(photos, text, images, rules):
    """A softmax over so many photos at a time, in the order of their keys."""
    order = sorted(range(len(photos)), key=lambda column: derive(rules.seed, "augment", "photo", photos[column]))
    logits = logits_by_hand(text, images, rules.scale)
    sure = [0.0] * len(photos)
    for start in range(0, len(order), rules.contrast):
        batch = order[start : start + rules.contrast]
        total = sum(math.exp(logits[column]) for column in batch)
        for column in batch:
            sure[column] = math.exp(logits[column]) / total
    return sure


def scramble(key):
    """SplitMix64's finaliser on Python's integers."""
    mask = 2**64 - 1
    key = (key ^ (key >> 30)) * 0xBF58476D1CE4E5B9 & mask
    key = (key ^ (key >> 27)) * 0x94D049BB133111EB & mask
    return key ^ (key >> 31)


def number_by_hand(tweet, photo, weight, rules):
    key = scramble(derive(rules.seed, "augment", "tweet", tweet) ^ derive(rules.seed, "augment", "photo", photo))
    uniform = ((key >> 11) + 0.5) / 2**53
    return -math.log(uniform) / weight if rules.weighted else uniform


@st.composite
def problems(draw):
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    tweets, photos = draw(st.integers(1, 12)), draw(st.integers(1, 150))
    size = draw(st.sampled_from([2, 8, 16]))
    names = [f"p{number:03}" for number in rng.permutation(500)[:photos]]
    images = unit_vectors(rng, photos, size)
    # Ties: some photos are the same ones under another name.
    for copy in range(draw(st.integers(0, 3))):
        images[copy % photos] = images[-1]
    return ([f"t{number}" for number in range(tweets)], unit_vectors(rng, tweets, size), names, images)


ALL_RULES = st.builds(
    RULES._replace,
    scale=st.sampled_from([2.0, 20.0]),
    seed=st.integers(0, 99),
    contrast=st.sampled_from([2, 7, 64]),
    original_batches=st.booleans(),
    weighted=st.booleans(),
    fallback=st.booleans(),
    max_reuse=st.one_of(st.none(), st.integers(1, 3)),
)


def pick(problem, rules=RULES, limits=LIMITS):
    tweets, texts, photos, images = problem
    choices = choose(tweets, texts, photos, images, limits, rules)
    return [[photos[column] if column != NOTHING else None for column in row] for row in choices.photo], choices


def sureness(problem, rules):
    """Confidence of every tweet in every photo, and whether rounding could decide a draw."""
    _, texts, photos, images = problem
    by = batches_by_hand if rules.original_batches else lambda _, *rest: expected_by_hand(*rest)
    sure = np.array([by(photos, text, images, rules) for text in texts])
    close = any((abs(sure - limit) < ROUNDING).any() for limit in LIMITS if limit)
    # What the fallback compares must be equal, or told apart by float32: the two surest, under a cap all pairs.
    ranked = np.sort(sure.reshape(1, -1) if rules.max_reuse else np.sort(sure, axis=1)[:, -2:], axis=1)
    gaps = np.diff(ranked, axis=1)
    return sure.round(12), close or (rules.fallback and bool(((gaps < ROUNDING) & (gaps > 1e-12)).any()))


def likelihoods_by_hand(problem, rules):
    """Of every photo for every tweet, in whole multiples of the largest one over 2^30."""
    logits = np.array([logits_by_hand(text, problem[3], rules.scale) for text in problem[1]])
    return np.maximum(np.rint(2**30 * np.exp(logits - logits.max(1, keepdims=True))), 1e-300)


def chosen_by_hand(problem, rules, sure):
    """Every rule again, with nothing but loops: photo of each tweet at each limit, and how many candidates it had."""
    tweets, _, photos, _ = problem
    photo_key = {photo: derive(rules.seed, "augment", "photo", photo) for photo in photos}
    first = (lambda photo: photo_key[photo]) if rules.original_batches else (lambda photo: photo)
    weights = sure if rules.original_batches else likelihoods_by_hand(problem, rules)
    columns, counts = [], []
    for limit in LIMITS:
        candidates, others = [], []
        for row, tweet in enumerate(tweets):
            for column, photo in enumerate(photos):
                number = number_by_hand(tweet, photo, weights[row, column], rules)
                if sure[row, column] >= limit:
                    candidates.append((number, tweet, photo))
                others.append((-sure[row, column], number if rules.max_reuse else first(photo), tweet, photo))
        room = dict.fromkeys(photos, rules.max_reuse or math.inf)
        lent = {}
        for *_, tweet, photo in sorted(candidates) + (sorted(others) if rules.fallback else []):
            if tweet not in lent and room[photo]:
                lent[tweet] = photo
                room[photo] -= 1
        columns.append([lent.get(tweet) for tweet in tweets])
        counts.append([sum(name == tweet for _, name, _ in candidates) for tweet in tweets])
    return [list(row) for row in zip(*columns, strict=True)], np.array(counts).T


@settings(max_examples=150)
@given(problems(), ALL_RULES)
def test_every_rule_draws_what_loops_draw(problem, rules):
    sure, undecided = sureness(problem, rules)
    names, choices = pick(problem, rules)
    column_of = {photo: column for column, photo in enumerate(problem[2])}
    for row, chosen in enumerate(names):
        for column, photo in enumerate(chosen):
            got = choices.confidence[row, column]
            assert (photo is None) == np.isnan(got)
            if photo is not None:
                assert got == pytest.approx(sure[row, column_of[photo]], abs=ROUNDING)
    if undecided:
        return
    expected, counts = chosen_by_hand(problem, rules, sure)
    assert names == expected
    assert (choices.candidates == counts).all()
    for row, chosen, ranks in zip(sure, names, choices.rank, strict=True):
        for photo, rank in zip(chosen, ranks, strict=True):
            if photo is None:
                assert rank == 0
            else:
                surer = row - row[column_of[photo]]
                assert 1 + (surer > ROUNDING).sum() <= rank <= 1 + (surer > -ROUNDING).sum()
    near = [[int((abs(row - limit) < NEAR).sum()) if limit else 0 for limit in LIMITS] for row in sure]
    edge = [(abs(abs(sure - limit) - NEAR) < ROUNDING).any() for limit in LIMITS]
    assert any(edge) or choices.near.tolist() == near


def same(one, other):
    return all(a.tobytes() == b.tobytes() for a, b in zip(one, other, strict=True))


@given(problems(), ALL_RULES, st.integers(1, 13))
def test_no_block_size_changes_a_bit(problem, rules, block_size):
    assert same(pick(problem, rules)[1], pick(problem, rules._replace(block_size=block_size))[1])


@given(problems(), ALL_RULES, st.randoms(use_true_random=False))
def test_no_order_of_photos_or_tweets_changes_a_bit(problem, rules, random):
    tweets, texts, photos, images = problem
    columns, rows = list(range(len(photos))), list(range(len(tweets)))
    random.shuffle(columns)
    random.shuffle(rows)
    moved = ([tweets[row] for row in rows], texts[rows], [photos[column] for column in columns], images[columns])
    (one, first), (other, second) = pick(problem, rules), pick(moved, rules)
    assert other == [one[row] for row in rows]
    assert same(second[1:], [part[rows] for part in first[1:]])


@given(problems(), ALL_RULES, st.integers(1, 5))
def test_no_number_of_shards_changes_a_bit(problem, rules, shards):
    rules = rules._replace(max_reuse=None)  # under a cap, tweets compete
    tweets, texts, photos, images = problem
    parts = [
        pick((tweets[shard::shards], texts[shard::shards], photos, images), rules)[1]
        for shard in range(min(shards, len(tweets)))
    ]
    whole = pick(problem, rules)[1]
    for shard, part in enumerate(parts):
        assert same(part, [array[shard::shards] for array in whole])


@pytest.mark.parametrize("photos", [1, 64, 65, 4096, 4097])
@pytest.mark.parametrize("threads", [1, 2])
def test_a_cosine_has_the_same_bits_wherever_it_is_computed(photos, threads):
    rng = np.random.default_rng(photos)
    texts, images = unit_vectors(rng, 130, 128), unit_vectors(rng, photos, 128)
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        everything = np.arange(photos)
        whole = Similarity(images, everything, CPU).cosines(texts)
        order = rng.permutation(photos)
        moved = Similarity(images, order, CPU).cosines(texts[::-1])
        alone = Similarity(images, everything, CPU).cosines(texts[77:78])
    finally:
        torch.set_num_threads(before)
    assert torch.equal(moved.flip(0), whole[:, torch.from_numpy(order)])
    assert torch.equal(alone[0], whole[77])
    exact = texts.astype(np.float64) @ images.astype(np.float64).T
    np.testing.assert_allclose(whole.numpy(), exact, atol=1e-6)


@given(problems(), ALL_RULES)
def test_higher_limits_have_fewer_candidates_and_no_less_sure_photos(problem, rules):
    limits = (0.0, 0.2, 0.5, 0.75, 0.9)
    _, choices = pick(problem, rules._replace(max_reuse=None), limits)
    assert (np.diff(choices.candidates, axis=1) <= 0).all()
    for column, limit in enumerate(limits):
        some = choices.candidates[:, column] > 0
        assert (choices.confidence[some, column] >= limit).all()
    lent = [set(np.flatnonzero(choices.confidence[:, column] >= limit)) for column, limit in enumerate(limits)]
    assert all(higher <= lower for lower, higher in pairwise(lent))


@given(problems(), st.integers(1, 3), st.booleans())
def test_no_photo_is_lent_more_often_than_allowed(problem, max_reuse, fallback):
    rules = RULES._replace(max_reuse=max_reuse, fallback=fallback)
    _, choices = pick(problem, rules)
    for column in range(len(LIMITS)):
        lent = choices.photo[:, column]
        assert np.bincount(lent[lent != NOTHING], minlength=1).max() <= max_reuse
        if fallback:
            assert (lent != NOTHING).sum() == min(len(problem[0]), max_reuse * len(problem[2]))


def test_the_fallback_under_a_cap_looks_as_far_as_it_must():
    """All tweets want the same photos in the same order; the last of them have to take the least sure ones."""
    count = 200
    texts = np.tile(np.array([[1, 0]], np.float16), (count, 1))
    angle = np.linspace(0.2, 1.2, count)
    images = np.stack([np.cos(angle), np.sin(angle)], 1).astype(np.float16)
    names = [f"{number:03}" for number in range(count)]
    choices = choose(names, texts, names, images, (0.99,), RULES._replace(max_reuse=1))
    assert sorted(choices.photo[:, 0]) == list(range(count))


def test_without_photos_nothing_is_chosen():
    choices = choose(["t"], unit_vectors(np.random.default_rng(0), 1), [], np.zeros((0, 8), np.float16), (0.5,), RULES)
    assert choices.photo.tolist() == [[NOTHING]]
    assert choices.candidates.tolist() == [[0]]


def test_without_tweets_there_is_nothing_to_choose_for():
    images = unit_vectors(np.random.default_rng(0), 3)
    choices = choose([], np.zeros((0, 8), np.float16), ["a", "b", "c"], images, (0.5, 0.9), RULES)
    assert choices.photo.shape == (0, 2)


@pytest.mark.parametrize("rules", [RULES, RULES._replace(original_batches=True), RULES._replace(max_reuse=1)])
@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_a_vector_that_is_not_finite_spoils_no_other(rules, wrong):
    rng = np.random.default_rng(5)
    texts, images = unit_vectors(rng, 6), unit_vectors(rng, 40)
    tweets, photos = [f"t{number}" for number in range(6)], [f"p{number:02}" for number in range(40)]
    fine_texts, fine_photos = np.arange(6) != 2, np.arange(40) != 7
    texts[2, 1], images[7, 0] = wrong, wrong
    found = choose(tweets, texts, photos, images, LIMITS, rules)
    without = choose(
        [name for name, fine in zip(tweets, fine_texts, strict=True) if fine], texts[fine_texts],
        [name for name, fine in zip(photos, fine_photos, strict=True) if fine], images[fine_photos], LIMITS, rules,
    )  # fmt: skip
    assert (found.photo[2] == NOTHING).all()
    assert 7 not in found.photo
    assert same(found[1:], [np.insert(part, 2, np.nan if part.dtype == float else 0, axis=0) for part in without[1:]])


@pytest.mark.parametrize("photos", [1, 2, 30, 500])
def test_equally_likely_photos_have_the_chance_of_a_blind_guess(photos):
    text = np.array([[1, 0]], np.float16)
    same_photo = np.tile(np.array([[0, 1]], np.float16), (photos, 1))
    choices = choose(["t"], text, [str(number) for number in range(photos)], same_photo, (0.9,), RULES)
    np.testing.assert_allclose(choices.confidence, 1 / 64)


@pytest.mark.parametrize("photos", [2, 60, 3000])
def test_one_fitting_photo_is_certain_in_small_and_large_collections(photos):
    text = np.array([[1, 0]], np.float16)
    images = np.tile(np.array([[0, 1]], np.float16), (photos, 1))
    images[photos // 2] = text
    names = [str(number) for number in range(photos)]
    choices = choose(["t"], text, names, images, (0.9,), RULES._replace(scale=100))
    assert choices.photo.tolist() == [[photos // 2]]
    assert choices.confidence.max() > 0.999


def test_confidence_is_what_batches_of_the_contrast_expect():
    rng = np.random.default_rng(2)
    text, images = unit_vectors(rng, 1, 32), unit_vectors(rng, 2000, 32)
    likelihood = np.exp(6.0 * (text.astype(float) @ images.astype(float).T)[0])
    best = int(likelihood.argmax())
    rivals = np.array([rng.choice(np.delete(likelihood, best), 63, replace=False).sum() for _ in range(3000)])
    sampled = (likelihood[best] / (likelihood[best] + rivals)).mean()
    names = [f"{number:04}" for number in range(2000)]
    choices = choose(["t"], text, names, images, (0.99,), RULES._replace(scale=6.0))
    assert choices.photo.tolist() == [[best]]
    assert choices.confidence[0, 0] == pytest.approx(sampled, rel=0.03)


def test_a_short_last_batch_favours_its_photos_and_the_expected_confidence_does_not():
    """What the published system could not see: of 65 equal photos, the one that is left alone is certain."""
    text, images = np.array([[1, 0]], np.float16), np.tile(np.array([[0, 1]], np.float16), (65, 1))
    names = [f"{number:02}" for number in range(65)]
    batches = choose(["t"], text, names, images, (0.75,), RULES._replace(original_batches=True))
    assert batches.confidence[0, 0] == 1.0
    assert choose(["t"], text, names, images, (0.75,), RULES).confidence[0, 0] == pytest.approx(1 / 64)


@pytest.mark.parametrize(("weighted", "shares"), [(False, [1 / 4] * 4), (True, [1 / 2, 1 / 4, 1 / 8, 1 / 8])])
def test_draws_go_by_their_chances(weighted, shares):
    """Four candidates, whose likelihoods are as 4, 2, 1 and 1."""
    scale = 20.0
    cosine = 0.9 + np.log([4, 2, 1, 1]) / scale
    text = np.tile(np.array([[1, 0]], np.float16), (6000, 1))
    images = np.concatenate([np.stack([cosine, np.sqrt(1 - np.minimum(cosine, 1) ** 2)], 1), [[0, 1]] * 400])
    photos, tweets = [f"p{number:03}" for number in range(404)], [f"t{number}" for number in range(6000)]
    rules = RULES._replace(scale=scale, weighted=weighted, seed=11)
    choices = choose(tweets, text, photos, images.astype(np.float16), (0.05,), rules)
    assert (choices.candidates == 4).all()
    counts, wanted = np.bincount(choices.photo[:, 0], minlength=4), 6000 * np.array(shares)
    assert len(counts) == 4
    assert ((counts - wanted) ** 2 / wanted).sum() < 16.3  # chi squared with 3 degrees of freedom, 0.1 %


@settings(max_examples=20)
@given(st.integers(0, 1000), st.integers(0, 1000))
def test_other_seeds_draw_other_photos(one, other):
    text = np.tile(np.array([[1, 0]], np.float16), (40, 1))
    images = np.array([[1, 0]] * 8 + [[0, 1]] * 800, np.float16)
    photos, tweets = [f"p{number}" for number in range(len(images))], [f"t{number}" for number in range(40)]
    rules = RULES._replace(scale=100)
    drawn = [choose(tweets, text, photos, images, (0.1,), rules._replace(seed=seed)) for seed in (one, other)]
    assert (drawn[0].photo == drawn[1].photo).all() == (one == other)


@given(st.lists(st.floats(-1, 1, width=32), min_size=2, max_size=50), st.floats(0.001, 0.999))
def test_the_floor_of_a_confidence_lies_below_it_and_not_far(cosines, limit):
    confidence = Expected(20.0, 64, len(cosines))
    scores = confidence.scores(torch.tensor([cosines]))
    floor = confidence.at_most(scores.totals, limit)
    assert confidence.of(floor, scores.totals) <= limit
    assert confidence.of(floor + 3, scores.totals) >= limit


@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=20))
def test_mixing_is_splitmix64(keys):
    assert mix(np.array(keys, np.uint64)).tolist() == [scramble(key) for key in keys]
