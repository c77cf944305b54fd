"""Feature files as records: what is written, and the pickles that it compiles to, one for each row of examples.

A diagnostic says what is wrong in a file, where, and what to do about it.
"""

import re
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from gherkin.errors import CompositeParserException, ParserError, ParserException
from gherkin.parser import Parser
from gherkin.pickles.compiler import Compiler

from .. import features_dir
from ..errors import InvalidFile
from ..escaping import visible
from ..requirements import TOPICS

ATTESTATION = "attestation"
"""The tag of what can only be declared."""

COUNTEREXAMPLE = "counterexample"
"""The tag of a feature that a machine wrote: it may have any name and as many steps as it needs."""

Cells = tuple[str, ...]
"""The cells of a row of examples."""

STEP_KINDS = {"Context": "given", "Action": "when", "Outcome": "then"}


class Diagnostic(NamedTuple):
    """One thing that is wrong at a line (from 1) of a file."""

    file: Path
    line: int
    text: str
    remedy: str

    def __str__(self) -> str:
        return visible(f"{shown(self.file)}:{self.line}: {self.text}; {self.remedy}")


def shown(file: Path) -> str:
    """Return the path from the current folder, where it lies below it."""
    file = file.absolute()
    return str(file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file)


class FeatureError(InvalidFile):
    """A feature file can't be read; the message names file, line and remedy."""

    def __init__(self, path: Path, line: int, text: str, remedy: str) -> None:
        self.diagnostic = Diagnostic(path, line, text, remedy)
        super().__init__(str(self.diagnostic))


@dataclass(frozen=True)
class Step:
    """One step: its keyword as written, and its kind: given, when, then, or empty where no keyword says."""

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
    """What names the row of examples: the cells that tell it from others, as few as do; empty without examples."""
    line: int
    """The line of the row, or of the scenario."""
    requirements: tuple[str, ...]
    """The rule's first, then those of the other tags."""
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Scenario:
    """A scenario as written, and its pickles."""

    name: str
    line: int
    source: str
    """The text of the scenario, from its tags to the last row of its examples, without common indentation."""
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
    """One feature file.  Its topic is the file's name without suffix; the lint reads the rest in its syntax tree."""

    topic: str
    path: Path
    name: str
    description: str
    rules: tuple[Rule, ...]
    """Scenarios outside any rule stand in one without a requirement, which the lint refuses."""
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


def parts_of(tree: Any) -> Iterator[Any]:
    """Yield a part of a syntax tree and all that is in it."""
    if isinstance(tree, dict):
        if "location" in tree:
            yield tree
        tree = list(tree.values())
    if isinstance(tree, list):
        for each in tree:
            yield from parts_of(each)


def children(tree: Any, kind: str) -> list[Any]:
    """Return the parts of a kind that stand directly in a part of a syntax tree."""
    return [child[kind] for child in tree["children"] if kind in child]


def tags_of(tree: Any) -> list[str]:
    """Return the tags of a part of a syntax tree, without their @."""
    return [tag["name"].removeprefix("@") for tag in tree["tags"]]


def line_of(tree: Any) -> int:
    """Return the line of a part of a syntax tree, from 1."""
    line: int = tree["location"]["line"]
    return line


@cache
def pickles() -> tuple[Pickle, ...]:
    """Return every scenario of the specification, one for each row of examples; raises `FeatureError`."""
    return tuple(pickle for feature in load_features(features_dir()) for pickle in feature.pickles)


def load_features(folder: Path) -> list[Feature]:
    """Return the features of a folder in the order of their topics; raises `FeatureError`."""
    features = [read_feature(path) for path in feature_files([folder])]
    for feature in features:
        for rule in feature.rules:
            if not rule.requirement:
                raise FeatureError(
                    feature.path, line_of(rule.tree), "a rule without a requirement", "tag it with its id"
                )
    return features


def feature_files(paths: Iterable[Path]) -> list[Path]:
    """Return the feature files among these files and in these folders, in the order of their topics, each once."""
    found = dict.fromkeys(
        file for path in paths for file in (sorted(path.rglob("*.feature")) if path.is_dir() else [path])
    )
    order = {topic: index for index, topic in enumerate(TOPICS)}
    return sorted(found, key=lambda file: (order.get(file.stem, len(order)), file))


