import numpy as np
import pytest
import torch
from torch import nn

from floodmark.learning.weights import load_weights, save_weights
from floodmark.sentiment.models.dense import DenseClassifier
from floodmark.sentiment.models.lstm import LstmClassifier
from floodmark.sentiment.models.transformer import TransformerClassifier, sinusoidal_positions
from floodmark.sentiment.models.words import SPREAD, WordEmbedding
from floodmark.sentiment.text_models import build, load_text_model, trim

SPECIAL, WORDS = 3, 20
BUILD = {
    "lstm": lambda words: LstmClassifier(words, (6, 5), True, False, 0.2),
    "one-way lstm": lambda words: LstmClassifier(words, (6,), False, False, 0.2),
    "normalised lstm": lambda words: LstmClassifier(words, (6, 5), True, True, 0.2),
    "transformer": lambda words: TransformerClassifier(words, 16, 2, 2, 32, 0.1),
}


def embedding(width=7):
    return WordEmbedding(torch.randn(WORDS, width), torch.full((SPECIAL, width), torch.nan))


@pytest.fixture(params=sorted(BUILD))
def model(request):
    torch.manual_seed(1)
    return BUILD[request.param](embedding()).eval()


def sentences(rows=6, length=9):
    rng = np.random.default_rng(3)
    ids = np.zeros((rows, length), np.int64)
    for row in range(rows):
        ids[row, : row + 1] = rng.integers(1, SPECIAL + WORDS, row + 1)
    return torch.from_numpy(ids)


