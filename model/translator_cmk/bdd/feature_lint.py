"""The lint of one feature: what would pass without having been checked, and breaches of style.

A mistake of the first sort is one that Gherkin or pytest-bdd accepts in silence, such as a
misspelled keyword or a Then about a name that no step before it has.  Style is what makes features
readable side by side.  It is not asked of anybody's own features.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from ..language.facts import Fact
from ..language.sentences import UnknownSentence
from ..language.situations import find_situation
from ..machine import DEFAULT_STAGE
from ..machine.entities import OF_VAULT_AND_RESOURCE
from ..requirements import TOPICS, Register, Requirement
from ..shapes import suggestion
from .assertions import Assertion
from .diagnostics import Diagnostic
from .feature_records import (
    ATTESTATION,
    Feature,
    Pickle,
    Rule,
    Scenario,
    Step,
    slug,
)
from .syntax_tree import cells_of, children, line_of, parts_of, tags_of
from .vocabulary import READERS, Meaning, commands_in, nearest_sentence, other_kinds

NAME_LENGTH = 70
"""Characters of a scenario's name; longer ones make reports hard to read."""

CELL_LENGTH = 200
"""Characters of the first column, which names the row in reports that take 512 characters."""

STEP_ORDER = tuple(READERS)
"""The kinds of steps in the order in which a scenario has them."""


class Mistake(NamedTuple):
    """A line, what is wrong there, and what to do about it."""

    line: int
    text: str
    remedy: str


def diagnose(feature: Feature, register: Register) -> Iterator[Diagnostic]:
    """Yield all that is wrong with a feature."""
    for mistake in FeatureLint(feature, register).mistakes():
        yield Diagnostic(feature.path, *mistake)


