"""The option `--azure` of the command `serve`: answer as Azure does."""

import argparse
import signal
import sys
import threading

from ...conformance import serve
from ...errors import HARNESS, OK, CommandError

DEFAULT_ADDRESS = "127.0.0.1:8443"


def extend(_: argparse.ArgumentParser, transports: "argparse._MutuallyExclusiveGroup") -> None:
    """Add `--azure` to the transports of `serve`."""
    transports.add_argument(
        "--azure",
        metavar="HOST:PORT",
        nargs="?",
        const=DEFAULT_ADDRESS,
        help="answer as Azure does, over TLS, as a proxy for Azure's host names and as a cloud "
        f"of its own (default: {DEFAULT_ADDRESS}; needs the extra azure)",
    )


def run(args: argparse.Namespace) -> int:
    """Serve until the input ends or the command is interrupted."""
    if args.azure is None:
        return serve.run(args)
    if args.python:
        raise CommandError("--azure serves the model alone; leave out --python")
    from .listening import azure_server

    host, port = serve.address(args.azure, "--azure")
    try:
        with azure_server(host=serve.resolved(host, port, "--azure"), port=port) as server:
            print(f"proxy {server.proxy}", flush=True)
            print(f"cloud https://localhost:{server.port}", flush=True)
            print(f"certificate authority {server.authority_file}", flush=True)
            signal.signal(
                signal.SIGTERM, lambda *_: sys.exit(OK)
            )  # the file of the certificate authority goes too
            threading.Event().wait()
    except OSError as error:
        raise CommandError(f"can't listen on {host}:{port}: {error.strerror}", HARNESS) from None
    return OK
