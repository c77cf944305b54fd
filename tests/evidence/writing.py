"""What evidence is written as: sections of docs/measurements.json, and in .results/ the pieces of a run so far."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from translator_cmk.digest import digest, digest_of, files
from translator_cmk.files import write_json
from translator_cmk.progress import ProgressBar

ROOT = Path(__file__).resolve().parents[2]
MEASUREMENTS = ROOT / "docs" / "measurements.json"
RESULTS = ROOT / ".results"


class Found(NamedTuple):
    """What a part of the evidence found: a sentence, what falls short of its goal, and totals for the page."""

    sentence: str
    short: Sequence[str] = ()
    totals: Mapping[str, Any] = {}


def stamp(layer: str = "cli") -> dict[str, str]:
    """Return what a measurement holds for: this layer of the package and what it rests on, and the tests."""
    return {"digest": digest(layer), "layer": layer, "tests": digest_of(dict(files(ROOT / "tests")))}


def read_measurements() -> dict[str, Any]:
    """Return the sections there are, by name."""
    return dict(json.loads(MEASUREMENTS.read_text("utf-8"))) if MEASUREMENTS.is_file() else {}


def write_measurement(name: str, content: Mapping[str, Any]) -> None:
    """Write one section of the measurements; the others stay as they are."""
    write_json(MEASUREMENTS, dict(sorted({**read_measurements(), name: content}.items())))


Wanted = TypeVar("Wanted")


class Kept:
    """JSON values by key, each written down as soon as it is there; the file is named after what they hold for."""

    def __init__(self, name: str, holds_for: str, folder: Path = RESULTS) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.name = name
        self.path = folder / f"{name}-{holds_for[:12]}.jsonl"
        self.found = dict(read(self.path))

    def all_of(self, wanted: Mapping[str, Wanted], find: Callable[[Wanted], Any]) -> list[Any]:
        """Return what was found of each that is wanted, by key, or is found now, on all cores; in the order given.

        ``find`` is a function of a module, and raises nothing that it is expected to.
        """
        rest = {key: each for key, each in wanted.items() if key not in self.found}
        bar = ProgressBar(self.name)
        with ProcessPoolExecutor() as pool, self.path.open("a", encoding="utf-8") as file:
            file.write("\n")  # the last line may have been cut short
            keys = {pool.submit(find, each): key for key, each in rest.items()}
            for number, future in enumerate(as_completed(keys), start=1):
                self.found[keys[future]] = future.result()
                file.write(json.dumps([keys[future], future.result()]) + "\n")
                file.flush()
                bar.show_count(number, len(rest))
        bar.clear()
        return [self.found[key] for key in wanted]

    def forget(self) -> None:
        """Remove the file: all is done, and written elsewhere."""
        self.path.unlink(missing_ok=True)


def read(path: Path) -> list[tuple[str, Any]]:
    """Return the keys and values of earlier runs; a line of one that was broken off may be cut short."""
    found: list[tuple[str, Any]] = []
    for line in path.read_text("utf-8").splitlines() if path.is_file() else ():
        try:
            key, value = json.loads(line)
        except ValueError:
            continue
        found.append((key, value))
    return found


def fingerprint(*texts: str) -> str:
    """Return one key for several texts."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()
