"""The how-to's preset, ViT-B/32, from a folder of weights to judged predictions; the weights are random here."""

import re
from pathlib import Path

import polars as pl
import pytest
import torch
from ruamel.yaml import YAML

from floodmark.learning.torchvision_shim import fit_torchvision
from floodmark.learning.weights import load_weights
from floodmark.sentiment.assignment import assign
from floodmark.sentiment.clip import load, write_config, write_weights
from floodmark.sentiment.clip_models import predict_clip, train_clip
from floodmark.sentiment.embeddings import embed, read_embeddings
from floodmark.sentiment.pretraining import pretrain
from floodmark.settings.augment import Augment
from floodmark.settings.base import read_params, read_section
from floodmark.settings.embed import Embed
from floodmark.settings.ingest_media import IngestMedia
from floodmark.settings.pretrain_clip import PretrainClip
from floodmark.settings.train_clip import TrainClip
from tests.sentiment.study import write_study

PAGE = Path("docs/how-to/published-clip.md")


PARAMS = read_params(Path("params.yaml"))


def _section(changes, name, kind):
    return read_section({name: PARAMS[name] | changes[name]}, name, kind, "params.yaml")


@pytest.mark.slow
def test_vit_b_32_runs_from_its_folder_to_predictions(tmp_path, monkeypatch):
    fit_torchvision()
    import open_clip

    preset = YAML(typ="safe").load(re.search(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL).group(1))
    side = _section(preset, "ingest_media", IngestMedia).size
    root = write_study(tmp_path, tweets=60, photos=9, judgements=8, side=side)
    folder = tmp_path / "data" / "clip"
    folder.mkdir(parents=True)
    torch.manual_seed(0)
    clip = load("ViT-B-32", weights=False)
    write_config(folder, open_clip.get_model_config("ViT-B-32"))
    write_weights(folder, clip.model)
    monkeypatch.chdir(tmp_path)
    for name in ("clip", "embeddings", "augment", "model"):
        (root / name).mkdir()
    tables = (root / "tweets/labelled.parquet", root / "tweets/judged.parquet")
    pretrain(tables[0], root / "media", root / "clip", _section(preset, "pretrain_clip", PretrainClip), 1)
    blocks = _section(preset, "embed", Embed)
    embed(*tables, root / "media", root / "clip", root / "embeddings", blocks, root / "known")
    images = read_embeddings(root / "embeddings", "images")
    assert images.vectors.shape == (9, 512)
    assert images.logit_scale == pytest.approx(1 / 0.07, rel=1e-3), "what an untrained CLIP starts from"
    assign(tables[0], root / "embeddings", root / "augment", _section(preset, "augment", Augment), 1)
    assert pl.read_parquet(root / "augment/augmented.parquet")["photo_0"].count() > 0
    quick = _section({"train_clip": {"epochs": 2}}, "train_clip", TrainClip)
    train_clip("0", tables[0], root / "augment/augmented.parquet", root / "embeddings", root / "model", quick, 1)
    human = read_embeddings(root / "embeddings", "human")
    assert len(predict_clip(root / "model/model.safetensors", human.vectors)) == len(human.ids)
    assert load_weights(root / "model/model.safetensors")[1]["embedding"] == 512
