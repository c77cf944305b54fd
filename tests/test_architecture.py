"""The map in docs/architecture.md shows the imports as they are, and has a paragraph for each package.

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
    """Return the layers of the package from the top, as the import contract in pyproject.toml lists them."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contract = next(each for each in config["tool"]["importlinter"]["contracts"] if each["containers"] == [NAME])
    return [re.findall(r"\w+", layer) for layer in contract["layers"]]


def picture() -> str:
    """Return the picture: a line a package, from the top, with the packages that it imports itself."""
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
    assert page == drawn(page), "run `python tests/test_architecture.py`, and read whether the new import is meant"


def test_the_map_has_a_paragraph_for_each_package() -> None:
    described = re.findall(r"^- \*\*`(\w+)", PAGE.read_text("utf-8"), flags=re.MULTILINE)
    assert described == [name for layer in reversed(layers()) for name in layer]


if __name__ == "__main__":
    PAGE.write_text(drawn(PAGE.read_text("utf-8")), "utf-8")
    sys.exit(0)
