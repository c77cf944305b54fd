"""Reading feature files: what the official parser and compiler of Gherkin give, joined to records.

The parser gives a syntax tree, which has lines and keywords; the compiler gives pickles, which
have the rows of examples filled in.  A pickle refers to the tree by ids.
"""

import re
import textwrap
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from gherkin.errors import CompositeParserException, ParserError, ParserException
from gherkin.parser import Parser
from gherkin.pickles.compiler import Compiler

from .. import features_dir
from ..requirements import TOPICS, load_register
from .diagnostics import FeatureError
from .feature_records import ATTESTATION, Feature, Pickle, Rule, Scenario, Step, slug
from .syntax_tree import Cells, cells_of, children, line_of, parts_of, tags_of

BYTE_ORDER_MARK = "\ufeff"
"""What some editors put before the text; the parser takes it for a part of the first word."""

STEP_KINDS = {"Context": "given", "Action": "when", "Outcome": "then"}
"""The kind of a step by the type that the compiler gives it."""


@cache
def pickles() -> tuple[Pickle, ...]:
    """Return every pickle of the specification; raises `FeatureError`."""
    found: list[Pickle] = []
    for feature in load_features(features_dir()):
        found.extend(feature.pickles)
    return tuple(found)


def load_features(folder: Path) -> list[Feature]:
    """Return the features of a folder in the order of their topics; raises `FeatureError`."""
    features = [read_feature(path) for path in feature_files([folder])]
    for feature in features:
        for rule in feature.rules:
            if not rule.requirement:
                line = line_of(rule.tree)
                problem = "a rule without a requirement"
                raise FeatureError(feature.path, line, problem, "tag it with its id")
    return features


def feature_files(paths: Iterable[Path]) -> list[Path]:
    """Return the feature files among these files and in these folders, each once.

    They are in the order of their topics.
    """
    found: set[Path] = set()
    for path in paths:
        if path.is_dir():
            found.update(path.rglob("*.feature"))
        else:
            found.add(path)

    def place(file: Path) -> tuple[int, Path]:
        topic = TOPICS.index(file.stem) if file.stem in TOPICS else len(TOPICS)
        return topic, file

    return sorted(found, key=place)


def read_feature(path: Path) -> Feature:
    """Return the feature in a file; raises `FeatureError` where it is not UTF-8 or not Gherkin."""
    return parse(path, text_of(path))


def text_of(path: Path) -> str:
    """Return the text of a file as pytest-bdd reads it; raises `FeatureError`."""
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        problem = f"not UTF-8 at byte {error.start}"
        raise FeatureError(path, line, problem, "save the file as UTF-8") from None
    except OSError as error:
        problem = f"can't be read: {error.strerror}"
        raise FeatureError(path, 1, problem, "name a feature file or a folder") from None
    if text.startswith(BYTE_ORDER_MARK):
        problem = "the file begins with a byte order mark"
        raise FeatureError(path, 1, problem, "save it as UTF-8 without one")
    return text


@cache
def parse(path: Path, text: str) -> Feature:
    """Return the feature that is the text of a file; raises `FeatureError`."""
    try:
        document: Any = Parser().parse(text)
        compiled: Any = Compiler().compile(document | {"uri": str(path)})
    except ParserError as error:
        first = error.errors[0] if isinstance(error, CompositeParserException) else error
        line = first.location["line"] if isinstance(first, ParserException) else 1
        problem = re.sub(r"^\(\d+:\d+\): ", "", str(first))
        remedy = "correct this line or the one before it"
        raise FeatureError(path, line, f"not Gherkin: {problem}", remedy) from None
    except re.error as error:
        # the compiler takes the name of a column for a regular expression
        problem = f"the name of a column can't be used ({error})"
        raise FeatureError(path, 1, problem, "use letters and spaces") from None
    if not document.get("feature"):
        remedy = "add one, or delete the file"
        raise FeatureError(path, 1, "the file has no `Feature:`", remedy)
    return FeatureReader(path, text, document["feature"], compiled).feature()


