"""The site runs the laws of the model itself, and a law counts only by its own test of now."""

from pathlib import Path

import pytest

from tests.conformance.conftest import MODEL, WELL, verify
from translator_cmk.cli import main
from translator_cmk.conformance.results import EXPECTED, Item
from translator_cmk.site import command, pages
from translator_cmk.site.content import Content
from translator_cmk.site.laws import TESTS, run_laws
from translator_cmk.verdict import Status

HOLDS, BROKEN, LEFT_OUT, LOST, *_ = EXPECTED

SUITE = f"""
import pytest

@pytest.mark.parametrize("name", [{HOLDS!r}])
def test_law(name):
    pass

@pytest.mark.parametrize("name", [{BROKEN!r}])
def test_law_at_first(name):
    assert False, "it does not hold"

@pytest.mark.parametrize("name", [{BROKEN!r}])
def test_law_once_more(name):
    pass

@pytest.mark.parametrize("name", [{LEFT_OUT!r}])
def test_law_that_is_left_out(name):
    pytest.skip("it takes too long")

@pytest.mark.parametrize("name", ["no-such-law"])
def test_something_else(name):
    pass
"""

ALL_PASS = """
import pytest

@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    report = yield
    report.outcome = "passed"
    return report
"""


def checkout(folder: Path, suite: str) -> Path:
    """Write these tests where those of the laws stand."""
    file = folder / TESTS
    file.parent.mkdir(parents=True)
    file.write_text(suite, "utf-8")
    return folder


def laws_in(root: Path) -> dict[str, Item]:
    return {item.id: item for item in run_laws(root)}


def test_law_has_the_result_of_its_test_and_the_first_failure_stands(tmp_path: Path) -> None:
    found = laws_in(checkout(tmp_path, SUITE))
    assert found.keys() == EXPECTED.keys()
    assert found[HOLDS].status == "passed"
    assert (found[BROKEN].status, found[BROKEN].reason) == (
        "failed",
        "AssertionError: it does not hold",
    )
    assert (found[LEFT_OUT].status, found[LEFT_OUT].reason) == ("not-run", "it takes too long")
    assert found[LOST].status == "not-run"
    assert found[LOST].requirements == EXPECTED[LOST]


def test_neither_hooks_nor_the_environment_turn_a_law_green(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = checkout(tmp_path, SUITE)
    (root / TESTS).with_name("conftest.py").write_text(ALL_PASS, "utf-8")
    monkeypatch.setenv("PYTEST_ADDOPTS", "-k test_law_once_more")
    assert laws_in(root)[BROKEN].status == "failed"


@pytest.mark.parametrize("suite", ["", "import no_such_module"], ids=["emptied", "broken"])
def test_laws_whose_tests_can_not_be_run_are_not_run(tmp_path: Path, suite: str) -> None:
    found = laws_in(checkout(tmp_path, suite))
    assert {item.status.value for item in found.values()} == {"not-run"}
    assert all(item.reason for item in found.values())


def test_laws_without_their_tests_are_not_run(tmp_path: Path) -> None:
    found = laws_in(tmp_path)
    assert {item.status.value for item in found.values()} == {"not-run"}
    assert {item.reason for item in found.values()} == {f"{TESTS} is not here"}


@pytest.mark.parametrize("changed", ["", "features/vault.feature is not committed"])
def test_law_that_does_not_hold_is_shown_and_fails_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    shown: list[Content] = []

    def generate(content: Content) -> pages.Generated:
        shown.append(content)
        return pages.Generated({}, {})

    root = checkout(tmp_path / "checkout", SUITE)
    docs = root / "docs"
    docs.mkdir()
    monkeypatch.setattr(pages, "generate", generate)
    monkeypatch.setattr(command, "features_dir", lambda: root / "features")
    monkeypatch.setattr(command, "uncommitted", lambda _: changed)
    record = verify(tmp_path, "--python", MODEL, *WELL).folder
    assert main(["site", "--docs", str(docs), "--results", str(record)]) == 1
    evidence = shown[0].evidence
    assert evidence.whole.status is Status.FAILED
    beyond = {item.id for item in evidence.beyond}
    assert BROKEN in beyond
    assert (HOLDS in beyond) == (changed == "")
