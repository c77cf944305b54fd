"""Features as records: a feature, its rules, their scenarios, and the pickles of each.

A pickle is a scenario as it is run.  An outline has one for each row of its examples, any other
scenario has one.  `feature_files` makes these records.  What is only for the lint stays in the
syntax trees that they keep.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ATTESTATION = "attestation"
"""The tag of what can only be declared."""


@dataclass(frozen=True)
class Step:
    """One step: its keyword as written, and its kind.

    The kind is given, when or then, or empty where no keyword says.
    """

    keyword: str
    kind: str
    text: str
    line: int


@dataclass(frozen=True)
class Pickle:
    """A scenario as it is run: with one row of its examples filled in, background included."""

    id: str
    name: str
    row: str
    """The name of the row of examples: as few of its first cells as tell it from others.

    Empty without examples.
    """
    line: int
    """The line of the row, or of the scenario."""
    requirements: tuple[str, ...]
    """The rule's first, then those of the other tags; one's own scenario may have none."""
    steps: tuple[Step, ...]

    @property
    def group(self) -> str:
        """The requirement of its rule; of one's own scenario the name of its file."""
        group, _, _ = self.id.partition("/")
        return group

    @property
    def is_own(self) -> bool:
        """Whether it is somebody's own, and shows no requirement."""
        return self.requirements[:1] != (self.group,)

    @property
    def title(self) -> str:
        """The scenario's name in reports: its group, name, and the row of the examples."""
        title = f"[{self.group}] {self.name}"
        return f"{title} ({self.row})" if self.row else title


@dataclass(frozen=True)
class Scenario:
    """A scenario as written, and its pickles."""

    name: str
    line: int
    source: str
    """From its tags to the last row of its examples, without common indentation."""
    pickles: tuple[Pickle, ...]
    tree: Any


@dataclass(frozen=True)
class Rule:
    """A rule: the requirement that its scenarios show; empty where it has no tag."""

    requirement: str
    scenarios: tuple[Scenario, ...]
    tree: Any


@dataclass(frozen=True)
class Feature:
    """One feature file.  Its topic is the file's name without suffix.

    It is one's own if no topic is called so: it shows no requirement, and may have rules and tags
    as its author likes.
    """

    topic: str
    is_own: bool
    path: Path
    name: str
    description: str
    rules: tuple[Rule, ...]
    """Scenarios outside any rule stand in one without a requirement, which only one's own may."""
    tree: Any

    @property
    def scenarios(self) -> Iterator[Scenario]:
        """Yield all scenarios, in the order of the file."""
        for rule in self.rules:
            yield from rule.scenarios

    @property
    def pickles(self) -> Iterator[Pickle]:
        """Yield all pickles, in the order of the file."""
        for scenario in self.scenarios:
            yield from scenario.pickles


def slug(text: str) -> str:
    """Return the text in lower case letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
