"""The cases that `cases` writes, as the example in Perl judges systems by them: it finds wrong ones by
the requirement that `verify` names, and accuses no permitted one.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from copy import copy
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.command_line import ROOT, VALID, each_refused, one_error, run_cli
from tests.recorded import recorded
from tests.systems.lanes import in_features
from tests.systems.permitted import PERMITTED
from tests.systems.wrong import WRONG
from translator_cmk.bdd.demands import machine_without
from translator_cmk.conformance.judgement.cases import silent_by
from translator_cmk.conformance.wire.answering import Answering
from translator_cmk.language.messages import command_from_wire
from translator_cmk.oracle import Oracle
from translator_cmk.oracle.shown import Shown
from translator_cmk.system import ModelSystem, System

HAS_PERL = shutil.which("perl") and subprocess.call(["perl", "-MJSON::PP", "-e", "1"]) == 0
pytestmark = pytest.mark.skipif(not HAS_PERL, reason="missing tool: perl with JSON::PP")
JUDGE = ("perl", str(ROOT / "docs" / "examples" / "perl" / "judge.pl"))
BY_NAME = {variant.name: variant for variant in (*WRONG, *PERMITTED)}
REQUIREMENTS = (
    "environment.create-vault",
    "identity.access-removed",
    "keys.rsa-2048",
    "resource.kinds",
    "resource.regional",
    "workspace.training-refused",
)


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of some cases."""

    def make(folder: Path) -> None:
        chosen = [word for name in REQUIREMENTS for word in ("--requirement", name)]
        done = run_cli("cases", *chosen)
        assert (done.code, done.error) == (0, "")
        (folder / "cases.json").write_text(done.out, "utf-8")

    return recorded(tmp_path_factory, "cases", make) / "cases.json"


class Judged(NamedTuple):
    """What the example says of a system."""

    exit_code: int
    cases: dict[str, str]
    requirements: dict[str, str]

    @property
    def failed(self) -> set[str]:
        """The cases that failed."""
        return {case for case, result in self.cases.items() if result.startswith("failed")}


def judged(make: Callable[[], System], file: Path) -> Judged:
    """Run the example on a system that answers in this process: what it starts passes on requests
    and answers through two pipes.
    """
    (asked, requests), (answers, told) = os.pipe(), os.pipe()
    relay = f"cat <&0 >&{requests} & exec cat <&{answers} {requests}>&-"
    command = [*JUDGE, str(file), "bash", "-c", relay]
    judge = subprocess.Popen(
        command, stdout=subprocess.PIPE, pass_fds=(requests, answers), text=True
    )
    os.close(requests)
    os.close(answers)
    answering = Answering(make)
    with os.fdopen(asked, "rb") as lines, os.fdopen(told, "wb") as out:
        for request in lines:
            out.write(json.dumps(answering.answer(json.loads(request))).encode() + b"\n")
            out.flush()
    printed, _ = judge.communicate()
    of_cases: dict[str, str] = {}
    of_requirements: dict[str, str] = {}
    for line in printed.splitlines():
        case, colon, result = line.partition(": ")
        if colon:
            of_cases[case] = result
        else:
            requirement, _, status = line.partition(" ")
            of_requirements[requirement] = status
    return Judged(judge.returncode, of_cases, of_requirements)


def test_cases_follow_their_schema(cases: Path) -> None:
    written = json.loads(cases.read_text("utf-8"))
    one_of_ten = written["cases"][::10]
    VALID["cases"].validate({**written, "cases": one_of_ten})


def test_model_passes_each_case(cases: Path) -> None:
    found = judged(ModelSystem, cases)
    assert found.exit_code == 0
    assert set(found.cases.values()) == {"passed"}
    assert set(found.requirements.values()) == {"passed"}


def test_example_emulator_that_it_starts_fails_none(cases: Path) -> None:
    emulator = ROOT / "docs" / "examples" / "python" / "emulator.py"
    command = [*JUDGE, str(cases), sys.executable, "-S", str(emulator)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


OTHER = {
    True: False,
    False: True,
    "customer-managed": "microsoft-managed",
    "microsoft-managed": "customer-managed",
    "deployed": "undeployed",
    "undeployed": "deployed",
}


def test_oracle_objects_wherever_a_fact_is_not_as_demanded(cases: Path) -> None:
    """Nothing is demanded that may be otherwise where something is open."""
    written = json.loads(cases.read_text("utf-8"))
    silent = silent_by("article", written["revision"])
    oracle = Oracle(machine_without(silent), Shown(reasons=False, audit=False))
    for case in written["cases"]:
        requests = [message["request"] for message in case["messages"]]
        *first, last = [command_from_wire(it["command"]) for it in requests if "command" in it]
        model = ModelSystem()
        oracle.reset()
        for command in first:
            oracle.submit(command)
            oracle.narrow(model.submit(command))
        oracle.narrow(None, model.observe())
        oracle.submit(last)
        model.submit(last)
        for fact in case["messages"][-1]["demanded"]:
            look = model.observe()
            shown = look[fact["kind"]].get(fact["name"], {})
            if fact["field"] in shown and fact["value"] in OTHER:
                shown[fact["field"]] = OTHER[fact["value"]]
                assert copy(oracle).narrow(None, look) is not None, (case["id"], fact)


@pytest.mark.parametrize(
    "name",
    [
        "accepts a global resource through the API",
        "accepts an RSA key of 2048 bits or more",
        "keeps uploaded documents",
    ],
)
def test_wrong_system_fails_by_the_requirement_that_verify_names(cases: Path, name: str) -> None:
    variant = BY_NAME[name]
    found = judged(variant.make, cases)
    assert found.exit_code == 1
    named = {each.case: each.named for each in in_features(variant, "article", found.failed)}
    named_by_both = set[str]()
    for case in found.failed:
        named_by_both |= {*named[case]} & {*variant.requirements}
    failed = {name for name, status in found.requirements.items() if status == "failed"}
    assert failed & named_by_both


@pytest.mark.parametrize(
    "name",
    [
        # answers otherwise, and does something beside what is demanded
        "accepts a request for a global resource, turns the identity on, gives it access, and puts "
        "no key in use",
        # writes an open field, from which something follows
        "goes back to Microsoft-managed keys with a lost key, and opens no data until it is back",
        # is somewhere else before the last command
        "creates a resource with its identity on",
        # does not display what is demanded
        "displays no workspace while its key is inaccessible, and all that it has once that is back",
        # lacks what a case needs
        "has customer-managed keys for no resource of the kind AIServices",
        "makes every key vault with both protections",
    ],
)
def test_permitted_system_is_accused_of_nothing(cases: Path, name: str) -> None:
    found = judged(BY_NAME[name].make, cases)
    assert found.exit_code == 0
    assert "passed" in found.cases.values()


@each_refused("cases")
def test_unknown_name_is_one_line(arguments: list[str], says: str) -> None:
    assert says in one_error(run_cli("cases", *arguments))


def test_example_says_how_it_is_used() -> None:
    done = subprocess.run([*JUDGE, "cases.json"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "usage: perl judge.pl" in done.stderr
