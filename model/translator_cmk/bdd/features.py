"""Feature files as records: what is written, and the pickles that it compiles to, one for each row of examples.

A diagnostic says what is wrong in a file, where, and what to do about it.
"""

import difflib
import re
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from gherkin.errors import CompositeParserException, ParserError, ParserException
from gherkin.parser import Parser
from gherkin.pickles.compiler import Compiler

from ..requirements import TOPICS

ATTESTATION = "attestation"
"""The tag of what can only be declared."""

COUNTEREXAMPLE = "counterexample"
"""The tag of a feature that a machine wrote: it may have any name and as many steps as it needs."""

STEP_KINDS = {"Context": "given", "Action": "when", "Outcome": "then"}


class Diagnostic(NamedTuple):
    """One thing that is wrong at a line (from 1) of a file."""

    file: Path
    line: int
    text: str
    remedy: str

    def __str__(self) -> str:
        return f"{shown(self.file)}:{self.line}: {self.text}; {self.remedy}"


def shown(file: Path) -> str:
    """Return the path from the current folder, where it lies below it."""
    file = file.absolute()
    return str(file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file)


def did_you_mean(word: str, known: Iterable[str], otherwise: str) -> str:
    """Return a remedy for an unknown word: the known word most like it, or another remedy where none is close."""
    close = difflib.get_close_matches(word, list(known), n=1)
    return f"write {close[0]!r}" if close else otherwise


class FeatureError(ValueError):
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
        """Return whether a machine wrote it: the rules of style do not apply."""
        return [tag.name for tag in self.tags] == [COUNTEREXAMPLE]

    @property
    def scenarios(self) -> Iterator[Scenario]:
        """Yield all scenarios, in the order of the file."""
        yield from self.loose
        for rule in self.rules:
            yield from rule.scenarios

    @property
    def pickles(self) -> Iterator[Pickle]:
        """Yield all pickles, in the order of the file."""
        for scenario in self.scenarios:
            yield from scenario.pickles


def load_features(folder: Path) -> list[Feature]:
    """Return the features of a folder in the order of their topics; raises `FeatureError`."""
    features = [read_feature(path) for path in feature_files([folder])]
    for feature in features:
        for scenario in feature.loose:
            raise FeatureError(feature.path, scenario.line, "a scenario outside any rule", "put it under a Rule")
        for rule in feature.rules:
            if not rule.requirement:
                raise FeatureError(feature.path, rule.line, "a rule without a requirement", "tag it with its id")
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
    text = _text(path)
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
        raise FeatureError(path, 1, "a file without a feature", "write one, or delete the file")
    return _Reader(path, text, document["feature"], compiled).feature()


def _text(path: Path) -> str:
    try:
        # as pytest-bdd reads it
        return path.read_bytes().decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise FeatureError(path, line, f"not UTF-8 at byte {error.start}", "save the file as UTF-8") from None
    except OSError as error:
        raise FeatureError(path, 1, f"can't be read: {error.strerror}", "name a feature file or a folder") from None


