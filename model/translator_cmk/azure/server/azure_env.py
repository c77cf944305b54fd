"""The command `azure-env`: runs a command for which Azure's names lead to a server of the model."""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from ...errors import CommandError
from .fixed import FIXED
from .worlds import SUBSCRIPTIONS, guid

TENANT = "7d2f3c1e-0b5a-4c86-9a35-5d1b0c4e8f21"
"""The tenant in which a command signs in; the server accepts any."""


EPILOG = """exit codes:
  that of the command, or 128 and the number of the signal that ended it
  2  also where there is no such command to run, or the extra azure is missing
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `azure-env`."""
    parser.epilog = EPILOG
    parser.usage = "%(prog)s -- COMMAND [ARGUMENT ...]"
    parser.description = (
        "Run a command in an environment in which the Azure CLI and Microsoft's libraries "
        "reach a server of the model, which is started for it and ends with it. "
        "Its exit code is that of the command."
    )
    parser.add_argument(
        "command",
        nargs=argparse.REMAINDER,
        metavar="-- COMMAND",
        help="the command and its arguments",
    )


def run(args: argparse.Namespace) -> int:
    """Return the exit code of the command, or 128 and the signal that ended it or this.

    Raises `CommandError`.
    """
    words = words_of(args.command)
    program = program_of(words[0])
    from .listening import azure_server

    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    # on Ctrl-C the command decides if it ends
    signal.signal(signal.SIGINT, lambda *_: None)
    with tempfile.TemporaryDirectory(prefix="azure-env-") as folder, azure_server() as server:
        variables = environment(os.environ, server.port, server.authority_file, Path(folder))
        process = subprocess.Popen([program, *words[1:]], env=variables)
        # and so it does on SIGTERM
        signal.signal(signal.SIGTERM, lambda number, _: process.send_signal(number))
        code = process.wait()
    if code < 0:
        return 128 - code
    return code


def words_of(arguments: list[str]) -> list[str]:
    """Return the command and its arguments, without what separates them; raises `CommandError`."""
    words = arguments
    if words[:1] == ["--"]:
        words = words[1:]
    if not words:
        raise CommandError(
            "azure-env: no command; write it after --, such as azure-env -- az account show"
        )
    return words


def program_of(name: str) -> str:
    """Return the file of a command; raises `CommandError`."""
    program = shutil.which(name)
    if program is None:
        raise CommandError(f"azure-env: {name}: no such command; is it installed, and on PATH?")
    return program


def environment(
    inherited: Mapping[str, str], port: int, authority: Path, folder: Path
) -> dict[str, str]:
    """Return the variables of the command, without those of another cloud, identity or proxy."""
    foreign = re.compile(FIXED["foreign"])
    variables = {name: value for name, value in inherited.items() if not foreign.match(name)}
    for name, form in FIXED["environment"].items():
        variables[name] = form.format(port=port, authority=authority, folder=folder, tenant=TENANT)
    variables["AZURE_SUBSCRIPTION_ID"] = guid(TENANT, SUBSCRIPTIONS[0])
    return variables
