import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from floodmark.tweets.blur import CELLS, blur


def noise(width=96, height=80, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def blurred(array, *faces, margin=0.0):
    return np.asarray(blur(Image.fromarray(array), np.array(faces, float).reshape(-1, 4), margin))


def test_only_the_face_and_its_margin_change():
    before = noise()
    after = blurred(before, (40, 20, 60, 50), margin=0.25)
    changed = (before != after).any(axis=2)
    rows, columns = np.nonzero(changed)
    # 7.5 rows and 5 columns beyond it, outwards to whole pixels.
    assert (columns.min(), columns.max() + 1, rows.min(), rows.max() + 1) == (35, 65, 12, 58)
    assert changed[12:58, 35:65].mean() > 0.98


def test_a_photo_without_faces_stays_as_it_is():
    assert (blurred(noise()) == noise()).all()


def test_nothing_of_a_face_is_left_but_the_means_of_its_cells():
    """Two faces whose cells have the same colours in another order are the same face afterwards."""
    one, face = noise(), (16, 8, 64, 56)
    cell = 48 // CELLS
    other = one.copy()
    rng = np.random.default_rng(1)
    for top in range(8, 56, cell):
        for left in range(16, 64, cell):
            pixels = one[top : top + cell, left : left + cell].reshape(-1, 3)
            other[top : top + cell, left : left + cell] = rng.permutation(pixels).reshape(cell, cell, 3)
    assert (one != other).any()
    # Pillow rounds the means of rows before it takes those of columns.
    assert np.abs(blurred(one, face).astype(int) - blurred(other, face)).max() <= 2


@given(
    st.lists(st.tuples(*[st.floats(-20, 120)] * 4), min_size=1, max_size=5),
    st.floats(0, 1),
    st.integers(1, 40),
    st.integers(1, 40),
)
def test_no_box_breaks_it(boxes, margin, width, height):
    faces = [(min(a, c), min(b, d), max(a, c), max(b, d)) for a, b, c, d in boxes]
    assert blurred(noise(width, height), *faces, margin=margin).shape == (height, width, 3)


@pytest.mark.parametrize("side", [6, 9, 12, 30, 90])
def test_a_face_of_any_size_leaves_fewer_colours_than_a_ninth_of_its_pixels(side):
    """What is drawn back is a function of so few means: many faces, drawn over a ramp, differ by as many dimensions."""
    faces = np.stack([blurred(noise(side, side, seed), (0, 0, side, side))[..., 0].ravel() for seed in range(40)])
    centred = faces - faces.mean(axis=0)
    strengths = np.linalg.svd(centred.astype(float), compute_uv=False)
    # Rounding to whole levels adds noise of half a level.
    assert (strengths > 0.75 * np.sqrt(faces.size)).sum() <= min(CELLS**2, side**2 // 9)
