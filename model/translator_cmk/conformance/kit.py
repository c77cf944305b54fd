"""Checks the kit itself before a run: that its rows demand its scenarios, and whether they are those of a release."""

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path

import yaml

from .. import features_dir
from ..bdd.features import load_features
from ..bdd.membership import undemanded_scenarios
from ..digest import PACKAGE, files
from ..errors import HARNESS, CommandError
from ..oracle.profiles import machine_of

RELEASES = Path(__file__).with_name("releases.yaml")
SPECIFICATION = ("machine", "oracle", "requirements")
"""The packages that, with the features, decide what is demanded of a system."""


@cache
def check_kit() -> None:
    """Raise `CommandError` unless the model demands every scenario."""
    found = undemanded_scenarios(machine_of(()), load_features(features_dir()))
    if found:
        raise CommandError(
            f"the kit contradicts itself: its model does not demand {len(found)} of its own scenarios, of them "
            f"{found[0].id}; nothing was asked; install the kit again",
            HARNESS,
        )


@cache
def specification_digest() -> str:
    """Return the SHA-256 of what decides a verdict's demands: features, register, model and oracle."""
    folders = {"features": features_dir(), **{name: PACKAGE / name for name in SPECIFICATION}}
    found = sha256()
    for folder in sorted(folders):
        for name, path in sorted(files(folders[folder])):
            content = path.read_bytes().replace(b"\r\n", b"\n")
            found.update(f"{folder}/{name}\0{len(content)}\0".encode() + content)
    return found.hexdigest()


def release(releases: Path | None = None) -> str:
    """Return the version of the release that this kit is of; empty where it is of none."""
    known: Mapping[str, str] = yaml.safe_load((releases or RELEASES).read_text("utf-8")) or {}
    return next((version for version, digest in known.items() if digest == specification_digest()), "")
