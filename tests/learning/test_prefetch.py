import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floodmark.learning.prefetch import ahead


@settings(max_examples=30)
@given(st.lists(st.integers(0, 3), max_size=12), st.integers(0, 3), st.integers(1, 5))
def test_results_come_in_the_order_of_the_jobs(milliseconds, workers, most):
    def work(job):
        time.sleep(job[1] / 1000)
        return job

    jobs = list(enumerate(milliseconds))
    assert list(ahead(work, iter(jobs), workers, most)) == jobs


def test_work_goes_on_ahead_but_not_without_bound():
    done, taken = threading.Semaphore(0), []

    def jobs():
        for job in range(100):
            taken.append(job)
            yield job

    def work(job):
        done.release()
        return job

    results = ahead(work, jobs(), 2, 3)
    assert next(results) == 0
    for _ in range(4):  # the one asked for, and three more without being asked for
        assert done.acquire(timeout=5)
    assert taken == [0, 1, 2, 3]
    results.close()


def test_with_no_workers_a_job_is_done_when_it_is_asked_for():
    done = []
    results = ahead(lambda job: done.append(job) or job, range(5), 0, 3)
    assert next(results) == 0
    assert done == [0]


def test_a_job_that_fails_raises_in_its_turn():
    def work(job):
        if job == 2:
            raise ValueError(job)
        return job

    results = ahead(work, range(9), 2, 4)
    assert [next(results), next(results)] == [0, 1]
    with pytest.raises(ValueError, match="2"):
        next(results)


def test_who_stops_asking_leaves_no_thread():
    before = threading.active_count()
    results = ahead(lambda job: time.sleep(0.01) or job, range(1000), 3, 6)
    next(results)
    assert threading.active_count() > before
    results.close()
    assert threading.active_count() == before
