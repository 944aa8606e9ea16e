import hashlib
import json

import numpy as np
import polars as pl
import pytest
import torch

from floodmark.errors import UserError
from floodmark.learning.weights import load_weights
from floodmark.sentiment import clip as clip_module
from floodmark.sentiment.clip import load_folder, small_config, to_photo
from floodmark.sentiment.dataset import labelled, read_photos, read_tweets
from floodmark.sentiment.embeddings import read_embeddings
from floodmark.sentiment.human import read_judged
from floodmark.sentiment.pretraining import contrastive_loss, pretrain
from floodmark.settings.pretrain_clip import PretrainClip
from tests.sentiment.conftest import TINY
from tests.sentiment.study import write_study


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_open_clip_itself_reads_the_folder(study):
    import open_clip

    model, _, preprocess = open_clip.create_model_and_transforms(f"local-dir:{study / 'clip'}")
    tokens = open_clip.get_tokenizer(f"local-dir:{study / 'clip'}")(["the river is in the kitchen"])
    assert tokens.shape == (1, TINY["context_length"])
    ours = load_folder(study / "clip")
    photo = to_photo(read_photos(study / "media").pixels[0])
    with torch.inference_mode():
        assert torch.equal(model.eval().encode_text(tokens), ours.model.encode_text(tokens))
        image = preprocess(photo)[None]
        assert image.shape == (1, 3, TINY["image_size"], TINY["image_size"])
        assert torch.equal(model.encode_image(image), ours.model.encode_image(ours.preprocess(photo)[None]))


def test_weights_are_those_of_training_and_bytes_repeat(study, tiny_clip, tmp_path):
    pretrain(study / "tweets" / "labelled.parquet", study / "media", tmp_path, tiny_clip, 1)
    for name in ("open_clip_model.safetensors", "open_clip_config.json", "train.json", "history.csv"):
        assert digest(tmp_path / name) == digest(study / "clip" / name)
    summary = json.loads((study / "clip" / "train.json").read_text())
    assert summary["trained"]
    assert summary["pairs"] > 20
    assert 0 <= summary["validation"]["recall"] <= 1


def test_given_weights_pass_through(study, params, tmp_path):
    settings = params("pretrain_clip", PretrainClip, pretrained=f"local-dir:{study / 'clip'}")
    pretrain(study / "none", study / "none", tmp_path, settings, 99)
    assert digest(tmp_path / "open_clip_model.safetensors") == digest(study / "clip" / "open_clip_model.safetensors")
    assert load_folder(tmp_path).preprocess(to_photo(np.full((3, 50, 40), 9, np.uint8))).shape == (3, 32, 32)


def test_no_photos_give_an_untrained_model_that_says_so(tmp_path, tiny_clip):
    root = write_study(tmp_path, tweets=20, photos=0)
    (root / "clip").mkdir()
    pretrain(root / "tweets" / "labelled.parquet", root / "media", root / "clip", tiny_clip, 1)
    assert json.loads((root / "clip" / "train.json").read_text())["trained"] is False
    assert load_folder(root / "clip").tokenize(["a"]).shape == (1, 16)


@pytest.mark.parametrize("given", ["local-dir:nowhere", "NoSuchModel/none"])
def test_weights_that_are_not_there_are_named(params, tmp_path, given):
    with pytest.raises(UserError, match=given):
        pretrain(tmp_path, tmp_path, tmp_path, params("pretrain_clip", PretrainClip, pretrained=given), 1)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"image_size": 40}, r"image_size = 40.*patch_size = 16"),
        ({"image_size": 48, "patch_size": None, "image_layers": [1, 1, 1, 1]}, "image_size = 48.*32"),
        ({"patch_size": None}, "patch_size = None does not go with image_layers = 1"),
        ({"image_layers": [1, 1, 1, 1]}, "patch_size = 16 does not go with"),
    ],
)
def test_sizes_that_do_not_go_together_are_named(params, changes, message):
    model = params("pretrain_clip", PretrainClip, model=TINY | changes).model
    with pytest.raises(UserError, match=message):
        small_config(model)


def test_a_resnet_is_trained_and_read_back_too(study, params, tmp_path):
    sizes = TINY | {"image_size": 32, "patch_size": None, "image_width": 8, "image_layers": [1, 1, 1, 1]}
    settings = params("pretrain_clip", PretrainClip, model=sizes, epochs=1, batch_size=16)
    pretrain(study / "tweets" / "labelled.parquet", study / "media", tmp_path, settings, 1)
    clip = load_folder(tmp_path)
    photo = clip.preprocess(to_photo(read_photos(study / "media").pixels[0]))[None]
    with torch.inference_mode():
        assert clip.model.encode_image(photo).shape == (1, TINY["embed_dim"])


