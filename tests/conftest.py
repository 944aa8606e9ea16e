"""What holds for all tests."""

import signal

import pytest
from hypothesis import settings

# A busy machine must not make a right answer a failure.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture(autouse=True)
def _handlers_stay_in_their_test():
    """A command that is called in this process leaves its handler of SIGTERM, which a forked worker would inherit."""
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)
