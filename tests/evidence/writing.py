"""Where evidence is kept, and how it is written."""

from pathlib import Path
from typing import Any

from translator_cmk.digest import digest
from translator_cmk.files import write_json

ROOT = Path(__file__).resolve().parents[2]
MEASUREMENTS = ROOT / "docs" / "measurements"
PARTS = ROOT / ".results"
"""Where a run that was broken off leaves what it has, for the next one of the same specification."""


def stamp(layer: str) -> dict[str, str]:
    """Return what a measurement holds for: this layer of the package and what it rests on, as they are now."""
    return {"digest": digest(layer), "layer": layer}


def write(path: Path, content: Any) -> None:
    """Write JSON whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_json(path, content)