class Fixed:
    """A CLIP whose embeddings are its inputs."""

    def __init__(self):
        self.logit_scale = torch.tensor(10.0).log()

    def encode_image(self, images, normalize):
        return images

    encode_text = encode_image


def test_loss_is_clips_for_distinct_photos_and_accepts_any_text_of_a_shared_one():
    unit = torch.eye(3)
    rows = torch.arange(3)
    logits = 10 * unit @ unit.T
    expected = torch.nn.functional.cross_entropy(logits, rows)
    assert contrastive_loss(Fixed(), unit, unit, rows) == pytest.approx(expected.item())
    twins = unit[[0, 0, 2]]
    shared = contrastive_loss(Fixed(), twins, twins, torch.tensor([0, 0, 2]))
    assert shared < contrastive_loss(Fixed(), twins, twins, rows) + 1e-6
    assert shared == pytest.approx((2 * np.log(2) / 3), abs=1e-3)


def test_embeddings_are_unit_vectors_of_each_input_once(study):
    tweets = labelled(read_tweets(study / "tweets" / "labelled.parquet"))
    texts, images, human = (read_embeddings(study / "embeddings", name) for name in ("texts", "images", "human"))
    assert texts.ids == tweets["tweet"].to_list()
    assert images.ids == read_photos(study / "media").ids
    assert human.ids == read_judged(study / "tweets" / "judged.parquet").texts["label_row"].to_list()
    for found in (texts, images, human):
        assert found.vectors.dtype == np.float16
        assert found.vectors.shape == (len(found.ids), TINY["embed_dim"])
        np.testing.assert_allclose(np.linalg.norm(found.vectors.astype(float), axis=1), 1, atol=2e-3)


def test_an_embedding_does_not_depend_on_its_neighbours(study, tmp_path, small_blocks):
    """Blocks are padded to one shape, so the bits of a text are the same in a full block and in the last."""
    from floodmark.sentiment.embeddings import embed

    tweets = read_tweets(study / "tweets" / "labelled.parquet")
    kept = labelled(tweets).head(5)["tweet"]
    tweets.filter(pl.col("tweet").is_in(kept.implode())).write_parquet(tmp_path / "labelled.parquet")
    embed(
        tmp_path / "labelled.parquet",
        study / "tweets" / "judged.parquet",
        study / "media",
        study / "clip",
        tmp_path,
        small_blocks,
        tmp_path / "known",
    )
    few, all_of_them = read_embeddings(tmp_path, "texts"), read_embeddings(study / "embeddings", "texts")
    assert few.ids == all_of_them.ids[:5]
    assert few.vectors.tobytes() == all_of_them.vectors[:5].tobytes()


def test_embedding_files_hold_one_metadata_key(study):
    from safetensors import safe_open

    with safe_open(study / "embeddings" / "texts.safetensors", framework="np") as file:
        assert list(file.metadata()) == ["floodmark"]
    assert load_weights(study / "embeddings" / "texts.safetensors")[1]["rows"] == "tweet"


def test_nothing_is_looked_for_on_the_network(monkeypatch, study):
    import socket

    def refuse(*arguments):
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert clip_module.load_folder(study / "clip").tokenize(["rain"]).shape[0] == 1


def test_tweets_that_people_judge_and_those_near_other_splits_are_not_learnt_from():
    from floodmark.sentiment.dataset import Photos
    from floodmark.sentiment.pretraining import _pairs
    from tests.sentiment.study import LABELLED

    rows = [
        ("a", "train text", 1, "train", "one", "p", False),
        ("b", "judged text", None, None, "two", "q", True),
        ("c", "judged with a training photo", None, None, "one", "p", True),
        ("d", "set aside", None, None, "one", "p", False),
        ("e", "test text", 0, "test", "three", "r", False),
    ]
    tweets = pl.DataFrame(rows, schema=LABELLED, orient="row")
    photos = Photos(["p", "q", "r"], np.zeros((3, 3, 8, 8), np.uint8))
    assert _pairs(tweets, photos, "train")["text"].to_list() == ["train text"]
    assert _pairs(tweets, photos, "validation").is_empty()
