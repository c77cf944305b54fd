"""Reports that several tests read, and none changes."""

import pytest

from tests.conformance.verifying import SOME, TOUR, WRONG, Verified, decides_in_fuzzing, fuzz, verify


@pytest.fixture(scope="session")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> Verified:
    """The report on a system that is wrong about one thing, in three lanes."""
    return fuzz(tmp_path_factory.mktemp("wrong"), decides_in_fuzzing, "--python", WRONG, *SOME, *TOUR)


@pytest.fixture(scope="session")
def wrong_in_features(tmp_path_factory: pytest.TempPathFactory) -> Verified:
    """Scenarios alone on that system: a report that is checked in a tenth of the time."""
    return verify(tmp_path_factory.mktemp("features"), "--python", WRONG, *SOME)
