"""The commands `protocol` and `init-adapter`: the reference of the messages, and an adapter's skeleton."""

import argparse
import json
import os
import re
import shlex
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from string import Template
from typing import Any, NamedTuple

from ..bdd.prerequisites import level_of
from ..errors import HARNESS, OK, CommandError
from ..files import write_text
from ..language.contract import VERBS
from ..language.declaration import CAPABILITIES, LEVELS
from ..language.messages import OBSERVED, stage_to_wire
from ..language.names import A_NAME, LOCAL_NAME, REQUIREMENT, TOKEN
from ..language.schemas import schemas
from ..machine import COMMANDS, DEFAULT_STAGE, Command
from ..shapes import suggestion
from ..strict_yaml import read_yaml
from ..system import ModelSystem
from .channels.answering import Answering
from .report.envelope import report_schemas

HERE = Path(__file__).parent

TEXTS: Mapping[str, Any] = read_yaml(HERE / "protocol.yaml").value()
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
        remedy = suggestion(name, named, f"choose one of {', '.join(named)}")
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


# The skeleton of an adapter, with Azure's API calls


@cache
def azure_calls() -> Mapping[str, list[str]]:
    """Return for each command the call of Azure's API that does it, line by line."""
    content = read_yaml(HERE / "azure_calls.yaml").value()
    return {name: Template(text).substitute(content["urls"]).splitlines() for name, text in content["calls"].items()}


class Language(NamedTuple):
    """How an adapter is written: its file, how its comments begin, the function of a command, and a kind of thing."""

    file: str
    comment: str
    function: str
    kind: str


LANGUAGES = {
    "python": Language(
        "adapter.py",
        "    # ",
        '\ndef $snake($optional):\n    """$does"""\n$calls    raise Unsupported\n\n',
        '        # by $names: $fields\n        "$kind": {},\n',
    ),
    "node": Language(
        "adapter.mjs",
        "  // ",
        "  // $does\n  $name({ $fields }) {\n$calls    throw new Unsupported();\n  },\n\n",
        "    // by $names: $fields\n    $kind: {},\n",
    ),
}


def init_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `init-adapter`."""
    parser.add_argument("language", choices=LANGUAGES, help="what the adapter is written in")
    parser.add_argument("folder", metavar="DIR", type=Path, nargs="?", default=Path(), help="where (default: here)")


def init(args: argparse.Namespace) -> int:
    """Write the skeleton, unless there is such a file already."""
    file: Path = args.folder / LANGUAGES[args.language].file
    for there in (args.folder, file):
        if os.path.lexists(there) and not there.is_dir():
            raise CommandError(f"{there} is there already, and is left as it is; name another folder")
    try:
        args.folder.mkdir(parents=True, exist_ok=True)
        write_text(file, skeleton(args.language))
    except OSError as error:
        raise CommandError(f"{file}: can't be written: {error.strerror}; name another folder", HARNESS) from None
    program = "python3" if args.language == "python" else "node"
    print(f"{file}: {len(COMMANDS)} commands, each unsupported so far")
    print(f"next: translator-cmk doctor --stdio {shlex.quote(shlex.join([program, str(file)]))}")
    return OK


def skeleton(language: str) -> str:
    """Return the skeleton of an adapter."""
    file, comment, _, kind = LANGUAGES[language]
    return Template((HERE / f"{file}.txt").read_text("utf-8")).substitute(
        file=file,
        capabilities="\n".join(f"{comment}  {name}: {means}" for name, means in CAPABILITIES.items()),
        levels="\n".join(f"{comment}  {name}: {about}" for name, about in LEVELS.items()),
        level_names=", ".join(f'"{name}"' for name in LEVELS),
        kinds="".join(
            Template(kind).substitute(
                kind=name,
                names="VAULT/NAME" if names is LOCAL_NAME else "name",
                fields=", ".join(field(each, shape.schema(), "").replace("`", "") for each, shape in fields.items()),
            )
            for name, (names, fields) in OBSERVED.items()
            if name != "subscription"
        ),
        functions="".join(function_of(command, LANGUAGES[language]) for command in COMMANDS.values()),
        table="".join(f'    "{name}": {snake(name)},\n' for name in COMMANDS),
    )


def function_of(command: type[Command], language: Language) -> str:
    """Return the function of one command, its optional fields last."""
    name, optional = command.__name__, list(command.named_where)
    required = [each for each in command.fields if each not in optional]
    return Template(language.function).substitute(
        name=name,
        snake=snake(name),
        fields=", ".join([*required, *optional]),
        optional=", ".join([*required, *(f"{each}=None" for each in optional)]),
        does=(command.__doc__ or "").splitlines()[0].replace("``", "`"),
        calls="".join(f"    {language.comment.strip()} {line}\n" for line in azure_calls()[name]),
    )


def snake(name: str) -> str:
    """Return the name of a command as functions are called in Python."""
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()
