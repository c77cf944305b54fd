"""The command `translator-cmk protocol`: the reference of the protocol, made from the schemas of its messages."""

import argparse
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..bdd.prerequisites import level_of
from ..errors import OK, CommandError
from ..files import read
from ..language import schemas, stage_to_wire
from ..language.contract import CAPABILITIES, LEVELS, VERBS
from ..language.messages import A_NAME, LOCAL_NAME, REQUIREMENT, TOKEN
from ..machine import COMMANDS, DEFAULT_STAGE
from ..shapes import nearest
from ..system import ModelSystem
from .channels import Answering
from .report.envelope import report_schemas

TEXTS: Mapping[str, Any] = read(Path(__file__).with_name("protocol.yaml")).value()
"""The texts of the reference, and the requests of the session that is shown."""

FORMS = {
    str(shape.schema()["pattern"]): shape.expected.partition(",")[0].partition(":")[0]
    for shape in (A_NAME, LOCAL_NAME, REQUIREMENT, TOKEN)
}
"""A text of this pattern in words."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `protocol`."""
    parser.add_argument("part", metavar="PART", nargs="?", help="only this part, such as hello or observation")
    parser.add_argument("--schema", metavar="NAME", help="print this JSON Schema; `list` prints their names")


def run(args: argparse.Namespace) -> int:
    """Print the reference, a part of it, or a schema; raises `CommandError`."""
    named: Mapping[str, Mapping[str, Any]] = {**schemas(), **report_schemas()}
    if args.schema == "list":
        print("\n".join(f"{name}: {each['title']}" for name, each in named.items()))
    elif args.schema:
        print(json.dumps(chosen("--schema", args.schema, named), indent=2, ensure_ascii=False))
    elif args.part:
        print(chosen("PART", args.part, parts()))
    else:
        texts = [f"## {name}\n\n{of}" for name, of in parts().items()]
        print("\n\n".join(["# Protocol", TEXTS["introduction"], *texts]))
    return OK


def chosen(option: str, name: str, named: Mapping[str, Any]) -> Any:
    """Return what has this name; raises `CommandError`."""
    if name not in named:
        remedy = nearest(name, named, f"choose one of {', '.join(named)}")
        raise CommandError(f"{option} {name}: unknown name; {remedy}")
    return named[name]


def parts(link: str = "{name}.schema.json") -> dict[str, str]:
    """Return each part of the reference by its name, as Markdown; ``link`` says how a schema is referred to."""
    of = schemas()

    def table(title: str, schema: Mapping[str, Any]) -> str:
        needed = schema.get("required", ())
        rows = (
            f"| `{name}` | {words(each, link)}{'' if name in needed else ' (optional)'} |"
            for name, each in schema["properties"].items()
        )
        return "\n".join([f"| {title} | Is |", "|---|---|", *rows])

    verbs = {}
    for verb, means in VERBS.items():
        texts = [means.replace("  ", " "), table("Field of the request", of["request"]["$defs"][verb])]
        for word, answer in of[f"answer-to-{verb}"]["$defs"].items():
            texts += [f"Answer `{word}`: {TEXTS['answers'][word]}", table("Field", answer)]
        verbs[verb] = "\n\n".join(texts)
    commands = (
        f"| `{name}` ({level_of(COMMANDS[name])}) | {schema['description']} Fields: "
        f"{', '.join(field(key, each, link) for key, each in schema['properties'].items() if key != 'command')} |"
        for name, schema in of["command"]["$defs"].items()
    )
    kinds = (
        f"| {kind} | "
        f"{', '.join(field(name, each, link) for name, each in schema['additionalProperties']['properties'].items())} |"
        for kind, schema in of["observation"]["properties"].items()
    )
    stage = [f'"{part}": {json.dumps(has, ensure_ascii=False)}' for part, has in stage_to_wire(DEFAULT_STAGE).items()]
    messages = "\n".join(json.dumps(each, ensure_ascii=False) for each in a_session())
    head = "| Command and level | What it does, and its fields |\n|---|---|"
    return {
        "session": f"{TEXTS['session']}\n\n```json\n{messages}\n```",
        **verbs,
        "commands": "\n".join([TEXTS["commands"], "", head, *commands]),
        "observation": "\n".join([TEXTS["observation"], "", "| Kind | Fields |", "|---|---|", *kinds]),
        "stage": "\n".join([TEXTS["stage"], "", "```json", "{" + ",\n ".join(stage) + "}", "```"]),
        "capabilities": "\n".join(["| Capability | Means |", "|---|---|", *rows_of(CAPABILITIES)]),
        "levels": "\n".join(["| Level | Is about |", "|---|---|", *rows_of(LEVELS)]),
    }


def rows_of(meanings: Mapping[str, str]) -> Iterator[str]:
    """Yield a row for each word and its meaning."""
    yield from (f"| `{word}` | {means} |" for word, means in meanings.items())


def field(name: str, schema: Mapping[str, Any], link: str) -> str:
    """Return the name of a field, with its values unless they are names."""
    if "enum" in schema:
        return f"`{name}` ({', '.join(f'`{each}`' for each in schema['enum'])})"
    return f"`{name}`" if schema.get("type") == "string" else f"`{name}` ({words(schema, link)})"


def words(schema: Mapping[str, Any], link: str) -> str:
    """Return in words what a schema accepts."""
    match schema:
        case {"$ref": reference}:
            return link.format(name=reference.partition(".")[0])
        case {"const": constant}:
            return f"`{constant}`"
        case {"enum": [first, second, *more]} if len(more) > 10:
            return f"a kind of observation, or a field of one, such as `{first}` or `{second}`"
        case {"enum": values}:
            return f"one of {', '.join(f'`{each}`' for each in values)}"
        case {"type": "array", "items": item}:
            return f"a list, each item {words(item, link)}"
        case {"type": "integer", "minimum": least, "maximum": most}:
            return f"`{least}`" if least == most else f"a whole number from {least} to {most:,}"
        case {"type": "string", "maxLength": longest}:
            return f"text of up to {longest} characters"
        case {"type": "string", "pattern": pattern}:
            return FORMS[pattern]
        case {"type": "boolean"}:
            return "true or false"
        case {"properties": fields} if len(fields) > 12:
            name = next(iter(fields))
            return f"an object; its fields, such as `{name}`, are names of commands, each {words(fields[name], link)}"
        case {"properties": fields}:
            return f"an object with {', '.join(f'`{name}`: {words(each, link)}' for name, each in fields.items())}"
    name, item = words(schema["propertyNames"], link), words(schema["additionalProperties"], link)
    return f"an object; each field {name}, with {item}"


def a_session() -> list[dict[str, Any]]:
    """Return requests, each followed by the answer of the model."""
    answering = Answering(ModelSystem)
    messages: list[dict[str, Any]] = []
    session: dict[str, Any] = {}
    for number, asked in enumerate(TEXTS["requests"], start=1):
        stage = {"stage": stage_to_wire(DEFAULT_STAGE)} if asked["verb"] == "reset" else {}
        request = {"id": f"r{number}"} | asked | stage | session
        answer = answering.answer(request)
        if "session" in answer:  # drawn by chance, so another name is shown
            session = {"session": answer["session"]}
        messages += [request, answer]
    return [message | {"session": "s1"} if "session" in message else message for message in messages]
