"""The option `--azure` of the command `verify`: a run against an emulator that answers Azure's
requests.
"""

import argparse
import json
import os
import shlex
from importlib import import_module

from ...conformance import verify
from ...conformance.judgement.cases import FEATURES
from ...conformance.run.last_failed import select_last_failed
from ...errors import DEVIATIONS
from .target import ENVIRONMENT, add_options, target_of

FACTORY = "translator_cmk.azure.client.adapter:from_environment"


def extend(parser: argparse.ArgumentParser, systems: "argparse._MutuallyExclusiveGroup") -> None:
    """Add `--azure` to the systems of `verify`, and to its options those that go with it."""
    systems.add_argument(
        "--azure",
        action="store_true",
        help="an emulator that answers Azure's requests (extra azure)",
    )
    add_options(parser)


def run(args: argparse.Namespace) -> int:
    """Run the lanes; raises `CommandError` where no emulator is named."""
    if not args.azure:
        return verify.run(args)
    select_last_failed(args)
    # those that are generated take long over HTTPS
    args.lane = args.lane or [FEATURES]
    # without the extra this fails here, instead of in a child process
    import_module("azure.identity")
    target = target_of(args)
    args.python = FACTORY
    os.environ[ENVIRONMENT] = json.dumps(target)
    code = verify.run(args)
    if code == DEVIATIONS:
        variable = f"{ENVIRONMENT}={shlex.quote(json.dumps(target))}"
        print(f"before replay or report reproduce: export {variable}")
    return code
