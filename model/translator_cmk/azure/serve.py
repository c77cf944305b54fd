"""The commands `serve`, with Azure's interfaces among the transports, and `azure-env`, which runs a command on them."""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path

from ..conformance import serve
from ..errors import HARNESS, OK, CommandError
from .worlds import FIXED, SUBSCRIPTIONS, guid

DEFAULT = "127.0.0.1:8443"

TENANT = "7d2f3c1e-0b5a-4c86-9a35-5d1b0c4e8f21"
"""The tenant in which a command signs in; the server accepts any."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `serve`."""
    transport = serve.add_arguments(parser)
    transport.add_argument(
        "--azure",
        metavar="HOST:PORT",
        nargs="?",
        const=DEFAULT,
        help="answer as Azure does, over TLS, as a proxy "
        f"for Azure's host names and as a cloud of its own (default: {DEFAULT}; needs the extra azure)",
    )


def run(args: argparse.Namespace) -> int:
    """Serve until the input ends or the command is interrupted."""
    if args.azure is None:
        return serve.run(args)
    if args.python:
        raise CommandError("--azure serves the model alone; leave out --python")
    from .server import azure_server

    host, port = serve.address(args.azure, "--azure")
    try:
        with azure_server(host=serve.resolved(host, port, "--azure"), port=port) as server:
            print(f"proxy {server.proxy}", flush=True)
            print(f"cloud https://localhost:{server.port}", flush=True)
            print(f"certificate authority {server.authority_file}", flush=True)
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(OK))  # the file of the certificate authority goes too
            threading.Event().wait()
    except OSError as error:
        raise CommandError(f"can't listen on {host}:{port}: {error.strerror}", HARNESS) from None
    return OK


def azure_env_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `azure-env`."""
    parser.usage = "%(prog)s [options] -- COMMAND [ARGUMENT ...]"
    parser.description = (
        "Run a command in an environment in which the Azure CLI and Microsoft's libraries reach a server of the model, "
        "which is started for it and ends with it. Its exit code is that of the command."
    )
    parser.add_argument("command", nargs=argparse.REMAINDER, metavar="-- COMMAND", help="the command and its arguments")


def azure_env(args: argparse.Namespace) -> int:
    """Run the command; return its exit code, or 128 and the signal that ended it or this; raises `CommandError`."""
    command = args.command[1:] if args.command[:1] == ["--"] else args.command
    if not command:
        raise CommandError("azure-env: no command; write it after --, such as azure-env -- az account show")
    if not (program := shutil.which(command[0])):
        raise CommandError(f"azure-env: {command[0]}: no such command; is it installed, and on PATH?")
    from .server import azure_server

    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    signal.signal(signal.SIGINT, lambda *_: None)  # on Ctrl-C the command decides if it ends
    with tempfile.TemporaryDirectory(prefix="azure-env-") as folder, azure_server() as server:
        variables = environment(os.environ, server.port, server.authority_file, Path(folder))
        process = subprocess.Popen([program, *command[1:]], env=variables)
        signal.signal(signal.SIGTERM, lambda number, _: process.send_signal(number))  # and on SIGTERM
        code = process.wait()
    return 128 - code if code < 0 else code


def environment(inherited: Mapping[str, str], port: int, authority: Path, folder: Path) -> dict[str, str]:
    """Return the variables of the command: those inherited, less every other cloud, identity and proxy."""
    values = {"port": port, "authority": authority, "folder": folder, "tenant": TENANT}
    own = FIXED["environment"] | {"AZURE_SUBSCRIPTION_ID": guid(TENANT, SUBSCRIPTIONS[0])}
    kept = {name: value for name, value in inherited.items() if not re.match(FIXED["foreign"], name)}
    return kept | {name: value.format(**values) for name, value in own.items()}
