import pytest

from tests.fan_out.dask import VARIABLE, cluster
from tests.sentiment.conftest import params, small_blocks, study, tiny_clip

__all__ = ["params", "small_blocks", "study", "tiny_clip"]

ONE = ("--nthreads", "1")
CLUSTERS = {"one worker of two threads": [("--nthreads", "2")], "two workers": [ONE, ONE]}


@pytest.fixture(scope="module", params=list(CLUSTERS))
def workers(request, tmp_path_factory):
    with cluster(tmp_path_factory.mktemp("dask"), *CLUSTERS[request.param]) as made:
        yield made


@pytest.fixture
def alone(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)


@pytest.fixture
def fanned(workers, monkeypatch, alone):
    """Call to let the workers help from now on."""
    return lambda: monkeypatch.setenv(VARIABLE, workers.address)
