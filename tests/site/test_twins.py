"""Every table of the site is a file of data too, with a schema beside it that it fits."""

import json
import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from tests.site.building import PICKLES, REGISTER, ROOT, a_run, content_of
from translator_cmk.language import command_from_wire, observation_to_wire
from translator_cmk.machine import DEFAULT_STAGE, Accepted, Refused, initial, observe
from translator_cmk.site.cascade import model
from translator_cmk.site.causes import CAUSES
from translator_cmk.site.generate import generate
from translator_cmk.site.markup import measured_twin
from translator_cmk.site.measured import measurements_table
from translator_cmk.site.measurement_schemas import MEASUREMENTS
from translator_cmk.site.schemas import TABLES, site_schemas
from translator_cmk.site.should_you import register_digest
from translator_cmk.site.twins import twins

FILES = {name.removeprefix("data/"): json.loads(text) for name, text in twins(content_of(a_run()))}
RESOURCES = [(name, Resource.from_contents(schema)) for name, schema in FILES.items() if name.endswith(".schema.json")]
REGISTRY: Registry[Any] = Registry().with_resources(RESOURCES)


@pytest.mark.parametrize("name", [*TABLES, "results"])
def test_table_fits_its_schema(name: str) -> None:
    schema = FILES[f"{name}.schema.json"]
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema, registry=REGISTRY).validate(FILES[f"{name}.json"])


@pytest.mark.parametrize("name", TABLES)
def test_schema_refuses_what_is_missing_and_what_is_unknown(name: str) -> None:
    validator = Draft202012Validator(FILES[f"{name}.schema.json"], registry=REGISTRY)
    for field in FILES[f"{name}.json"]:
        without = {key: value for key, value in FILES[f"{name}.json"].items() if key != field}
        assert list(validator.iter_errors(without)), field
    assert list(validator.iter_errors({**FILES[f"{name}.json"], "more": 1}))


@pytest.mark.parametrize("name", TABLES)
def test_table_says_what_it_rests_on_and_that_it_was_not_azure(name: str) -> None:
    found = FILES[f"{name}.json"]
    assert (found["register"], found["observed_on_azure"]) == (register_digest(REGISTER), "never")


@pytest.mark.parametrize("name", MEASUREMENTS)
def test_measurement_fits_its_schema_and_is_linked_with_it(name: str) -> None:
    """The one that is kept, where there is one."""
    validator = Draft202012Validator(FILES[f"{name}.schema.json"])
    Draft202012Validator.check_schema(FILES[f"{name}.schema.json"])
    assert list(validator.iter_errors({}))
    path = ROOT / "docs" / "measurements" / f"{name}.json"
    if path.exists():
        validator.validate(json.loads(path.read_text("utf-8")))
    measured = content_of(None)._replace(**{name: {"digest": "0" * 64}})  # type: ignore[arg-type]  # a field by name
    assert measurements_table(content_of(None)) == "Nothing: `make evidence` does it."
    assert f"(measurements/{name}.json) | [schema](data/{name}.schema.json)" in measurements_table(measured)


def test_every_measurement_that_is_kept_has_a_schema() -> None:
    assert {path.stem for path in (ROOT / "docs" / "measurements").glob("*.json")} <= MEASUREMENTS.keys()


SHOWN_ON = {
    "mutants": "strength",
    "coverage": "coverage",
    "tours": "coverage",
    "scopes": "scopes",
    "kills": "kills",
    "example_mutants": "kills",
    "foreign": "peers",
    "peers": "peers",
    "bench": "speed",
    "memory": "speed",
}


def test_page_of_a_measurement_leads_to_its_file_and_the_schema() -> None:
    """Of what is kept; theorems and pages have no page of their own, and are listed with all others."""
    found = {path.stem: json.loads(path.read_text("utf-8")) for path in (ROOT / "docs" / "measurements").glob("*.json")}
    pages = generate(content_of(a_run())._replace(**found))
    assert MEASUREMENTS.keys() - SHOWN_ON.keys() == {"theorems", "pages"}
    for name in SHOWN_ON.keys() & found.keys():
        assert measured_twin(name) in pages[f"evidence/{SHOWN_ON[name]}.md"], name


