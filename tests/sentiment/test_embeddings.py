"""Each photo and text through CLIP once, whatever was there before."""

import shutil
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
import torch

from floodmark.errors import UserError
from floodmark.sentiment import embeddings
from floodmark.sentiment.clip import load_folder
from floodmark.sentiment.dataset import Photos, read_photos
from floodmark.sentiment.embeddings import embed, read_embeddings
from floodmark.sentiment.encoder import Encoder
from floodmark.sentiment.vector_store import VectorStore

NAMES = ("images", "texts", "human", "prompts")


@pytest.fixture
def copy(study, tmp_path):
    """The study, to be changed, without what it knows."""
    for name in ("tweets", "media", "clip"):
        shutil.copytree(study / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def run(small_blocks):
    """`embed` on a study, into a folder of that name; what it wrote."""

    def write(root, name):
        (root / name).mkdir()
        tables = (root / "tweets/labelled.parquet", root / "tweets/judged.parquet")
        embed(*tables, root / "media", root / "clip", root / name, small_blocks, root / "known")
        return {kind: read_embeddings(root / name, kind) for kind in NAMES}

    return write


def same_bytes(root, one, other):
    files = [path.name for path in sorted((root / one).iterdir())]
    return files and all((root / one / name).read_bytes() == (root / other / name).read_bytes() for name in files)


@pytest.fixture
def encoded(monkeypatch):
    """How many photos were preprocessed and how many texts tokenised."""
    counts = {"photos": 0, "texts": 0}

    def counting(folder):
        clip = load_folder(folder)

        def preprocess(photo):
            counts["photos"] += 1
            return clip.preprocess(photo)

        def tokenize(texts):
            counts["texts"] += len(texts)
            return clip.tokenize(texts)

        return clip._replace(preprocess=preprocess, tokenize=tokenize)

    monkeypatch.setattr(embeddings, "load_folder", counting)
    return counts


def test_a_second_run_encodes_nothing_and_writes_the_same_bytes(copy, encoded, run):
    run(copy, "first")
    assert encoded["photos"] == len(read_photos(copy / "media").ids) == 30
    assert encoded["texts"] > 100
    encoded.update(photos=0, texts=0)
    run(copy, "second")
    assert encoded == {"photos": 0, "texts": 0}
    assert same_bytes(copy, "first", "second")


def test_a_new_photo_costs_one_photo_and_has_the_bits_of_a_run_from_nothing(copy, encoded, run):
    photos = read_photos(copy / "media")
    pixels = np.random.default_rng(9).integers(0, 255, (1, 3, 32, 32), np.uint8)
    names = sorted([*photos.ids, "photo0145"])
    order = [names.index(name) for name in [*photos.ids, "photo0145"]]
    moved = np.empty((31, 3, 32, 32), np.uint8)
    moved[order] = np.concatenate([photos.pixels, pixels])
    run(copy, "before")
    np.save(copy / "media/images.npy", moved)
    pl.DataFrame({"photo": names}).write_parquet(copy / "media/ids.parquet")
    encoded.update(photos=0, texts=0)
    after = run(copy, "after")
    assert encoded == {"photos": 1, "texts": 0}
    assert after["images"].ids == names
    shutil.rmtree(copy / "known")
    run(copy, "anew")
    assert same_bytes(copy, "after", "anew")


def test_another_model_shares_no_vector(copy, encoded, run):
    one = run(copy, "one")
    weights = copy / "clip/open_clip_model.safetensors"
    from safetensors.torch import load_file, save_file

    state = load_file(weights)
    save_file(
        {name: tensor + 0.01 if tensor.is_floating_point() else tensor for name, tensor in state.items()}, weights
    )
    encoded.update(photos=0, texts=0)
    other = run(copy, "other")
    assert encoded["photos"] == 30
    assert one["images"].vectors.tobytes() != other["images"].vectors.tobytes()


@pytest.mark.parametrize("keep", [0, 10, -7])
def test_a_damaged_file_is_computed_again(copy, encoded, keep, run):
    run(copy, "first")
    for path in (copy / "known").rglob("*.safetensors"):
        path.write_bytes(path.read_bytes()[:keep])
    encoded.update(photos=0, texts=0)
    run(copy, "second")
    assert encoded["photos"] == 30
    assert same_bytes(copy, "first", "second")


def test_a_killed_run_keeps_what_it_had(tmp_path, monkeypatch):
    """Files appear whole while the stage runs; the rest is computed by the next one."""
    from floodmark.sentiment import vector_store

    monkeypatch.setattr(vector_store, "FLUSH", 8)
    store = VectorStore(tmp_path)
    vectors = np.arange(80, dtype=np.float16).reshape(20, 4)
    for number in range(0, 20, 4):
        store.add([f"key{row}" for row in range(number, number + 4)], vectors[number : number + 4])
    (tmp_path / ".partial-1-abc").write_bytes(b"half")
    again = VectorStore(tmp_path)
    assert sum(f"key{row}" in again for row in range(20)) == 16
    assert (again.get([f"key{row}" for row in (3, 15)]) == vectors[[3, 15]]).all()


def encoder(tmp_path, forward, batch_size=4):
    model = SimpleNamespace(logit_scale=torch.zeros(()), encode_image=forward, encode_text=forward)
    clip = SimpleNamespace(model=model, preprocess=lambda photo: torch.tensor([float(np.asarray(photo)[0, 0, 0]), 1.0]),
                           tokenize=lambda texts: torch.ones(len(texts), 2))  # fmt: skip
    return Encoder(clip, VectorStore(tmp_path), batch_size)


@pytest.mark.parametrize("count", [0, 1, 3, 4, 5, 8, 9])
def test_every_photo_gets_its_own_vector_in_blocks_of_one_shape(tmp_path, count):
    shapes = []

    def forward(inputs):
        shapes.append(len(inputs))
        return inputs

    pixels = np.broadcast_to(np.arange(count, dtype=np.uint8)[:, None, None, None], (count, 3, 2, 2))
    found = encoder(tmp_path, forward).photos(Photos([f"p{row}" for row in range(count)], pixels))
    angles = np.arctan2(1, np.arange(count))
    assert found.shape == (count, 2)
    np.testing.assert_allclose(found, np.stack([np.cos(angles), np.sin(angles)], 1), atol=1e-3)
    assert shapes == ([1] if not count else [4] * -(-count // 4))


def test_a_photo_without_finite_numbers_is_left_out_and_shifts_no_other(copy, monkeypatch, run):
    fine = run(copy, "fine")
    bad = fine["images"].ids[7]
    photos = Encoder.photos

    def spoilt(self, of):
        found = photos(self, of).copy()
        found[of.ids.index(bad)] = np.nan
        return found

    monkeypatch.setattr(Encoder, "photos", spoilt)
    found = run(copy, "spoilt")["images"]
    assert found.ids == [name for name in fine["images"].ids if name != bad]
    assert (found.vectors == np.delete(fine["images"].vectors, 7, axis=0)).all()


def test_a_text_without_a_finite_vector_is_refused_with_the_next_step(copy, run, monkeypatch):
    texts = Encoder.texts

    def damaged(self, words, what):
        found = texts(self, words, what)
        if what == "texts":
            found[3] = np.nan
        return found

    monkeypatch.setattr(Encoder, "texts", damaged)
    with pytest.raises(UserError, match=r"no finite vector for 1 of \d+ texts.*floodmark doctor --clip"):
        run(copy, "refused")
