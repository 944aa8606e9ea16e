from pathlib import Path

import pytest

from floodmark.settings.base import read_params, read_section
from floodmark.settings.embed import Embed
from floodmark.settings.pretrain_clip import PretrainClip
from tests.sentiment.study import write_study

TINY = {"embed_dim": 16, "image_size": 32, "patch_size": 16, "image_width": 64, "image_layers": 1, "context_length": 16,
        "text_width": 32, "text_layers": 1}  # fmt: skip


@pytest.fixture(scope="session")
def params():
    """Sections of params.yaml, with changes laid over them."""

    def section(name, kind, /, **changes):
        return read_section({name: read_params(Path("params.yaml"))[name] | changes}, name, kind, "params.yaml")

    return section


@pytest.fixture(scope="session")
def tiny_clip(params):
    return params("pretrain_clip", PretrainClip, model=TINY, epochs=2, batch_size=16)


@pytest.fixture(scope="session")
def small_blocks(params):
    return params("embed", Embed, batch_size=32)


@pytest.fixture(scope="session")
def study(tmp_path_factory, tiny_clip, small_blocks):
    """A study up to its embeddings."""
    from floodmark.sentiment.embeddings import embed
    from floodmark.sentiment.pretraining import pretrain

    root = write_study(tmp_path_factory.mktemp("study"))
    for folder in ("clip", "embeddings"):
        (root / folder).mkdir()
    tweets = root / "tweets"
    pretrain(tweets / "labelled.parquet", root / "media", root / "clip", tiny_clip, 1)
    tables = (tweets / "labelled.parquet", tweets / "judged.parquet")
    embed(*tables, root / "media", root / "clip", root / "embeddings", small_blocks, root / "known")
    return root