def test_every_schema_is_published() -> None:
    assert {f"{name}.schema.json" for name in site_schemas()} <= FILES.keys()


NO_TWIN = {
    "evidence/coverage.md",  # the measurements that these pages show are files themselves
    "evidence/kills.md",
    "evidence/peers.md",
    "evidence/scopes.md",
    "evidence/strength.md",
    "specification/protocol.md",  # the schemas are what it tells
}


def test_every_page_with_a_table_leads_to_its_data_and_the_schema() -> None:
    pages = {name: text for name, text in generate(content_of(a_run())).items() if name.endswith(".md")}
    with_tables = {name for name, text in pages.items() if "| --- |" in text}
    assert NO_TWIN & set(pages) == NO_TWIN
    for name in with_tables - NO_TWIN:
        linked = re.findall(r"\(\.\./data/([\w-]+)\.json\)", pages[name])
        assert linked, name
        assert all(f"(../data/{each}.schema.json)" in pages[name] for each in linked), name
        assert {f"{each}.json" for each in linked} <= FILES.keys(), name


def test_every_table_is_named_on_a_page() -> None:
    text = "".join(path.read_text("utf-8") for path in (ROOT / "docs").glob("*.md"))
    for name in TABLES:
        assert re.search(rf"data/{name}\.json", text), name
        assert re.search(rf"data/{name}\.schema\.json", text), name


def test_requirements_come_with_their_scenarios_and_rows() -> None:
    found = {each["id"]: each for each in FILES["requirements.json"]["requirements"]}
    assert list(found) == list(REGISTER)
    region = found["vault.same-region"]
    assert region["status"] == "passed"
    assert {each["status"] for each in region["scenarios"]} == {"passed"}
    assert all((ROOT / each["path"]).is_file() for requirement in found.values() for each in requirement["rows"])


def test_cascade_has_every_cause_with_the_grounds_of_each_loss() -> None:
    found = FILES["cascade.json"]["causes"]
    assert [each["cause"] for each in found] == [cause.name for cause in CAUSES]
    assert all(loss["requirements"] for each in found for loss in each["lost"])


def test_graph_is_what_the_model_does() -> None:
    """Walked along: each edge from each state leads where the model's step leads, with the outcome told."""
    words = {Accepted: "accepted", Refused: "refused"}
    for scope in FILES["graph.json"]["scopes"]:
        commands = [command_from_wire(each) for each in scope["commands"]]
        state = initial(DEFAULT_STAGE)
        for command in map(command_from_wire, scope["start"]):
            state, _ = model().step(state, command)
        states = {0: state}
        for before, command, after, outcome in scope["edges"]:
            reached, came = model().step(states[before], commands[command])
            assert states.setdefault(after, reached) == reached
            assert scope["outcomes"][outcome]["outcome"] == words.get(type(came), "unspecified")
        shown = [observation_to_wire(observe(model().world(states[number]))) for number in range(len(states))]
        assert shown == scope["states"]


def test_scenarios_and_requirements_say_what_shows_them() -> None:
    scenarios = FILES["scenarios.json"]["scenarios"]
    assert len(scenarios) == sum(1 for each in PICKLES)
    assert all(each["seconds"] == 0.0042 and each["status"] == "passed" for each in scenarios)
    assert not [each for each in twins_without_a_run()["scenarios"] if "seconds" in each]
    requirements = {each["id"]: each["shown_by"] for each in FILES["requirements.json"]["requirements"]}
    assert requirements["vault.same-region"] == {"run": {"scenario": 4}}


def twins_without_a_run() -> Any:
    return json.loads(dict(twins(content_of(None)))["data/scenarios.json"])


def test_every_step_of_a_scenario_is_a_sentence_or_a_situation_that_names_it() -> None:
    found = FILES["steps.json"]
    named = {name for each in (*found["situations"], *found["sentences"]) for name in each["used_by"]}
    assert named == {each.id for each in PICKLES}