@torch.inference_mode()
def test_padding_changes_nothing(model):
    ids = sentences()
    longer = nn.functional.pad(ids, (0, 12))
    expected = model(ids, ids != 0)
    torch.testing.assert_close(model(longer, longer != 0), expected, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(model(*trim((longer,))), expected, rtol=1e-5, atol=1e-6)


@torch.inference_mode()
def test_a_tweet_alone_is_judged_as_in_a_batch(model):
    ids = sentences()
    expected = model(ids, ids != 0)
    for row in range(len(ids)):
        alone = model(*trim((ids[row : row + 1],)))
        torch.testing.assert_close(alone, expected[row : row + 1], rtol=1e-5, atol=1e-6)


@torch.inference_mode()
def test_the_order_of_words_matters(model):
    ids = sentences(length=9)[-1:, :6]
    assert not torch.allclose(model(ids, ids != 0), model(ids.flip(1), ids != 0), atol=1e-5)


def test_weights_load_back_to_the_same_logits(model, tmp_path, request):
    ids = sentences()
    save_weights(tmp_path / "model.safetensors", model.state_dict(), {})
    twin = BUILD[request.node.callspec.params["model"]](embedding()).eval()
    twin.load_state_dict(load_weights(tmp_path / "model.safetensors")[0])
    with torch.inference_mode():
        assert torch.equal(twin(ids, ids != 0), model(ids, ids != 0))


def test_only_special_tokens_are_learnt():
    words = embedding(4)
    ids = torch.tensor([[0, 1, 2, 3, SPECIAL + WORDS - 1]])
    found = words(ids)
    assert torch.equal(found[0, :3], words.special)
    assert torch.equal(found[0, 3], words.vectors[0])
    assert torch.equal(found[0, 4], words.vectors[-1])
    found.sum().backward()
    assert (words.special.grad == 1).all()
    assert [name for name, _ in words.named_parameters()] == ["special"]


def test_special_tokens_start_from_the_sets_own_vectors_and_else_at_random():
    torch.manual_seed(3)
    given = torch.tensor([[torch.nan] * 400, [0.5] * 400])
    words = WordEmbedding(torch.zeros(1, 400), given)
    assert torch.equal(words.special[1], given[1])
    assert words.special[0].std().item() == pytest.approx(SPREAD, rel=0.15)
    assert words.special.requires_grad


def test_no_pretrained_words_are_no_error():
    words = WordEmbedding(torch.zeros(0, 4), torch.zeros(SPECIAL, 4))
    assert words(torch.tensor([[0, 2]])).shape == (1, 2, 4)


@pytest.mark.parametrize("width", [4, 7])
def test_positions_are_those_of_the_paper(width):
    table = sinusoidal_positions(30, width).numpy()
    for position in range(30):
        for column in range(width):
            angle = position / 10000 ** (2 * (column // 2) / width)
            expected = np.sin(angle) if column % 2 == 0 else np.cos(angle)
            assert table[position, column] == pytest.approx(expected, abs=1e-4)


def separable(rows=256):
    """The class is that of the first word of two sets; other words and the length say nothing."""
    rng = np.random.default_rng(5)
    labels = rng.integers(0, 2, rows)
    ids = np.zeros((rows, 10), np.int64)
    for row, label in enumerate(labels):
        length = int(rng.integers(3, 10))
        ids[row, :length] = rng.integers(SPECIAL + 10, SPECIAL + WORDS, length)
        ids[row, rng.integers(length)] = SPECIAL + label * 5 + rng.integers(5)
    return torch.from_numpy(ids), torch.from_numpy(labels)


@pytest.mark.parametrize("name", sorted(BUILD))
def test_a_separable_set_is_learnt(name):
    torch.manual_seed(2)
    model = BUILD[name](embedding())
    ids, labels = separable()
    optimiser = torch.optim.AdamW(model.parameters(), 0.01)
    for _ in range(250):
        optimiser.zero_grad()
        nn.functional.cross_entropy(model(ids, ids != 0), labels).backward()
        optimiser.step()
    model.eval()
    with torch.inference_mode():
        assert (model(ids, ids != 0).argmax(1) == labels).float().mean() > 0.95


def step(model, ids, labels):
    """One step of training; the loss before it."""
    optimiser = torch.optim.AdamW(model.parameters(), 0.001)
    loss = nn.functional.cross_entropy(model.train()(*trim((ids,))), labels)
    loss.backward()
    optimiser.step()
    return loss.item()


@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("units", [(100,), (128, 128)])
def test_the_originals_lstms_train_and_rebuild_from_their_files(units, bidirectional, batch_norm, tmp_path):
    """The sizes of the system that this one replaces, through the file that `train_text` writes."""
    torch.manual_seed(6)
    architecture = {"units": list(units), "bidirectional": bidirectional, "batch_norm": batch_norm, "dropout": 0.0}
    config = {"model": "lstm", "architecture": architecture, "trained": True}
    model = build(config, torch.randn(WORDS, 7), torch.full((SPECIAL, 7), torch.nan))
    ids, labels = separable(64)
    losses = [step(model, ids, labels) for _ in range(4)]
    assert losses[-1] < losses[0]
    norms = [module for module in model.modules() if isinstance(module, nn.BatchNorm1d)]
    ways = 1 + bidirectional
    assert [norm.num_features for norm in norms] == [ways * size for size in units] * batch_norm
    save_weights(tmp_path / "model.safetensors", model.state_dict(), config)
    twin, _ = load_text_model(tmp_path / "model.safetensors")
    with torch.inference_mode():
        assert torch.equal(twin(ids, ids != 0), model.eval()(ids, ids != 0))


@pytest.mark.parametrize("layers", [1, 2, 4])
def test_transformers_of_any_depth_train_and_rebuild_from_their_files(layers, tmp_path):
    torch.manual_seed(6)
    architecture = {"width": 16, "layers": layers, "heads": 2, "feed_forward": 32, "dropout": 0.0}
    config = {"model": "transformer", "architecture": architecture, "trained": True}
    model = build(config, torch.randn(WORDS, 7), torch.full((SPECIAL, 7), torch.nan))
    blocks = [module for module in model.modules() if isinstance(module, nn.TransformerEncoderLayer)]
    assert len(blocks) == layers
    assert all(block.norm_first for block in blocks)
    ids, labels = separable(64)
    losses = [step(model, ids, labels) for _ in range(4)]
    assert losses[-1] < losses[0]
    save_weights(tmp_path / "model.safetensors", model.state_dict(), config)
    twin, _ = load_text_model(tmp_path / "model.safetensors")
    with torch.inference_mode():
        assert torch.equal(twin(ids, ids != 0), model.eval()(ids, ids != 0))


def test_batch_statistics_know_no_padding():
    ids = sentences()
    longer = nn.functional.pad(ids, (0, 12))
    found = []
    for padded in (ids, longer):
        torch.manual_seed(7)
        model = LstmClassifier(embedding(), (6, 5), True, True, 0.0).train()
        logits = model(padded, padded != 0)
        found.append([logits, *(statistic for norm in model.norms for statistic in norm.buffers())])
    for one, other in zip(*found, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-6)
    assert (found[0][1] != 0).all()


def test_a_batch_of_one_short_tweet_can_be_normalised():
    """The last batch of an epoch may be one tweet of one word, which has no deviation."""
    model = LstmClassifier(embedding(), (6, 5), True, True, 0.0).train()
    ids = torch.tensor([[SPECIAL + 1]])
    assert torch.isfinite(model(ids, ids != 0)).all()
    assert (model.norms[0].running_mean == 0).all()


def dense():
    torch.manual_seed(4)
    return DenseClassifier(8, 16, dropout=0.5, image_dropout=0.5)


def test_an_absent_photo_is_zero_whatever_stands_in_its_place():
    model = dense().eval()
    text, image, present = torch.randn(5, 8), torch.randn(5, 8), torch.tensor([True, False, True, False, True])
    with torch.inference_mode():
        logits, other = (model(text, picture, present) for picture in (image, torch.randn(5, 8)))
    assert torch.equal(logits[~present], other[~present])
    assert not torch.allclose(logits[present], other[present])


def test_a_zero_photo_is_not_an_absent_one():
    model = dense().eval()
    text, image = torch.randn(3, 8), torch.zeros(3, 8)
    with torch.inference_mode():
        assert not torch.allclose(
            model(text, image, torch.ones(3, dtype=torch.bool)), model(text, image, torch.zeros(3, dtype=torch.bool))
        )


def test_photos_are_withheld_in_training_alone():
    model = dense()
    model.layers = nn.Identity()
    text, image, present = torch.ones(4000, 8), torch.ones(4000, 8), torch.ones(4000, dtype=torch.bool)
    assert model.train()(text, image, present)[:, -1].mean() == pytest.approx(0.5, abs=0.05)
    assert model.eval()(text, image, present)[:, -1].mean() == 1
