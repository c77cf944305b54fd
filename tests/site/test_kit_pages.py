"""The pages on the conformance kit say what its messages are, and how its lanes did."""

from typing import Any

from jsonschema import Draft202012Validator

from translator_cmk.site.kills import kills_page
from translator_cmk.site.protocol import protocol_files, protocol_page
from translator_cmk.wire import schemas
from translator_cmk.wire.declaration import CAPABILITIES, LEVELS
from translator_cmk.wire.verbs import VERBS

ROW = {"mistake": "Any region.", "topic": "vault", "language": "perl", "held_out": True}
KILLS: dict[str, Any] = {
    "digest": "0" * 64,
    "budgets": {"tour": 2400, "fuzz": 20000, "hypothesis": 4200},
    "first_run": {"held_out": 1, "by_features_or_tour": 1, "by_any_lane": 1},
    "implementations": [
        ROW | {"steps": {"features": 7, "tour": None, "fuzz": None, "hypothesis": 3000}},
        ROW
        | {
            "mistake": "No loss.",
            "held_out": False,
            "steps": {"features": 9, "tour": 20, "fuzz": None, "hypothesis": None},
        },
    ],
}


def test_page_has_every_verb_capability_and_level() -> None:
    page = protocol_page()
    assert [verb for verb in VERBS if f"## {verb} {{ #{verb} }}" not in page] == []
    assert [word for word in (*CAPABILITIES, *LEVELS) if f"| `{word}` |" not in page] == []


def test_schemas_are_files_that_name_each_other() -> None:
    files = dict(protocol_files())
    assert files.keys() == {f"data/protocol/{name}.schema.json" for name in schemas()}
    for schema in schemas().values():
        Draft202012Validator.check_schema(schema)


def test_page_counts_what_was_caught_by_which_lane() -> None:
    page = kills_page(KILLS)
    assert "| features | all scenarios | 2 of 2 | 1 of 1 | 9 |" in page
    assert "| Hypothesis alone, as many steps | 4,200 | 1 of 2 | 1 of 1 | 3,000 |" in page
    assert "By features or tour: 2 of 2; with fuzz 2." in page
    assert "**Stale:**" in page
    assert "It has not been measured here" in kills_page(None)
