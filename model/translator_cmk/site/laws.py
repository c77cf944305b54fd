"""Read the record of the laws of the model: what their tests said when they were last run.

A law is a claim about every step of the model, which a test tries along random walks and in small
worlds.  No message log shows that it holds, so its test is its evidence.  pytest records the tests
as a JUnit file, with the model that they were run against.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree import ElementTree

from ..conformance.results import Item
from ..digest import digest_of, files, kit_digest
from ..strict_yaml import read_yaml
from ..verdict import Status

RECORD = Path(".results/laws.xml")
TESTS = ("tests/machine", "tests/oracle")
"""Where the laws are tested, and what the tests are made of, from the root of the source."""

LAWS: Mapping[str, tuple[str, ...]] = {
    name: tuple(requirements)
    for name, requirements in read_yaml(Path(__file__).parent / "data" / "laws.yaml")
    .value()
    .items()
}
"""The requirements of each law, by its id."""


@dataclass(frozen=True)
class Law(Item):
    """The result of a law, and what was searched for a step that breaks it."""

    searched: str = ""


def identity(root: Path) -> str:
    """Return the identity of the model and of the tests of its laws."""
    named = {}
    for folder in TESTS:
        for name, path in files(root / folder):
            named[f"{folder}/{name}"] = path
    return f"{kit_digest()} {digest_of(named)}"


def load_laws(root: Path, record: Path = RECORD) -> tuple[Law, ...]:
    """Return the result of every law; a law without a result of this model was not run."""
    if not record.is_file():
        return none_was_run(f"{record} is not here: run make site")
    try:
        suite = ElementTree.parse(record).getroot()
    except ElementTree.ParseError as error:
        return none_was_run(f"{record} is not whole ({error}): run make site")
    if properties_of(suite.find("testsuite")).get("identity") != identity(root):
        return none_was_run("the model or its laws have changed since: run make site")
    found = list(results_in(suite))
    laws = []
    for name in LAWS:
        tests = [law for law in found if law.id == name]
        laws.append(verdict(name, tests))
    return tuple(laws)


def none_was_run(reason: str) -> tuple[Law, ...]:
    """Return that no law was run."""
    return tuple(not_run(name, reason) for name in LAWS)


def verdict(name: str, tests: Sequence[Law]) -> Law:
    """Return the result of a law from those of its tests: one that failed, or else one that was not
    run, if any.
    """
    if not tests:
        return not_run(name, "it has no test")
    searched = "; ".join(law.searched for law in tests)
    worst_first = (Status.FAILED, Status.NOT_RUN, Status.PASSED)
    worst = min(tests, key=lambda law: worst_first.index(law.status))
    return replace(worst, searched=searched)


def results_in(suite: ElementTree.Element) -> Iterator[Law]:
    """Yield the result of each test of a law."""
    for case in suite.iter("testcase"):
        properties = properties_of(case)
        for name in properties.get("law", "").split():
            if name in LAWS:
                yield result_of(name, properties.get("searched", ""), case)


def properties_of(element: ElementTree.Element | None) -> dict[str, str]:
    """Return the properties that pytest has recorded of a test, or of the run."""
    found = element.iterfind("properties/property") if element is not None else ()
    return {each.get("name", ""): each.get("value", "") for each in found}


def result_of(name: str, searched: str, case: ElementTree.Element) -> Law:
    """Return the result of a law from its test case."""
    for kind, status in (
        ("failure", Status.FAILED),
        ("error", Status.FAILED),
        ("skipped", Status.NOT_RUN),
    ):
        found = case.find(kind)
        if found is not None:
            said = found.get("message", "").partition("\n")[0]
            return Law(name, "property", LAWS[name], status, reason=said or kind, searched=searched)
    return Law(name, "property", LAWS[name], Status.PASSED, searched=searched)


def not_run(name: str, reason: str) -> Law:
    """Return that a law was not run."""
    return Law(name, "property", LAWS[name], Status.NOT_RUN, reason=reason)
