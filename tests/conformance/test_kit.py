"""A kit that contradicts itself asks nothing, and one that is of no release says so."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conformance.verifying import MODEL, ROOT, verify
from translator_cmk.badges import Status
from translator_cmk.bdd.vocabulary import demanded
from translator_cmk.conformance import cases
from translator_cmk.conformance.cases import LANES, SCOPES, SECONDS, STEPS
from translator_cmk.conformance.report.summaries import badge_of, headline, rates
from translator_cmk.oracle import Oracle
from translator_cmk.oracle.profiles import machine_of, silent_in
from translator_cmk.requirements import load_register, releases

ROW = "revocation.undeploys"
ONLY = ("--lane", "features", "--topic", "vault")
STDIO = f"{sys.executable} -m translator_cmk.cli serve --stdio"


def without_a_row(folder: Path) -> Path:
    """Copy the package, but for the row of one requirement."""
    shutil.copytree(ROOT / "model", folder / "model", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "features", folder / "features")
    topics = folder / "model" / "translator_cmk" / "machine" / "topics" / "__init__.py"
    with topics.open("a", encoding="utf-8") as file:
        file.write(f"\nROWS = tuple(row for row in ROWS if row.requirement != {ROW!r})\n")
    return folder


def test_kit_without_one_of_its_rows_asks_nothing(tmp_path: Path) -> None:
    report, kit = tmp_path / "report", {"PYTHONPATH": str(without_a_row(tmp_path) / "model")}
    command = [sys.executable, "-m", "translator_cmk.cli", "verify", "--stdio", STDIO, "--report", str(report)]
    ran = subprocess.run(command, check=False, env=kit, capture_output=True, text=True)
    assert (ran.returncode, ran.stdout, report.exists()) == (3, "", False)
    assert "the kit contradicts itself: its model does not demand" in ran.stderr


@pytest.mark.slow
def test_scenario_counts_exactly_where_the_profile_demands_it_and_otherwise_rests_on_silent_requirements() -> None:
    silent = silent_in("article", load_register())
    article = Oracle(machine_of(silent))
    for case, pickle in cases.scenarios("article", ()):
        assert case.scored == demanded(article, pickle), case.id
        assert silent.issuperset(case.rests_on)
        assert case.scored or not demanded(cases.oracle_without(case.rests_on), pickle), case.id
        without_one = [each for each in case.rests_on if not demanded(cases.oracle_without((each,)), pickle)]
        assert without_one in ([], list(case.rests_on)), case.id


def badge(folder: Path) -> str:
    message: str = json.loads((folder / "badge.json").read_text("utf-8"))["message"]
    return message


def test_rate_of_a_release_counts_the_requirements_that_still_mean_what_they_meant_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register = load_register()
    same, other, revised = "vault.same-region", "vault.same-tenant", "vault.soft-delete"
    entries = [{"id": name, "revision": register[name].revision} for name in (same, other)]
    changed = [{"id": revised, "revision": register[revised].revision + 1}, {"id": "vault.withdrawn", "revision": 1}]
    (tmp_path / "1.0.json").write_text(json.dumps([*entries, *changed]), "utf-8")
    (tmp_path / "1.10.json").write_text(json.dumps(entries), "utf-8")
    (tmp_path / "1.9.json").write_text(json.dumps(entries[:1]), "utf-8")
    (tmp_path / "0.9.json").write_text(json.dumps(changed), "utf-8")  # nothing of it is left
    monkeypatch.setattr(releases, "RELEASES", tmp_path)
    found = verify(tmp_path / "report", "--python", MODEL, *ONLY)
    report, page = found.report, (found.folder / "report.html").read_text("utf-8")
    assert list(rates(report)) == [
        ("release 1.0", "2 of its 2 requirements passed"),
        ("release 1.9", "1 of its 1 requirements passed"),
        ("release 1.10", "2 of its 2 requirements passed"),
    ]
    assert re.findall(r"Release [0-9.]+", page) == ["Release 1.0", "Release 1.9", "Release 1.10"]
    for case in report["cases"]:
        if same in case["requirements"]:
            case["status"] = "failed"
    assert dict(rates(report))["release 1.0"] == "1 of its 2 requirements passed, 1 failed"


NARROWED: dict[str, dict[str, Any]] = {
    "requirement keys.audit": {"selection": {"requirement": ["keys.audit"]}},
    "level account": {"selection": {"level": ["account"]}},
    "lanes features and tour": {"lanes": ["features", "tour"]},
    "tour of small": {"budgets": {"scopes": ["small"], "steps": STEPS, "seconds": SECONDS}},
    f"{STEPS - 1:,} steps of the tour": {"budgets": {"scopes": SCOPES, "steps": STEPS - 1, "seconds": SECONDS}},
    f"{SECONDS - 0.1:g} seconds of fuzzing": {"budgets": {"scopes": SCOPES, "steps": STEPS, "seconds": SECONDS - 0.1}},
    "without keys.audit": {"waived": ["keys.audit"]},
}


def test_whole_run_of_a_released_kit_is_green_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    releases = tmp_path / "releases.yaml"
    releases.write_text(yaml.safe_dump({"9.9.9": cases.specification_digest()}), "utf-8")
    monkeypatch.setattr(cases, "RELEASES", releases)
    found = verify(tmp_path, "--python", MODEL, *ONLY)
    assert found.report["release"] == "9.9.9"
    assert "profile article: passed (only topic vault, lane features)\n" in found.printed
    assert badge(found.folder).startswith("◇ ")
    assert badge(found.folder).endswith(", only topic vault, lane features")
    whole = found.report | {
        "selection": {},
        "lanes": LANES[:3],
        "budgets": {"scopes": SCOPES, "steps": STEPS, "seconds": SECONDS},
    }
    assert (headline(whole), badge_of(whole).status) == ("conformant", Status.PASSED)
    for words, narrowed in NARROWED.items():
        assert headline(whole | narrowed) == f"passed (only {words})"
        assert badge_of(whole | narrowed).status is Status.LIMITED
    some = whole | {"subject": whole["subject"] | {"levels": ["account"]}}
    assert headline(some) == "conformant (level account)"
