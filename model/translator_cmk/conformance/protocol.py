"""The command `protocol`: the reference of the messages, written from their shapes."""

import argparse
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ..bdd.prerequisites import level_of
from ..errors import OK, CommandError
from ..language.contract import VERBS
from ..language.declaration import CAPABILITIES, LEVELS
from ..language.messages import build_stage, stage_to_wire
from ..language.name_forms import A_NAME, LOCAL_NAME, REQUIREMENT, TOKEN
from ..language.schemas import schemas
from ..machine import COMMANDS, DEFAULT_STAGE
from ..plans.json_form import plan_schemas
from ..shapes import suggestion
from ..strict_yaml import read_yaml
from ..system import ModelSystem
from .report.envelope import report_schemas
from .wire.answering import Answering

TEXTS: Mapping[str, Any] = read_yaml(Path(__file__).with_name("protocol.yaml")).value()
"""The texts of the reference, and the requests of the session that is shown."""

PATTERNS = {
    str(shape.schema()["pattern"]): shape.expected.partition(",")[0].partition(":")[0]
    for shape in (A_NAME, LOCAL_NAME, REQUIREMENT, TOKEN)
}
"""A text of this pattern in words."""

MOST_VALUES = 12
"""How many values of an enumeration, or fields of an object, are written out."""

Schema = Mapping[str, Any]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `protocol`."""
    parser.add_argument(
        "part", metavar="PART", nargs="?", help="only this part, such as hello or observation"
    )
    parser.add_argument(
        "--schema", metavar="NAME", help="print this JSON Schema; `list` prints their names"
    )


def run(args: argparse.Namespace) -> int:
    """Print the reference, a part of it, or a schema; raises `CommandError`."""
    if args.schema is not None:
        print(schema_text(args.schema))
    elif args.part is not None:
        print(chosen("PART", args.part, parts()))
    else:
        print(reference())
    return OK


def schema_text(name: str) -> str:
    """Return a schema as JSON, or for `list` the names of all; raises `CommandError`."""
    named: dict[str, Schema] = {**schemas(), **report_schemas(), **plan_schemas()}
    if name == "list":
        return "\n".join(f"{known}: {schema['title']}" for known, schema in named.items())
    schema = chosen("--schema", name, named)
    return json.dumps(schema, indent=2, ensure_ascii=False)


def reference() -> str:
    """Return all parts of the reference, as Markdown."""
    texts = ["# Protocol", TEXTS["introduction"]]
    for name, text in parts().items():
        texts.append(f"## {name}\n\n{text}")
    return "\n\n".join(texts)


def chosen(option: str, name: str, named: Mapping[str, Any]) -> Any:
    """Return what has this name; raises `CommandError`."""
    if name not in named:
        remedy = suggestion(name, named, f"choose one of {', '.join(named)}")
        raise CommandError(f"{option} {name}: unknown name; {remedy}")
    return named[name]


# The parts


def parts(link: str = "{name}.schema.json") -> dict[str, str]:
    """Return each part of the reference by its name, as Markdown.

    ``link`` says how a schema is referred to.
    """
    found = {"session": session_part()}
    for verb in VERBS:
        found[verb] = verb_part(verb, link)
    found["commands"] = commands_part(link)
    found["observation"] = observation_part(link)
    found["stage"] = stage_part()
    found["capabilities"] = table(("Capability", "Means"), meanings(CAPABILITIES))
    found["levels"] = table(("Level", "Is about"), meanings(LEVELS))
    return found


def session_part() -> str:
    """Return a session of requests and answers."""
    messages = [json.dumps(message, ensure_ascii=False) for message in a_session()]
    return "\n".join([TEXTS["session"], "", "```json", *messages, "```"])


def verb_part(verb: str, link: str) -> str:
    """Return what a verb means, with the fields of its request and of each answer to it."""
    known = schemas()
    request = known["request"]["$defs"][verb]
    texts = [VERBS[verb].replace("  ", " "), fields_table("Field of the request", request, link)]
    for word, answer in known[f"answer-to-{verb}"]["$defs"].items():
        texts.append(f"Answer `{word}`: {TEXTS['answers'][word]}")
        texts.append(fields_table("Field", answer, link))
    return "\n\n".join(texts)


def fields_table(title: str, schema: Schema, link: str) -> str:
    """Return a table of the fields of an object."""
    required = schema.get("required", ())
    rows = []
    for name, field in schema["properties"].items():
        meaning = words(field, link)
        if name not in required:
            meaning += " (optional)"
        rows.append((f"`{name}`", meaning))
    return table((title, "Is"), rows)


def commands_part(link: str) -> str:
    """Return the table of the commands."""
    rows = []
    for name, schema in schemas()["command"]["$defs"].items():
        fields = [
            field_words(key, field, link)
            for key, field in schema["properties"].items()
            if key != "command"
        ]
        does = f"{schema['description']} Fields: {', '.join(fields)}"
        rows.append((f"`{name}` ({level_of(COMMANDS[name])})", does))
    return "\n".join(
        [TEXTS["commands"], "", table(("Command and level", "What it does, and its fields"), rows)]
    )


def observation_part(link: str) -> str:
    """Return the table of the kinds of things that can be seen."""
    rows = []
    for kind, schema in schemas()["observation"]["properties"].items():
        properties = schema["additionalProperties"]["properties"]
        fields = [field_words(name, field, link) for name, field in properties.items()]
        rows.append((kind, ", ".join(fields)))
    return "\n".join([TEXTS["observation"], "", table(("Kind", "Fields"), rows)])


def stage_part() -> str:
    """Return the stage in which a world begins, a part of it a line."""
    lines = []
    for part, content in stage_to_wire(build_stage()).items():
        lines.append(f'"{part}": {json.dumps(content, ensure_ascii=False)}')
    shown = "{" + ",\n ".join(lines) + "}"
    return "\n".join([TEXTS["stage"], "", "```json", shown, "```"])


def meanings(of: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return a row for each word and its meaning."""
    return [(f"`{word}`", meaning) for word, meaning in of.items()]


