"""The identity of a kit: a digest of all files that the results of a run depend on."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from . import features_dir

PACKAGE = Path(__file__).resolve().parent
SUFFIXES = (".css", ".feature", ".html", ".json", ".py", ".yaml")

NOT_OF_THE_KIT = ("features", "site")
"""The site reads reports, and no report depends on it.  Features are counted where they lie: here
only in a wheel."""


@cache  # every report has it, and the modules of this process stay what they are
def kit_digest() -> str:
    """Return the identity of this kit: a SHA-256, the same for a checkout and an installed
    wheel."""
    return kit_digest_with(features_dir())


def kit_digest_with(features: Path) -> str:
    """Return the identity of this kit with the features in another folder."""
    named = {f"features/{name}": path for name, path in files(features)}
    for name, path in files(PACKAGE):
        part = re.split("[/.]", name)[0]
        if part not in NOT_OF_THE_KIT:
            named[f"translator_cmk/{name}"] = path
    return digest_of(named)


def digest_of(named: Mapping[str, Path]) -> str:
    """Return the SHA-256 of files, by name."""
    total = hashlib.sha256()
    for name, path in sorted(named.items()):
        content = path.read_bytes().replace(b"\r\n", b"\n")
        # with its length, no content can pass for the end of one file and the beginning of another
        total.update(f"{name}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()


def files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the files of a folder that count, each with its relative path."""
    for path in folder.rglob("*"):
        if path.suffix in SUFFIXES and path.is_file():
            yield path.relative_to(folder).as_posix(), path
