"""The command `init-adapter`: writes a skeleton, with the call of Azure for each command."""

import argparse
import os
import re
import shlex
from pathlib import Path
from string import Template
from typing import NamedTuple

from ..errors import HARNESS, OK, CommandError
from ..files import write_text
from ..language.declaration import CAPABILITIES, LEVELS
from ..language.messages import OBSERVED
from ..language.name_forms import LOCAL_NAME
from ..language.sentences import azure_call
from ..machine import COMMANDS, Command
from .protocol import field_words

HERE = Path(__file__).parent


class Language(NamedTuple):
    """The file of an adapter, the program that runs it, and the templates of its parts.

    ``comment`` begins a comment, ``function`` is one command, and ``kind`` one kind of thing.
    """

    file: str
    program: str
    comment: str
    function: Template
    kind: Template


LANGUAGES = {
    "python": Language(
        file="adapter.py",
        program="python3",
        comment="    # ",
        function=Template(
            '\ndef $snake($optional):\n    """$does"""\n$calls    raise Unsupported\n\n'
        ),
        kind=Template('        # by $names: $fields\n        "$kind": {},\n'),
    ),
    "node": Language(
        file="adapter.mjs",
        program="node",
        comment="  // ",
        function=Template(
            "  // $does\n  $name({ $fields }) {\n$calls    throw new Unsupported();\n  },\n\n"
        ),
        kind=Template("    // by $names: $fields\n    $kind: {},\n"),
    ),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `init-adapter`."""
    parser.add_argument("language", choices=LANGUAGES, help="what the adapter is written in")
    parser.add_argument(
        "folder", metavar="DIR", type=Path, nargs="?", default=Path(), help="where (default: here)"
    )


def run(args: argparse.Namespace) -> int:
    """Write the skeleton, unless there is such a file already; raises `CommandError`."""
    language = LANGUAGES[args.language]
    file: Path = args.folder / language.file
    # a file in the place of the folder, or an adapter that somebody has begun
    for path in (args.folder, file):
        if os.path.lexists(path) and not path.is_dir():
            raise CommandError(
                f"{path} is there already, and is left as it is; name another folder"
            )
    try:
        args.folder.mkdir(parents=True, exist_ok=True)
        write_text(file, skeleton(language))
    except OSError as error:
        raise CommandError(
            f"{file}: can't be written: {error.strerror}; name another folder", HARNESS
        ) from None
    started = shlex.join([language.program, str(file)])
    print(f"{file}: {len(COMMANDS)} commands, each unsupported so far")
    print(f"next: translator-cmk doctor --stdio {shlex.quote(started)}")
    return OK


def skeleton(language: Language) -> str:
    """Return the skeleton of an adapter."""
    template = Template((HERE / f"{language.file}.txt").read_text("utf-8"))
    capabilities = [f"{language.comment}  {name}: {means}" for name, means in CAPABILITIES.items()]
    levels = [f"{language.comment}  {name}: {about}" for name, about in LEVELS.items()]
    # the template shows subscriptions itself: reset gives the skeleton all there are
    kinds = [kind_text(name, language) for name in OBSERVED if name != "subscription"]
    functions = [function_text(command, language) for command in COMMANDS.values()]
    entries = [f'    "{name}": {snake(name)},\n' for name in COMMANDS]
    return template.substitute(
        file=language.file,
        capabilities="\n".join(capabilities),
        levels="\n".join(levels),
        level_names=", ".join(f'"{name}"' for name in LEVELS),
        kinds="".join(kinds),
        functions="".join(functions),
        table="".join(entries),
    )


def kind_text(kind: str, language: Language) -> str:
    """Return the entry of one kind of thing in an observation."""
    names, shapes = OBSERVED[kind]
    # no field of an observation has a schema to link to
    fields = [
        field_words(name, shape.schema(), "").replace("`", "") for name, shape in shapes.items()
    ]
    return language.kind.substitute(
        kind=kind,
        names="VAULT/NAME" if names is LOCAL_NAME else "name",
        fields=", ".join(fields),
    )


def function_text(command: type[Command], language: Language) -> str:
    """Return the function of one command, its optional fields last."""
    name = command.__name__
    optional = list(command.named_where)
    required = [field for field in command.fields if field not in optional]
    defaults = [f"{field}=None" for field in optional]
    does = (command.__doc__ or "").splitlines()[0].replace("``", "`")
    calls = [f"    {language.comment.strip()} {line}\n" for line in azure_call(command)]
    return language.function.substitute(
        name=name,
        snake=snake(name),
        fields=", ".join([*required, *optional]),
        optional=", ".join([*required, *defaults]),
        does=does,
        calls="".join(calls),
    )


def snake(name: str) -> str:
    """Return the name of a command as functions are called in Python."""
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()
