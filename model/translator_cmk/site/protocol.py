"""The page on protocol 1, made from the schemas that read its messages, and the schemas themselves as files."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..conformance.answering import Answering
from ..conformance.following import level_of
from ..conformance.report.schemas import report_schemas
from ..language import PROTOCOL, schemas, stage_to_wire
from ..language.declaration import CAPABILITIES, LEVELS
from ..language.shapes import A_NAME, LOCAL_NAME, REQUIREMENT, TOKEN
from ..language.text import LONGEST
from ..language.verbs import VERBS
from ..machine import COMMANDS, DEFAULT_STAGE
from ..system import ModelSystem
from .markup import UP, page, plain, table

FOLDER = "data/protocol"

ANSWERS: Mapping[str, str] = {
    "hello": "What the system is.  Whatever is left out of capabilities it is without.",
    "done": "The world has begun.",
    "accepted": "The command was carried out.  `audit` lists the uses of a customer's key that it made.",
    "refused": "The command was refused, and changed nothing.  `because` names requirements.",
    "unsupported": "There is no such command.  Nothing is learnt from that.",
    "observed": "What a customer can see.  What is absent is gone, and there are no nulls.",
    "settled": "All effects have come about: what is absent now is missing.",
    "unsettled": "Something may still be under way.",
    "bye": "The session is over.",
    "error": "The system can't tell.  This is no refusal.",
}

WHAT = f"""\
This is protocol {PROTOCOL}. A request is a JSON object on a line, or the body of a POST; so is its answer, under the
same `id`. No message is longer than {LONGEST // 2**20} MiB. Where `hello` gave a `session`, every later request repeats
it. What is expected of a system is never part of a request. Both directions are checked against the schemas: a fault in
a request is the kit's, one in an answer the system's."""


SESSION = """\
This is how the model answers, a request and an answer in turns:"""

ASKED: tuple[dict[str, Any], ...] = (
    {"verb": "hello", "protocol": PROTOCOL, "kit": "0.1.0"},
    {"verb": "reset", "stage": stage_to_wire(DEFAULT_STAGE)},
    {
        "verb": "submit",
        "command": {
            "command": "CreateVault",
            "vault": "vault-k3x1",
            "region": "westeurope",
            "subscription": "production",
            "group": "apps-k3x1",
            "soft_delete": True,
            "purge_protection": True,
            "permission_model": "access-policies",
        },
    },
    {"verb": "submit", "command": {"command": "PurgeVault", "vault": "vault-k3x1"}},
    {"verb": "observe"},
    {"verb": "bye"},
)

COMMANDS_ARE = """\
All fields are sent, but that a `vault` and a `key` are named only where the `store` is `key-vault`. Whatever has no
values listed is a name: 1 to 63 letters, digits and hyphens, the first of them no hyphen. A `location` is a region of
the stage, or `global`. What is not there is asked for too, such as a region of another name, and has to be refused.
What is made, and resource groups, go by names that never come again, unless a seed is given twice: the kit puts a salt
before or behind them, another one in each world. What an observation shows of other worlds is not looked at."""

OBSERVED = """\
An observation has kinds, each kind the names of what is there, and each name its fields. A field that has no value is
left out, and so is what does not exist any more. Keys are named `vault/key`, and grants `vault/resource`. Keys and
grants of a deleted vault are out of sight until it is recovered. What a system can't show it declares in `hidden`."""

STAGE = """\
Directories, subscriptions, regions and tiers are there before a world begins. `reset` names them; a system that offers
others, or fewer, says so in `hello`, part by part. What they are called in your system is up to the adapter. These are
asked for otherwise:"""

FORMS = {
    str(shape.schema()["pattern"]): shape.form.partition(",")[0].partition(":")[0]
    for shape in (A_NAME, LOCAL_NAME, REQUIREMENT, TOKEN)
}
"""What a text of this pattern is, in words."""

MANY = 12
"""From how many on words are not listed in a cell."""

REPORTS = f"""\
A report is a folder. Its JSON files have schemas too; `translator-cmk report check` holds each against its own. That of
`results.json` is [elsewhere]({UP}data/results.schema.json), and `cucumber.ndjson` has that of Cucumber Messages."""


def protocol_page() -> str:
    """The page."""
    return page(
        "Protocol",
        "Every message between the conformance kit and a system, made from the schemas that check them.",
        WHAT,
        "## A session { #session }",
        SESSION,
        f"```json\n{a_session()}\n```",
        *(block for verb in VERBS for block in verb_blocks(verb)),
        "## Commands { #commands }",
        COMMANDS_ARE,
        table(["Command and level", "What it does, and its fields"], commands()),
        "## What is observed { #observation }",
        OBSERVED,
        table(["Kind", "Fields"], observed()),
        "## The stage { #stage }",
        STAGE,
        f"```json\n{default_stage()}\n```",
        "## Capabilities { #capabilities }",
        table(["Capability", "Means"], ([f"`{name}`", plain(means)] for name, means in CAPABILITIES.items())),
        "## Levels { #levels }",
        table(["Level", "Is about"], ([f"`{name}`", plain(about)] for name, about in LEVELS.items())),
        "## Schemas { #schemas }",
        "JSON Schema, draft 2020-12; each names the others by its file name.",
        links(schemas()),
        "## Reports { #reports }",
        REPORTS,
        links(report_schemas()),
    )


def links(found: Mapping[str, Mapping[str, Any]]) -> str:
    """A list of schemas."""
    return "\n".join(f"- [{name}]({UP}{FOLDER}/{name}.schema.json): {each['title']}" for name, each in found.items())


def verb_blocks(verb: str) -> Iterator[str]:
    """What is asked by a verb, and what can be answered."""
    found = schemas()
    yield f"## {verb} {{ #{verb} }}"
    yield plain(VERBS[verb])
    yield table(["Field of the request", "Is"], fields(found["request"]["$defs"][verb]))
    for word, answer in found[f"answer-to-{verb}"]["$defs"].items():
        yield f"Answer `{word}`: {ANSWERS[word]}"
        yield table(["Field", "Is"], fields(answer))


def a_session() -> str:
    """Requests, each with the answer of the model, a message on a line."""
    answering, lines = Answering(ModelSystem), []
    session: dict[str, Any] = {}
    for number, asked in enumerate(ASKED, start=1):
        request = {"id": f"r{number}"} | asked | session
        answer = answering.answer(request)
        if "session" in answer:  # by chance, each time
            session = {"session": answer["session"]}
        lines += [request, answer]
    return "\n".join(map(json.dumps, lines)).replace(session["session"], "s1")


def default_stage() -> str:
    """The default stage as JSON, a part on a line."""
    parts = (f'"{part}": {json.dumps(has)}' for part, has in stage_to_wire(DEFAULT_STAGE).items())
    return "{" + ",\n ".join(parts) + "}"


def commands() -> Iterator[list[str]]:
    """Each command with its level, what it does, and its fields."""
    for name, schema in schemas()["command"]["$defs"].items():
        told = ", ".join(field(*each) for each in schema["properties"].items() if each[0] != "command")
        broken = re.sub("(?<=[a-z])(?=[A-Z])", "<wbr>", name)
        yield [f"<code>{broken}</code><br>{level_of(COMMANDS[name])}", f"{schema['description']}<br>{told}"]


def observed() -> Iterator[list[str]]:
    """Each kind of what can be seen with its fields."""
    for kind, schema in schemas()["observation"]["properties"].items():
        yield [kind, ", ".join(field(*each) for each in schema["additionalProperties"]["properties"].items())]


def field(name: str, schema: Mapping[str, Any]) -> str:
    """A field, with its values where it has but some."""
    if "enum" in schema:
        return f"`{name}` ({', '.join(f'`{value}`' for value in schema['enum'])})"
    return f"`{name}`" if schema.get("type") == "string" else f"`{name}` ({told(schema)})"


def fields(schema: Mapping[str, Any]) -> Iterator[list[str]]:
    """Each field with what it is; those that may be left out are marked."""
    for name, found in schema["properties"].items():
        optional = "" if name in schema["required"] else " (may be left out)"
        yield [f"`{name}`", f"{told(found)}{optional}"]


def told(schema: Mapping[str, Any]) -> str:
    """What a value is, in words."""
    if "$ref" in schema:
        return f"[{schema['$ref'].partition('.')[0]}]({UP}{FOLDER}/{schema['$ref']})"
    if "const" in schema:
        return f"`{schema['const']}`"
    if "enum" in schema:
        kind, field, *_ = (f"`{word}`" for word in schema["enum"])
        if len(schema["enum"]) > MANY:
            return f"a kind of [what is observed](#observation), or a field of one, such as {kind} or {field}"
        return f"one of {', '.join(f'`{word}`' for word in schema['enum'])}"
    if schema.get("type") == "array":
        return f"a list, each item {told(schema['items'])}"
    if schema.get("type") == "integer":
        least, most = schema["minimum"], schema["maximum"]
        return f"`{least}`" if least == most else f"a whole number from {least} to {most:,}"
    if schema.get("type") == "string":
        return f"text of up to {schema['maxLength']} characters" if "maxLength" in schema else FORMS[schema["pattern"]]
    return "true or false" if schema["type"] == "boolean" else an_object(schema)


def an_object(schema: Mapping[str, Any]) -> str:
    """What an object holds, in words."""
    if named := schema.get("properties"):
        names = [f"`{name}`" for name in named]
        if len(names) > MANY:
            kinds = {told(each) for each in named.values()}
            return f"an object; its fields, such as {names[0]}, are names of commands, each {' or '.join(kinds)}"
        return f"an object with {', '.join(f'{name}: {told(each)}' for name, each in named.items())}"
    return f"an object; each field {told(schema['propertyNames'])}, with {told(schema['additionalProperties'])}"


def protocol_files() -> Iterator[tuple[str, str]]:
    """Each schema as a file."""
    for name, schema in (schemas() | report_schemas()).items():
        yield f"{FOLDER}/{name}.schema.json", json.dumps(schema, indent=1) + "\n"
