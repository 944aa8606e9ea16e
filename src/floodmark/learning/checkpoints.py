"""What a training leaves after every epoch, so that one cut off at any moment goes on as if it had not been."""

from __future__ import annotations

import copy
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from floodmark import ranks
from floodmark.errors import UserError
from floodmark.learning.history import write_history
from floodmark.learning.weights import load_weights, save_weights
from floodmark.progress import say

if TYPE_CHECKING:
    from pathlib import Path

    import torch

LAST, HISTORY = "last.safetensors", "history.csv"


@dataclass
class Progress:
    """How far a training has come.

    Attributes:
        history: A row per finished epoch.
        steps: Batches trained on.
        best_score: The highest so far.
        best_epoch: The epoch of that score, 0 before there is one.
        best_state: The weights after that epoch, or after the last one as long as none has a score.
    """

    history: list[dict[str, float]]
    steps: int
    best_score: float
    best_epoch: int
    best_state: dict[str, torch.Tensor]

    @classmethod
    def before(cls, model: torch.nn.Module) -> Progress:
        """The state before the first epoch."""
        return cls([], 0, float("-inf"), 0, copy.deepcopy(model.state_dict()))

    @property
    def stale(self) -> int:
        """Epochs since the best one."""
        return len(self.history) - self.best_epoch

    def over(self, epochs: int, patience: int) -> bool:
        """Whether no epoch is left, or too many have passed without a better score."""
        return len(self.history) >= epochs or self.stale >= patience

    def add(self, row: dict[str, float], score: float, model: torch.nn.Module) -> None:
        """Take in a finished epoch."""
        self.history.append(row)
        if score > self.best_score:
            self.best_score, self.best_epoch = score, len(self.history)
        if self.best_epoch in (0, len(self.history)):
            self.best_state = copy.deepcopy(model.state_dict())


class Checkpoints:
    """The folder of one training: `last.safetensors`, the best epoch's weights, and `history.csv` to look at.

    Every file appears whole, and the last state is replaced only after the best weights that it names are there: a
    process killed in the midst of writing leaves the epoch before. Of several ranks the first one writes, and all of
    them take its state up, which any number of them may have left: it is the same on each.
    """

    def __init__(
        self,
        folder: Path,
        model: torch.nn.Module,
        optimiser: torch.optim.Optimizer,
        scaler: torch.amp.GradScaler,
        setup: dict[str, Any],
    ) -> None:
        """Open or make the folder.

        Args:
            folder: Of this training alone.
            model: In training, on its device.
            optimiser: Of its parameters.
            scaler: Of its gradients.
            setup: What a state must have been written under to be taken up again, as JSON has it.
        """
        if ranks.first():
            folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.model, self.optimiser, self.scaler, self.setup = folder, model, optimiser, scaler, setup
        self._parameters = [item for group in optimiser.param_groups for item in group["params"]]

    def save(self, progress: Progress) -> None:
        """Keep the state after an epoch."""
        if not ranks.first():
            return
        best = self._best(progress.best_epoch)
        if progress.stale == 0 or progress.best_epoch == 0 or not best.exists():
            self._write(best, progress.best_state, {"epoch": progress.best_epoch})
        content = {
            "setup": self.setup,
            # Pairs, for the keys of a mapping are sorted when it is written, and tables go by their order.
            "history": [[[key, _plain(value)] for key, value in row.items()] for row in progress.history],
            "steps": progress.steps,
            "best_score": _plain(progress.best_score),
            "best_epoch": progress.best_epoch,
            "scaler": self.scaler.state_dict(),
        }
        self._write(self.folder / LAST, self._tensors(), content)
        for other in self.folder.glob("best-*.safetensors"):
            if other != best:
                other.unlink()
        write_history(self.folder / HISTORY, progress.history)

    def resume(self) -> Progress | None:
        """Take up the last state, if there is one of the same setup; a file that cannot be read counts as none.

        Raises:
            UserError: if ranks do not see the same state.
        """
        found = self._resume()
        epochs = 0 if found is None else len(found.history)
        if ranks.anywhere(epochs != ranks.from_first(epochs)):
            raise UserError(
                f"{self.folder}: not all {ranks.world()} processes find the same unfinished training there: put the "
                "project on a disk that all of them share"
            )
        return found

    def _resume(self) -> Progress | None:
        if not (self.folder / LAST).exists():
            return None
        try:
            tensors, content = load_weights(self.folder / LAST)
            best_state, _ = load_weights(self._best(content["best_epoch"]))
        except UserError as error:
            say(f"{error}: training begins anew")
            return None
        if content["setup"] != self.setup:
            return None
        self._restore(tensors)
        self.scaler.load_state_dict(content["scaler"])
        history = [dict(row) for row in content["history"]]
        say(f"going on after epoch {len(history)}")
        return Progress(history, content["steps"], content["best_score"], content["best_epoch"], best_state)

    def _best(self, epoch: int) -> Path:
        return self.folder / f"best-{epoch}.safetensors"

    def _write(self, path: Path, tensors: dict[str, torch.Tensor], content: dict[str, Any]) -> None:
        partial = path.with_name(f".partial-{path.name}")
        # Weights that are tied share their memory, which safetensors does not write.
        save_weights(partial, {name: tensor.detach().cpu().clone() for name, tensor in tensors.items()}, content)
        os.replace(partial, path)

    def _tensors(self) -> dict[str, torch.Tensor]:
        import torch

        found = {f"model/{name}": value for name, value in self.model.state_dict().items()}
        for index, parameter in enumerate(self._parameters):
            for key, value in self.optimiser.state[parameter].items():
                found[f"optimiser/{index}/{key}"] = value
        found["random/cpu"] = torch.get_rng_state()
        if self._parameters[0].is_cuda:
            found["random/cuda"] = torch.cuda.get_rng_state(self._parameters[0].device)
        return found

    def _restore(self, tensors: dict[str, torch.Tensor]) -> None:
        import torch

        below: dict[str, dict[str, torch.Tensor]] = {"model": {}, "optimiser": {}, "random": {}}
        for name, value in tensors.items():
            kind, _, rest = name.partition("/")
            below[kind][rest] = value
        self.model.load_state_dict(below["model"])
        for name, value in below["optimiser"].items():
            index, _, key = name.partition("/")
            parameter = self._parameters[int(index)]
            # As the optimiser makes them: counts on the CPU, moments laid out in memory like their parameter, for on
            # another layout the same sum may be rounded otherwise.
            self.optimiser.state[parameter][key] = (
                value if key == "step" else torch.empty_like(parameter.detach()).copy_(value)
            )
        torch.set_rng_state(below["random"]["cpu"])
        if "cuda" in below["random"]:
            torch.cuda.set_rng_state(below["random"]["cuda"], self._parameters[0].device)


def _plain(value: Any) -> Any:
    """A number of numpy as Python's, which JSON keeps to the last bit."""
    return value.item() if hasattr(value, "item") else value
