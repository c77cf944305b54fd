"""No badge is green without evidence: of each way to get one, something red, *stale* or *does not
follow* comes out.
"""

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import git
from tests.conformance.conftest import MODEL, WRONG, verify
from tests.conformance.forgeries import Forgery, field
from tests.machine import faulty, laws, test_laws
from tests.site.conftest import FEATURES, REGISTER, content_of, page
from translator_cmk import features_dir
from translator_cmk.conformance import model_answers
from translator_cmk.conformance import results as results_module
from translator_cmk.conformance.results import Item, is_stale, load_results
from translator_cmk.digest import kit_digest_with
from translator_cmk.errors import CommandError
from translator_cmk.site.build import uncommitted
from translator_cmk.site.content import CHANGED, Evidence
from translator_cmk.site.laws import LAWS
from translator_cmk.system import ModelSystem
from translator_cmk.verdict import Status

SHOWN = "restoration.no-redeploy"
"""A requirement that a law and few scenarios are about."""
LAW = next(name for name, requirements in LAWS.items() if SHOWN in requirements)
LAWS_FILE = "tests/machine/laws.py"


def deploys_every_model() -> ModelSystem:
    """A broken model, which is called the model all the same."""
    return ModelSystem(faulty.REDEPLOYS_MODELS)


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Reports on the scenarios of one requirement, for the model and a broken one."""
    found = {}
    for name, system in {
        "right": MODEL,
        "broken": f"{__name__}:{deploys_every_model.__name__}",
    }.items():
        arguments = (
            "--python",
            system,
            "--lane",
            "features",
            "--profile",
            "full",
            "--requirement",
            SHOWN,
        )
        found[name] = verify(tmp_path_factory.mktemp(name), *arguments).folder
    return found


def outcome(folder: Path) -> str:
    """The status of the requirement's badge; *does not follow* where the site refuses the
    report.
    """
    try:
        results = load_results(folder)
    except CommandError:
        return "does not follow"
    evidence = Evidence(REGISTER, FEATURES, results, CHANGED if is_stale(results) else "")
    green = [name for name, verdict in evidence.verdicts() if verdict.status is Status.PASSED]
    assert "all" not in green  # only one requirement was selected
    return evidence.requirement(REGISTER[SHOWN]).status.word


AZURE = "Azure AI Translator, West Europe"


def flipped(forgery: Forgery) -> None:
    """Say of everything that it passed."""
    for each in forgery.envelope["cases"]:
        each["status"] = "passed"
        for name in ("reason", "shown", "step", "attributed_to"):
            each.pop(name, None)


def with_log(forgery: Forgery, log: list[Any]) -> None:
    """Put another log in the place of the one there is."""
    forgery.log = log
    forgery.write_log()


def renamed_without_its_messages(forgery: Forgery) -> None:
    """Say that Azure was asked, and keep nothing of what it said."""
    forgery.envelope["subject"]["product"] = AZURE
    with_log(forgery, [])


def with_another_answer(forgery: Forgery) -> None:
    """Change what the system said last."""
    last = next(
        each for each in reversed(forgery.log) if each.get("request", {}).get("verb") == "submit"
    )
    last["answer"] = {"id": last["answer"]["id"], "answer": "refused", "because": ["keys.enable"]}
    with_log(forgery, forgery.log)


FORGED: dict[str, tuple[str, Callable[[Forgery], object], str]] = {
    "results flipped on a broken model": ("broken", flipped, "failed"),
    "answers changed": ("right", with_another_answer, "does not follow"),
    "subject renamed": ("right", field("subject", "product", to=AZURE), "does not follow"),
    "subject renamed without its messages": (
        "right",
        renamed_without_its_messages,
        "does not follow",
    ),
    "in 2099": ("right", field("finished", to="2099-01-01T00:00:00Z"), "does not follow"),
    "begun in 2099": (
        "right",
        lambda of: of.envelope.update(
            started="2099-01-01T00:00:00Z", finished="2099-01-01T00:00:09Z"
        ),
        "does not follow",
    ),
    "finished before it started": (
        "right",
        field("finished", to="2025-01-01T00:00:00Z"),
        "does not follow",
    ),
    "selection taken out": ("right", field("selection", to={}), "does not follow"),
    "the end cut off": ("right", lambda of: with_log(of, of.log[:-8]), "does not follow"),
    "the digest of another version": ("right", field("digest", to="0" * 64), "stale"),
}


@pytest.mark.parametrize("name", FORGED)
def test_no_badge_is_green_without_evidence(
    records: dict[str, Path], tmp_path: Path, name: str
) -> None:
    record, edit, comes = FORGED[name]
    forgery = Forgery(records[record], tmp_path / "record")
    edit(forgery)
    assert outcome(forgery.summarise()) == comes


def test_report_with_the_log_of_a_right_model_is_refused_where_the_model_here_is_broken(
    records: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_answers, "ModelSystem", deploys_every_model)
    assert outcome(records["right"]) == "does not follow"


@pytest.mark.parametrize(
    ("pattern", "replacement"),
    [
        pytest.param(r"\n( +)Then ", r"\n\1# Then ", id="Then commented out"),
        pytest.param(r"\n +Scenario: (?:.+\n)+", "\n", id="scenario deleted"),
        pytest.param(r"\n +\|[^\n]+(?=\n\n)", "", id="example row deleted"),
    ],
)
def test_change_after_the_run_makes_it_stale(
    records: dict[str, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    pattern: str,
    replacement: str,
) -> None:
    features = Path(shutil.copytree(features_dir(), tmp_path / "features"))
    changed = features / "restoration.feature"
    text, times = re.subn(pattern, replacement, changed.read_text("utf-8"), count=1)
    assert times == 1
    changed.write_text(text, "utf-8")
    now = kit_digest_with(features)
    monkeypatch.setattr(results_module, "kit_digest", lambda: now)
    assert outcome(records["right"]) == "stale"


def test_badge_is_green_with_evidence(records: dict[str, Path]) -> None:
    assert outcome(records["right"]) == "passed"
    assert outcome(records["broken"]) == "failed"


def test_run_with_a_waiver_is_not_complete(records: dict[str, Path], tmp_path: Path) -> None:
    forgery = Forgery(records["right"], tmp_path / "record")
    forgery.envelope |= {"selection": {}, "waived": ["environment.translate"], "digest": "0" * 64}
    assert not load_results(forgery.summarise()).complete


# Under another name


def renamed(record: Path, folder: Path) -> Forgery:
    """Give the subject another name, in the log and in the record."""
    forgery = Forgery(record, folder)
    forgery.envelope["subject"] |= {"product": AZURE, "version": "unstated"}
    for entry in forgery.log:
        if entry.get("request", {}).get("verb") == "hello":
            entry["answer"] |= {"product": AZURE, "version": "unstated"}
    forgery.write_log()
    return forgery


def test_run_of_the_model_under_another_name_turns_nothing_green(
    records: dict[str, Path], tmp_path: Path
) -> None:
    results = load_results(renamed(records["right"], tmp_path / "forged").summarise())
    assert results.subject.strip() == AZURE
    assert results.answers_of_the_model

    laws_run = [Item(LAW, "property", LAWS[LAW], Status.PASSED)]
    evidence = Evidence(REGISTER, FEATURES, results, "", laws_run)
    of_the_model = Evidence(REGISTER, FEATURES, replace(results, subject="model"), "", laws_run)
    assert evidence.requirement(REGISTER[SHOWN]).status is Status.LIMITED
    assert of_the_model.requirement(REGISTER[SHOWN]).status is Status.PASSED
    for _, verdict in evidence.verdicts():
        badge = evidence.badge(verdict)
        assert badge.status is not Status.PASSED
        assert Status.PASSED.glyph not in badge.message
        assert "propert" not in badge.message

    said = page(content_of(results), "evidence/last-run.md")
    assert f"{AZURE}, as its record says." in said
    assert "Every answer in the record is that of our simulation" in said


def test_run_of_another_system_is_not_taken_for_the_models(tmp_path: Path) -> None:
    chosen = ("--lane", "features", "--requirement", SHOWN)
    results = load_results(verify(tmp_path, "--python", WRONG, *chosen).folder)
    assert not results.answers_of_the_model
    assert "that of our simulation" not in page(content_of(results), "evidence/last-run.md")


def test_run_judged_by_a_later_revision_is_no_whole_run_of_what_is_specified(
    tmp_path: Path,
) -> None:
    chosen = ("--lane", "features", "--requirement", SHOWN, "--revision", "2025-11-18")
    results = load_results(verify(tmp_path, "--python", WRONG, *chosen).folder)
    assert "--revision 2025-11-18" in results.selection
    assert not results.complete


def test_blanks_around_its_name_make_no_other_system_of_the_model(
    records: dict[str, Path], tmp_path: Path
) -> None:
    forgery = renamed(records["broken"], tmp_path / "forged")
    text = json.dumps([forgery.envelope, forgery.log]).replace(AZURE, " model ")
    forgery.envelope, forgery.log = json.loads(text)
    forgery.write_log()
    with pytest.raises(
        CommandError, match=r"messages\.ndjson\.gz:\d+: the model answers otherwise"
    ):
        load_results(forgery.summarise())


# Of another version


@pytest.mark.parametrize("record", ["right", "broken"])
def test_verdicts_of_another_version_are_shown_nowhere(
    records: dict[str, Path], tmp_path: Path, record: str
) -> None:
    forgery = Forgery(records[record], tmp_path / "forged")
    flipped(forgery)
    forgery.envelope |= {"digest": "0" * 64, "selection": {}}
    results = load_results(forgery.summarise())
    laws_run = [Item(LAW, "property", LAWS[LAW], Status.PASSED)]
    evidence = Evidence(REGISTER, FEATURES, results, CHANGED, laws_run)
    for _, verdict in evidence.verdicts():
        shown = evidence.badge(verdict).message
        assert shown in ("↻ stale", f"{Status.DECLARED.glyph} {Status.DECLARED.word}")
        assert verdict.counts == {}


# Laws


@pytest.mark.parametrize("status", ["passed", "failed"])
def test_laws_count_for_the_model_alone(records: dict[str, Path], status: str) -> None:
    results = load_results(records["right"])
    laws_run = [Item(LAW, "property", LAWS[LAW], Status(status))]
    of_the_model = Evidence(REGISTER, FEATURES, results, "", laws_run)
    assert of_the_model.requirement(REGISTER[SHOWN]).counts["property"] == {Status(status): 1}
    assert of_the_model.requirement(REGISTER[SHOWN]).status == status

    of_another = Evidence(REGISTER, FEATURES, replace(results, subject=AZURE), "", laws_run)
    assert "property" not in of_another.requirement(REGISTER[SHOWN]).counts
    assert "property" not in of_another.whole.counts


def takes_anything_for_right(_: laws.Step) -> bool:
    return True


def test_law_that_takes_anything_for_right_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    takes_anything_for_right.__name__ = test_laws.NAMED[LAW].__name__
    monkeypatch.setitem(test_laws.NAMED, LAW, takes_anything_for_right)
    with pytest.raises(AssertionError, match="for right"):
        test_laws.test_law_holds_of_every_step_and_is_seen_to_fail_on_wrong_machines(
            LAW, lambda _name, _value: None
        )


def test_what_is_judged_and_not_committed_is_named(tmp_path: Path) -> None:
    judged = ("features/vault.feature", "model/translator_cmk/machine/step.py", LAWS_FILE)
    others = ("docs/index.md", "model/translator_cmk/site/render.py")
    for each in (*judged, *others):
        (tmp_path / each).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / each).write_text("Two\nlines.\n", "utf-8")
    assert uncommitted(tmp_path) == ""  # no repository
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "Begin")
    for each in others:
        (tmp_path / each).write_text("One line.\n", "utf-8")
    assert uncommitted(tmp_path) == ""  # no result depends on them
    for each in judged:
        (tmp_path / each).write_text("One line.\n", "utf-8")
        assert uncommitted(tmp_path) == f"{each} is not committed"
        (tmp_path / each).write_text("Two\nlines.\n", "utf-8")


def test_new_file_is_named_where_git_is_set_to_hide_such_files(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    git(tmp_path, "config", "status.showUntrackedFiles", "no")
    (tmp_path / "features").mkdir()
    (tmp_path / "features" / "new.feature").write_text("Feature: New\n", "utf-8")
    assert uncommitted(tmp_path) == "features/new.feature is not committed"


def test_nothing_counts_as_committed_where_git_can_not_tell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # as in a container into which a linked checkout is mounted without its repository
    (tmp_path / ".git").write_text("gitdir: /nowhere/at/all\n", "utf-8")
    assert "not a git repository: /nowhere/at/all" in uncommitted(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert uncommitted(tmp_path).startswith("git is not installed")


# Generation
