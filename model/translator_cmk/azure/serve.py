"""The command `translator-cmk serve`, with Azure's interfaces among the transports."""

import argparse
import signal
import sys
import threading

from ..conformance import serve
from ..errors import HARNESS, OK, CommandError

DEFAULT = "127.0.0.1:8443"


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
