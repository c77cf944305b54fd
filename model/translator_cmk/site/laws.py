"""Run the laws of the model again, and return the result of each.

A law is a claim about every step of the model, which a test tries along random walks.  No message
log shows that it holds, so the site takes no record's word for it: it runs the tests itself.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

from ..conformance.results import EXPECTED, Item
from ..verdict import Status

TESTS = "tests/machine/test_stateful.py"
"""Where the laws are tested, from the root of the source; the parameter of a test is its law."""

CHANGES_A_RUN = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS")
"""Variables by which an environment changes what pytest runs."""


def run_laws(root: Path) -> tuple[Item, ...]:
    """Return the result of every law; a law without a result was not run."""
    if not (root / TESTS).is_file():
        return tuple(not_run(name, f"{TESTS} is not here") for name in EXPECTED)
    found: dict[str, Item] = {}
    with TemporaryDirectory() as folder:
        junit = Path(folder) / "laws.xml"
        said = run_tests(root, junit)
        for item in results_in(junit):
            if item.id not in found or item.status is not Status.PASSED:
                found[item.id] = item
    return tuple(found.get(name) or not_run(name, said) for name in EXPECTED)


def run_tests(root: Path, junit: Path) -> str:
    """Run the tests of the laws, which write a JUnit file; return the last line that pytest says.

    No hook of a `conftest.py` takes part, and no option of the environment.
    """
    command = [sys.executable, "-m", "pytest", "-q", "--noconftest", "-p", "no:cacheprovider"]
    environment = {name: value for name, value in os.environ.items() if name not in CHANGES_A_RUN}
    done = subprocess.run(
        [*command, f"--junitxml={junit}", TESTS],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = (done.stdout + done.stderr).strip().splitlines()
    return lines[-1] if lines else "pytest said nothing"


def results_in(junit: Path) -> Iterator[Item]:
    """Yield the result of each law in a JUnit file, where there is one."""
    if not junit.is_file():
        return
    for case in ElementTree.parse(junit).iter("testcase"):
        _, _, parameter = case.get("name", "").partition("[")
        name = parameter.removesuffix("]")
        if name in EXPECTED:
            yield result_of(name, case)


def result_of(name: str, case: ElementTree.Element) -> Item:
    """Return the result of a law from its test case."""
    seconds = float(case.get("time", "0"))
    for kind, status in (
        ("failure", Status.FAILED),
        ("error", Status.FAILED),
        ("skipped", Status.NOT_RUN),
    ):
        found = case.find(kind)
        if found is not None:
            said = found.get("message", "").partition("\n")[0]
            return Item(name, "property", EXPECTED[name], status, seconds, said or kind)
    return Item(name, "property", EXPECTED[name], Status.PASSED, seconds)


def not_run(name: str, reason: str) -> Item:
    """Return that a law was not run."""
    return Item(name, "property", EXPECTED[name], Status.NOT_RUN, reason=reason)
