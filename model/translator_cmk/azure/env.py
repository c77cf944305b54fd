"""The command `azure-env`: run any command so that the Azure clients in it reach a server of the model alone."""

import argparse
import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn
from uuid import UUID

from ..errors import CommandError
from .worlds import SUBSCRIPTIONS, guid

TENANT = "7d2f3c1e-0b5a-4c86-9a35-5d1b0c4e8f21"
CLIENT = "b1f6a0d4-3e27-4f0c-8c59-2a7e9d6c4b13"
"""The tenant and the application as which a command signs in; the server accepts any."""

INHERITED = ("AZURE_", "ARM_", "MSI_", "IDENTITY_", "IMDS_")
"""How variables begin that would give a client an identity or a cloud of its own."""

PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
AUTHORITIES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS")
"""The variables by which Python, curl, OpenSSL, Go and Node find the certificate authority that they trust."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `azure-env`."""
    parser.usage = "%(prog)s [options] -- COMMAND [ARGUMENT ...]"
    parser.description = (
        "Run a command in an environment in which the Azure CLI and Microsoft's libraries reach a server of the model, "
        "which is started for it and ends with it. Its exit code is that of the command."
    )
    parser.add_argument(
        "--port", type=int, metavar="PORT", help="use the server that `serve --azure` started on this port of 127.0.0.1"
    )
    parser.add_argument(
        "--authority", type=Path, metavar="FILE", help="its certificate authority, as it printed; required with --port"
    )
    parser.add_argument(
        "--tenant",
        type=lambda text: str(UUID(text)),  # as Azure writes it
        default=TENANT,
        metavar="GUID",
        help="sign in to this tenant; tenants share no resources, and a new GUID starts an empty one",
    )
    parser.add_argument("command", nargs=argparse.REMAINDER, metavar="-- COMMAND", help="the command and its arguments")


def run(args: argparse.Namespace) -> int:
    """Run the command and return its exit code; raises `CommandError`."""
    command = args.command[1:] if args.command[:1] == ["--"] else args.command
    if not command:
        raise CommandError("azure-env: no command; write it after --, such as azure-env -- az account show")
    if (args.port is None) != (args.authority is None):
        raise CommandError("azure-env: --port and --authority go together")
    handlers = {signal.SIGTERM: ended, signal.SIGINT: lambda *_: None}  # on Ctrl-C the command decides if it ends
    with handled(handlers), tempfile.TemporaryDirectory(prefix="azure-env-") as folder, contextlib.ExitStack() as stack:
        port, authority = args.port, args.authority
        if port is None:
            from .server import azure_server

            server = stack.enter_context(azure_server())
            port, authority = server.port, server.authority_file
        elif not authority.is_file():
            raise CommandError(f"azure-env: --authority {authority}: no such file; `serve --azure` prints its path")
        return run_command(command, environment(os.environ, port, authority.resolve(), args.tenant, Path(folder)))


def environment(inherited: Mapping[str, str], port: int, authority: Path, tenant: str, folder: Path) -> dict[str, str]:
    """Return the variables of the command: those inherited, less every other cloud, identity and proxy."""
    foreign = [name for name in inherited if name.startswith(INHERITED) or name.lower() in PROXIES]
    return {
        **{name: value for name, value in inherited.items() if name not in foreign},
        **dict.fromkeys(("HTTPS_PROXY", "https_proxy"), f"http://127.0.0.1:{port}"),
        **dict.fromkeys(AUTHORITIES, str(authority)),
        "AZURE_CONFIG_DIR": str(folder / "azure"),
        "AZURE_CORE_COLLECT_TELEMETRY": "false",
        "AZURE_TENANT_ID": tenant,
        "AZURE_CLIENT_ID": CLIENT,
        "AZURE_CLIENT_SECRET": "any",
        "AZURE_SUBSCRIPTION_ID": guid(tenant, SUBSCRIPTIONS[0]),
    }


def run_command(command: Sequence[str], variables: Mapping[str, str]) -> int:
    """Run a command and return its exit code, 128 and the signal if one ended it; raises `CommandError`."""
    program = shutil.which(command[0], path=variables.get("PATH"))
    if program is None:
        raise CommandError(f"azure-env: {command[0]}: no such command; is it installed, and on PATH?")
    try:
        process = subprocess.Popen([program, *command[1:]], env=variables)
    except OSError as error:
        raise CommandError(f"azure-env: {command[0]}: {error.strerror}") from None
    try:
        code = process.wait()
    finally:
        process.terminate()  # if it has not ended
        process.wait()
    return 128 - code if code < 0 else code


@contextlib.contextmanager
def handled(handlers: Mapping[signal.Signals, Callable[[int, FrameType | None], None]]) -> Iterator[None]:
    """Handle signals so while the context lasts."""
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def ended(number: int, _: FrameType | None) -> NoReturn:
    """Leave as a process that a signal ended, with everything cleaned up."""
    raise SystemExit(128 + number)
