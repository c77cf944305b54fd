"""What the envelope and the folder of a report have to be, after what comes out now."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from ...errors import CommandError
from ..cases import FUZZ, LANES, TRACE
from ..running import Running
from .files import FILES, files_of
from .folder import COUNTEREXAMPLES, ENVELOPE, MESSAGES, Folder
from .platforms import platform_in

CLAIMED = ("digest", "seed", "started", "finished", "messages")
"""Fields that only the run itself knows, or that something else is compared with."""


def of_envelope(envelope: Mapping[str, Any], again: Running) -> Iterator[str]:
    """Where the envelope is not what follows, but for its cases."""
    complete = envelope["complete"]
    if complete and "trouble" in envelope:
        yield f"trouble in {ENVELOPE} tells why a run ended early, and it is said to be complete"
    now = json.loads(json.dumps(again.envelope()))
    for name in now.keys() - {*CLAIMED, *LANES, "cases"}:
        if envelope.get(name) != now[name]:
            yield f"{name} in {ENVELOPE} is not what follows from the verdicts"
    for lane in LANES[1:]:
        then = envelope.get(lane)
        if lane not in again.made.lanes and then is not None:
            yield f"{lane} in {ENVELOPE} is of a lane that was not run"
        elif lane in again.made.lanes and not fits(then, now.get(lane, {}), complete):
            yield f"{lane} in {ENVELOPE} is not what follows from the message log"
    if complete and FUZZ in again.made.lanes:
        budget, fuzz = again.made.budgets.get("seconds", 0.0), envelope.get(FUZZ, {})
        if fuzz.get("seconds") != round(budget, 1) or not fuzz.get("rounds"):
            yield f"{FUZZ} in {ENVELOPE} is not what a complete run of {budget:g} seconds writes"


def fits(then: Mapping[str, Any] | None, now: Mapping[str, Any], complete: bool) -> bool:
    """Whether a lane is said to have done what it did; one that was cut off says it in part."""
    then = then or {}
    if complete:
        return all(then.get(name) == value for name, value in now.items())
    done = {name: value for name, value in now.items() if name in then or (type(value) is int and name != "steps")}
    return all(then.get(name, 0) == value for name, value in done.items())


def of_folder(path: Path, envelope: Mapping[str, Any], again: Running) -> Iterator[str]:
    """Files that are not what they were, that no run writes, or that no complete run is without."""
    folder = Folder(path)
    try:
        digests = folder.digests()
    except OSError as error:
        raise CommandError(f"{error.filename}: can't be read: {error.strerror}") from None
    files: Mapping[str, str] | None = envelope.get("files")
    if files is None and envelope["complete"]:
        yield f"{ENVELOPE} has no digests of the other files, and the run is said to be complete"
    if files is not None:
        different = (name for name in digests.keys() | files.keys() if digests.get(name) != files.get(name))
        yield from (f"{name} is not what it was when the report was written" for name in sorted(different))
    traces = [trace["file"] for trace in envelope.get(TRACE, {}).get("traces", ())]
    known = {ENVELOPE, MESSAGES, *FILES, *again.kept, *traces}
    for name in folder.names():
        if name not in known and not (files is None and is_unfinished(name, known, again)):
            yield f"{name} is no file of this report"
    for name, text in again.kept.items():
        if not says(path / name, text):
            yield f"{name} is not what the message log shows"


def is_unfinished(name: str, known: Collection[str], again: Running) -> bool:
    """Whether a run that was killed may have left the file: half written, or not yet told of."""
    draft = re.fullmatch(r"(.*/)?\.([^/]+)\.draft", name)
    if draft is not None:
        name = (draft[1] or "") + draft[2]
    later = re.fullmatch(rf"{COUNTEREXAMPLES}/([0-9]{{2,}})-[a-z]+-[A-Za-z]+\.(json|feature)", name)
    return (draft is not None and name in known) or (later is not None and int(later[1]) > len(again.findings))


def of_derived(path: Path, envelope: Mapping[str, Any]) -> Iterator[str]:
    """Files that are made from the envelope and do not say what it says, where the envelope itself is right."""
    content = {name: value for name, value in envelope.items() if name != "files"}
    for name, text in files_of(content, platform_in(path / "cucumber.ndjson")):
        if ((path / name).exists() or "files" in envelope) and not says(path / name, text):
            yield f"{name} does not say what {ENVELOPE} says"


def says(file: Path, text: str) -> bool:
    """Whether this is what is in the file, byte by byte; raises `CommandError`."""
    try:
        return file.is_file() and file.read_bytes() == text.encode("utf-8", "surrogatepass")
    except OSError as error:
        raise CommandError(f"{file}: can't be read: {error.strerror}") from None
