"""The reference of the protocol, from the command line: every message, command, field and word, and the schemas."""

import json

import pytest

from tests.conformance.verifying import says
from translator_cmk.conformance.protocol import parts
from translator_cmk.language import schemas
from translator_cmk.language.declaration import CAPABILITIES, DECLARED, LEVELS
from translator_cmk.language.messages import OBSERVED
from translator_cmk.language.verbs import ANSWERS, VERBS
from translator_cmk.machine import COMMANDS


def test_reference_has_every_verb_answer_command_field_and_word() -> None:
    text = says(0, "protocol")
    assert [verb for verb in VERBS if f"\n## {verb}\n" not in text] == []
    assert [
        word for answers in ANSWERS.values() for word in answers.records if f"\nAnswer `{word}`: " not in text
    ] == []
    assert [word for word in (*CAPABILITIES, *LEVELS) if f"\n| `{word}` | " not in text] == []
    rows = {line.split("`")[1]: line for line in parts()["commands"].splitlines() if line.startswith("| `")}
    assert list(rows) == list(COMMANDS)
    assert all(f"`{field}`" in rows[name] for name, command in COMMANDS.items() for field in command.fields)
    kinds = {line.split(" ")[1]: line for line in parts()["observation"].splitlines() if line.startswith("| ")}
    assert all(f"`{field}`" in kinds[kind] for kind, (_, fields) in OBSERVED.items() for field in fields)


def test_part_is_printed_alone() -> None:
    hello = says(0, "protocol", "hello")
    assert all(f"\n| `{name}` | " in hello for name in DECLARED)
    assert "`observation`" not in hello


def test_every_schema_that_is_listed_is_printed() -> None:
    listed = [line.partition(": ")[0] for line in says(0, "protocol", "--schema", "list").splitlines()]
    assert {*schemas(), "report"} <= set(listed)
    for name in listed:
        assert json.loads(says(0, "protocol", "--schema", name))["$id"] == f"{name}.schema.json"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["observatoin"], "observatoin: unknown name; did you mean 'observation'?"),
        (["--schema", "x"], "choose one of"),
    ],
)
def test_unknown_part_is_one_line_that_says_what_there_is(arguments: list[str], message: str) -> None:
    error = says(2, "protocol", *arguments)
    assert message in error
    assert error.count("\n") == 1
