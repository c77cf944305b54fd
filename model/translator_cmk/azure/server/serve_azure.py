"""The option `--azure` of the command `serve`: answer as Azure does."""

import argparse
import signal
import sys
import threading
from contextlib import ExitStack
from ipaddress import ip_address

from ...arguments import seconds, whole_number_from
from ...conformance import serve
from ...errors import HARNESS, OK, CommandError
from .fault_words import InvalidFault, parse_fault
from .faults import Fault
from .strictness import NOT_STRICT, Strictness

DEFAULT_ADDRESS = "127.0.0.1:8443"


def extend(parser: argparse.ArgumentParser, transports: "argparse._MutuallyExclusiveGroup") -> None:
    """Add `--azure` to the transports of `serve`, and to its options those that go with it."""
    transports.add_argument(
        "--azure",
        metavar="HOST:PORT",
        nargs="?",
        const=DEFAULT_ADDRESS,
        help="answer as Azure does, over TLS, as a proxy for Azure's host names and as a cloud "
        f"of its own (default: {DEFAULT_ADDRESS}; needs the extra azure)",
    )
    add_strictness(parser)
    add_faults(parser)


def add_faults(parser: argparse.ArgumentParser) -> None:
    """Add the option by which some of the requests go wrong."""
    group = parser.add_argument_group("faults, with --azure")
    group.add_argument(
        "--fault",
        metavar="FAULT",
        type=fault,
        action="append",
        default=[],
        help="let requests go wrong: a status (429), a status and a code (409:RequestConflict), "
        "403:html, reset or delay=SECONDS; in the same word 1/N (default: 1/10), a method and a "
        "part of a path, such as '500 1/5 PUT /vaults/'; can be repeated",
    )


def fault(text: str) -> Fault:
    """Return the fault that an argument names; raises `argparse.ArgumentTypeError`."""
    try:
        return parse_fault(text)
    except InvalidFault as problem:
        raise argparse.ArgumentTypeError(str(problem)) from None


def add_strictness(parser: argparse.ArgumentParser) -> None:
    """Add the options by which the server is stricter than the model."""
    group = parser.add_argument_group("stricter than the model, with --azure")
    group.add_argument(
        "--strict",
        action="store_true",
        help="demand of callers what Azure demands of them beyond the specification",
    )
    group.add_argument(
        "--grants-after",
        metavar="SECONDS",
        type=seconds,
        default=0.0,
        help="let access policies and roles take effect so long after they were granted",
    )
    group.add_argument(
        "--provisioning",
        metavar="SECONDS",
        type=seconds,
        default=0.0,
        help="let long-running operations run so long",
    )
    group.add_argument(
        "--eventual-reads",
        metavar="N",
        type=whole_number_from(0, digits=4),
        default=0,
        help="let so many reads of a new account or key vault not find it yet",
    )


def strictness_of(args: argparse.Namespace) -> Strictness:
    """Return how strict the server has to be."""
    return Strictness(
        strict=args.strict,
        grants_after=args.grants_after,
        provisioning=args.provisioning,
        eventual_reads=args.eventual_reads,
    )


def run(args: argparse.Namespace) -> int:
    """Serve until the command is interrupted; without `--azure`, as `serve` does by itself."""
    strictness = strictness_of(args)
    if args.azure is None:
        if args.fault:
            raise CommandError("--fault goes with --azure")
        if strictness != NOT_STRICT:
            options = "--strict, --grants-after, --provisioning and --eventual-reads"
            raise CommandError(f"{options} go with --azure")
        return serve.run(args)
    if args.python:
        raise CommandError("--azure serves the model alone; leave out --python")
    from .listening import azure_server

    host, port = serve.address(args.azure, "--azure")
    address = serve.resolved(host, port, "--azure")
    serving = azure_server(host=address, port=port, strictness=strictness, faults=args.fault)
    with ExitStack() as stack:
        try:
            server = stack.enter_context(serving)
        except OSError as error:
            problem = f"can't listen on {host}:{port}: {error.strerror}"
            raise CommandError(problem, HARNESS) from None
        warn_of_others(address)
        print(f"proxy {server.proxy}", flush=True)
        print(f"cloud https://localhost:{server.port}", flush=True)
        print(f"certificate authority {server.authority_file}", flush=True)
        # an exit like any other, so the file of the certificate authority is deleted
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(OK))
        threading.Event().wait()
    return OK


def warn_of_others(address: str) -> None:
    """Warn on standard error of an address that other machines may reach."""
    if ip_address(address).is_loopback:
        return
    print(
        f"translator-cmk: warning: {address} is not this machine's alone: anybody who reaches the "
        "server can sign in, and read and change everything in it; to keep others out, listen on "
        "127.0.0.1",
        file=sys.stderr,
        flush=True,
    )
