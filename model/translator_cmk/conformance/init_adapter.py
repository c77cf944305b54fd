"""Write the skeleton of an adapter with Azure's API calls: the command `translator-cmk init-adapter`."""

import argparse
import re
import shlex
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Template
from typing import NamedTuple

from ..errors import HARNESS, OK, CommandError
from ..files import read
from ..language.contract import CAPABILITIES, LEVELS
from ..language.messages import LOCAL_NAME, OBSERVED
from ..machine import COMMANDS, Command
from .protocol import field

HERE = Path(__file__).parent


@cache
def azure_calls() -> Mapping[str, list[str]]:
    """Return for each command the call of Azure's API that does it, line by line."""
    content = read(HERE / "azure_calls.yaml").value()
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


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `init-adapter`."""
    parser.add_argument("language", choices=LANGUAGES, help="what the adapter is written in")
    parser.add_argument("folder", metavar="DIR", type=Path, nargs="?", default=Path(), help="where (default: here)")


def run(args: argparse.Namespace) -> int:
    """Write the skeleton, unless there is such a file already."""
    file: Path = args.folder / LANGUAGES[args.language].file
    text = skeleton(args.language)
    try:
        args.folder.mkdir(parents=True, exist_ok=True)
        stream = file.open("x", encoding="utf-8", newline="\n")
    except FileExistsError as error:
        raise CommandError(f"{error.filename} is there already, and is left as it is; name another folder") from None
    except OSError as error:
        raise CommandError(f"{file}: can't be written: {error.strerror}; name another folder") from None
    try:
        with stream:
            stream.write(text)
    except OSError as error:
        file.unlink()
        raise CommandError(f"{file}: can't be written: {error.strerror}", HARNESS) from None
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