class _Reader:
    """The syntax tree and the pickles of one file, joined."""

    def __init__(self, path: Path, text: str, tree: Any, compiled: Any) -> None:
        self.path = path
        self.lines = text.split("\n")
        self.tree = tree
        self.compiled: dict[str, list[Any]] = {}
        for pickle in compiled:
            self.compiled.setdefault(pickle["astNodeIds"][0], []).append(pickle)
        containers = [child["rule"] for child in tree["children"] if "rule" in child]
        children = [child for container in (tree, *containers) for child in container["children"]]
        blocks = [child["scenario"] for child in children if "scenario" in child]
        starts = sorted(_start(block) for block in (*containers, *blocks))
        self.ends = dict(pairwise((*starts, len(self.lines) + 1)))
        self.backgrounds = [child["background"] for child in children if "background" in child]
        self.steps = {step["id"]: step for block in (*blocks, *self.backgrounds) for step in block["steps"]}
        tables = [examples.get("tableBody", ()) for block in blocks for examples in block["examples"]]
        self.rows = {row["id"]: row for table in tables for row in table}

    def feature(self) -> Feature:
        tree = self.tree
        return Feature(
            topic=self.path.stem,
            path=self.path,
            name=tree["name"],
            description=textwrap.dedent(tree["description"]).strip(),
            line=tree["location"]["line"],
            tags=_tags(tree),
            rules=tuple(self.rule(child["rule"]) for child in tree["children"] if "rule" in child),
            loose=tuple(self.scenario(child["scenario"], "") for child in tree["children"] if "scenario" in child),
            backgrounds=tuple(background["location"]["line"] for background in self.backgrounds),
        )

    def rule(self, rule: Any) -> Rule:
        tags = _tags(rule)
        requirement = next((tag.name for tag in tags if tag.name != ATTESTATION), "")
        scenarios = [child["scenario"] for child in rule["children"] if "scenario" in child]
        return Rule(
            requirement,
            rule["name"],
            rule["description"].strip(),
            rule["location"]["line"],
            tags,
            tuple(self.scenario(scenario, requirement) for scenario in scenarios),
        )

    def scenario(self, scenario: Any, requirement: str) -> Scenario:
        start = _start(scenario)
        block = self.lines[start - 1 : self.ends[start] - 1]
        while block and re.fullmatch(r"\s*(#.*)?", block[-1]):
            block.pop()
        return Scenario(
            name=scenario["name"],
            description=scenario["description"].strip(),
            line=scenario["location"]["line"],
            source=textwrap.dedent("\n".join(block)),
            tags=_tags(scenario),
            outline=bool(scenario["examples"]) or scenario["keyword"] != "Scenario",
            steps=tuple(self.step(step["id"], "", step["text"]) for step in scenario["steps"]),
            examples=tuple(_examples(examples) for examples in scenario["examples"]),
            pickles=tuple(self.pickle(each, requirement) for each in self.compiled.get(scenario["id"], ())),
        )

    def pickle(self, pickle: Any, requirement: str) -> Pickle:
        row = self.rows[pickle["astNodeIds"][1]] if len(pickle["astNodeIds"]) > 1 else None
        cell = row["cells"][0]["value"] if row else ""
        tags = dict.fromkeys(tag["name"].removeprefix("@") for tag in pickle["tags"])
        return Pickle(
            id="/".join([requirement, slug(pickle["name"]), *([slug(cell)] if row else [])]),
            name=pickle["name"],
            row=cell,
            line=pickle["location"]["line"],
            requirements=tuple(dict.fromkeys([requirement, *sorted(tags.keys() - {ATTESTATION, COUNTEREXAMPLE})])),
            steps=tuple(
                self.step(step["astNodeIds"][0], STEP_KINDS.get(step["type"], ""), step["text"])
                for step in pickle["steps"]
            ),
        )

    def step(self, node: str, kind: str, text: str) -> Step:
        written = self.steps[node]
        argument = "dataTable" in written or "docString" in written
        return Step(written["keyword"].strip(), kind, text, written["location"]["line"], argument)


def _start(block: Any) -> int:
    lines: list[int] = [each["location"]["line"] for each in (block, *block["tags"])]
    return min(lines)


def _tags(block: Any) -> tuple[Tag, ...]:
    return tuple(Tag(tag["name"].removeprefix("@"), tag["location"]["line"]) for tag in block["tags"])


def _examples(examples: Any) -> Examples:
    return Examples(
        examples["name"],
        examples["description"].strip(),
        examples["location"]["line"],
        _tags(examples),
        _cells(examples.get("tableHeader", {"cells": ()})),
        tuple((row["location"]["line"], _cells(row)) for row in examples.get("tableBody", ())),
    )


def _cells(row: Any) -> tuple[str, ...]:
    return tuple(cell["value"] for cell in row["cells"])


def slug(text: str) -> str:
    """Return the text in lower case letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
