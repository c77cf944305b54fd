"""OSCAL: NIST's models accept both documents, which lead from a control to its requirements and
what a run showed.
"""

import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import CLI
from tests.conformance.conftest import FAILS, MODEL, WELL, WHOLE, WRONG, says, verify
from tests.conformance.forgeries import Forgery
from tests.site.conftest import ALL_FEATURES
from translator_cmk.cli import main
from translator_cmk.requirements import load_register
from translator_cmk.requirements.consequences import load_consequences
from translator_cmk.site.oscal import COMPONENTS, RESULTS, control_id
from translator_cmk.site.sourced import data

pytestmark = pytest.mark.slow

NAMES = (COMPONENTS, RESULTS)
LOST = "revocation.access-revoked"
MODELS_KEPT = "revocation.models-kept"
MAKES_VAULTS = "environment.create-vault"


@pytest.fixture(scope="module")
def folder(report: Path) -> Path:
    """Both documents of a report on a system that keeps everything: of three scenarios it fails
    two.
    """
    output = report.parent / "oscal"
    assert main(["oscal", str(report), "--output", str(output)]) == 0
    return output


def content_of(file: Path) -> dict[str, Any]:
    """Return what is in a document."""
    [found] = json.loads(file.read_text("utf-8")).values()
    return dict(found)


def result_of(folder: Path) -> dict[str, Any]:
    """Return the one result in a folder."""
    [found] = content_of(folder / RESULTS)["results"]
    return dict(found)


def values(value: Any, name: str) -> Iterator[str]:
    """Yield each text under a name, at any depth."""
    if isinstance(value, dict):
        yield from (each for key, each in value.items() if key == name and isinstance(each, str))
    for each in (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    ):
        yield from values(each, name)


@pytest.mark.parametrize(
    ("name", "model"),
    [
        (COMPONENTS, "component.ComponentDefinition"),
        (RESULTS, "assessment_results.AssessmentResults"),
    ],
)
def test_models_made_from_nists_schema_accept_the_document(
    folder: Path, name: str, model: str
) -> None:
    missing = "missing tool: compliance-trestle, of the group test"
    module, _, name_of_model = model.partition(".")
    kind = getattr(pytest.importorskip(f"trestle.oscal.{module}", reason=missing), name_of_model)
    validators = pytest.importorskip("trestle.core.validator_factory").validator_factory.get_all()
    error = pytest.importorskip("trestle.common.err").TrestleError
    found = kind.oscal_read(folder / name)
    assert found is not None
    assert all(each.model_is_valid(found, quiet=False) for each in validators)
    without = json.loads((folder / name).read_text("utf-8"))
    del next(iter(without.values()))["metadata"]["oscal-version"]
    (folder.parent / name).write_text(json.dumps(without), "utf-8")
    with pytest.raises(error, match="Field required"):
        kind.oscal_read(folder.parent / name)


def test_every_reference_leads_somewhere(folder: Path) -> None:
    documents = {"": content_of(folder / RESULTS), COMPONENTS: content_of(folder / COMPONENTS)}
    ids = {name: set(values(each, "uuid")) for name, each in documents.items()}
    for at, each in documents.items():
        references = [*values(each, "href"), *values(each, "source")]
        inside = [
            re.fullmatch("(.*)#(.*)", text)
            for text in references
            if "#" in text and "://" not in text
        ]
        assert inside
        assert all(found and found[2] in ids[found[1] or at] for found in inside)
        named = {*values(each, "subject-uuid"), *values(each, "observation-uuid")}
        assert named <= ids[at]


def test_each_control_that_is_addressed_is_implemented_by_its_requirements(folder: Path) -> None:
    [component] = content_of(folder / COMPONENTS)["components"]
    found = {}
    for framework in component["control-implementations"]:
        for control in framework["implemented-requirements"]:
            found[control["control-id"]] = rule_ids(control)
    wanted = {}
    for framework in data("decide")["frameworks"]:
        for control in framework["controls"]:
            if control["reading"] != "not-addressed":
                wanted[control_id(control["id"])] = set(control["requirements"])
    assert found == wanted
    assert {"sc-28.1", "cek-08"} <= found.keys()
    assert rule_ids(component) == set(load_register())
    for rules in found.values():
        assert rules <= set(load_register())


def rule_ids(of: Any) -> set[str]:
    """Return the requirements that a part of a component names as rules."""
    return {prop["value"] for prop in of["props"] if prop["name"] == "Rule_Id"}


def test_control_that_is_not_addressed_is_not_claimed(folder: Path) -> None:
    [component] = content_of(folder / COMPONENTS)["components"]
    [nist] = [
        each for each in component["control-implementations"] if "800-53" in each["description"]
    ]
    assert "Not addressed: SC-12(1)." in nist["description"]
    assert "sc-12.1" not in values(nist, "control-id")


def test_requirement_that_failed_is_not_satisfied_and_names_what_was_seen(folder: Path) -> None:
    result = result_of(folder)
    finding = next(each for each in result["findings"] if each["target"]["target-id"] == LOST)
    assert finding["target"]["status"] == {"state": "not-satisfied", "reason": "fail"}
    seen = {each["uuid"]: each for each in result["observations"]}
    observed = [seen[each["observation-uuid"]] for each in finding["related-observations"]]
    failed = [each for each in observed if FAILS in values(each, "value")]
    assert [prop["value"] for prop in failed[0]["props"] if prop["name"] == "status"] == ["failed"]
    assert [link["text"] for link in finding["links"]] == ["CEK-13"]