def table(head: tuple[str, str], rows: Iterable[tuple[str, str]]) -> str:
    """Return a table of two columns, as Markdown."""
    lines = [f"| {head[0]} | {head[1]} |", "|---|---|"]
    for first, second in rows:
        lines.append(f"| {first} | {second} |")
    return "\n".join(lines)


def a_session() -> list[dict[str, Any]]:
    """Return requests, each followed by the answer of the model."""
    answering = Answering(ModelSystem)
    messages: list[dict[str, Any]] = []
    session = None
    for number, asked in enumerate(TEXTS["requests"], start=1):
        request = {"id": f"r{number}", **asked}
        if asked["verb"] == "reset":
            request["stage"] = stage_to_wire(DEFAULT_STAGE)
        if session is not None:
            request["session"] = session
        answer = answering.answer(request)
        session = answer.get("session", session)
        messages += [request, answer]
    for message in messages:
        if "session" in message:
            message["session"] = "s1"  # in place of the one that was drawn by chance
    return messages


# Schemas in words


def field_words(name: str, schema: Schema, link: str) -> str:
    """Return the name of a field, with its values unless they are names."""
    if "enum" in schema:
        return f"`{name}` ({', '.join(f'`{value}`' for value in schema['enum'])})"
    if schema.get("type") == "string":
        return f"`{name}`"
    return f"`{name}` ({words(schema, link)})"


def words(schema: Schema, link: str) -> str:
    """Return in words what a schema accepts."""
    match schema:
        case {"$ref": reference}:
            return link.format(name=reference.partition(".")[0])
        case {"const": constant}:
            return f"`{constant}`"
        # only what may be hidden has so many values
        case {"enum": [first, second, *_] as values} if len(values) > MOST_VALUES:
            return f"a kind of observation, or a field of one, such as `{first}` or `{second}`"
        case {"enum": values}:
            return f"one of {', '.join(f'`{value}`' for value in values)}"
        case {"type": "array", "items": item}:
            return f"a list, each item {words(item, link)}"
        case {"type": "integer", "minimum": least, "maximum": most}:
            if least == most:
                return f"`{least}`"
            return f"a whole number from {least} to {most:,}"
        case {"type": "string", "maxLength": longest}:
            return f"text of up to {longest} characters"
        case {"type": "string", "pattern": pattern}:
            return PATTERNS[pattern]
        case {"type": "boolean"}:
            return "true or false"
        # only an object with a field for each command has so many
        case {"properties": fields} if len(fields) > MOST_VALUES:
            name = next(iter(fields))
            each = words(fields[name], link)
            return f"an object; its fields, such as `{name}`, are names of commands, each {each}"
        case {"properties": fields}:
            described = [f"`{name}`: {words(field, link)}" for name, field in fields.items()]
            return f"an object with {', '.join(described)}"
    name = words(schema["propertyNames"], link)
    item = words(schema["additionalProperties"], link)
    return f"an object; each field {name}, with {item}"
