"""What the tests saw of the scripts of the site when they ran them against our server last."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from ..digest import kit_digest
from ..errors import InvalidFile

RUN = Path(".results/azure-cli.json")
"""Where `make azure-cli` writes what it saw."""


class Run(NamedTuple):
    """A run with a version of the Azure CLI: its date, and the outcome of each step and of the
    script.
    """

    version: str
    finished: str
    outcomes: Mapping[str, str]


def last_run(path: Path = RUN) -> Run | None:
    """Return what was seen of this version of the specification, or None; raises `InvalidFile`."""
    try:
        found = json.loads(path.read_bytes())
        if found.pop("digest") != kit_digest():
            return None
        return Run(**found)
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError, AttributeError):
        raise InvalidFile(
            f"{path}: not a record of make azure-cli; run it again, or delete the file"
        ) from None
