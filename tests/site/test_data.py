"""Data: exports match their schemas, rows are as written, and facts name their source."""

import ast
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.azure.test_azure_cli import LOSSES, RAN, record_run
from tests.command_line import ROOT
from tests.site.conftest import REGISTER, a_run, content_of, page
from translator_cmk.check_trace import Checker, read_trace
from translator_cmk.conformance.report.envelope import report_schemas
from translator_cmk.errors import InvalidFile
from translator_cmk.language.schemas import schemas
from translator_cmk.machine import COUNTER_ROWS, ROWS
from translator_cmk.machine.rows import Row
from translator_cmk.oracle.profiles import PROFILES, machine_of, silent_in
from translator_cmk.plans.json_form import plan_schemas
from translator_cmk.row_sources import RowSource
from translator_cmk.site import azure_cli
from translator_cmk.site.azure_cli import last_run
from translator_cmk.site.content import register_digest, rows_by_requirement
from translator_cmk.site.sourced import (
    Seen,
    against,
    by_requirement,
    cell,
    data,
    load_seen,
    sources,
)


def exported(green: Mapping[str, str], name: str) -> Any:
    """A file for other programs, from a run in which everything passed."""
    return json.loads(green[f"data/{name}.json"])


def test_export_matches_its_schema(green: Mapping[str, str]) -> None:
    schema, value = exported(green, "requirements.schema"), exported(green, "requirements")
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    validator.validate(value)
    assert all(
        not validator.is_valid({key: it for key, it in value.items() if key != field})
        for field in value
    )


def test_export_says_what_it_rests_on(green: Mapping[str, str]) -> None:
    found = exported(green, "requirements")
    assert found["register"] == register_digest(REGISTER)


def test_schemas_of_the_protocol_are_files_that_name_each_other(green: Mapping[str, str]) -> None:
    every = schemas() | report_schemas() | plan_schemas()
    found = {path for path in green if path.startswith("data/protocol/")}
    assert found == {f"data/protocol/{name}.schema.json" for name in every}
    for each in (exported(green, f"protocol/{name}.schema") for name in every):
        Draft202012Validator.check_schema(each)
        for named in re.findall(r'"\$ref": "([a-z-]+\.schema\.json)', json.dumps(each)):
            assert f"data/protocol/{named}" in found


# Rows of the machine


@cache
def shown() -> list[tuple[str, RowSource]]:
    """Each row with the requirement that it cites."""
    return [(name, source) for name, found in rows_by_requirement().items() for source in found]


@pytest.mark.parametrize(("table", "counter"), [(ROWS, False), (COUNTER_ROWS, True)])
def test_every_row_is_shown_under_its_requirement(table: Iterable[Row], counter: bool) -> None:
    assert {name for name, source in shown() if source.counter is counter} == {
        row.requirement for row in table
    }


def test_rows_are_shown_as_they_are_written() -> None:
    for name, source in shown():
        written = (ROOT / source.path).read_text("utf-8").splitlines()
        assert source.code.splitlines()[0] in written[source.line - 1], name
        assert f'"{name}"' in source.code
        entry, *helpers = source.code.split("\n\n")
        ast.parse(f"[{entry}\n]")
        assert {helper.partition(" ")[0] for helper in helpers} <= {"def"}, name


def test_helper_of_a_row_is_shown_with_it() -> None:
    found = rows_by_requirement()["restoration.no-redeploy"]
    code = [
        each.code for each in found if "redeploys_lost_with_identity(GrantKeyAccess" in each.code
    ]
    assert code
    assert all("def redeploys_lost_with_identity(" in each for each in code)


# Facts from outside the article

FILES = ("causes", "commands", "decide", "foundry", "questions", "seen", "siblings", "sources")
CELLS = {
    *(
        "permission",
        "accidents",
        "guard",
        "signal",
        "known",
        "is",
        "asks",
        "other",
    ),
    *("customer-managed", "microsoft-managed"),
}
"""The fields in which cells stand."""


def fields_in(value: Any) -> Iterator[tuple[str, Any]]:
    """Every field anywhere in a data file, each item of a list for itself."""
    for name, each in value.items() if isinstance(value, dict) else ():
        yield from ((name, item) for item in (each if isinstance(each, list) else [each]))
    for each in (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    ):
        yield from fields_in(each)


