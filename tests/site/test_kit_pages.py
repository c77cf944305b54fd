"""The pages on the conformance kit say what its messages are, and how its lanes did."""

import json
from typing import Any

from jsonschema import Draft202012Validator

from translator_cmk.conformance.report.schemas import report_schemas
from translator_cmk.language import schemas
from translator_cmk.language.declaration import CAPABILITIES, LEVELS
from translator_cmk.language.verbs import VERBS, answer_from_wire, request_from_wire
from translator_cmk.site.kills import kills_page
from translator_cmk.site.protocol import a_session, protocol_files, protocol_page

ROW = {"mistake": "Any region.", "topic": "vault", "language": "perl", "held_out": True}
MISSED = {"mistake": "The third is kept.", "topic": "revocation", "language": "python"}
KILLS: dict[str, Any] = {
    "digest": "0" * 64,
    "budgets": {"features": 1500, "tour": 2400, "hypothesis": 20000},
    "first_run": {"held_out": 1, "by_features_or_tour": 1, "by_any_lane": 1},
    "implementations": [
        ROW | {"steps": {"features": 7, "tour": None, "hypothesis": 5000}},
        ROW
        | {
            "mistake": "No loss.",
            "held_out": False,
            "steps": {"features": None, "tour": 20, "hypothesis": None},
        },
    ],
    "made_to_be_missed": {
        "before": {"caught": 1, "of": 3},
        "implementations": [
            MISSED | {"steps": {"features": 9, "tour": 20, "hypothesis": None}},
            MISSED | {"steps": {"features": None, "tour": None, "hypothesis": 70}},
            MISSED | {"steps": {"features": None, "tour": None, "hypothesis": None}},
        ],
    },
}


def test_page_has_every_verb_capability_and_level() -> None:
    page = protocol_page()
    assert [verb for verb in VERBS if f"## {verb} {{ #{verb} }}" not in page] == []
    assert [word for word in (*CAPABILITIES, *LEVELS) if f"| `{word}` |" not in page] == []


def test_session_on_the_page_follows_the_schemas_and_shows_an_acceptance_and_a_refusal() -> None:
    messages = [json.loads(line) for line in a_session().splitlines()]
    found = []
    for request, answer in zip(messages[::2], messages[1::2], strict=True):
        request_from_wire(request)
        found.append(answer_from_wire(request["verb"], answer)["id"])
    assert found == [request["id"] for request in messages[::2]]
    assert {"accepted", "refused", "observed"} <= {answer["answer"] for answer in messages[1::2]}


def test_schemas_are_files_that_name_each_other() -> None:
    files = dict(protocol_files())
    every = schemas() | report_schemas()
    assert files.keys() == {f"data/protocol/{name}.schema.json" for name in every}
    for schema in every.values():
        Draft202012Validator.check_schema(schema)


def test_page_counts_what_was_caught_by_which_lane() -> None:
    page = kills_page(KILLS)
    assert "| features | 1,500 | 1 of 2 | 1 of 1 | 7 | more than 1,500 |" in page
    assert "| features, then tour | 3,900 | 2 of 2 | 1 of 1 | 1,520 | 1,520 |" in page
    assert "| Hypothesis alone, as many steps | 3,900 | 0 of 2 | 0 of 1 |  | more than 3,900 |" in page
    assert "of the lane fuzz | 20,000 | 1 of 2 | 1 of 1 | 5,000 | more than 20,000 |" in page
    assert "**Stale:**" in page
    assert "It has not been measured here" in kills_page(None)


def test_page_tells_those_made_to_be_missed_apart() -> None:
    page = kills_page(KILLS)
    assert "| tour | 2,400 | 1 of 3 | 0 |" in page
    assert "| fuzz | 20,000 | 1 of 3 | 1 |" in page
    assert "Past all three lanes: 1 of 3." in page
    assert "Of the first 3 the lanes as they were before anybody made such mistakes caught 1," in page


def test_page_counts_mutants_of_each_example_and_names_survivors() -> None:
    about = {"language": "node", "function": "step", "line": 7, "was": "a | b", "now": "a", "kind": "condition dropped"}
    found = [
        about | {"verdict": "killed", "lane": "tour", "steps": 9},
        about | {"verdict": "equivalent", "was": "`${a}`", "now": ""},
        about | {"verdict": "survives", "because": "shows a state otherwise", "reason": "Nobody sees it."},
        about | {"language": "python", "verdict": "killed", "lane": "features", "steps": 2},
    ]
    beside = {"first_run": {"caught": 1, "of": 3}, "scopes": [], "walks": 1000, "steps": 90000}
    languages = {"python": beside | {"scopes": ["losing-the-key"]}, "node": beside}
    page = kills_page(None, {"digest": "0" * 64, "languages": languages, "mutants": found})
    assert "| Python | 1 | 0 in 90,000 steps each | 1 | 0 | 100% of 1 | 1 | 1 of 3 (33%) |" in page
    assert "| Node | 3 | 1 in 90,000 steps each | 1 | 1 | 50% of 2 | 0 | 1 of 3 (33%) |" in page
    assert "1,000 random walks" in page
    assert "the scopes `losing-the-key`" in page
    assert "| A part of a condition dropped | 4 | 1 | 2 | 1 |" in page
    assert r"| Node: `step`, line 7 | `a \| b` becomes `a` | shows a state otherwise | Nobody sees it. |" in page
    assert "| Node: `step`, line 7 | `` `${a}` `` goes |" in page
    assert "**Stale:**" in page
