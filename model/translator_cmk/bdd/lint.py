"""The lint of features: refuses what would pass without having been checked, and what breaks the rules of style."""

import argparse
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from .. import features_dir
from ..errors import DEVIATIONS, OK
from ..language.facts import Fact
from ..language.sentences import UnknownSentence
from ..language.situations import Situation
from ..machine import DEFAULT_STAGE, Command
from ..requirements import TOPICS, Register, load_register
from ..shapes import suggestion
from .assertions import Assertion
from .features import (
    ATTESTATION,
    COUNTEREXAMPLE,
    Diagnostic,
    Feature,
    FeatureError,
    Pickle,
    Rule,
    Scenario,
    cells_of,
    children,
    feature_files,
    line_of,
    parts_of,
    read_feature,
    slug,
    tags_of,
)
from .vocabulary import READERS, Meaning, nearest_sentence, other_kinds

UNSEEN_KINDS = ("attestation", "silence")
"""Kinds of requirement that need no scenario: nothing that could be observed would show them."""

NAME_LENGTH = 70
"""Characters of a scenario's name; longer ones make reports hard to read."""

CELL_LENGTH = 200
"""Characters of the first column, which names the row in reports that take 512 characters in all."""

WEAK_WORDS = re.compile(r"\b(should|tests?|verify|verifies)\b", re.IGNORECASE)

KINDS = tuple(READERS)
MOST_STEPS = 5


def lint(paths: Iterable[Path]) -> list[Diagnostic]:
    """Return what is wrong with the feature files among these and in these folders, in order.

    Whether each requirement has its rule is asked only where all of the specification's own features are among them.
    Raises `InvalidFile` for a register that can't be read.
    """
    register = load_register()
    features: list[Feature] = []
    found: list[Diagnostic] = []
    paths = list(paths)
    files = feature_files(paths)
    for file in files:
        try:
            features.append(read_feature(file))
        except FeatureError as error:
            found.append(error.diagnostic)
    for feature in features:
        for at, text, remedy in FeatureLint(feature, register).check():
            found.append(Diagnostic(feature.path, at if isinstance(at, int) else line_of(at), text, remedy))
    found += repeated(features)
    if not files:
        found += [
            Diagnostic(path, 1, "no feature file is here", "name a file or folder that has one") for path in paths
        ]
    own = feature_files([features_dir()])
    if own and {file.resolve() for file in own} <= {file.resolve() for file in files}:
        found += missing_rules(features, register)
    return sorted(dict.fromkeys(found))


def repeated(features: Sequence[Feature]) -> Iterator[Diagnostic]:
    """Yield a diagnostic for each rule, name or id that is there already in the whole suite.

    Of two scenarios of one name in a file, pytest-bdd would run the last only.
    """
    first: dict[tuple[str, str], str] = {}
    for feature in features:
        for what, name, line, remedy in named_once(feature):
            here = f"{feature.path.name}:{line}"
            if (there := first.setdefault((what, name), here)) != here:
                yield Diagnostic(feature.path, line, f"the {what} {name!r} is at {there} already", remedy)


def named_once(feature: Feature) -> Iterator[tuple[str, str, int, str]]:
    """Yield what may be there once in the whole suite: what it is, its name, its line, and the remedy."""
    for rule in feature.rules:
        if rule.requirement:
            yield "rule of", rule.requirement, line_of(rule.tree), "put all its scenarios under one rule"
    for scenario in feature.scenarios:
        yield "scenario", scenario.name, scenario.line, "rename one"
        for pickle in scenario.pickles:
            yield "id", pickle.id, pickle.line, "begin each row with another text, or rename the scenario"


def missing_rules(features: Sequence[Feature], register: Register) -> Iterator[Diagnostic]:
    """Yield a diagnostic for each requirement without a rule."""
    shown = {rule.requirement for feature in features for rule in feature.rules}
    for requirement in register.values():
        if requirement.kind not in UNSEEN_KINDS and requirement.id not in shown:
            file = features_dir() / f"{requirement.topic}.feature"
            remedy = f"add @{requirement.id} with 'Rule: {requirement.title}'"
            yield Diagnostic(file, 1, f"no rule shows {requirement.id}", remedy)


Finding = tuple[int | dict[str, Any], str, str]
"""A line or a part of the syntax tree, what is wrong there, and what to do about it."""


