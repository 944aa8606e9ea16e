import subprocess
import sys

CHECK = """
from floodmark.learning.torchvision_shim import fit_torchvision
first, second = fit_torchvision(), fit_torchvision()
assert first == second
import torch, torchvision
assert torch.ops.torchvision.nms is not None
assert first == (not torchvision.extension._has_ops()), "operators are declared exactly where torchvision has none"
from torchvision.transforms import v2
assert v2.functional.resize(torch.zeros(3, 8, 8), [4, 4]).shape == (3, 4, 4)
fit_torchvision.cache_clear()
assert not fit_torchvision(), "once torchvision is imported there is nothing to do"
"""


def test_torchvision_imports_with_or_without_operators_of_its_own():
    subprocess.run([sys.executable, "-c", CHECK], env={"PYTHONPATH": "src"}, check=True)
