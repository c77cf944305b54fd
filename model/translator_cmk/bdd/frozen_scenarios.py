"""The scenario ids that releases froze, and others in files: `frozen/VERSION.json` is what
`features --json` printed.

Reports and trackers refer to scenarios by id.  An id is made of requirement, title and row, so a
new title is a new id.  Beside each id stands a digest of what the scenario does and claims, by
which it is found again under another id.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ..errors import CommandError, InvalidFile, reason
from ..language.facts import Fact
from ..language.messages import command_to_wire
from ..requirements.frozen_registers import version_numbers
from ..shapes import Malformed, MapOf, Text
from .feature_records import Pickle
from .vocabulary import ReadStep, commands_in, read_steps

FROZEN = Path(__file__).with_name("frozen")

Digests = Mapping[str, str]
"""The digest of each scenario by its id."""

DIGITS = 16
"""Hexadecimal digits of a digest: two scenarios of a suite do not share one by accident."""

SCENARIO_ID = Text(r"[a-z0-9.-]+(/[a-z0-9-]+){1,2}", "the id of a scenario")
DIGESTS = MapOf(SCENARIO_ID, Text(f"[0-9a-f]{{{DIGITS}}}", f"{DIGITS} hexadecimal digits"))


# Those of features


def digests_of(scenarios: Iterable[Pickle]) -> Digests:
    """Return the digests of scenarios by their ids; raises `UnknownSentence`."""
    return {pickle.id: digest_of(pickle) for pickle in scenarios}


def digest_of(pickle: Pickle) -> str:
    """Return the digest of a scenario's commands and Thens, whichever situations they are from."""
    meaning: list[Any] = []
    for step in read_steps(pickle):
        meaning += parts_of_meaning(step)
    text = json.dumps(meaning, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:DIGITS]


def parts_of_meaning(step: ReadStep) -> list[Any]:
    """Return what a step means as JSON values: each command of a situation, a fact, or the text."""
    if isinstance(step.meaning, Fact):
        return [[step.kind, step.meaning.as_dict()]]
    commands = commands_in(step.meaning)
    if commands:
        return [[step.kind, command_to_wire(command)] for command in commands]
    return [[step.kind, step.text]]


# Those of releases


def load_frozen() -> Mapping[str, Digests]:
    """Return the scenarios of each release, the oldest first; raises `InvalidFile`."""
    files = sorted(FROZEN.glob("*.json"), key=version_numbers)
    return {path.stem: read_digests(path) for path in files}


def load_digests(name: str) -> Digests:
    """Return the scenarios of a release or a file; raises `CommandError`."""
    releases = load_frozen()
    if name in releases:
        return releases[name]
    path = Path(name)
    if path.is_file():
        return read_digests(path)
    known = ", ".join(releases) or "none yet"
    raise CommandError(f"{name}: neither a file nor a release; there are the releases: {known}")


def read_digests(path: Path) -> Digests:
    """Return the scenarios in a file that `features --json` wrote; raises `InvalidFile`."""
    expected = "a file that 'translator-cmk features --json' wrote is expected"
    try:
        digests: Digests = DIGESTS.read(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError) as error:
        raise InvalidFile(f"{path}: {reason(error)}; {expected}") from None
    except Malformed as error:
        problem = f"{error.sentence('the file')}; {error.remedy}"
        raise InvalidFile(f"{path}: {problem}; {expected}") from None
    return digests