def test_sources_that_pages_and_register_name_are_those_that_there_are_with_the_day_they_were_read() -> (
    None
):
    of_the_register = {each.source.url for each in REGISTER.values() if each.source}
    named = {
        it for name in FILES for field, it in fields_in(data(name)) if field in ("source", "where")
    }
    undated = of_the_register - {source.url for source in sources().values()}
    assert not undated, "add them to site/data/sources.yaml, with the day on which you read them"
    assert (
        named | {name for name, source in sources().items() if source.url in of_the_register}
        == sources().keys()
    )
    for source in sources().values():
        assert source.title
        assert source.url.startswith("https://")
        assert date(2026, 11, 24) <= date.fromisoformat(source.read) <= datetime.now(UTC).date()


@pytest.mark.parametrize("name", ["causes", "commands", "decide", "sources"])
def test_every_cell_rests_on_a_source_or_a_requirement_or_is_unknown(name: str) -> None:
    cells = [cell(it) for field, it in fields_in(data(name)) if field in CELLS]
    assert cells
    for each in cells:
        named = set(re.findall(r"[a-z]+\.[a-z0-9-]*[a-z0-9]", each.text)) & set(REGISTER)
        assert not each.text or each.sources or named or "not said" in each.text.lower(), each


def test_sources_are_numbered_in_the_order_in_which_a_page_names_them(
    green: Mapping[str, str],
) -> None:
    for name in ("decide/protect.md", "decide/unknowns.md", "evidence/traceability.md"):
        named = re.findall(r'>\[(\d+)\]\(#source-\1 "(.+?)"\)<', green[name])
        listed = re.findall(r'<span id="source-(\d+)">\1</span> \| \[(.+?)\]\(http', green[name])
        assert (
            [number for number, _ in listed]
            == [str(number) for number in range(1, len(listed) + 1)]
            != []
        )
        assert [(number, re.sub(r"\\(.)", r"\1", title)) for number, title in listed] == list(
            dict.fromkeys(named)
        )


def test_every_open_question_has_an_experiment_or_whom_to_ask() -> None:
    for each in data("causes")["open"]:
        assert ("experiment" in each) != ("ask" in each), each["question"]


def test_every_disagreement_of_the_register_is_told() -> None:
    known = [each["id"] for each in data("sources")["disagreements"]]
    assert known == [name for name in REGISTER.questions if name.startswith("C")]


# What was seen of real Azure


def test_what_was_seen_is_on_its_page_and_beside_each_requirement_that_it_is_about(
    green: Mapping[str, str],
) -> None:
    text, found = green["decide/unknowns.md"], load_seen()
    for each in found:
        assert text.count(f'id="seen-{each.id}"') == 1
        near = "near, and doesn't show it"
        relations = (
            ("contradicts", each.contradicts),
            ("agrees", each.supports),
            (near, each.near),
        )
        for word, names in relations:
            for name in names:
                topic = green[f"specification/{REGISTER[name].topic}.md"]
                section = topic.partition(f"{{ #{name} }}")[2].partition("\n## ")[0]
                assert f"<li>{word}: {each.date[:4]}, {each.of}, grade {each.grade}." in section, (
                    each.id,
                    name,
                )
    about = {name for each in found for name in (*each.contradicts, *each.supports)}
    assert f"They bear on {len(about)} of {len(REGISTER)}\nrequirements" in text


def test_an_observation_names_requirements_and_sources_and_where_it_contradicts_who_is_right() -> (
    None
):
    for each in load_seen():
        relations = (*each.supports, *each.contradicts, *each.near)
        assert REGISTER.keys() >= set(relations) > set(), each.id
        assert len(set(relations)) == len(relations), each.id
        assert sources().keys() >= {*each.says.sources} > set(), each.id
        assert each.grade in data("seen")["grades"], each.id
        assert re.fullmatch(r"20[0-9]{2}(-[0-9]{2}){0,2}", each.date), each.id
        assert bool(each.contradicts) == bool(each.right), each.id


