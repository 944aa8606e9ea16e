import os

import pytest

from floodmark.learning.processes import cores, side_by_side


def with_process(number):
    return number**2, os.getpid()


def refuse(number):
    raise ValueError(f"no {number}")


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_the_order_of_their_jobs(workers):
    found = side_by_side(with_process, [3, 1, 2], workers, "squaring")
    assert [square for square, _ in found] == [9, 1, 4]
    assert (os.getpid() in {process for _, process in found}) == (workers == 1)


@pytest.mark.parametrize("workers", [1, 2])
def test_what_goes_wrong_in_a_job_is_told(workers):
    with pytest.raises(ValueError, match="no 3"):
        side_by_side(refuse, [3], workers, "refusing")


def test_there_is_at_least_one_core():
    assert 1 <= cores() <= 8
