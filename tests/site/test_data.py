"""Data follows its declarations: exports match their schemas, measurements are checked, and stale ones say so."""

import json
import re
from pathlib import Path
from typing import Any, Literal, NotRequired, TypedDict

import pytest
from jsonschema import Draft202012Validator

from tests.site.building import REGISTER, ROOT, a_run, content_of
from translator_cmk.conformance.report.envelope import report_schemas
from translator_cmk.digest import digest
from translator_cmk.language import schemas
from translator_cmk.site import pages as site_pages
from translator_cmk.site.decision import register_digest
from translator_cmk.site.declared import problems, schema
from translator_cmk.site.exports import exports
from translator_cmk.site.measurements import FOLDER, MEASUREMENTS, MeasurementError, load, load_measurements

FILES: dict[str, Any] = dict(exports(content_of(a_run())))
MEASURED = load_measurements(ROOT / "docs")


@pytest.mark.parametrize("name", ["requirements", "implementations", "results"])
def test_export_matches_its_schema(name: str) -> None:
    found = FILES[f"data/{name}.schema.json"]
    Draft202012Validator.check_schema(found)
    value = json.loads(json.dumps(FILES[f"data/{name}.json"]))
    Draft202012Validator(found).validate(value)
    for field in found["required"]:
        assert list(Draft202012Validator(found).iter_errors({key: it for key, it in value.items() if key != field}))


@pytest.mark.parametrize("name", ["requirements", "implementations"])
def test_export_says_what_it_rests_on_and_that_it_was_not_azure(name: str) -> None:
    found = FILES[f"data/{name}.json"]
    assert (found["register"], found["observed_on_azure"]) == (register_digest(REGISTER), "never")


def test_schemas_of_the_protocol_are_files_that_name_each_other() -> None:
    every = schemas() | report_schemas()
    found = {path: it for path, it in FILES.items() if path.startswith("data/protocol/")}
    assert found.keys() == {f"data/protocol/{name}.schema.json" for name in every}
    for each in found.values():
        Draft202012Validator.check_schema(each)
        for named in re.findall(r'"\$ref": "([a-z-]+\.schema\.json)', json.dumps(each)):
            assert f"data/protocol/{named}" in found


class Inner(TypedDict):
    """A part."""

    count: int
    word: NotRequired[Literal["a", "b"]]


class Outer(TypedDict):
    """A whole."""

    parts: list[Inner]
    by_name: dict[str, float]
    perhaps: str | None


RIGHT: dict[str, Any] = {"parts": [{"count": 1}, {"count": 2, "word": "a"}], "by_name": {"x": 1}, "perhaps": None}


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (RIGHT, None),
        (RIGHT | {"more": 1}, None),
        ([], "it is not of type object"),
        ({}, "it lacks parts"),
        (RIGHT | {"parts": [{}]}, "it.parts[0] lacks count"),
        (RIGHT | {"parts": [{"count": True}]}, "it.parts[0].count is not of type integer"),
        (RIGHT | {"parts": [{"count": 1, "word": "c"}]}, "it.parts[0].word is not one of a, b"),
        (RIGHT | {"by_name": {"x": "1"}}, "it.by_name.x is not of type number"),
        (RIGHT | {"perhaps": 1}, "it.perhaps has none of its types"),
    ],
)
def test_value_is_checked_as_its_json_schema_does(value: Any, problem: str | None) -> None:
    found = schema(Outer)
    Draft202012Validator.check_schema(found)
    assert next(problems(value, found), None) == problem
    assert Draft202012Validator(found).is_valid(value) == (problem is None)


@pytest.mark.parametrize("name", MEASUREMENTS)
def test_malformed_measurement_is_refused_by_name(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"{name}.json"
    assert load(path, MEASUREMENTS[name]) is None
    for text in ("{", "[]", "{}"):
        path.write_text(text, "utf-8")
        with pytest.raises(MeasurementError, match=rf"{name}\.json: .*; run make evidence"):
            load(path, MEASUREMENTS[name])


def test_measurements_are_totals_and_no_raw_data() -> None:
    files = list((ROOT / "docs" / FOLDER).iterdir())
    assert {path.stem for path in files} <= MEASUREMENTS.keys()
    assert sum(path.stat().st_size for path in files) < 50_000


def measurements_page(**measured: Any) -> str:
    """The page with these measurements and no others."""
    content = content_of(a_run())._replace(measurements=dict.fromkeys(MEASUREMENTS) | measured)
    return dict(site_pages.pages(content))["evidence/measurements.md"]


def test_page_shows_what_is_stale_or_was_not_measured() -> None:
    nothing = measurements_page()
    assert nothing.count("This has not been measured.") == len(MEASUREMENTS)
    there = {name: found for name, found in MEASURED.items() if found}
    old = measurements_page(**{name: found | {"digest": "0" * 64} for name, found in there.items()})
    assert old.count("**Stale:**") == len(there)
    new = measurements_page(
        **{name: found | {"digest": digest(found.get("layer", "cli"))} for name, found in there.items()}
    )
    assert "**Stale:**" not in new
