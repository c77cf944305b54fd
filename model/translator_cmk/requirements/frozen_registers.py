"""The registers that releases froze, and others in files: `frozen/VERSION.json` is what `register
--json` printed.

Reports count by them: a kit that is no release says how many requirements of the last one a run
passed.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import CommandError, InvalidFile, reason
from ..shapes import Malformed
from .exports import register_to_json
from .loading import FOLDER, REGISTERED, load_register

FROZEN = FOLDER / "frozen"

Entries = Mapping[str, Mapping[str, Any]]
"""Requirements as JSON values, by id."""


def load_frozen() -> Mapping[str, Entries]:
    """Return the register of each release, the oldest first; raises `InvalidFile`."""
    files = sorted(FROZEN.glob("*.json"), key=version_numbers)
    return {path.stem: read_entries(path) for path in files}


def version_numbers(path: Path) -> list[int]:
    """Return the numbers of the version that a file is named by."""
    return [int(number) for number in re.findall("[0-9]+", path.stem)]


def load_entries(name: str | Path) -> Entries:
    """Return the requirements of a release, a file or a folder; raises `CommandError`."""
    releases = load_frozen()
    if str(name) in releases:
        return releases[str(name)]
    path = Path(name)
    if path.is_dir():
        return by_id(register_to_json(load_register(path)))
    if path.is_file():
        return read_entries(path)
    known = ", ".join(releases) or "none yet"
    raise CommandError(
        f"{name}: neither a file, nor a folder, nor a release; there are the releases: {known}"
    )


def read_entries(path: Path) -> Entries:
    """Return the requirements in a file that `register --json` wrote, of any version; raises
    `InvalidFile`."""
    expected = "a file that 'translator-cmk register --json' wrote is expected"
    try:
        entries = json.loads(path.read_text("utf-8"))
        for entry in entries:
            for name in ("id", "revision"):
                REGISTERED.fields[name].read(entry[name])
    except (OSError, ValueError) as error:
        raise InvalidFile(f"{path}: {reason(error)}; {expected}") from None
    except (LookupError, Malformed, TypeError):
        raise InvalidFile(f"{path}: not a list of requirements; {expected}") from None
    return by_id(entries)


def by_id(entries: list[dict[str, Any]]) -> Entries:
    """Return requirements by their ids."""
    return {entry["id"]: entry for entry in entries}


def unchanged_since(version: str) -> list[str]:
    """Return the requirements of a release that are still asked with the meaning that they had."""
    register = load_register()
    unchanged = []
    for name, entry in load_frozen()[version].items():
        if name in register and register[name].revision == entry["revision"]:
            unchanged.append(name)
    return unchanged
