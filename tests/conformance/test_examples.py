"""The examples are conformant, each in its language and over its transport, and take nothing of the specification."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.verifying import ROOT, verify

EXAMPLES = ROOT / "docs" / "examples"
PROGRAMS = {
    "python": shlex.join([sys.executable, "-S", str(EXAMPLES / "python" / "emulator.py")]),
    "node": shlex.join(["node", str(EXAMPLES / "node" / "emulator.mjs")]),
    "perl": shlex.join(["perl", str(EXAMPLES / "perl" / "emulator.pl")]),
}

SOME = tuple(argument for topic in ("keys", "revocation", "vault") for argument in ("--topic", topic))
TOPICS: dict[str, tuple[str, ...]] = {"python": (), "node": SOME, "perl": SOME}
"""The scenarios that each is asked here.  The site is made with a run of all scenarios on each."""


@pytest.fixture
def url() -> Iterator[str]:
    """Where the example in Node listens."""
    server = subprocess.Popen([*shlex.split(PROGRAMS["node"]), "--http"], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    yield server.stdout.readline().split()[-1]
    server.terminate()
    server.wait()
    server.stdout.close()


def declared_profile(language: str) -> str:
    """The profile that an example says it conforms to."""
    source = next((EXAMPLES / language).glob("emulator.*")).read_text("utf-8")
    found = re.search(r"conforms to the profile (\w+)", source)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("language", PROGRAMS)
def test_example_is_conformant_in_the_profile_that_it_declares(tmp_path: Path, language: str) -> None:
    profile = declared_profile(language)
    found = verify(
        tmp_path, "--stdio", PROGRAMS[language], "--profile", profile, "--lane", "features", *TOPICS[language]
    )
    assert found.exit_code == 0
    assert found.report["subject"]["product"] == f"example emulator in {language.title()}"


def test_example_is_conformant_over_http(tmp_path: Path, url: str) -> None:
    assert verify(tmp_path, "--http", url, "--lane", "features", "--topic", "tenant").exit_code == 0


@pytest.mark.parametrize("language", PROGRAMS)
def test_example_uses_nothing_of_the_specification(language: str) -> None:
    for file in (EXAMPLES / language).iterdir():
        if file.is_file():
            code = [
                line for line in file.read_text("utf-8").splitlines() if not line.lstrip().startswith(("#", "//", "`"))
            ]
            assert "import translator_cmk" not in "\n".join(code)
            assert "from translator_cmk" not in "\n".join(code)


def test_every_folder_of_examples_is_run() -> None:
    assert {folder.name for folder in EXAMPLES.iterdir() if folder.is_dir()} == set(PROGRAMS)
