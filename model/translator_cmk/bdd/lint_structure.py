"""The part of the lint that reads features as they are written: tags, names, examples."""

import re
from collections import Counter
from collections.abc import Iterator

from ..requirements import TOPICS, Register
from .complaints import Complaint, meant
from .pickles import slug
from .records import ATTESTATION, Examples, Feature, Rule, Scenario, Tag

NAME_LENGTH = 70
"""Characters of a scenario's name; longer ones make reports hard to read."""

CELL_LENGTH = 200
"""Characters of the first column, which names the row in reports that take 512 characters in all."""

WEAK_WORDS = re.compile(r"\b(should|tests?|verify|verifies)\b", re.IGNORECASE)


def feature_complaints(feature: Feature, register: Register) -> Iterator[Complaint]:
    """Complains of what is wrong in one feature as it is written."""
    path = feature.path
    written = not feature.is_counterexample
    if written and feature.topic not in TOPICS:
        remedy = meant(feature.topic, TOPICS, f"name the file after one of {', '.join(TOPICS)}")
        yield Complaint(path, feature.line, f"no topic is called {feature.topic!r}", remedy)
    for tag in feature.tags if written else ():
        yield Complaint(path, tag.line, f"the feature has the tag @{tag.name}", "tag rules and scenarios")
    for scenario in feature.loose:
        yield Complaint(path, scenario.line, "a scenario outside any rule", "put it under the Rule that it shows")
    if not feature.rules and not feature.loose:
        yield Complaint(path, feature.line, "a feature without a rule", "write one, or delete the file")
    for line in feature.backgrounds:
        yield Complaint(path, line, "a background", "begin each scenario with its own Given, of a situation")
    yield from description_complaints(feature)
    for rule in feature.rules:
        yield from rule_complaints(feature, rule, register)
    for scenario in feature.scenarios:
        yield from name_complaints(feature, scenario) if written else ()
        yield from tag_complaints(feature, scenario.tags, register)
        yield from example_complaints(feature, scenario, register)


def description_complaints(feature: Feature) -> Iterator[Complaint]:
    """Complains of descriptions, since a line with a misspelled keyword is one: nothing would run it."""
    remedy = "correct the keyword, or make it a comment"
    if misspelled := re.search(r"^\w+( \w+)?:.*", feature.description, re.MULTILINE):
        yield Complaint(feature.path, feature.line, f"{misspelled[0]!r} is read as a description", remedy)
    examples = [each for scenario in feature.scenarios for each in scenario.examples]
    blocks: list[Rule | Scenario | Examples] = [*feature.rules, *feature.scenarios, *examples]
    for block in blocks:
        if block.description:
            first_line, *_ = block.description.splitlines()
            yield Complaint(feature.path, block.line, f"{first_line!r} is read as a description", remedy)


def rule_complaints(feature: Feature, rule: Rule, register: Register) -> Iterator[Complaint]:
    """Complains of a rule that does not go with exactly one requirement."""
    path = feature.path
    ids = [tag for tag in rule.tags if tag.name != ATTESTATION]
    attested = len(ids) < len(rule.tags)
    yield from tag_complaints(feature, rule.tags, register)
    if len(ids) != 1:
        yield Complaint(path, rule.line, f"a rule with {len(ids)} requirements", "tag it with the id of one")
        return
    requirement = register.get(ids[0].name)
    if requirement is None:
        return
    if requirement.topic != feature.topic and not feature.is_counterexample:
        remedy = f"move the rule to {requirement.topic}.feature"
        yield Complaint(path, rule.line, f"{requirement.id} does not belong to {feature.topic}", remedy)
    if rule.title != requirement.title:
        remedy = f"write 'Rule: {requirement.title}'"
        yield Complaint(path, rule.line, f"the rule is not worded as {requirement.id} in the register", remedy)
    if attested != (requirement.kind == "attestation"):
        remedy = "remove the tag" if attested else "add the tag"
        yield Complaint(path, rule.line, f"@{ATTESTATION} and the kind of {requirement.id} do not agree", remedy)
    if not rule.scenarios and not attested:
        yield Complaint(path, rule.line, f"a rule without a scenario shows nothing of {requirement.id}", "write one")


def tag_complaints(feature: Feature, tags: tuple[Tag, ...], register: Register) -> Iterator[Complaint]:
    """Complains of tags that are no requirement's id."""
    for tag in tags:
        if tag.name not in register and tag.name != ATTESTATION:
            remedy = meant(tag.name, register, "use an id of the register, or remove it")
            yield Complaint(feature.path, tag.line, f"the tag @{tag.name} is no requirement's id", remedy)


def name_complaints(feature: Feature, scenario: Scenario) -> Iterator[Complaint]:
    """Complains of a scenario's name."""
    name, at = scenario.name, (feature.path, scenario.line)
    if not slug(name):
        yield Complaint(*at, "a scenario without a name", "say in a few words what it shows")
    if len(name) > NAME_LENGTH:
        yield Complaint(*at, f"a name of {len(name)} characters", f"say it in {NAME_LENGTH}")
    if weak := WEAK_WORDS.search(name):
        yield Complaint(*at, f"the name says {weak[0]!r}", "say what is so, in the present tense")
    if "<" in name:
        yield Complaint(*at, "the name has a column in it", "leave it out: reports name the row")


def example_complaints(feature: Feature, scenario: Scenario, register: Register) -> Iterator[Complaint]:
    """Complains of the examples of a scenario, and of columns that do not go with its steps."""
    path = feature.path
    used = {column: step.line for step in scenario.steps for column in re.findall(r"<([^<>]*)>", step.text)}
    if scenario.outline and not scenario.examples:
        yield Complaint(path, scenario.line, "an outline without examples", "add Examples, or make it a Scenario")
    if not scenario.outline:
        for column, line in used.items():
            yield Complaint(path, line, f"<{column}> in a scenario without examples", "write the value")
    for examples in scenario.examples:
        yield from tag_complaints(feature, examples.tags, register)
        if len(scenario.examples) > 1 and not examples.name:
            yield Complaint(path, examples.line, "one of several Examples without a name", "name each of them")
        yield from table_complaints(feature, examples, used)


def table_complaints(feature: Feature, examples: Examples, used: dict[str, int]) -> Iterator[Complaint]:
    """Complains of one table of examples; ``used`` holds the columns that steps have, with their lines."""
    path = feature.path
    if not examples.rows:
        yield Complaint(path, examples.line, "examples without a row", "add one, or remove the Examples")
    for column, times in Counter(examples.columns).items():
        if not re.fullmatch(r"[A-Za-z][A-Za-z -]*", column):
            yield Complaint(path, examples.line, f"a column is called {column!r}", "use letters and spaces")
        if times > 1:
            yield Complaint(path, examples.line, f"{times} columns are called {column!r}", "rename or remove one")
        if column not in used:
            yield Complaint(path, examples.line, f"no step uses the column <{column}>", "use it, or remove it")
    for column, line in used.items():
        if column not in examples.columns:
            remedy = meant(column, examples.columns, f"add it to the examples at line {examples.line}")
            yield Complaint(path, line, f"no column is called <{column}>", remedy)
    for line, cells in examples.rows:
        for cell in cells:
            if "<" in cell:
                yield Complaint(path, line, f"the cell {cell!r} names a column", "write the value")
        if not slug(cells[0]) or len(cells[0]) > CELL_LENGTH:
            remedy = f"begin the row with 1 to {CELL_LENGTH} characters that tell it apart"
            yield Complaint(path, line, "the first column can't name the row", remedy)
