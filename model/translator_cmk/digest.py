"""One hash over everything that the results of a run depend on, by which results of two versions differ."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from . import features_dir

PACKAGE = Path(__file__).resolve().parent
SUFFIXES = (".feature", ".json", ".py", ".yaml")


LAYERS = ("cli", "azure", "site", "conformance", "bdd", "check_trace", "explore", "oracle")
"""The upper layers of the package, from the top: none is imported by one below it (see pyproject.toml)."""

REPORTED = "conformance"
"""The highest layer that the result of a run depends on: the suite here, and the conformance kit."""


def digest(layer: str = LAYERS[0]) -> str:
    """Return the SHA-256 of the features and the package, the same for a checkout and an installed wheel.

    With a ``layer``, what stands above it is left out: nothing that it does can depend on that.
    """
    return digest_with(dict(files(features_dir())), layer)


def digest_with(features: Mapping[str, Path], layer: str = LAYERS[0]) -> str:
    """Return the digest with other features, by relative path with forward slashes."""
    above = {"features", *LAYERS[: LAYERS.index(layer)]}
    packaged = {name: path for name, path in files(PACKAGE) if re.split("[/.]", name)[0] not in above}
    named = {f"features/{name}": path for name, path in features.items()}
    return digest_of(named | {f"translator_cmk/{name}": path for name, path in packaged.items()})


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
