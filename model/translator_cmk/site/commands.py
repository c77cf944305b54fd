"""The commands of the page *Enable*, and what the tests saw of them when they ran them against our server last."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from ..digest import digest
from ..errors import InvalidFile
from .sourced import data

RUN = Path(".results/azure-cli.json")
"""Where `make azure-cli` writes what it saw."""

RAN, OUTSIDE = "ran", "outside"
"""The outcomes of a step: its commands succeeded, or the server does not have what they ask for and said so."""

LOSSES = "losses"
"""The name under which the script of the three losses is recorded."""


class Run(NamedTuple):
    """A run with a version of the Azure CLI: its date, and the outcome of each step and of the script."""

    version: str
    finished: str
    outcomes: Mapping[str, str]


def commands() -> list[dict[str, Any]]:
    """Return the steps: id, title, what to know, the commands, and whether they are outside the server's subset."""
    return [{"outside": False, **step} for step in data("commands")]


def record_run(version: str, outcomes: Mapping[str, str], path: Path = RUN) -> None:
    """Add what was just seen to the record of this version of the CLI and of the specification."""
    earlier = last_run(path) if path.exists() else None
    known = earlier.outcomes if earlier and earlier.version == version else {}
    found = {
        "digest": digest(),
        "version": version,
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "outcomes": {**known, **outcomes},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


def last_run(path: Path = RUN) -> Run | None:
    """Return what was seen of this version of the specification, or None; raises `InvalidFile`."""
    try:
        found = json.loads(path.read_bytes())
        return Run(**found) if found.pop("digest") == digest() else None
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError, AttributeError):
        raise InvalidFile(f"{path}: not a record of make azure-cli; run it again, or delete the file") from None
