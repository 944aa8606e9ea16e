from pathlib import Path
from typing import NamedTuple

import pytest

from demo.people import People, write_people
from demo.sizes import FULL, TINY


class Made(NamedTuple):
    folder: Path
    people: People


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("tiny")
    return Made(folder, write_people(folder, TINY))


@pytest.fixture(scope="session")
def full(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("full")
    return Made(folder, write_people(folder, FULL))