def states_of(folder: Path) -> dict[str, dict[str, str]]:
    """Return the status of each requirement that has a finding."""
    findings = result_of(folder)["findings"]
    return {each["target"]["target-id"]: each["target"]["status"] for each in findings}


@pytest.fixture(scope="module")
def states_of_whole_requirements(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The findings on a system that keeps everything, asked all of two requirements."""
    selection = ("--requirement", MAKES_VAULTS, "--requirement", MODELS_KEPT)
    tried = verify(tmp_path_factory.mktemp("whole"), "--python", WRONG, *ALL_FEATURES, *selection)
    output = tried.folder.parent / "oscal"
    assert main(["oscal", str(tried.folder), "--output", str(output)]) == 0
    return states_of(output)


def test_requirement_all_of_whose_scenarios_passed_is_satisfied(
    states_of_whole_requirements: Any,
) -> None:
    assert states_of_whole_requirements[MAKES_VAULTS] == {"state": "satisfied", "reason": "pass"}


def test_requirement_of_which_only_some_scenarios_were_selected_is_not_satisfied(
    folder: Path,
) -> None:
    states = states_of(folder)
    assert WHOLE.startswith(MAKES_VAULTS)
    assert states[MAKES_VAULTS]["state"] == "not-satisfied"
    assert states[MAKES_VAULTS]["reason"] == "other"
    assert "keys.rsa-2048" not in states, "a requirement that was not tried has a finding"


def test_requirement_whose_scenarios_failed_for_others_has_not_failed(
    states_of_whole_requirements: Any,
) -> None:
    assert states_of_whole_requirements[LOST]["reason"] == "fail"
    assert states_of_whole_requirements[MODELS_KEPT]["reason"] == "other"


def test_evidence_is_the_report_with_its_hash(report: Path, folder: Path) -> None:
    resources = content_of(folder / RESULTS)["back-matter"]["resources"]
    links = [link["href"] for each in resources for link in each["rlinks"]]
    assert [(folder / each).resolve() for each in links] == [
        report / "report.json",
        report / "messages.ndjson.gz",
    ]


def test_same_report_gives_the_same_documents(report: Path, folder: Path) -> None:
    again = folder.with_name("again")
    assert main(["oscal", str(report), "--output", str(again)]) == 0
    assert [(again / name).read_bytes() == (folder / name).read_bytes() for name in NAMES] == [
        True,
        True,
    ]


def test_report_that_does_not_follow_from_its_log_is_refused(
    report: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    forged = shutil.copytree(report, tmp_path / "forged") / "report.json"
    forged.write_text(
        forged.read_text("utf-8").replace('"status": "failed"', '"status": "passed"'), "utf-8"
    )
    assert main(["oscal", str(forged.parent), "--output", str(tmp_path / "oscal")]) == 2
    assert re.search(
        r"status: was .passed., is .failed..*nothing was written", capsys.readouterr().err
    )
    assert not (tmp_path / "oscal").exists()


def test_folder_of_the_report_itself_is_refused(
    report: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["oscal", str(report), "--output", str(report / "oscal")]) == 2
    assert "name another folder" in capsys.readouterr().err
    assert not (report / "oscal").exists()


def test_run_of_the_model_under_another_name_satisfies_nothing(tmp_path: Path) -> None:
    forgery = Forgery(verify(tmp_path, "--python", MODEL, *WELL).folder, tmp_path / "forged")
    forgery.envelope["subject"]["product"] = "Azure AI Translator"
    for entry in forgery.log:
        if entry.get("request", {}).get("verb") == "hello":
            entry["answer"]["product"] = "Azure AI Translator"
    said = says(2, "oscal", forgery.derive(), "--output", tmp_path / "oscal")
    assert "every answer in its log is the model's" in said
    assert not (tmp_path / "oscal").exists()


def test_each_consequence_has_the_basis_and_the_sentences_of_the_table(folder: Path) -> None:
    [component] = content_of(folder / COMPONENTS)["components"]
    found = {each["value"]: each for each in component["props"] if each["name"] == "consequence"}
    for event in load_consequences().events.values():
        for row in event.at_once.values():
            prop = found[f"{event.event}: {row.loss} {row.fate}"]
            assert prop["class"] == row.basis
            assert prop["remarks"].split(", ") == [*row.statements, *row.requirements]


def test_model_with_a_blank_in_its_name_is_described_as_the_model(tmp_path: Path) -> None:
    forgery = Forgery(verify(tmp_path, "--python", MODEL, *WELL).folder, tmp_path / "named")
    forgery.envelope["subject"]["product"] = "model "
    for entry in forgery.log:
        if entry.get("request", {}).get("verb") == "hello":
            entry["answer"]["product"] = "model "
    says(0, "oscal", forgery.derive(), "--output", tmp_path / "oscal")
    [component] = result_of(tmp_path / "oscal")["local-definitions"]["components"]
    assert component["description"].startswith("The model of the specification itself.")


def test_output_that_can_not_be_written_is_named_where_the_error_names_no_file(
    report: Path, tmp_path: Path
) -> None:
    # a file may have so many blocks: then Python's error names none, as on a full disk
    words = [*CLI, "oscal", str(report), "--output", str(tmp_path / "oscal")]
    limited = f"ulimit -f 8; exec {shlex.join(words)}"
    done = subprocess.run(["sh", "-c", limited], capture_output=True, text=True, check=False)
    assert done.returncode == 3, done.stderr
    assert f"{tmp_path / 'oscal'}: can't be written: File too large" in done.stderr
