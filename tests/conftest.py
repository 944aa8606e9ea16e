"""What holds for all tests."""

from hypothesis import settings

# A busy machine must not make a right answer a failure.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
