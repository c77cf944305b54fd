"""The evidence can be questioned: a line for each requirement and scenario, its steps, what lacks, what changed."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.site.building import PICKLES, REGISTER, a_run, content_of, evidence_of
from translator_cmk.bdd.results import Item, ResultsError
from translator_cmk.digest import digest
from translator_cmk.site.content import Content
from translator_cmk.site.drilldown import steps_block
from translator_cmk.site.evidence_tables import lacking, requirements_page, scenarios_page, uncovered_page
from translator_cmk.site.freshness import is_current
from translator_cmk.site.history_page import history_page, run_address, run_pages
from translator_cmk.site.kept import Run, difference, keep, load_kept
from translator_cmk.site.kinds import Kinds, kinds_of_all
from translator_cmk.site.last_run import last_run_page
from translator_cmk.site.measured import load_pages, load_theorems, pages_line
from translator_cmk.site.strength import MeasurementError
from translator_cmk.site.topics import topic_page

ONE = PICKLES[0]
MUTANTS: dict[str, Any] = {"digest": "0" * 64, "mutants": [
    {"requirements": ["vault.same-region"], "verdict": "killed"},
    {"requirements": ["vault.same-region"], "verdict": "survives"},
]}  # fmt: skip
STEPS = (
    {"step": "Given a vault"},
    {
        "step": "When the customer does | something",
        "command": {"command": "DeleteVault", "vault": "vault"},
        "outcome": {"outcome": "refused", "because": ["vault.same-region"]},
        "changed": [["it was <b>so</b>", "it is so"]],
    },
)


def with_steps() -> Content:
    """A run in which one scenario has steps."""
    run = a_run()
    items = tuple(replace(item, details=STEPS) if item.id == ONE.id else item for item in run.items)
    return content_of(replace(run, items=items))


def test_a_line_for_each_requirement_with_all_that_is_known_of_it() -> None:
    page = requirements_page(content_of(a_run())._replace(mutants=MUTANTS, theorems={"digest": "0" * 64, "scopes": []}))
    for requirement in REGISTER.values():
        assert page.count(f"<br>`{requirement.id}` |") == 1
    (line,) = re.findall(r"^.*<br>`vault\.same-region` \|.*$", page, re.MULTILINE)
    for told in ("stated", "demand", "model: ✔ passed", "scenarios", "theorem", "1 of 2 mutants found", "ms", "never"):
        assert told in line
    assert "2026-03-04 05:06 UTC" in line
    assert "stale" in page


def test_a_line_for_each_scenario_with_its_tags() -> None:
    page = scenarios_page(content_of(a_run(lambda pickle: "failed" if pickle is ONE else "passed")))
    assert page.count("| model: ") == len(PICKLES)
    assert page.count("| model: ✘ failed |") == 1
    assert page.count("<option>model: ✘ failed</option>") == 1
    tagged = sum("vault.soft-delete" in each.requirements for each in PICKLES)
    assert page.count("`@vault.soft-delete`") == tagged > 0


def test_requirement_shows_every_kind_of_evidence_beside_it_and_what_is_stale() -> None:
    rows = {"reached": 1, "of": 2, "missing": ["vault.same-region (a/vault.py:8)"]}
    coverage = {"digest": "0" * 64, "evidence": [{"name": "tours", "reached": {"rows": rows}}]}
    theorems = {"digest": digest(), "scopes": []}
    content = content_of(a_run())._replace(mutants=MUTANTS, theorems=theorems, coverage=coverage)
    (vault,) = (feature for feature in content.evidence.features if feature.topic == "vault")
    page = topic_page(vault, content)
    told = page.partition("{ #vault.same-region }")[2].partition("### ")[0]
    assert "4 scenarios, [1 theorem](../evidence/scopes.md), " in told
    assert "[tours through 0 of 1 row](../evidence/coverage.md#tours) ↻ stale" in told
    assert "[1 of 2 mutants found](../evidence/strength.md#mutants) ↻ stale" in told
    assert "Last run\n:   the model, <time" in told
    assert "in 16 ms" in told
    assert "Observed on Azure\n:   never" in told
    kinds = kinds_of_all(content_of(None))
    assert kinds["vault.same-region"] == Kinds({"scenario": 4}, None, None, None)


def test_scenario_shows_the_mutants_that_it_is_named_for() -> None:
    named = [each | {"scenario": ONE.id} for each in MUTANTS["mutants"]]
    content = content_of(a_run())._replace(mutants=MUTANTS | {"mutants": named})
    assert scenarios_page(content).count("| 2 mutants |") == 1
    (feature,) = (each for each in content.evidence.features if ONE in each.pickles)
    assert topic_page(feature, content).count("finds [2 mutants]") == 1
    assert "mutants |" not in scenarios_page(content_of(a_run()))


def test_without_a_run_nothing_has_been_timed() -> None:
    page = requirements_page(content_of(None))
    assert page.count("| model: ○ not run |") + page.count("declared only |") == len(REGISTER)
    assert " ms |" not in page


def test_steps_of_a_run_are_shown_with_command_outcome_and_change() -> None:
    block = steps_block([ONE], with_steps().evidence)
    assert "| Given a vault |  |  |  |" in block
    assert '`{"command": "DeleteVault", "vault": "vault"}`' in block
    assert "refused<ul><li>[`vault.same-region`]" in block
    assert "it is so, before: it was &lt;b\\>so&lt;/b\\>" in block
    assert "does \\| something" in block


def test_step_that_states_something_says_whether_it_was_so() -> None:
    """Steps are kept as far as they were run, so that the last is the one that did not pass."""
    steps = ({"step": "Given a vault"}, {"step": "Then one thing is so"}, {"step": "Then another | is so"})
    for status, last in (("passed", "✔ seen to be so"), ("failed", "✘ failed: a reason why it is failed")):
        run = a_run(lambda pickle, status=status: status if pickle.id == ONE.id else "passed")  # type: ignore[misc]  # a default binds it
        items = tuple(replace(item, details=steps) if item.id == ONE.id else item for item in run.items)
        block = steps_block([ONE], evidence_of(replace(run, items=items)))
        assert "| Then one thing is so |  | ✔ seen to be so |  |" in block
        assert f"| Then another \\| is so |  | {last} |  |" in block


def test_scenario_that_was_not_run_has_no_steps() -> None:
    assert steps_block([ONE], evidence_of(None)) == ""
    assert steps_block([ONE], evidence_of(a_run())) == ""


def test_what_lacks_evidence_is_listed() -> None:
    found = dict(lacking(content_of(a_run())._replace(mutants=MUTANTS)))
    declared = [name for name, each in REGISTER.items() if each.kind == "attestation"]
    assert found["Any scenario"] == found["A run in which every scenario passed"] == declared
    assert found["An observation on Azure"] == list(REGISTER)
    assert "vault.same-region" not in found["A mutant of its rows that is found"]
    nothing_run = dict(lacking(content_of(None)))
    assert nothing_run["A run in which every scenario passed"] == list(REGISTER)
    assert "An observation on Azure" in uncovered_page(content_of(a_run()))


def test_difference_of_two_runs_has_what_was_added_removed_and_changed() -> None:
    before = a_run()
    one, other, *rest = before.items
    new = Item("vault.same-region/new", "scenario", ("vault.same-region",), "passed")
    after = replace(before, items=(replace(one, status="failed", reason="x"), *rest, new))
    found = difference(before, after)
    assert (found.added, found.removed) == ([new.id], [other.id])
    assert found.changed == [(one.id, "passed", "failed")]
    assert not any(difference(before, before))


def test_kept_run_is_read_back_without_its_steps(tmp_path: Path) -> None:
    run = with_steps().evidence.results
    assert run
    path = keep(run, tmp_path)
    assert path.name == "2026-03-04T050609Z-model.json"
    (kept,) = load_kept(tmp_path)
    assert kept == Run(path.name, replace(run, items=tuple(replace(item, details=()) for item in run.items)))


def test_kept_runs_are_compared_in_order_of_time_and_with_this_run() -> None:
    first = Run("a.json", a_run(finished="2026-01-01T00:00:00Z"))
    second = Run(
        "b.json", a_run(lambda pickle: "failed" if pickle is ONE else "passed", finished="2026-02-01T00:00:00Z")
    )
    page = history_page(content_of(a_run())._replace(kept=(first, second)))
    assert "### From 2026-01-01 00:00 to 2026-02-01 00:00 { #run-2026-01-01t000000z-run-2026-02-01t000000z }" in page
    assert "### From 2026-02-01 00:00 to this run { #run-2026-02-01t000000z-now }" in page
    assert page.count("0 added, 0 removed, 1 changed.") == 2
    assert "| ✔ passed | ✘ failed |" in page
    assert "| ✘ failed | ✔ passed |" in page
    assert "There are no two runs to compare." in history_page(content_of(a_run()))


def test_run_that_is_kept_is_not_compared_with_itself() -> None:
    page = history_page(content_of(a_run())._replace(kept=(Run("a.json", a_run()),)))
    assert "There are no two runs to compare." in page
    assert page.count("the model |") == 1


def test_kept_run_has_a_page_under_an_address_that_stays() -> None:
    failed = a_run(lambda pickle: "failed" if pickle is ONE else "passed", finished="2026-01-01T00:00:00Z")
    old = replace(failed, digest="0" * 64)
    now = Run("b.json", a_run())
    content = content_of(a_run())._replace(kept=(Run("a.json", old), now))
    pages = dict(run_pages(content))
    assert list(pages) == ["evidence/runs/a.md", "evidence/runs/b.md"]
    first = pages["evidence/runs/a.md"]
    assert f"| {ONE.id} | ✘ failed | a reason why it is failed |" in first
    assert "(../../specification/" in first
    assert "changed since: everything is stale" in first
    assert "badges/" not in first
    assert "the same as was run" in pages["evidence/runs/b.md"]
    assert "(runs/a.md)" in history_page(content)
    assert run_address(content) == "runs/b.md"
    assert "[The page of this run](runs/b.md) keeps its address." in last_run_page(
        content.evidence, run_address(content)
    )
    assert run_address(content_of(a_run())) == run_address(content_of(None)) == ""
    assert "`translator-cmk site --keep`" in last_run_page(content.evidence)


def test_any_two_runs_can_be_compared_by_what_the_page_has() -> None:
    before = a_run(lambda pickle: "failed" if pickle is ONE else "passed", finished="2026-01-01T00:00:00Z")
    after = replace(a_run(), items=a_run().items[1:])
    hostile = replace(after, subject="</script>", finished="2026-01-02T00:00:00Z")
    content = content_of(a_run())._replace(kept=(Run("a.json", before), Run("b.json", hostile)))
    page = history_page(content)
    found = json.loads(page.partition('id="runs-compared">')[2].partition("</script>")[0])
    at = found["things"].index(ONE.id)
    statuses = [each[at] for each in found["statuses"]]
    assert statuses[1] == -1  # it was not there
    assert [found["marks"][statuses[0]], found["marks"][statuses[2]]] == ["✘ failed", "✔ passed"]
    assert [each["key"] for each in found["runs"]] == ["a", "b", "this"]
    assert found["places"][at] == f"../specification/{ONE.requirements[0].partition('.')[0]}.html#{ONE.requirements[0]}"


def test_kept_run_that_is_not_in_order_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("[]", "utf-8")
    with pytest.raises(ResultsError, match=r"x\.json"):
        load_kept(tmp_path)


@pytest.mark.parametrize("content", ["", "[]", '{"digest": "x"}'])
def test_malformed_measurement_of_theorems_ends_in_one_message(tmp_path: Path, content: str) -> None:
    (tmp_path / "theorems.json").write_text(content, "utf-8")
    with pytest.raises(MeasurementError, match=r"make evidence"):
        load_theorems(tmp_path / "theorems.json")
    assert load_theorems(tmp_path / "none.json") is None
    assert not is_current({"digest": "0" * 64})


def test_what_was_seen_of_the_pages_is_told_and_stale_if_it_was_of_others(tmp_path: Path) -> None:
    assert load_pages(tmp_path / "pages.json") is None
    assert pages_line(None).startswith("Nobody has looked")
    seen = {"digest": digest(), "pages": 7, "views": ["light, 1280 pixels", "dark, 390 pixels"]}
    assert pages_line(seen).startswith(
        "All 7 pages were looked at in Chromium in 2 ways each (light, 1280 pixels; dark"
    )
    assert "stale" not in pages_line(seen)
    assert "none moved" not in pages_line(seen)
    assert "none moved" in pages_line(seen | {"still": 0.02})
    assert "**stale**" in pages_line(seen | {"digest": "0" * 64})
