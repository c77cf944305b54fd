"""The folder of a report: it is written whole or not at all, and replaces an earlier report and nothing else."""

import hashlib
import json
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ...errors import CommandError
from ...files import draft_of, write_text
from ..session import Log
from .summaries import FILES

ENVELOPE, MESSAGES, COUNTEREXAMPLES, TRACES = "report.json", "messages.ndjson", "counterexamples", "traces"


def whole_name(file: Path) -> str:
    """Return the name of the file; of a draft, its later name."""
    draft = re.fullmatch(r"\.(.+)\.draft", file.name)
    return draft[1] if draft else file.name


class Folder:
    """A folder that holds a report and nothing else."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()  # a system in this process may change where that is

    def begin(self) -> Log:
        """Make the folder, or empty it of an earlier report, and open the message log; raises `CommandError`."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            remove_earlier(self.path)
            return Log(self.path / MESSAGES)
        except OSError as error:
            raise CommandError(f"{self.path}: can't be written: {error.strerror}; name another folder") from None

    def write(self, name: str, text: str) -> None:
        """Put a file into the folder, in place of an earlier one; raises `OSError`."""
        file = self.path / name
        file.parent.mkdir(exist_ok=True)
        write_text(file, text)

    def write_json(self, name: str, value: Mapping[str, Any]) -> None:
        """Write a value as JSON; raises `OSError`."""
        self.write(name, json.dumps(value, indent=1, ensure_ascii=False) + "\n")

    def digests(self) -> dict[str, str]:
        """SHA-256 of each file but the envelope, which has them; raises `OSError`."""
        files = sorted(file for file in self.path.rglob("*") if file.is_file() and not file.name.startswith("."))
        named = {file.relative_to(self.path).as_posix(): file for file in files}
        return {name: digest_of(file) for name, file in named.items() if name != ENVELOPE}

    def names(self) -> list[str]:
        """Return each file, and each folder but the two that a report has, with a slash at its end."""
        there = {each.relative_to(self.path).as_posix(): each for each in sorted(self.path.rglob("*"))}
        folders = (COUNTEREXAMPLES, TRACES)
        return [f"{name}/" if each.is_dir() else name for name, each in there.items() if name not in folders]

    def copy(self, path: Path, name: str) -> str:
        """Put a copy of a file into the folder; its SHA-256.  Raises `CommandError`."""
        file = self.path / name
        try:
            file.parent.mkdir(exist_ok=True)
            shutil.copyfile(path, file)
            return digest_of(file)
        except OSError as error:
            raise CommandError(f"{path}: can't be copied to {file}: {error.strerror}") from None


def must_be_a_file(path: Path) -> None:
    """Raise `CommandError` if a report can't have what is there: opening it might wait for ever."""
    if path.exists() and not path.is_file():
        raise CommandError(f"{path}: is no file; name the folder of a report")


def digest_of(file: Path) -> str:
    """SHA-256 of a file; raises `OSError`."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


KEYS = {"format", "kit", "protocol", "digest", "lanes", "seed", "complete", "cases"}
"""Keys by which the envelope of any version of the kit is distinguished from somebody's own report.json."""

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
    """Yield the files of a report that are there; raises `CommandError` for any other file."""
    for entry in sorted(folder.iterdir()):
        if entry.name in IN_FOLDERS and entry.is_dir() and not entry.is_symlink():
            for inner in sorted(entry.iterdir()):
                yield of_a_report(inner, IN_FOLDERS[entry.name].fullmatch(whole_name(inner)) is not None)
        else:
            yield of_a_report(entry, whole_name(entry) in NAMES)


def of_a_report(entry: Path, named_so: bool) -> Path:
    """Return the entry, which is a file that a report has; raises `CommandError`."""
    if named_so and entry.is_file() and not entry.is_symlink():
        return entry
    raise CommandError(f"{entry} belongs to no report; name another folder with --report; nothing was deleted")


def is_unwritten(file: Path) -> bool:
    """Return whether this is left where a run was killed before its first envelope was in place."""
    return file == draft_of(file.with_name(ENVELOPE)) or (file.name == MESSAGES and not file.stat().st_size)


def is_envelope(file: Path) -> bool:
    """Return whether this is the envelope of a report, whole or not, of this version of the kit or another."""
    try:
        content = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(content, dict) and content.keys() >= KEYS
