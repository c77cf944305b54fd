"""What each release froze: ids, which are never used again, and a digest by which a kit is known as
that release.

`make freeze` writes `frozen/VERSION.json`, and `make ties` compares.  Before the first release
there is no such file.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from .. import features_dir, installed_version
from ..digest import digest_of
from ..requirements import load_register
from ..requirements.loading import FOLDER as REGISTER
from .feature_files import feature_files, pickles

FROZEN = Path(__file__).with_name("frozen")


class Freeze(NamedTuple):
    """What a release froze."""

    digest: str
    """The SHA-256 of the files of register and features."""
    requirements: Mapping[str, int]
    """The revision of each requirement by its id."""
    scenarios: list[str]
    """The id of each scenario."""


def freeze_now() -> Freeze:
    """Return what a release would freeze now."""
    return Freeze(
        digest=specification_digest(),
        requirements={name: each.revision for name, each in load_register().items()},
        scenarios=[pickle.id for pickle in pickles()],
    )


def specification_digest() -> str:
    """Return the SHA-256 of the files of register and features."""
    paths = [*REGISTER.glob("*.yaml"), *feature_files([features_dir()])]
    return digest_of({path.name: path for path in paths})


def load_freezes() -> dict[str, Freeze]:
    """Return what each release froze, by its version, the oldest first."""
    files = sorted(FROZEN.glob("*.json"), key=version_numbers)
    return {path.stem: Freeze(**json.loads(path.read_text("utf-8"))) for path in files}


def version_numbers(path: Path) -> list[int]:
    """Return the numbers of the version that a file is named by."""
    return [int(number) for number in re.findall("[0-9]+", path.stem)]


def is_released() -> bool:
    """Return whether this kit is the release of its version: frozen, with this register and these
    features.

    A version that ends in `.dev0` is never frozen.
    """
    frozen = load_freezes().get(installed_version())
    return frozen is not None and frozen.digest == specification_digest()


# Ids of releases


def broken_promises(changelog: str) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the ids of releases, each with what to do.

    An id that is gone needs a line in the changelog above the section of that release, so whoever
    refers to the id learns there what became of it.  Then it is never used again.
    """
    now = freeze_now()
    had: set[str] = set()
    withdrawn: set[str] = set()
    for version, frozen in load_freezes().items():
        withdrawn |= had - ids_of(frozen)
        had |= ids_of(frozen)
        written, _, _ = changelog.partition(f"\n## [{version}]")
        for name in sorted(ids_of(frozen) - ids_of(now)):
            if not is_named(name, written):
                text = f"{name} of {version} is gone, and no line says so"
                yield text, f"put it back, or write what became of `{name}`"
        for name, revision in frozen.requirements.items():
            if now.requirements.get(name, revision) < revision:
                yield f"{name} had revision {revision} in {version}", "increase its revision"
    for name in sorted(withdrawn & ids_of(now)):
        yield f"{name} is used again, which a release withdrew", "write an id that no release had"


def ids_of(frozen: Freeze) -> set[str]:
    """Return the ids of requirements and scenarios."""
    return {*frozen.requirements, *frozen.scenarios}


def is_named(name: str, text: str) -> bool:
    """Return whether a text has an id in code, or that of a scenario's outline, without the row."""
    outline = "/".join(name.split("/")[:2])
    return f"`{name}`" in text or f"`{outline}`" in text
