"""The folder of a report: it is written whole or not at all, and replaces an earlier report and nothing else."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ...badges import endpoint, svg
from ...errors import CommandError
from ...files import draft_of, write_text
from ..deviations import deviations_yaml
from ..session import Log
from .cucumber import cucumber_ndjson
from .page import report_html
from .summaries import badge_of, junit_xml, summary_md

ENVELOPE, MESSAGES, COUNTEREXAMPLES = "report.json", "messages.ndjson.gz", "counterexamples"


FILES: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "badge.svg": lambda envelope: svg(badge_of(envelope)),
    "badge.json": lambda envelope: json.dumps(endpoint(badge_of(envelope)), indent=1, ensure_ascii=False) + "\n",
    "junit.xml": junit_xml,
    "cucumber.ndjson": cucumber_ndjson,
    "report.html": report_html,
    "summary.md": summary_md,
    "deviations.yaml": deviations_yaml,
}
"""The files that follow from an envelope."""

KEYS = {"format", "kit", "protocol", "digest", "lanes", "seed", "complete", "cases"}
"""Keys by which the envelope of any version of the kit is distinguished from somebody's own report.json."""

COUNTEREXAMPLE = re.compile(rf"{COUNTEREXAMPLES}/([0-9]{{2,}})-[a-z]+-[A-Za-z]+\.(json|feature)")


FEW = 50
"""Bytes that a log without a message has at most: compressed, one has more than twice as many."""


class Folder:
    """A folder that holds a report and nothing else."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()  # a system in this process may change where that is

    def begin(self) -> Log:
        """Make the folder, or empty it of an earlier report, and open the message log; raises `CommandError`."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            remove_earlier(self)
            return Log(self.path / MESSAGES)
        except OSError as error:
            raise CommandError(f"{self.path}: can't be written: {error.strerror}; name another folder") from None

    def write(self, name: str, text: str) -> None:
        """Put a file into the folder, in place of an earlier one; raises `OSError`."""
        file = self.path / name
        file.parent.mkdir(exist_ok=True)
        write_text(file, text)

    def digests(self) -> dict[str, str]:
        """Return the SHA-256 of each file but the envelope, which has them; raises `OSError`."""
        files = {name: file for name, file in self.entries() if file.is_file() and not file.name.startswith(".")}
        return {name: digest_of(file) for name, file in sorted(files.items()) if name != ENVELOPE}

    def entries(self) -> Iterator[tuple[str, Path]]:
        """Yield the name and path of everything inside, except the folder of counterexamples."""
        for entry in self.path.rglob("*"):
            name = entry.relative_to(self.path).as_posix()
            if name != COUNTEREXAMPLES or entry.is_symlink() or not entry.is_dir():
                yield name, entry


def files_of(envelope: Mapping[str, Any]) -> dict[str, str]:
    """Return the text of each file that follows from an envelope, by name."""
    return {name: text(envelope) for name, text in FILES.items()}


def must_be_a_file(path: Path) -> None:
    """Raise `CommandError` if a report can't have what is there: opening it might wait for ever."""
    if path.exists() and not path.is_file():
        raise CommandError(f"{path}: is no file; name the folder of a report")


def digest_of(file: Path) -> str:
    """Return the SHA-256 of a file; raises `OSError`."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def remove_earlier(folder: Folder) -> None:
    """Delete an earlier report; raises `CommandError` if there is anything else, and `OSError`."""
    envelope, files = folder.path / ENVELOPE, []
    for name, entry in folder.entries():
        final = final_name(name)
        ours = final in (ENVELOPE, MESSAGES, *FILES) or COUNTEREXAMPLE.fullmatch(final)
        if not ours or not entry.is_file() or entry.is_symlink():
            raise CommandError(f"{entry} belongs to no report; name another folder with --report; nothing was deleted")
        files.append(entry)
    files.sort(key=lambda file: file == envelope)  # last, since it shows that this is the folder of a report
    # a run that is killed before its first envelope is in place leaves a draft of it, and a log without a message
    begun = (each == draft_of(envelope) or (each.name == MESSAGES and each.stat().st_size < FEW) for each in files)
    if not is_envelope(envelope) and not all(begun):
        problem = "is of no report that verify has written; name another folder; nothing was deleted"
        raise CommandError(f"{files[-1]} {problem}")
    for file in files:
        file.unlink()


def final_name(name: str) -> str:
    """Return the name that a file gets in the end: a draft has another meanwhile."""
    return re.sub(r"(^|/)\.([^/]+)\.draft$", r"\1\2", name)


def is_envelope(file: Path) -> bool:
    """Return whether this is the envelope of a report, whole or not, of this version of the kit or another."""
    try:
        content = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(content, dict) and content.keys() >= KEYS
