"""Feature files as records: what is written, and the pickles that it compiles to, one for each row of examples."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ATTESTATION = "attestation"
"""The tag of what can only be declared."""


COUNTEREXAMPLE = "counterexample"
"""The tag of a feature that a machine wrote: it may be called what it likes, and take as many steps as it needs."""


class FeatureError(ValueError):
    """A feature file can't be read; the message names file, line and remedy."""

    def __init__(self, path: Path, line: int, text: str, remedy: str) -> None:
        super().__init__(f"{path}:{line}: {text}; {remedy}")
        self.path = path
        self.line = line
        self.text = text
        self.remedy = remedy


@dataclass(frozen=True)
class Step:
    """One step: its keyword as written, and given, when, then or (where no keyword tells) nothing."""

    keyword: str
    kind: str
    text: str
    line: int
    has_argument: bool
    """Whether a table or a text block follows it, which no step of ours takes."""


@dataclass(frozen=True)
class Tag:
    """A tag without its @."""

    name: str
    line: int


@dataclass(frozen=True)
class Pickle:
    """What is run: a scenario with one row of its examples filled in, background included."""

    id: str
    name: str
    row: str
    """The cell of the first column; empty without examples."""
    line: int
    """The line of the row, or of the scenario."""
    requirements: tuple[str, ...]
    """The rule's first, then those of the other tags."""
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Examples:
    """One block of examples: column names, and rows with their lines."""

    name: str
    description: str
    line: int
    tags: tuple[Tag, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Scenario:
    """A scenario as written, and its pickles."""

    name: str
    description: str
    line: int
    source: str
    """The text of the scenario, from its tags to the last row of its examples, without common indentation."""
    tags: tuple[Tag, ...]
    outline: bool
    steps: tuple[Step, ...]
    """Its own steps, columns not filled in."""
    examples: tuple[Examples, ...]
    pickles: tuple[Pickle, ...]

    @property
    def ids(self) -> list[str]:
        """The id of each of its pickles, as results have it."""
        return [pickle.id for pickle in self.pickles]


@dataclass(frozen=True)
class Rule:
    """A rule: the requirement that its scenarios show."""

    requirement: str
    title: str
    description: str
    line: int
    tags: tuple[Tag, ...]
    scenarios: tuple[Scenario, ...]


@dataclass(frozen=True)
class Feature:
    """One feature file.  Its topic is the file's name without suffix."""

    topic: str
    path: Path
    name: str
    description: str
    line: int
    tags: tuple[Tag, ...]
    rules: tuple[Rule, ...]
    loose: tuple[Scenario, ...]
    """Scenarios that stand outside any rule: the lint refuses them."""
    backgrounds: tuple[int, ...]
    """Lines of backgrounds: the lint refuses them too."""

    @property
    def is_counterexample(self) -> bool:
        """Whether a machine wrote it, so that nothing is said of its style."""
        return [tag.name for tag in self.tags] == [COUNTEREXAMPLE]

    @property
    def scenarios(self) -> Iterator[Scenario]:
        """All scenarios, in the order of the file."""
        yield from self.loose
        for rule in self.rules:
            yield from rule.scenarios

    @property
    def pickles(self) -> Iterator[Pickle]:
        """All pickles, in the order of the file."""
        for scenario in self.scenarios:
            yield from scenario.pickles