class FeatureLint:
    """The lint of one feature."""

    def __init__(self, feature: Feature, register: Register) -> None:
        self.feature = feature
        self.register = register

    def mistakes(self) -> Iterator[Mistake]:
        """Yield all that is wrong with it."""
        yield from self.check_topic()
        yield from self.check_structure()
        for part in parts_of(self.feature.tree):
            if not self.feature.is_own:
                yield from self.check_tags(part)
            yield from self.check_description(part)
        for rule in self.feature.rules:
            if not self.feature.is_own:
                yield from self.check_rule(rule)
        for scenario in self.feature.scenarios:
            yield from self.check_name(scenario)
            yield from self.check_scenario(scenario)

    # The feature

    def check_topic(self) -> Iterator[Mistake]:
        """Check that the file is called after a topic."""
        topic = self.feature.topic
        if topic in TOPICS or self.feature.is_own:
            return
        remedy = suggestion(topic, TOPICS, f"name the file after one of {', '.join(TOPICS)}")
        yield Mistake(line_of(self.feature.tree), f"no topic is called {topic!r}", remedy)

    def check_structure(self) -> Iterator[Mistake]:
        """Check that a feature of ours consists of rules, and has no background."""
        tree = self.feature.tree
        if not self.feature.rules:
            remedy = "write one, or delete the file"
            missing = "scenario" if self.feature.is_own else "rule"
            yield Mistake(line_of(tree), f"a feature without a {missing}", remedy)
        if self.feature.is_own:
            return
        for container in (tree, *children(tree, "rule")):
            for background in children(container, "background"):
                remedy = "write its steps as a situation, or in each scenario"
                yield Mistake(line_of(background), "a background", remedy)

    def check_tags(self, part: Any) -> Iterator[Mistake]:
        """Check the tags of a part: none of the feature, and ids of requirements elsewhere."""
        is_feature = part is self.feature.tree
        for tag in part.get("tags", ()):
            name = tag["name"].removeprefix("@")
            if is_feature:
                text = f"the feature has the tag @{name}"
                yield Mistake(line_of(tag), text, "tag rules and scenarios")
            elif name not in self.register and name != ATTESTATION:
                remedy = suggestion(name, self.register, "use an id of the register, or remove it")
                yield Mistake(line_of(tag), f"the tag @{name} is no requirement's id", remedy)

    def check_description(self, part: Any) -> Iterator[Mistake]:
        """Check a description, as which Gherkin reads every line with a misspelled keyword.

        Only a feature may have one, whose lines do not begin like a keyword.
        """
        is_feature = part is self.feature.tree
        for line in part.get("description", "").strip().splitlines():
            text = line.strip()
            if not is_feature or re.match(r"\w+( \w+)?:", text):
                remedy = "correct the keyword, or make it a comment"
                yield Mistake(line_of(part), f"{text!r} is read as a description", remedy)
                return

    # A rule

    def check_rule(self, rule: Rule) -> Iterator[Mistake]:
        """Check that the rule goes with exactly one requirement."""
        if rule.tree is self.feature.tree:
            remedy = "put it under the Rule that it shows"
            for scenario in rule.scenarios:
                yield Mistake(scenario.line, "a scenario outside any rule", remedy)
            return
        ids = [tag for tag in tags_of(rule.tree) if tag != ATTESTATION]
        if len(ids) != 1:
            text = f"a rule with {len(ids)} requirements"
            yield Mistake(line_of(rule.tree), text, "tag it with the id of one")
            return
        [name] = ids
        if name in self.register:
            yield from self.check_requirement(rule, self.register[name])

    def check_requirement(self, rule: Rule, requirement: Requirement) -> Iterator[Mistake]:
        """Check that the rule says of its requirement what the register says."""
        line = line_of(rule.tree)
        if requirement.topic != self.feature.topic:
            text = f"{requirement.id} does not belong to {self.feature.topic}"
            yield Mistake(line, text, f"move the rule to {requirement.topic}.feature")
        if rule.tree["name"] != requirement.title:
            text = f"the rule is not worded as {requirement.id} in the register"
            yield Mistake(line, text, f"write 'Rule: {requirement.title}'")
        is_attested = ATTESTATION in tags_of(rule.tree)
        if is_attested != (requirement.kind == "attestation"):
            text = f"@{ATTESTATION} and the kind of {requirement.id} do not agree"
            yield Mistake(line, text, "remove the tag" if is_attested else "add the tag")
        if not rule.scenarios and not is_attested:
            text = f"a rule without a scenario shows nothing of {requirement.id}"
            yield Mistake(line, text, "write one")

    # A scenario as written

    def check_name(self, scenario: Scenario) -> Iterator[Mistake]:
        name = scenario.name
        line = scenario.line
        if not slug(name):
            yield Mistake(line, "a scenario without a name", "say in a few words what it shows")
        if self.feature.is_own:
            return
        if len(name) > NAME_LENGTH:
            yield Mistake(line, f"a name of {len(name)} characters", f"say it in {NAME_LENGTH}")
        if "<" in name:
            remedy = "leave it out: reports name the row"
            yield Mistake(line, "the name has a column in it", remedy)

    def check_scenario(self, scenario: Scenario) -> Iterator[Mistake]:
        """Check the examples of a scenario, and its steps with each row filled in."""
        tree = scenario.tree
        if tree["keyword"] != "Scenario" and not tree["examples"]:
            remedy = "add Examples, or make it a Scenario"
            yield Mistake(line_of(tree), "an outline without examples", remedy)

        used = set[str]()
        for step in tree["steps"]:
            used.update(re.findall(r"<([^<>]*)>", step["text"]))
            if "dataTable" in step or "docString" in step:
                text = "a table or a text below the step"
                yield Mistake(line_of(step), text, "no step reads one: remove it")
        for examples in tree["examples"]:
            yield from self.check_columns(examples, used)
            yield from self.check_rows(examples)

        written = {line_of(step): step["text"] for step in tree["steps"]}
        for pickle in scenario.pickles:
            yield from self.check_order(scenario, [step.kind for step in pickle.steps])
            yield from self.check_sentences(scenario, pickle, written)

    def check_columns(self, examples: Any, used: set[str]) -> Iterator[Mistake]:
        """Check the columns of a table of examples; ``used``: the columns that steps have."""
        line = line_of(examples)
        header = examples.get("tableHeader", {"cells": ()})
        for column, times in Counter(cells_of(header)).items():
            if times > 1:
                yield Mistake(
                    line, f"{times} columns are called {column!r}", "rename or remove one"
                )
            if column not in used:
                yield Mistake(line, f"no step uses the column <{column}>", "use it, or remove it")

    def check_rows(self, examples: Any) -> Iterator[Mistake]:
        """Check that a table of examples has rows, each with a name."""
        rows = examples.get("tableBody", ())
        if not rows:
            remedy = "add one, or remove the Examples"
            yield Mistake(line_of(examples), "examples without a row", remedy)
        for row in rows:
            first = cells_of(row)[0]
            if not slug(first) or len(first) > CELL_LENGTH:
                remedy = f"begin the row with 1 to {CELL_LENGTH} characters that tell it apart"
                yield Mistake(line_of(row), "the first column can't name the row", remedy)

    # A scenario as it is run

    def check_order(self, scenario: Scenario, kinds: Sequence[str]) -> Iterator[Mistake]:
        """Check that there is one When, that a Then follows, and that no step is misplaced."""
        line = scenario.line
        whens = kinds.count("when")
        if whens != 1:
            remedy = "make a scenario of each command"
            yield Mistake(line, f"a scenario with {whens} Whens", remedy)
        if "then" not in kinds:
            yield Mistake(line, "a scenario without a Then checks nothing", "say what is observed")
        places = [STEP_ORDER.index(kind) for kind in kinds if kind]
        if places != sorted(places):
            remedy = "write all Givens, then the When, then all Thens"
            yield Mistake(line, "steps out of order", remedy)

    def check_sentences(
        self, scenario: Scenario, pickle: Pickle, written: dict[int, str]
    ) -> Iterator[Mistake]:
        """Check that each step is a sentence of its kind, and that together they mean something.

        ``written``: the steps by line, before a row filled columns in.
        """
        meanings: list[Meaning] = []
        for step in pickle.steps:
            # where a row filled a column in, the mistake may well be in the row
            is_as_written = written.get(step.line, step.text) == step.text
            line = step.line if is_as_written else pickle.line
            if not step.kind:
                text = f"a first step {step.keyword!r}"
                yield Mistake(line, text, "begin with Given or When")
                continue
            try:
                meanings.append(READERS[step.kind](step.text))
            except UnknownSentence:
                text = f"no {step.kind.title()} is written {step.text!r}"
                yield Mistake(line, text, remedy_for_sentence(step))
        if not self.feature.is_own:
            yield from self.check_refusal(scenario, meanings)
        yield from self.check_names(pickle, meanings)

    def check_refusal(self, scenario: Scenario, meanings: Sequence[Meaning]) -> Iterator[Mistake]:
        """Check that a refusal is followed by the claim that nothing has changed, and no other."""
        said = [meaning.kind for meaning in meanings if isinstance(meaning, Fact | Assertion)]
        if "refused" in said and said != ["refused", "unchanged"]:
            remedy = "let 'nothing has changed' follow it, and nothing else"
            yield Mistake(scenario.line, "a refusal that may have changed something", remedy)

    def check_names(self, pickle: Pickle, meanings: Sequence[Meaning]) -> Iterator[Mistake]:
        """Check that each Then can fail: it is about what a step before it names."""
        named = {("subscription", name) for name in DEFAULT_STAGE.subscriptions}
        for meaning in meanings:
            for command in commands_in(meaning):
                named.update((kind.word, name) for kind, name, _ in command.names())
            if not isinstance(meaning, Fact):
                continue
            for kind, name in entities_of(meaning):
                if (kind, name) not in named:
                    text = f"a Then is about the {kind} {name!r}, which no step before it names"
                    yield Mistake(pickle.line, text, "correct the name")


def remedy_for_sentence(step: Step) -> str:
    """Return what to do about a step that is no sentence of its kind."""
    situation = find_situation(step.text) if step.kind == "given" else None
    if situation is not None:
        return f"its parentheses may have: {', '.join(situation.things())}"
    others = [kind.title() for kind in other_kinds(step.kind, step.text)]
    if others:
        return f"it belongs in a {' or '.join(others)}"
    return f"the most similar sentence is '{nearest_sentence(step.kind, step.text)}'"


WORDS_FOR_TWO = frozenset(kind.word for kind in OF_VAULT_AND_RESOURCE)
"""The words for kinds between a vault and a resource."""


def entities_of(fact: Fact) -> list[tuple[str, str]]:
    """Return kind and name of each entity that the fact is about: two of a grant or a role."""
    if fact.kind in WORDS_FOR_TWO:
        vault, _, resource = fact.name.partition("/")
        return [("vault", vault), ("resource", resource)]
    return [(fact.kind, fact.name)]
