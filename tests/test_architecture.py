"""The map in docs/architecture.md has each package in its layer, and names files that are there."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "architecture.md"
PACKAGE = ROOT / "model" / "translator_cmk"
ONE_MEANING = ("Change", "Consequence", "Demand", "Verdict", "World")
"""Words for which a reader looks in one place."""


def layers() -> list[list[str]]:
    """Return the layers of packages from the top, as the contract in pyproject.toml lists them."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    for contract in config["tool"]["importlinter"]["contracts"]:
        if contract.get("containers") == [PACKAGE.name]:
            return [re.findall(r"\w+", layer) for layer in contract["layers"]]
    raise LookupError(PACKAGE.name)


def section(anchor: str) -> str:
    """Return the section of the map that has this anchor, with the sections below it."""
    _, _, rest = PAGE.read_text("utf-8").partition(f"{{ #{anchor} }}\n")
    return rest.partition("\n## ")[0]


def cells(text: str, column: int) -> list[list[str]]:
    """Return what stands in backticks in one column of each row of the tables."""
    rows = re.findall(r"^\| (`.*) \|$", text, flags=re.MULTILINE)
    return [re.findall("`([^`]+)`", row.split(" | ")[column]) for row in rows]


def is_there(path: str) -> bool:
    """Return whether the map can name a file so: from the package or the top, `<topic>` for any."""
    pattern = re.sub("<[a-z]+>", "*", path)
    return any(any(folder.glob(pattern)) for folder in (PACKAGE, ROOT))


def test_the_map_has_each_package_once_in_the_order_of_the_layers() -> None:
    place = {name: number for number, layer in enumerate(layers()) for name in layer}
    named = [name for names in cells(section("floors"), 0) for name in names]
    assert sorted(named) == sorted(place)
    assert [place[name] for name in named] == sorted(place.values())


def test_every_file_that_the_map_names_is_there() -> None:
    to_begin_with = [name for names in cells(section("floors"), 2) for name in names]
    for_additions = [name for names in cells(section("add"), 0) for name in names]
    paths = [name for name in to_begin_with + for_additions if not name.startswith("python ")]
    assert to_begin_with
    assert for_additions
    assert [path for path in paths if not is_there(path)] == []


def test_these_words_name_no_more_than_one_class_each() -> None:
    named: list[str] = []
    for file in PACKAGE.rglob("*.py"):
        named += re.findall(r"^class (\w+)", file.read_text("utf-8"), flags=re.MULTILINE)
    assert [word for word in ONE_MEANING if named.count(word) > 1] == []
