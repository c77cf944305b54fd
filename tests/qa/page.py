"""docs/qa.md: its table of tools that were tried, and its blocks of code.

`python -m tests.qa.page` writes the versions again after `make lock`.
"""

import json
import re
import shlex
from collections.abc import Mapping

from tests.command_line import ROOT

FILE = ROOT / "docs" / "qa.md"
PAGE = FILE.read_text("utf-8")
REQUIREMENTS = ROOT / "requirements-qa-tools.txt"
PACKAGES = ROOT / "docs" / "examples" / "qa"

ROW = re.compile(r"^\| `([^`]+)` \|([\d. ]*)\| (?:`([^`]+)`)?", re.MULTILINE)
"""A row of the table of tools: name, version and option; no other table has versions."""


def block(language: str, part: str) -> str:
    """Return the block of the page in this language that has this part."""
    blocks = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    [found] = [block for block in blocks if part in block]
    return str(found)


def table() -> str:
    """Return the table of tools, with the text around it."""
    _, _, rest = PAGE.partition("{ #tools }\n")
    return rest.partition("\n## ")[0]


def tools() -> list[str]:
    """Return the names of the tools."""
    return [name for name, _, _ in ROW.findall(table())]


def options_of(tool: str) -> list[str]:
    """Return the option, or the command, that the page gives for a tool, in words."""
    for name, _, option in ROW.findall(table()):
        if name == tool:
            return shlex.split(option)
    raise LookupError(tool)


def locked() -> Mapping[str, str]:
    """Return the version of each tool in the files that `make lock` writes."""
    versions = dict(re.findall(r"^(\S+)==(\S+)", REQUIREMENTS.read_text("utf-8"), re.MULTILINE))
    wanted = json.loads((PACKAGES / "package.json").read_text("utf-8"))["dependencies"]
    packages = json.loads((PACKAGES / "package-lock.json").read_text("utf-8"))["packages"]
    for name in wanted:
        versions[name] = packages[f"node_modules/{name}"]["version"]
    return versions


def with_versions() -> str:
    """Return the page with the locked version of each tool."""
    versions = locked()

    def in_version(row: re.Match[str]) -> str:
        name = row[1]
        return row[0].replace(f"`{name}` |{row[2]}|", f"`{name}` | {versions[name]} |")

    return PAGE.replace(table(), ROW.sub(in_version, table()))


if __name__ == "__main__":
    FILE.write_text(with_versions(), "utf-8")
    print(f"wrote {FILE.relative_to(ROOT)}")
