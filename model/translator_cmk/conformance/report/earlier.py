"""What an earlier report left in its folder: that alone may be deleted, and where anything else is nothing is."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from ...errors import CommandError
from ...files import draft_of
from .files import FILES
from .names import COUNTEREXAMPLES, ENVELOPE, MESSAGES, TRACES, whole_name

KEYS = {"format", "kit", "protocol", "digest", "lanes", "seed", "complete", "cases"}
"""Keys by which the envelope of any version of the kit is told from somebody's own report.json."""

NAMES = frozenset({ENVELOPE, MESSAGES, *FILES})
IN_FOLDERS = {
    COUNTEREXAMPLES: re.compile(r"[0-9]{2,}-[a-z]+-[A-Za-z]+\.(json|feature)"),
    TRACES: re.compile(r"[0-9]{2,}\.jsonl"),
}
"""The folders of a report, and what the files in each are called."""


def remove_earlier(folder: Path) -> None:
    """Delete an earlier report, the envelope last; raises `CommandError` if there is anything else, and `OSError`."""
    files = list(all_files(folder))
    unfinished = all(is_unwritten(file) for file in files)
    if files and not unfinished and not is_envelope(folder / ENVELOPE):
        file = folder / ENVELOPE if folder / ENVELOPE in files else files[0]
        raise CommandError(f"{file} is of no report that verify has written; name another folder; nothing was deleted")
    for file in sorted(files, key=lambda file: file.name == ENVELOPE):
        file.unlink()


def all_files(folder: Path) -> Iterator[Path]:
    """The files of a report that are there; raises `CommandError` for whatever else is."""
    for entry in sorted(folder.iterdir()):
        if entry.name in IN_FOLDERS and entry.is_dir() and not entry.is_symlink():
            for inner in sorted(entry.iterdir()):
                yield of_a_report(inner, IN_FOLDERS[entry.name].fullmatch(whole_name(inner)) is not None)
        else:
            yield of_a_report(entry, whole_name(entry) in NAMES)


def of_a_report(entry: Path, named_so: bool) -> Path:
    """The entry, which is a file that a report has; raises `CommandError`."""
    if named_so and entry.is_file() and not entry.is_symlink():
        return entry
    raise CommandError(f"{entry} belongs to no report; name another folder with --report; nothing was deleted")


def is_unwritten(file: Path) -> bool:
    """Whether this is left where a run was killed before its first envelope was in place."""
    return file == draft_of(file.with_name(ENVELOPE)) or (file.name == MESSAGES and not file.stat().st_size)


def is_envelope(file: Path) -> bool:
    """Whether this is the envelope of a report, whole or not, of this version of the kit or another."""
    try:
        content = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(content, dict) and content.keys() >= KEYS
