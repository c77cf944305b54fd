"""Reports that several tests read, and none changes; and a run that is refused."""

from pathlib import Path

import pytest

from tests.conformance.verifying import SOME, TOUR, WRONG, Refused, Verified, decides_in_fuzzing, fuzz, says, verify


@pytest.fixture(scope="session")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> Verified:
    """The report on a system that is wrong about one thing, in three lanes."""
    return fuzz(tmp_path_factory.mktemp("wrong"), decides_in_fuzzing, "--python", WRONG, *SOME, *TOUR)


@pytest.fixture(scope="session")
def wrong_in_features(tmp_path_factory: pytest.TempPathFactory) -> Verified:
    """Scenarios alone on that system: a report that is checked in a tenth of the time."""
    return verify(tmp_path_factory.mktemp("features"), "--python", WRONG, *SOME)


@pytest.fixture
def refused(tmp_path: Path) -> Refused:
    """Run `verify` with arguments that are wrong usage: nothing is run; return the one line that says why."""

    def run(*arguments: str) -> str:
        report = tmp_path / "report"
        here = ["--in-process"] if "--python" in arguments else []
        error = says(2, "verify", "--report", report, *here, *arguments)
        assert error.count("\n") == 1
        assert not report.exists()
        return error

    return run