def read_feature(path: Path) -> Feature:
    """Return the feature in a file; raises `FeatureError` where it is not UTF-8 or not Gherkin."""
    return _parse(path, _text(path))


@cache
def _parse(path: Path, text: str) -> Feature:
    try:
        document: Any = Parser().parse(text)
        compiled: Any = Compiler().compile(document | {"uri": str(path)})
    except ParserError as error:
        first = error.errors[0] if isinstance(error, CompositeParserException) else error
        line = first.location["line"] if isinstance(first, ParserException) else 1
        problem = re.sub(r"^\(\d+:\d+\): ", "", str(first))
        raise FeatureError(path, line, f"not Gherkin: {problem}", "correct this line or the one before it") from None
    except re.error as error:
        # the compiler takes the name of a column for a regular expression
        raise FeatureError(path, 1, f"the name of a column can't be used ({error})", "use letters and spaces") from None
    if not document.get("feature"):
        raise FeatureError(path, 1, "the file has no `Feature:`", "add one, or delete the file")
    return feature_of(path, text.split("\n"), document["feature"], compiled)


def _text(path: Path) -> str:
    try:
        # as pytest-bdd reads it
        return path.read_text("utf-8")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise FeatureError(path, line, f"not UTF-8 at byte {error.start}", "save the file as UTF-8") from None
    except OSError as error:
        raise FeatureError(path, 1, f"can't be read: {error.strerror}", "name a feature file or a folder") from None


def feature_of(path: Path, lines: list[str], tree: Any, compiled: list[Any]) -> Feature:
    """Return the lines, the syntax tree and the compiled pickles of one file, joined."""
    parts = {part["id"]: part for part in parts_of(tree) if "id" in part}

    def rule_of(rule: Any) -> Rule:
        requirement = next((tag for tag in tags_of(rule) if tag not in (ATTESTATION, COUNTEREXAMPLE)), "")
        return Rule(requirement, tuple(scenario_of(each, requirement) for each in children(rule, "scenario")), rule)

    def scenario_of(scenario: Any, requirement: str) -> Scenario:
        inside = [line_of(part) for part in parts_of(scenario)]
        names = row_names(cells_of(row) for examples in scenario["examples"] for row in examples.get("tableBody", ()))
        pickles = [each for each in compiled if each["astNodeIds"][0] == scenario["id"]]
        return Scenario(
            scenario["name"],
            line_of(scenario),
            textwrap.dedent("\n".join(lines[min(inside) - 1 : max(inside)])),
            tuple(pickle_of(each, requirement, names) for each in pickles),
            scenario,
        )

    def pickle_of(pickle: Any, requirement: str, names: dict[Cells, str]) -> Pickle:
        row = [names[cells_of(parts[each])] for each in pickle["astNodeIds"][1:]]
        return Pickle(
            "/".join([requirement, slug(pickle["name"]), *map(slug, row)]),
            pickle["name"],
            "".join(row),
            line_of(pickle),
            tuple(dict.fromkeys([requirement, *sorted({*tags_of(pickle)} - {ATTESTATION, COUNTEREXAMPLE})])),
            tuple(step_of(step) for step in pickle["steps"]),
        )

    def step_of(step: Any) -> Step:
        written = parts[step["astNodeIds"][0]]
        return Step(written["keyword"].strip(), STEP_KINDS.get(step["type"], ""), step["text"], line_of(written))

    whole = [tree] if children(tree, "scenario") else []
    rules = tuple(rule_of(part) for part in (*whole, *children(tree, "rule")))
    return Feature(path.stem, path, tree["name"], textwrap.dedent(tree["description"]).strip(), rules, tree)


def cells_of(row: Any) -> Cells:
    """Return the cells of a row of a syntax tree."""
    return tuple(cell["value"] for cell in row["cells"])


def row_names(rows: Iterable[Cells]) -> dict[Cells, str]:
    """Return the name of each row of examples: its first cells, as few as tell it from the others."""
    every = set(rows)

    def name(row: Cells) -> str:
        alone = (width for width in range(1, len(row)) if sum(each[:width] == row[:width] for each in every) == 1)
        return ", ".join(row[: next(alone, len(row))])

    return {row: name(row) for row in every}


def slug(text: str) -> str:
    """Return the text in lower case letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
