"""What a program that takes long has found so far, each value written down as soon as it is there."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from translator_cmk.progress import ProgressBar

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / ".results"

Wanted = TypeVar("Wanted")


class Found(NamedTuple):
    """What a part of the evidence found: a sentence, what falls short of its goal, and totals."""

    sentence: str
    short: Sequence[str] = ()
    totals: Mapping[str, Any] = {}


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
