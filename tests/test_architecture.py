"""The map in docs/architecture.md shows imports, floors and files as they are, and describes each
package.

`python tests/test_architecture.py` writes the picture again.
"""

import re
import sys
import tomllib
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- imports: written by tests/test_architecture.py -->\n```text\n", "```\n"
NAME = "translator_cmk"


def layers() -> list[list[str]]:
    """Return the layers of packages from the top, as the contract in pyproject.toml lists them."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    for contract in config["tool"]["importlinter"]["contracts"]:
        if contract.get("containers") == [NAME]:
            return [re.findall(r"\w+", layer) for layer in contract["layers"]]
    raise LookupError(NAME)


def section(anchor: str) -> str:
    """Return the section of the map that has this anchor, with the sections below it."""
    _, _, rest = PAGE.read_text("utf-8").partition(f"{{ #{anchor} }}\n")
    return rest.partition("\n## ")[0]


def first_cells(text: str) -> list[list[str]]:
    """Return what stands in backticks in the first cell of each row of the tables."""
    rows = re.findall(r"^\| (`[^|]*) \|", text, flags=re.MULTILINE)
    return [re.findall("`([^`]+)`", row) for row in rows]


def is_there(path: str) -> bool:
    """Return whether the map can name a file so: from the package or the top, `<topic>` for any."""
    pattern = re.sub("<[a-z]+>", "*", path)
    return any(any(folder.glob(pattern)) for folder in (ROOT / "model" / NAME, ROOT))


def picture() -> str:
    """Return the picture: a line a package, from the top, with the packages that it imports
    itself.
    """
    graph = grimp.build_graph(NAME)
    order = [name for layer in layers() for name in layer]
    imported: dict[str, set[str]] = {name: set() for name in order}
    for module in graph.modules:
        for other in graph.find_modules_directly_imported_by(module):
            importer, target = (f"{each}..".split(".")[1] for each in (module, other))
            if importer in imported and target in imported and importer != target:
                imported[importer].add(target)
    width = max(map(len, order))
    lines = []
    for layer in layers():
        lines.append("─" * 100)
        for name in layer:
            below = " ".join(each for each in order if each in imported[name])
            lines.append(f"{name:<{width}}  {f'→ {below}' if below else ''}".rstrip())
    return "\n".join([*lines[1:], ""])


def drawn(page: str) -> str:
    """Return the page with the picture as it has to be."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{picture()}{END}{after}"


def test_the_map_shows_the_imports_there_are() -> None:
    page = PAGE.read_text("utf-8")
    assert page == drawn(page), (
        "run `python tests/test_architecture.py`, and read whether the new import is meant"
    )


def test_the_map_has_a_paragraph_for_each_package() -> None:
    described = re.findall(r"^- \*\*`(\w+)", PAGE.read_text("utf-8"), flags=re.MULTILINE)
    assert described == [name for layer in reversed(layers()) for name in layer]


def test_the_map_has_a_reason_for_each_layer() -> None:
    assert first_cells(section("floors")) == layers()


def test_every_file_that_the_map_names_for_an_addition_is_there() -> None:
    named = [name for names in first_cells(section("add")) for name in names]
    paths = [name for name in named if not name.startswith("python ")]
    assert paths
    assert [path for path in paths if not is_there(path)] == []


if __name__ == "__main__":
    PAGE.write_text(drawn(PAGE.read_text("utf-8")), "utf-8")
    sys.exit(0)
