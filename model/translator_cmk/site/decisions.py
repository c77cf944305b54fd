"""The records in docs/decisions/: their titles, and the page that lists them."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from ..requirements import Register
from .markup import UP, filled, named, plain, table


class Decision(NamedTuple):
    """One record; ``resolves`` has the ids of the open questions that it answers."""

    file: str
    title: str
    status: str
    resolves: tuple[str, ...]

    @property
    def link(self) -> str:
        """The record's title as a link to it."""
        return f"[{self.title}]({UP}decisions/{self.file})"


def load_decisions(folder: Path) -> dict[str, Decision]:
    """The records of a folder by file name, in order; a folder that is not there has none; raises OSError."""
    return {path.name: read(path) for path in sorted(folder.glob("[0-9]*.md"))}


def read(path: Path) -> Decision:
    """A record: its first heading is its title, and `Status:` and `Resolves:` stand near its head; raises OSError."""
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise OSError(f"{path}: not UTF-8 at byte {error.start}; save the file as UTF-8") from None
    title = re.search(r"^# (.+)$", text, re.MULTILINE)
    fields = dict(re.findall(r"^(?:- )?(Status|Resolves): *(.+?)\.?$", text, re.MULTILINE))
    resolves = tuple(re.findall(r"\b[AC][0-9]+\b", fields.get("Resolves", "")))
    return Decision(path.name, title[1] if title else path.stem, fields.get("Status", "unknown"), resolves)


def decisions_page(decisions: Mapping[str, Decision], register: Register) -> str:
    """The page that lists the records with what rests on them."""
    return filled(
        "decisions",
        decisions=table(
            ["Decision", "Status", "Answers", "Requirements that rest on it"],
            (
                [
                    each.link,
                    plain(each.status),
                    ", ".join(f"[{name}]({UP}specification/left-open.md#{name.lower()})" for name in each.resolves),
                    ", ".join(named(name) for name, rests in register.items() if rests.decision == each.file),
                ]
                for each in decisions.values()
            ),
        ),
    )