class FeatureReader:
    """Joins the text, the syntax tree and the compiled pickles of one file."""

    def __init__(self, path: Path, text: str, tree: Any, compiled: list[Any]) -> None:
        self.path = path
        self.is_own = path.stem not in TOPICS and path.parent != features_dir()
        self.lines = text.split("\n")
        self.tree = tree
        self.compiled = compiled
        self.parts = {part["id"]: part for part in parts_of(tree) if "id" in part}

    def feature(self) -> Feature:
        trees = children(self.tree, "rule")
        if children(self.tree, "scenario"):  # outside of any rule
            trees.insert(0, self.tree)
        return Feature(
            topic=self.path.stem,
            is_own=self.is_own,
            path=self.path,
            name=self.tree["name"],
            description=textwrap.dedent(self.tree["description"]).strip(),
            rules=tuple(self.rule(tree) for tree in trees),
            tree=self.tree,
        )

    def rule(self, tree: Any) -> Rule:
        """Return a rule with its scenarios."""
        ids = self.requirements_of(tree)
        requirement = ids[0] if ids else ""
        scenarios = [self.scenario(part, requirement) for part in children(tree, "scenario")]
        return Rule(requirement, tuple(scenarios), tree)

    def requirements_of(self, part: Any) -> list[str]:
        """Return the tags of a part that are ids of requirements; one's own may be anything."""
        tags = [tag for tag in tags_of(part) if tag != ATTESTATION]
        return [tag for tag in tags if tag in load_register()] if self.is_own else tags

    def scenario(self, tree: Any, requirement: str) -> Scenario:
        """Return a scenario of the rule of a requirement, with its pickles."""
        lines_inside = [line_of(part) for part in parts_of(tree)]
        source = self.lines[min(lines_inside) - 1 : max(lines_inside)]

        rows: list[Cells] = []
        for examples in tree["examples"]:
            rows += map(cells_of, examples.get("tableBody", ()))
        names = row_names(rows)

        own = [pickle for pickle in self.compiled if pickle["astNodeIds"][0] == tree["id"]]
        return Scenario(
            name=tree["name"],
            line=line_of(tree),
            source=textwrap.dedent("\n".join(source)),
            pickles=tuple(self.pickle(compiled, requirement, names) for compiled in own),
            tree=tree,
        )

    def pickle(self, compiled: Any, requirement: str, names: dict[Cells, str]) -> Pickle:
        """Return a pickle; its nodes are the scenario and, of an outline, the row of examples."""
        _, *row_nodes = compiled["astNodeIds"]
        row = "".join(names[cells_of(self.parts[node])] for node in row_nodes)

        # a slug has no dot, so one's own is never taken for a requirement
        group = slug(self.path.stem) if self.is_own else requirement
        parts_of_id = [group, slug(compiled["name"])]
        if row_nodes:
            parts_of_id.append(slug(row))

        others = sorted(set(self.requirements_of(compiled)) - {requirement})
        requirements = (requirement, *others) if requirement else tuple(others)
        return Pickle(
            id="/".join(parts_of_id),
            name=compiled["name"],
            row=row,
            line=line_of(compiled),
            requirements=requirements,
            steps=tuple(self.step(step) for step in compiled["steps"]),
        )

    def step(self, compiled: Any) -> Step:
        """Return a step, with keyword and line as they are written."""
        written = self.parts[compiled["astNodeIds"][0]]
        kind = STEP_KINDS.get(compiled["type"], "")
        return Step(written["keyword"].strip(), kind, compiled["text"], line_of(written))


def row_names(rows: Iterable[Cells]) -> dict[Cells, str]:
    """Return the name of each row of examples: as few of its first cells as tell it from others."""
    every = set(rows)
    return {row: row_name(row, every) for row in every}


def row_name(row: Cells, every: set[Cells]) -> str:
    """Return the name of one of these rows; of rows without a difference, all their cells."""
    for width in range(1, len(row)):
        alike = [other for other in every if other[:width] == row[:width]]
        if len(alike) == 1:
            return ", ".join(row[:width])
    return ", ".join(row)