class FeatureLint:
    """The lint of one feature."""

    def __init__(self, feature: Feature, register: Register) -> None:
        self.feature = feature
        self.register = register
        self.by_machine = tags_of(feature.tree) == [COUNTEREXAMPLE]  # the rules of style do not apply

    def check(self) -> Iterator[Finding]:
        """Yield all that is wrong with it."""
        yield from self.check_feature()
        for part in parts_of(self.feature.tree):
            yield from self.check_text(part)
        for rule in self.feature.rules:
            yield from self.check_rule(rule)
        for scenario in self.feature.scenarios:
            if not self.by_machine:
                yield from self.check_name(scenario)
            yield from self.check_scenario(scenario)

    def check_feature(self) -> Iterator[Finding]:
        """Check the file's topic, and that it consists of rules."""
        feature, tree = self.feature, self.feature.tree
        if feature.topic not in TOPICS and not self.by_machine:
            remedy = suggestion(feature.topic, TOPICS, f"name the file after one of {', '.join(TOPICS)}")
            yield tree, f"no topic is called {feature.topic!r}", remedy
        if not feature.rules:
            yield tree, "a feature without a rule", "write one, or delete the file"
        for container in (tree, *children(tree, "rule")):
            for background in children(container, "background"):
                yield background, "a background", "write its steps as a situation, or in each scenario"

    def check_text(self, part: Any) -> Iterator[Finding]:
        """Check tags and description, since a line with a misspelled keyword is one: nothing would run it."""
        whole = part is self.feature.tree
        for tag in part.get("tags", ()):
            name = tag["name"].removeprefix("@")
            if whole and not self.by_machine:
                yield tag, f"the feature has the tag @{name}", "tag rules and scenarios"
            elif not whole and name not in self.register and name != ATTESTATION:
                remedy = suggestion(name, self.register, "use an id of the register, or remove it")
                yield tag, f"the tag @{name} is no requirement's id", remedy
        lines = [line.strip() for line in part.get("description", "").strip().splitlines()]
        if misread := [line for line in lines if not whole or re.match(r"\w+( \w+)?:", line)]:
            yield part, f"{misread[0]!r} is read as a description", "correct the keyword, or make it a comment"

    def check_rule(self, rule: Rule) -> Iterator[Finding]:
        """Check that the rule goes with exactly one requirement."""
        tree, tags = rule.tree, tags_of(rule.tree)
        ids = [tag for tag in tags if tag != ATTESTATION]
        if tree is self.feature.tree:
            for scenario in rule.scenarios:
                yield scenario.line, "a scenario outside any rule", "put it under the Rule that it shows"
            return
        if len(ids) != 1:
            yield tree, f"a rule with {len(ids)} requirements", "tag it with the id of one"
            return
        if ids[0] not in self.register:
            return
        requirement, attested = self.register[ids[0]], ATTESTATION in tags
        if requirement.topic != self.feature.topic and not self.by_machine:
            remedy = f"move the rule to {requirement.topic}.feature"
            yield tree, f"{requirement.id} does not belong to {self.feature.topic}", remedy
        if tree["name"] != requirement.title:
            remedy = f"write 'Rule: {requirement.title}'"
            yield tree, f"the rule is not worded as {requirement.id} in the register", remedy
        if attested != (requirement.kind == "attestation"):
            remedy = "remove the tag" if attested else "add the tag"
            yield tree, f"@{ATTESTATION} and the kind of {requirement.id} do not agree", remedy
        if not rule.scenarios and not attested:
            yield tree, f"a rule without a scenario shows nothing of {requirement.id}", "write one"

    def check_name(self, scenario: Scenario) -> Iterator[Finding]:
        """Check the name of a scenario."""
        name = scenario.name
        if not slug(name):
            yield scenario.line, "a scenario without a name", "say in a few words what it shows"
        if len(name) > NAME_LENGTH:
            yield scenario.line, f"a name of {len(name)} characters", f"say it in {NAME_LENGTH}"
        if weak := WEAK_WORDS.search(name):
            yield scenario.line, f"the name says {weak[0]!r}", "say what is so, in the present tense"
        if "<" in name:
            yield scenario.line, "the name has a column in it", "leave it out: reports name the row"

    def check_scenario(self, scenario: Scenario) -> Iterator[Finding]:
        """Check the examples of a scenario, and its steps with each row filled in."""
        tree = scenario.tree
        if tree["keyword"] != "Scenario" and not tree["examples"]:
            yield tree, "an outline without examples", "add Examples, or make it a Scenario"
        used = {column for step in tree["steps"] for column in re.findall(r"<([^<>]*)>", step["text"])}
        for examples in tree["examples"]:
            yield from self.check_examples(examples, used)
        for step in tree["steps"]:
            if "dataTable" in step or "docString" in step:
                yield step, "a table or a text below the step", "no step reads one: remove it"
        written = {line_of(step): step["text"] for step in tree["steps"]}
        for pickle in scenario.pickles:
            yield from self.check_order(scenario, [step.kind for step in pickle.steps])
            yield from self.check_sentences(scenario, pickle, written)

    def check_examples(self, examples: Any, used: set[str]) -> Iterator[Finding]:
        """Check one table of examples; ``used``: the columns that steps have."""
        rows = examples.get("tableBody", ())
        if not rows:
            yield examples, "examples without a row", "add one, or remove the Examples"
        for column, times in Counter(cells_of(examples.get("tableHeader", {"cells": ()}))).items():
            if times > 1:
                yield examples, f"{times} columns are called {column!r}", "rename or remove one"
            if column not in used:
                yield examples, f"no step uses the column <{column}>", "use it, or remove it"
        for row in rows:
            if not slug(first := cells_of(row)[0]) or len(first) > CELL_LENGTH:
                remedy = f"begin the row with 1 to {CELL_LENGTH} characters that tell it apart"
                yield row, "the first column can't name the row", remedy

    def check_order(self, scenario: Scenario, kinds: list[str]) -> Iterator[Finding]:
        """Check that steps are neither too many, nor too few, nor misplaced."""
        if len(kinds) < 2 or (len(kinds) > MOST_STEPS and not self.by_machine):
            remedy = f"say it in 2 to {MOST_STEPS}; a situation may help"
            yield scenario.line, f"a scenario of {len(kinds)} steps", remedy
        if kinds.count("when") != 1:
            yield scenario.line, f"a scenario with {kinds.count('when')} Whens", "make a scenario of each command"
        if "then" not in kinds:
            yield scenario.line, "a scenario without a Then checks nothing", "say what is observed"
        known = [KINDS.index(kind) for kind in kinds if kind]
        if known != sorted(known):
            yield scenario.line, "steps out of order", "write all Givens, then the When, then all Thens"

    def check_sentences(self, scenario: Scenario, pickle: Pickle, written: dict[int, str]) -> Iterator[Finding]:
        """Check that each step is a sentence; ``written``: the steps by line, before a row filled columns in."""
        meanings: list[Meaning] = []
        for step in pickle.steps:
            # where a row filled a column in, the mistake may well be in the row
            line = step.line if written.get(step.line, step.text) == step.text else pickle.line
            if not step.kind:
                yield line, f"a first step {step.keyword!r}", "begin with Given or When"
                continue
            try:
                meanings.append(READERS[step.kind](step.text))
            except UnknownSentence:
                others = [kind.title() for kind in other_kinds(step.kind, step.text)]
                similar = f"the most similar sentence is '{nearest_sentence(step.kind, step.text)}'"
                remedy = f"it belongs in a {' or '.join(others)}" if others else similar
                yield line, f"no {step.kind.title()} is written {step.text!r}", remedy
        yield from self.check_meanings(scenario, pickle, meanings)

    def check_meanings(self, scenario: Scenario, pickle: Pickle, meanings: list[Meaning]) -> Iterator[Finding]:
        """Check that each Then can fail, since it is about what a step before names, and that a refusal says enough."""
        said = [meaning.kind for meaning in meanings if isinstance(meaning, Fact | Assertion)]
        if "refused" in said and said != ["refused", "unchanged"] and not self.by_machine:
            remedy = "let 'nothing has changed' follow it, and nothing else"
            yield scenario.line, "a refusal that may have changed something", remedy
        named = {("subscription", name) for name in DEFAULT_STAGE.subscriptions}
        for meaning in meanings:
            commands = meaning.commands if isinstance(meaning, Situation) else [meaning]
            for command in commands:
                if isinstance(command, Command):
                    named |= {(kind.word, name) for kind, name, _ in command.names()}
            for kind, name in parts(meaning) if isinstance(meaning, Fact) else ():
                if (kind, name) not in named:
                    text = f"a Then is about the {kind} {name!r}, which no step before it names"
                    yield pickle.line, text, "correct the name"


def parts(fact: Fact) -> Iterator[tuple[str, str]]:
    """Yield kind and name of each entity that the fact is about; a grant is about its vault and its resource."""
    if fact.kind == "grant":
        vault, _, resource = fact.name.partition("/")
        yield "vault", vault
        yield "resource", resource
    else:
        yield fact.kind, fact.name


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `lint`."""
    parser.add_argument(
        "paths",
        metavar="PATH",
        nargs="*",
        type=Path,
        help="feature files, or folders of them (default: those of the specification)",
    )


def run(args: argparse.Namespace) -> int:
    """Print what is wrong with features; return 0 for nothing, 1 for diagnostics, 2 for an unreadable register."""
    diagnostics = lint(args.paths or [features_dir()])
    for diagnostic in diagnostics:
        print(diagnostic)
    return DEVIATIONS if diagnostics else OK
