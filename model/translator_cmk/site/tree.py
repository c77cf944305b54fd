"""Puts generated folders in the place of the ones that are there, all of them or none."""

import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path


def replace_folders(parent: Path, folders: Iterable[str], files: Mapping[str, str | bytes]) -> None:
    """Make these folders of the parent hold exactly these files, given by path from the parent; raises OSError.

    Everything is written elsewhere first, and put back as it was if the exchange fails half-way.
    """
    workspace = Path(tempfile.mkdtemp(dir=parent, prefix=".generating-"))
    try:
        new, old = workspace / "new", workspace / "old"
        old.mkdir()
        for folder in folders:
            (new / folder).mkdir(parents=True)
        for name, content in files.items():
            path = new / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        exchange(parent, new, old, list(folders))
    finally:
        shutil.rmtree(workspace)


def exchange(parent: Path, new: Path, old: Path, folders: list[str]) -> None:
    """Move the folders of the parent to `old` and those of `new` to the parent."""
    done: list[str] = []
    try:
        for folder in folders:
            if (parent / folder).exists():
                (parent / folder).rename(old / folder)
            done.append(folder)
            (new / folder).rename(parent / folder)
    except OSError:
        for folder in done:
            if (parent / folder).exists():
                shutil.rmtree(parent / folder)
            if (old / folder).exists():
                (old / folder).rename(parent / folder)
        raise