def without_folds(section: str) -> str:
    """What of a section is shown before anything is opened."""
    return re.sub(r"<details.*?</details>", "", section, flags=re.DOTALL)


def section_of(green: Mapping[str, str], name: str) -> str:
    """The section of a requirement on the page of its topic."""
    topic = green[f"specification/{REGISTER[name].topic}.md"]
    return topic.partition(f"{{ #{name} }}")[2].partition("\n## ")[0]


def test_what_contradicts_a_requirement_stands_open_beside_its_result(
    green: Mapping[str, str],
) -> None:
    found = against(load_seen())
    assert found
    for name in REGISTER:
        shown = without_folds(section_of(green, name))
        head = next(line for line in shown.splitlines() if line.startswith(f"`{name}`{{ .id }}"))
        assert ("{ .otherwise }" in head) == (name in found), name
        for seen in found.get(name, ()):
            assert f"#seen-{seen.id})" in shown, (name, seen.id)


def test_what_only_comes_near_a_requirement_agrees_with_nothing(
    green: Mapping[str, str],
) -> None:
    agreeing = by_requirement(load_seen())
    only_near = {name for each in load_seen() for name in each.near} - agreeing.keys()
    assert {"keys.disable", "encryption.no-section", "tenant.key-left-behind"} <= only_near
    for name in only_near:
        assert "<li>agrees:" not in section_of(green, name), name


def test_no_step_of_a_run_that_was_not_on_azure_is_called_observed() -> None:
    run = a_run(lambda pickle: "failed")
    items = tuple(replace(item, details=({"step": "Then one thing is so"},)) for item in run.items)
    text = page(content_of(replace(run, items=items)), "specification/vault.md")
    steps = re.findall(r"\| Then one thing is so \|.*", text)
    assert steps
    assert [each for each in steps if "observed" in each.lower()] == []


TRACES = [each for each in load_seen() if each.trace]


@pytest.mark.parametrize("seen", TRACES, ids=lambda seen: seen.id)
def test_trace_contradicts_what_it_is_said_to_contradict_and_nothing_else(
    seen: Seen, tmp_path: Path
) -> None:
    file = tmp_path / "trace.jsonl"
    file.write_text(seen.trace, "utf-8")
    named: set[str] = set()
    for profile in PROFILES:
        checker = Checker(machine_of(silent_in(profile, REGISTER)))
        checker.read(read_trace(str(file)))
        verdict = checker.verdict
        assert verdict.judgeable  # every event
        assert not verdict.overflows
        named.update(
            name for deviation in verdict.deviations for name in deviation.why.attributed_to
        )
    where = f"{seen.id} in site/data/seen.yaml"
    assert named <= set(seen.contradicts), (
        f"its trace contradicts more: add that to `contradicts` of {where}"
    )
    assert bool(named) == bool(seen.contradicts), (
        f"its trace fits now: move `contradicts` to `supports` of {where}"
    )


# What was seen of the scripts of the pages Enable and Protect


def test_record_grows_with_each_test_that_saw_something(tmp_path: Path) -> None:
    record_run("2.91.0", {"set-up": RAN}, tmp_path / "run.json")
    record_run("2.91.0", {LOSSES: RAN}, tmp_path / "run.json")
    found = last_run(tmp_path / "run.json")
    assert found is not None
    assert (found.version, found.outcomes) == ("2.91.0", {"set-up": RAN, LOSSES: RAN})


def test_what_another_version_has_seen_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_run("2.91.0", {"set-up": RAN}, tmp_path / "run.json")
    record_run("2.92.0", {"watch": RAN}, tmp_path / "run.json")
    found = last_run(tmp_path / "run.json")
    assert found is not None
    assert found.outcomes == {"watch": RAN}
    monkeypatch.setattr(azure_cli, "kit_digest", lambda: "0" * 64)
    assert last_run(tmp_path / "run.json") is None


def test_no_record_is_nothing_seen_and_a_damaged_one_is_refused(tmp_path: Path) -> None:
    assert last_run(tmp_path / "run.json") is None
    (tmp_path / "run.json").write_text("[]", "utf-8")
    with pytest.raises(
        InvalidFile, match=r"run\.json: not a record of make azure-cli; run it again"
    ):
        last_run(tmp_path / "run.json")
