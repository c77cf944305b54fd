"""The folder of a report: what is in it is there whole or not at all."""

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...errors import CommandError
from ...files import write_text
from ..session import Log
from .earlier import remove_earlier
from .names import COUNTEREXAMPLES, ENVELOPE, MESSAGES, TRACES

__all__ = ["COUNTEREXAMPLES", "ENVELOPE", "MESSAGES", "TRACES", "Folder", "digest_of"]


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
        """Likewise, as JSON."""
        self.write(name, json.dumps(value, indent=1, ensure_ascii=False) + "\n")

    def digests(self) -> dict[str, str]:
        """SHA-256 of each file but the envelope, which has them; raises `OSError`."""
        files = sorted(file for file in self.path.rglob("*") if file.is_file() and not file.name.startswith("."))
        named = {file.relative_to(self.path).as_posix(): file for file in files}
        return {name: digest_of(file) for name, file in named.items() if name != ENVELOPE}

    def names(self) -> list[str]:
        """Each file, and each folder but the two that a report has, with a slash at its end."""
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
    """Raises `CommandError` where a report can't have what is there: opening it might wait for ever."""
    if path.exists() and not path.is_file():
        raise CommandError(f"{path}: is no file; name the folder of a report")


def digest_of(file: Path) -> str:
    """SHA-256 of a file; raises `OSError`."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
