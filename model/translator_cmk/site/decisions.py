"""The records in docs/decisions/: their titles, and the page that lists them."""

import re
from pathlib import Path
from typing import NamedTuple

from ..requirements import Register
from .markup import UP, named, page, plain, table


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
    """The records of a folder by file name, in order; a folder that is not there has none."""
    return {path.name: read(path) for path in sorted(folder.glob("[0-9]*.md"))}


def read(path: Path) -> Decision:
    """A record: its first heading is its title, and `Status:` and `Resolves:` stand near its head."""
    text = path.read_text("utf-8")
    title = re.search(r"^# (.+)$", text, re.MULTILINE)
    fields = dict(re.findall(r"^(?:- )?(Status|Resolves): *(.+?)\.?$", text, re.MULTILINE))
    resolves = tuple(re.findall(r"\b[AC][0-9]+\b", fields.get("Resolves", "")))
    return Decision(path.name, title[1] if title else path.stem, fields.get("Status", "unknown"), resolves)


def decisions_page(decisions: dict[str, Decision], register: Register) -> str:
    """The page that lists the records with what rests on them."""
    return page(
        "Decisions",
        "Every decision record of the project, and the requirements that rest on it.",
        "Where the article is silent or can be read in two ways, and where the project could have been built otherwise, a short "
        "record says what was decided, why, and what would change it.",
        table(
            ["Decision", "Status", "Answers", "Requirements that rest on it"],
            (
                [
                    each.link,
                    plain(each.status),
                    ", ".join(f"[{name}]({UP}specification/left-open.md#{name.lower()})" for name in each.resolves),
                    ", ".join(named(requirement.id) for requirement in register.values() if requirement.decision == each.file),
                ]
                for each in decisions.values()
            ),
        ),
    )
