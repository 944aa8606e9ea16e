import os

import pytest
import torch

from floodmark.learning.crew import crew


def squared(number):
    return number**2


def threads(_):
    return torch.get_num_threads(), os.getpid()


def refuse(number):
    raise ValueError(f"no {number}")


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_the_order_of_their_jobs(workers):
    with crew(workers) as hands:
        assert hands.do(squared, range(7)) == [number**2 for number in range(7)]
        assert hands.do(squared, []) == []


@pytest.mark.parametrize("workers", [1, 2])
def test_each_job_has_one_thread_and_this_process_keeps_its_own(workers):
    before = torch.get_num_threads()
    with crew(workers) as hands:
        found = hands.do(threads, range(4))
    assert {count for count, _ in found} == {1}
    assert (os.getpid() in {process for _, process in found}) == (workers == 1)
    assert torch.get_num_threads() == before


@pytest.mark.parametrize("workers", [1, 2])
def test_what_goes_wrong_in_a_job_is_told(workers):
    with pytest.raises(ValueError, match="no 3"), crew(workers) as hands:
        hands.do(refuse, [3])
