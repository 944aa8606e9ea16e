import pytest
import torch

from floodmark.learning import trainer
from floodmark.learning.precision import Precision
from floodmark.learning.trainer import Schedule, fit


def fitted(epochs=20, **options):
    torch.manual_seed(0)
    x = torch.randn(64, 3)
    y = x @ torch.tensor([[1.0], [-2.0], [0.5]]) + 0.3
    model, seen = torch.nn.Linear(3, 1), []

    def loss(batch):
        found = model(batch[0])
        seen.append(found.dtype)
        return ((found.float() - batch[1]) ** 2).mean()

    def evaluate():
        return {"score": -float(((model(x) - y) ** 2).mean())}

    def batches(epoch):
        return zip(x.split(16), y.split(16), strict=True)

    history = fit(model, loss, batches, evaluate, Schedule(epochs, 0.1, 0.0, 4, epochs), "score", **options)
    return model, history, set(seen)


def test_a_cpu_trains_in_32_bits_asked_or_not():
    plain, asked = fitted(3), fitted(3, mixed=True)
    assert asked[1:] == plain[1:]
    assert asked[2] == {torch.float32}


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_in_16_bits_a_model_learns_and_its_weights_stay_in_32(dtype, monkeypatch):
    """What a GPU does, done by a CPU."""
    monkeypatch.setattr(trainer.Precision, "of", lambda device, mixed: Precision(device, dtype))
    model, history, seen = fitted(mixed=True)
    assert seen == {dtype}
    assert model.weight.dtype == torch.float32
    assert history[-1]["score"] > -1e-2


def test_the_scale_of_gradients_is_taken_up_again(tmp_path, monkeypatch):
    scalers = []

    def of(device, mixed):
        scalers.append(Precision(device, torch.float16))
        return scalers[-1]

    monkeypatch.setattr(trainer.Precision, "of", of)
    fitted(3, mixed=True, work=tmp_path)
    fitted(3, mixed=True, work=tmp_path)
    assert scalers[1].scaler.state_dict() == scalers[0].scaler.state_dict()
    assert scalers[1].scaler.state_dict()["_growth_tracker"] > 0


def test_a_gradient_that_overflows_changes_nothing():
    precision, model = Precision(torch.device("cpu"), torch.float16), torch.nn.Linear(2, 1)
    optimiser = torch.optim.AdamW(model.parameters())
    before = model.weight.detach().clone()
    precision.step(model(torch.ones(1, 2)).sum() * 1e38, optimiser, list(model.parameters()), 1.0)
    assert torch.equal(model.weight, before)
    assert precision.scaler.get_scale() < 65536.0


def test_a_gpu_without_bfloat16_gets_float16(monkeypatch):
    monkeypatch.setattr(torch.amp, "GradScaler", lambda device, enabled: enabled)
    for native, dtype in ((True, torch.bfloat16), (False, torch.float16)):
        monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation, native=native: native)
        chosen = Precision.of(torch.device("cuda"), True)
        assert chosen.dtype == dtype
        assert chosen.scaler == (dtype == torch.float16)
    assert Precision.of(torch.device("cuda"), False).dtype is None
