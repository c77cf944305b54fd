"""Results are written whole, read back the same, and refused with a plain reason where they are not in order."""

import json
from collections.abc import Callable
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from translator_cmk.bdd.results import (
    Item,
    Results,
    ResultsError,
    as_json,
    is_stale,
    load_results,
    merge_items,
    write_results,
)
from translator_cmk.digest import REPORTED, digest

PASSED = Item(
    "vault.same-region/one", "scenario", ("vault.same-region",), "passed", 0.25, name="One", feature="f", line=3
)
FAILED = Item("isolation", "property", (), "failed", 1, reason="not so")
RESULTS = Results(
    digest="0" * 64,
    versions={"python": "3.11.7"},
    subject="model",
    profile="full",
    selection=("-m vault.same-region",),
    started="2026-01-02T03:04:05Z",
    finished="2026-01-02T03:04:06Z",
    complete=False,
    items=(PASSED, FAILED),
)
SCHEMA = json.loads(resources.files("translator_cmk.bdd").joinpath("results.schema.json").read_text(encoding="utf-8"))


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    file = tmp_path / "folder" / "results.json"
    write_results(file, RESULTS)
    assert load_results(file) == RESULTS
    assert [path.name for path in file.parent.iterdir()] == ["results.json"]


def test_text_is_sorted_and_indented_by_one(tmp_path: Path) -> None:
    write_results(tmp_path / "results.json", RESULTS)
    text = (tmp_path / "results.json").read_text(encoding="utf-8")
    assert text == json.dumps(json.loads(text), indent=1, sort_keys=True) + "\n"


def test_results_fit_the_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(json.loads(json.dumps(as_json(RESULTS))), SCHEMA)


def test_file_stays_as_it_was_where_writing_fails(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    write_results(file, RESULTS)
    with pytest.raises(ValueError, match="JSON"):
        write_results(file, replace(RESULTS, items=(replace(PASSED, seconds=float("nan")),)))
    assert load_results(file) == RESULTS
    assert list(tmp_path.iterdir()) == [file]


def test_item_takes_the_place_of_its_namesake() -> None:
    again, other = replace(PASSED, seconds=9.0), replace(PASSED, kind="theorem")
    assert merge_items(RESULTS, [again, other]).items == (again, FAILED, other)


def test_results_are_stale_once_the_specification_has_changed() -> None:
    assert is_stale(RESULTS)
    assert not is_stale(replace(RESULTS, digest=digest(REPORTED)))


def changed(change: Callable[[dict[str, Any]], object]) -> bytes:
    content = json.loads(json.dumps(as_json(RESULTS)))
    change(content)
    return json.dumps(content).encode()


MALFORMED = {
    "empty": (b"", "1: not JSON, or cut off"),
    "cut off": (json.dumps(as_json(RESULTS), indent=1).encode()[:-20], "not JSON, or cut off"),
    "not UTF-8": (b'{"subject": "caf\xe9"}', "not UTF-8 at byte 16"),
    "nested without end": (b"[" * 100_000, "nested too deeply"),
    "no object": (b"[]", "the file is not a JSON object"),
    "other format": (changed(lambda it: it.update(format=2)), "written in format 2, and this version reads format 1"),
    "no format": (changed(lambda it: it.pop("format")), "the file has no format"),
    "no items": (changed(lambda it: it.pop("items")), "the file has no items"),
    "unknown field": (changed(lambda it: it.update(score=100)), "the file has the unknown field 'score'"),
    "digest": (changed(lambda it: it.update(digest="0")), "the file has the digest '0'"),
    "time": (changed(lambda it: it.update(started="now")), "the file has the started 'now'"),
    "complete": (changed(lambda it: it.update(complete=1)), "the file has no complete, or one of another type"),
    "versions": (changed(lambda it: it["versions"].update(pytest=9)), "versions does not consist of strings"),
    "selection": (changed(lambda it: it.update(selection=[1])), "selection of the file does not consist of strings"),
    "item": (changed(lambda it: it["items"].append(1)), "item 3 is not a JSON object"),
    "status": (
        changed(lambda it: it["items"][0].update(status="green")),
        "item 1 has the kind 'scenario' and the status 'green'",
    ),
    "kind": (changed(lambda it: it["items"][0].update(kind="test")), "item 1 has the kind 'test'"),
    "reason of what passed": (
        changed(lambda it: it["items"][0].update(reason="luck")),
        "has the status passed and a reason",
    ),
    "no reason": (changed(lambda it: it["items"][1].pop("reason")), "item 2 has the status failed and no reason"),
    "seconds": (changed(lambda it: it["items"][0].update(seconds=-1)), "item 1 took -1 seconds"),
    "no seconds": (changed(lambda it: it["items"][0].update(seconds=True)), "item 1 has no seconds"),
    "no number": (changed(lambda it: it["items"][0].update(seconds=float("nan"))), "item 1 took nan seconds"),
    "line": (changed(lambda it: it["items"][0].update(line="3")), "item 1 has no line"),
    "details": (changed(lambda it: it["items"][0].update(details=[1])), "details of item 1 is not a JSON object"),
    "same id": (
        changed(lambda it: it["items"].append(it["items"][0])),
        "the scenario 'vault.same-region/one' is there twice",
    ),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_malformed_file_is_refused_in_one_line(tmp_path: Path, case: str) -> None:
    content, message = MALFORMED[case]
    file = tmp_path / "results.json"
    file.write_bytes(content)
    with pytest.raises(ResultsError) as caught:
        load_results(file)
    told = str(caught.value)
    assert message in told
    assert told.startswith(str(file))
    assert told.endswith("run the suite again")
    assert "\n" not in told


BEYOND_THE_SCHEMA = {"same id", "no number"}
"""JSON Schema can't tell that an id is there twice, and takes NaN for a number."""


@pytest.mark.parametrize("case", [case for case in MALFORMED if case not in BEYOND_THE_SCHEMA])
def test_schema_refuses_what_the_reader_refuses(case: str) -> None:
    try:
        content = json.loads(MALFORMED[case][0])
    except (ValueError, RecursionError):
        return
    assert not jsonschema.Draft202012Validator(SCHEMA).is_valid(content)


def test_missing_file_is_told_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match=r"none\.json: can't be read: .*; run pytest with --results .*none\.json$"):
        load_results(tmp_path / "none.json")
