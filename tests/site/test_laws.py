"""A law has the result that its tests had when they were last run, with the model of now."""

from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest

from translator_cmk.site import laws
from translator_cmk.site.laws import LAWS, identity, load_laws
from translator_cmk.verdict import Status

HOLDS, BROKEN, LEFT_OUT, UNTESTED, *_ = LAWS

FAILURE = '<failure message="it does not hold" />'
SKIPPED = '<skipped message="it takes too long" />'


def case(names: str, outcome: str = "", searched: str = "two worlds") -> str:
    """Return a test of these laws as pytest records it."""
    return (
        f"<testcase><properties><property name='law' value={quoteattr(names)} />"
        f"<property name='searched' value={quoteattr(searched)} /></properties>{outcome}</testcase>"
    )


def recorded(folder: Path, *cases: str, of: str | None = None) -> Path:
    """Write a record of the laws of this model, or of another."""
    record = folder / "laws.xml"
    record.write_text(
        "<testsuites><testsuite><properties>"
        f"<property name='identity' value={quoteattr(of or identity(folder))} /></properties>"
        f"{''.join(cases)}<testcase /></testsuite></testsuites>",
        "utf-8",
    )
    return record


CASES = (
    case(f"{HOLDS} {BROKEN}"),
    case(BROKEN, SKIPPED, searched="nothing"),
    case(BROKEN, FAILURE),
    case(BROKEN, searched="a walk"),
    case(LEFT_OUT, SKIPPED),
    case("no-such-law"),
)


def test_law_has_the_worst_result_of_its_tests(tmp_path: Path) -> None:
    found = {law.id: law for law in load_laws(tmp_path, recorded(tmp_path, *CASES))}
    assert found.keys() == LAWS.keys()
    assert (found[HOLDS].status, found[HOLDS].searched) == (Status.PASSED, "two worlds")
    broken = found[BROKEN]
    assert (broken.status, broken.reason) == (Status.FAILED, "it does not hold")
    assert broken.searched == "two worlds; nothing; two worlds; a walk"
    assert found[LEFT_OUT].status is Status.NOT_RUN
    assert found[LEFT_OUT].reason == "it takes too long"
    assert found[UNTESTED].status is Status.NOT_RUN
    assert found[UNTESTED].requirements == LAWS[UNTESTED]


@pytest.mark.parametrize("changed", ["model", "test"])
def test_laws_of_another_model_or_other_tests_were_not_run(tmp_path: Path, changed: str) -> None:
    record = recorded(tmp_path, *CASES, of="0" * 64 if changed == "model" else None)
    if changed == "test":
        file = tmp_path / laws.TESTS[0] / "test_laws.py"
        file.parent.mkdir(parents=True)
        file.write_text("", "utf-8")
    found = load_laws(tmp_path, record)
    assert {law.status for law in found} == {Status.NOT_RUN}
    assert all("have changed since" in (law.reason or "") for law in found)


def test_laws_without_a_record_were_not_run(tmp_path: Path) -> None:
    found = load_laws(tmp_path, tmp_path / "laws.xml")
    assert {law.status for law in found} == {Status.NOT_RUN}


def test_record_that_breaks_off_is_of_no_law(tmp_path: Path) -> None:
    record = recorded(tmp_path, *CASES)
    record.write_text(record.read_text("utf-8")[:200], "utf-8")
    found = load_laws(tmp_path, record)
    assert {law.status for law in found} == {Status.NOT_RUN}
    assert found[0].reason is not None
    assert found[0].reason.startswith(f"{record} is not whole")
