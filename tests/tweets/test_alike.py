import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageEnhance, ImageFilter

from floodmark.tweets.alike import fingerprint, groups


def scene(seed, size=64):
    """A picture with large and small forms."""
    rng = np.random.default_rng(seed)
    layers = [Image.fromarray(rng.integers(0, 256, (n, n, 3), np.uint8)).resize((size, size)) for n in (4, 8, 16)]
    return Image.fromarray(np.mean([np.asarray(layer, float) for layer in layers], axis=0).astype(np.uint8))


def pixels(image, size=64):
    return np.asarray(image.resize((size, size), Image.Resampling.BICUBIC)).transpose(2, 0, 1)


def apart(one, other):
    return int(np.bitwise_count(fingerprint(pixels(one)) ^ fingerprint(pixels(other))).sum())


def by_brute_force(prints, bits):
    """Groups by walking from photo to photo, every pair compared."""
    distance = np.bitwise_count(prints[:, None] ^ prints[None]).sum(axis=2)
    found = np.full(len(prints), -1)
    for start in range(len(prints)):
        waiting = [start] if found[start] < 0 else []
        while waiting:
            item = waiting.pop()
            if found[item] < 0:
                found[item] = start
                waiting += np.nonzero(distance[item] <= bits)[0].tolist()
    return found


def same(one, other):
    """Whether two numberings make the same groups."""
    return (np.equal.outer(one, one) == np.equal.outer(other, other)).all()


@pytest.mark.parametrize(
    "change",
    [
        lambda image: image.resize((40, 40), Image.Resampling.BILINEAR),
        lambda image: ImageEnhance.Brightness(image).enhance(1.1),
        lambda image: ImageEnhance.Contrast(image).enhance(0.8),
        lambda image: image.filter(ImageFilter.GaussianBlur(1)),
        lambda image: Image.fromarray((np.asarray(image) // 16) * 16),
    ],
    ids=["smaller", "brighter", "duller", "softer", "fewer colours"],
)
def test_a_copy_is_near_and_another_photo_is_far(change):
    assert max(apart(scene(seed), change(scene(seed))) for seed in range(20)) <= 10
    assert min(apart(scene(seed), change(scene(seed + 1))) for seed in range(20)) > 30


@given(st.integers(0, 2**32 - 1), st.integers(2, 60), st.integers(0, 16))
def test_groups_are_those_of_comparing_every_pair(seed, count, bits):
    rng = np.random.default_rng(seed)
    # A few fingerprints, each many times with some bits turned, so that chains and near misses occur.
    bases = rng.integers(0, 2, (max(1, count // 8), 128))
    turned = rng.random((count, 128)) < rng.uniform(0, 0.12)
    prints = np.packbits(bases[rng.integers(len(bases), size=count)] ^ turned, axis=1)
    found = groups(prints, bits)
    assert same(found, by_brute_force(prints, bits))
    order = rng.permutation(count)
    assert same(groups(prints[order], bits), found[order])


def test_no_photos_and_one_photo_are_groups_too():
    assert len(groups(np.zeros((0, 16), np.uint8), 10)) == 0
    assert groups(np.zeros((1, 16), np.uint8), 10).tolist() == [0]


def test_photos_that_hang_together_through_others_are_one_group():
    bits = np.zeros((4, 128), int)
    for row, ones in enumerate((0, 8, 16, 60)):
        bits[row, :ones] = 1
    found = groups(np.packbits(bits, axis=1), 8)
    assert found[0] == found[1] == found[2] != found[3]


@pytest.mark.slow
def test_a_hundred_thousand_photos_are_grouped_in_seconds():
    rng = np.random.default_rng(0)
    prints = rng.integers(0, 256, (100_000, 16), np.uint8)
    prints[50_000:] = prints[:50_000]
    prints[50_000:, 0] ^= 1  # each with a twin one bit away
    started = time.process_time()
    found = groups(prints, 10)
    assert time.process_time() - started < 60
    assert (found[:50_000] == found[50_000:]).all()
    assert len(np.unique(found)) == 50_000
