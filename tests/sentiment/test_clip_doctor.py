import json
import shutil

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from floodmark.cli import main
from floodmark.errors import UserError
from floodmark.sentiment.clip import load, small_config, write_config, write_weights
from floodmark.sentiment.clip_doctor import RECORD, examine, pictures
from floodmark.sentiment.pretraining import contrastive_loss
from floodmark.settings.pretrain_clip import PretrainClip
from tests.sentiment.conftest import TINY


@pytest.fixture(scope="module")
def trained(tmp_path_factory, params):
    """A small CLIP that has learnt to tell the shapes apart: one without any knowledge notices no preprocessing."""
    folder = tmp_path_factory.mktemp("clip")
    sizes = TINY | {"patch_size": 8}
    write_config(folder, small_config(params("pretrain_clip", PretrainClip, model=sizes).model))
    torch.manual_seed(1)
    clip = load(f"local-dir:{folder}", weights=False)
    drawn = pictures()
    images, texts = torch.stack([clip.preprocess(image) for image in drawn.values()]), clip.tokenize(list(drawn))
    optimiser = torch.optim.AdamW(clip.model.parameters(), 0.002)
    for _ in range(150):
        optimiser.zero_grad()
        contrastive_loss(clip.model, images, texts, torch.arange(len(drawn))).backward()
        optimiser.step()
    write_weights(folder, clip.model)
    return folder


@pytest.fixture
def folder(trained, tmp_path):
    return shutil.copytree(trained, tmp_path / "clip")


def doctor(folder, *options):
    return CliRunner().invoke(main, ["doctor", "--clip", str(folder), *options])


def edit(path, change):
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def test_a_healthy_folder_is_called_so(folder):
    first = doctor(folder)
    assert first.exit_code == 0
    assert int(first.output.split()[0]) >= 5, "it has learnt to tell shapes apart; by chance it would be one"
    assert "--record" in first.output
    assert doctor(folder, "--record").exit_code == 0
    again = doctor(folder)
    assert again.exit_code == 0
    assert "are the recorded ones within 0.000000" in again.output.replace("0.000001", "0.000000")


def wrong_mean(config):
    config["preprocess_cfg"]["mean"] = [0.0, 0.0, 0.0]


def wrong_scale(config):
    """Pixels from 0 to 255 where 0 to 1 are expected, as in the published system."""
    config["preprocess_cfg"]["mean"] = [0.0, 0.0, 0.0]
    config["preprocess_cfg"]["std"] = [1 / 255] * 3


def wrong_crop(config):
    config["preprocess_cfg"]["resize_mode"] = "squash"


@pytest.mark.parametrize("change", [wrong_mean, wrong_scale, wrong_crop])
def test_another_preprocessing_is_caught(folder, change):
    doctor(folder, "--record")
    edit(folder / "open_clip_config.json", change)
    found = doctor(folder)
    assert found.exit_code == 2
    assert "allowed 0.005" in found.output


def test_other_weights_are_caught(folder):
    from safetensors.torch import load_file, save_file

    doctor(folder, "--record")
    weights = folder / "open_clip_model.safetensors"
    state = load_file(weights)
    state["text_projection"] = state["text_projection"].flip(1)
    save_file(state, weights)
    assert doctor(folder).exit_code == 2


def test_weights_without_finite_vectors_are_named(folder):
    from safetensors.torch import load_file, save_file

    weights = folder / "open_clip_model.safetensors"
    state = load_file(weights)
    state["text_projection"] = state["text_projection"] * np.inf
    save_file(state, weights)
    with pytest.raises(UserError, match="no finite vectors"):
        examine(folder)


@pytest.mark.parametrize("content", ["", "{}", '{"cosines": [1, 2]}', '{"cosines": "x"}'])
def test_a_record_that_is_none_is_named(folder, content):
    (folder / RECORD).write_text(content)
    found = doctor(folder)
    assert found.exit_code == 2
    assert RECORD in found.output


def test_the_pictures_never_change():
    """Records travel: of the drawings not a pixel may move."""
    import hashlib

    digest = hashlib.sha256()
    for caption, image in pictures().items():
        digest.update(caption.encode() + str(image.size).encode() + image.tobytes())
    assert digest.hexdigest()[:16] == "9d8a927ce912a7a2"
