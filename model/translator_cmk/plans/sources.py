"""Finds where a resource is written: the file and line of its block."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from ..errors import CommandError, reason
from .plan import without_keys

BLOCKS = (
    re.compile(r'^[ \t]*resource[ \t]+"?([\w-]+)"?[ \t]+"?([\w-]+)"?', re.MULTILINE),
    re.compile(r'^[ \t]*(module)[ \t]+"?([\w-]+)"?[ \t]*\{', re.MULTILINE),
    re.compile(r"^[ \t]*removed[ \t]*\{\s*from[ \t]*=[ \t]*([\w-]+)\.([\w-]+)", re.MULTILINE),
)
"""What begins a block: of a resource, a call of a module, or a resource that is removed."""

NO_BLOCKS = re.compile(
    r'"(?:\\.|[^"\\\n])*"'  # a text, in which no comment begins
    r"|(?:#|//)[^\n]*"
    r"|/\*.*?\*/"
    r"|<<-?(?P<end>\w+)\n.*?^[ \t]*(?P=end)$",  # a text of several lines
    re.DOTALL | re.MULTILINE,
)
"""A comment, or a text."""

SKIPPED = frozenset({".terraform", ".git", "node_modules"})


class Place(NamedTuple):
    """A file, as it is reached from the folder in which the command runs, and a line."""

    file: str
    line: int


Places = Mapping[tuple[str, str], tuple[Place, ...]]
"""By type and name, all places in which such a resource, or `module`, is written."""


def find_places(folder: str) -> Places:
    """Return where the resources in a folder and in those below it are written, those that are
    removed and the calls of modules too.

    Files whose name begins with a dot are those of editors, and Terraform reads none of them.
    Raises `CommandError` if there is no such folder, or if a file in it can't be read.
    """
    root = Path(folder)
    if not root.is_dir():
        raise CommandError(f"--source {folder}: no such folder; name the one of the configuration")
    found: dict[tuple[str, str], list[Place]] = {}
    for file in sorted(root.rglob("*.tf")):
        is_skipped = not SKIPPED.isdisjoint(file.relative_to(root).parts)
        if is_skipped or file.name.startswith("."):
            continue
        text = NO_BLOCKS.sub(blank, text_of(file))
        for block in BLOCKS:
            for match in block.finditer(text):
                line = text.count("\n", 0, match.start()) + 1
                place = Place(file.as_posix(), line)
                found.setdefault((match[1], match[2]), []).append(place)
    return {name: tuple(places) for name, places in found.items()}


def text_of(file: Path) -> str:
    """Return the text of a file; raises `CommandError` if it can't be read."""
    try:
        return file.read_text("utf-8", errors="replace")
    except OSError as error:
        raise CommandError(f"{file}: can't be read: {reason(error)}") from None


def blank(found: re.Match[str]) -> str:
    """Return only the line ends of a comment or of a text of several lines, and another text as
    it is: it may be the name of a block.
    """
    return found[0] if found[0].startswith('"') else "\n" * found[0].count("\n")


def place_of(places: Places, folder: str, address: str, kind: str) -> Place | None:
    """Return where the resource of an address is written, if that is clear.

    A resource of the root module is written in the folder itself; one of another module is only
    found if there is no other of its name, and else by the call of that module.
    """
    address = without_keys(address)
    # A deposed object has its number behind its address.
    name = address.rpartition(f"{kind}.")[2].partition(" ")[0]
    candidates = list(places.get((kind, name), ()))
    if len(candidates) > 1:
        in_root = not address.startswith("module.")
        folder_itself = Path(folder).as_posix()
        candidates = [
            place
            for place in candidates
            if (Path(place.file).parent.as_posix() == folder_itself) is in_root
        ]
    if len(candidates) != 1 and address.startswith("module."):
        call = address.split(".")[1]
        candidates = list(places.get(("module", call), ()))
    return candidates[0] if len(candidates) == 1 else None
