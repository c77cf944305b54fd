"""The lint of features: refuses what would pass without having been checked, and what breaks the rules of style."""

import argparse
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from .. import features_dir
from ..errors import DEVIATIONS, OK
from ..language.facts import Fact
from ..language.sentences import UnknownSentence
from ..language.situations import Situation
from ..machine import DEFAULT_STAGE, Command
from ..requirements import TOPICS, Register, load_register
from .assertions import Assertion
from .features import (
    ATTESTATION,
    Diagnostic,
    Examples,
    Feature,
    FeatureError,
    Pickle,
    Rule,
    Scenario,
    Step,
    Tag,
    did_you_mean,
    feature_files,
    read_feature,
    slug,
)
from .vocabulary import READERS, Meaning, nearest, other_kinds

UNSEEN_KINDS = ("attestation", "silence")
"""Kinds of requirement that need no scenario: nothing that could be observed would show them."""

NAME_LENGTH = 70
"""Characters of a scenario's name; longer ones make reports hard to read."""

CELL_LENGTH = 200
"""Characters of the first column, which names the row in reports that take 512 characters in all."""

WEAK_WORDS = re.compile(r"\b(should|tests?|verify|verifies)\b", re.IGNORECASE)

KINDS = tuple(READERS)
MOST_STEPS = 5


def lint(paths: Iterable[Path], register: Register | None = None) -> list[Diagnostic]:
    """Return what is wrong with the feature files among these and in these folders, in order.

    Whether each requirement has its rule is asked only where all of the specification's own features are among them.
    Without a register, the package's is loaded, which raises `InvalidFile`.
    """
    register = register or load_register()
    features: list[Feature] = []
    diagnostics: list[Diagnostic] = []
    paths = list(paths)
    files = feature_files(paths)
    for file in files:
        try:
            features.append(read_feature(file))
        except FeatureError as error:
            diagnostics.append(error.diagnostic)
    for feature in features:
        diagnostics += feature_diagnostics(feature, register)
        diagnostics += step_diagnostics(feature)
    diagnostics += repeated(features)
    if not files:
        diagnostics += [
            Diagnostic(path, 1, "no feature file is here", "name a file or folder that has one") for path in paths
        ]
    own = feature_files([features_dir()])
    if own and {file.resolve() for file in own} <= {file.resolve() for file in files}:
        diagnostics += missing(features, register)
    return sorted(dict.fromkeys(diagnostics))


def repeated(features: Sequence[Feature]) -> Iterator[Diagnostic]:
    """Yield diagnostics of what has to be there once in the whole suite: rules, names of scenarios and ids."""
    rules: dict[str, str] = {}
    names: dict[str, str] = {}
    ids: dict[str, str] = {}
    for feature in features:
        for rule in feature.rules:
            here = f"{feature.path.name}:{rule.line}"
            if rule.requirement and (there := rules.setdefault(rule.requirement, here)) != here:
                text = f"{rule.requirement} has another rule at {there}"
                yield Diagnostic(feature.path, rule.line, text, "put all its scenarios under one rule")
        for scenario in feature.scenarios:
            here = f"{feature.path.name}:{scenario.line}"
            if (there := names.setdefault(scenario.name, here)) != here:
                text = f"the scenario at {there} has the same name {scenario.name!r}"
                # in one file, pytest-bdd would run the last of them only
                yield Diagnostic(feature.path, scenario.line, text, "rename one")
            else:
                yield from repeated_ids(feature, scenario, ids)


def repeated_ids(feature: Feature, scenario: Scenario, ids: dict[str, str]) -> Iterator[Diagnostic]:
    """Yield diagnostics of ids that another scenario or row has; add those of this scenario in ``ids``."""
    for pickle in scenario.pickles:
        here = f"{feature.path.name}:{pickle.line}"
        if (there := ids.setdefault(pickle.id, here)) != here:
            text = f"its id {pickle.id!r} is also that of {there}"
            remedy = "let the first column tell the rows apart" if pickle.row else "rename the scenario"
            yield Diagnostic(feature.path, pickle.line, text, remedy)


def missing(features: Sequence[Feature], register: Register) -> Iterator[Diagnostic]:
    """Yield a diagnostic for each requirement without a rule."""
    shown = {rule.requirement for feature in features for rule in feature.rules}
    for requirement in register.values():
        if requirement.kind not in UNSEEN_KINDS and requirement.id not in shown:
            file = features_dir() / f"{requirement.topic}.feature"
            remedy = f"add @{requirement.id} with 'Rule: {requirement.title}'"
            yield Diagnostic(file, 1, f"no rule shows {requirement.id}", remedy)


def feature_diagnostics(feature: Feature, register: Register) -> Iterator[Diagnostic]:
    """Yield what is wrong in one feature as it is written."""
    path = feature.path
    written = not feature.is_counterexample
    if written and feature.topic not in TOPICS:
        remedy = did_you_mean(feature.topic, TOPICS, f"name the file after one of {', '.join(TOPICS)}")
        yield Diagnostic(path, feature.line, f"no topic is called {feature.topic!r}", remedy)
    for tag in feature.tags if written else ():
        yield Diagnostic(path, tag.line, f"the feature has the tag @{tag.name}", "tag rules and scenarios")
    for scenario in feature.loose:
        yield Diagnostic(path, scenario.line, "a scenario outside any rule", "put it under the Rule that it shows")
    if not feature.rules and not feature.loose:
        yield Diagnostic(path, feature.line, "a feature without a rule", "write one, or delete the file")
    for line in feature.backgrounds:
        yield Diagnostic(path, line, "a background", "begin each scenario with its own Given, of a situation")
    yield from description_diagnostics(feature)
    for rule in feature.rules:
        yield from rule_diagnostics(feature, rule, register)
    for scenario in feature.scenarios:
        yield from name_diagnostics(feature, scenario) if written else ()
        yield from tag_diagnostics(feature, scenario.tags, register)
        yield from example_diagnostics(feature, scenario, register)


def description_diagnostics(feature: Feature) -> Iterator[Diagnostic]:
    """Yield diagnostics of descriptions, since a line with a misspelled keyword is one: nothing would run it."""
    remedy = "correct the keyword, or make it a comment"
    if misspelled := re.search(r"^\w+( \w+)?:.*", feature.description, re.MULTILINE):
        yield Diagnostic(feature.path, feature.line, f"{misspelled[0]!r} is read as a description", remedy)
    examples = [each for scenario in feature.scenarios for each in scenario.examples]
    blocks: list[Rule | Scenario | Examples] = [*feature.rules, *feature.scenarios, *examples]
    for block in blocks:
        if block.description:
            first_line, *_ = block.description.splitlines()
            yield Diagnostic(feature.path, block.line, f"{first_line!r} is read as a description", remedy)


def rule_diagnostics(feature: Feature, rule: Rule, register: Register) -> Iterator[Diagnostic]:
    """Yield diagnostics of a rule that does not go with exactly one requirement."""
    path = feature.path
    ids = [tag for tag in rule.tags if tag.name != ATTESTATION]
    attested = len(ids) < len(rule.tags)
    yield from tag_diagnostics(feature, rule.tags, register)
    if len(ids) != 1:
        yield Diagnostic(path, rule.line, f"a rule with {len(ids)} requirements", "tag it with the id of one")
        return
    requirement = register.get(ids[0].name)
    if requirement is None:
        return
    if requirement.topic != feature.topic and not feature.is_counterexample:
        remedy = f"move the rule to {requirement.topic}.feature"
        yield Diagnostic(path, rule.line, f"{requirement.id} does not belong to {feature.topic}", remedy)
    if rule.title != requirement.title:
        remedy = f"write 'Rule: {requirement.title}'"
        yield Diagnostic(path, rule.line, f"the rule is not worded as {requirement.id} in the register", remedy)
    if attested != (requirement.kind == "attestation"):
        remedy = "remove the tag" if attested else "add the tag"
        yield Diagnostic(path, rule.line, f"@{ATTESTATION} and the kind of {requirement.id} do not agree", remedy)
    if not rule.scenarios and not attested:
        yield Diagnostic(path, rule.line, f"a rule without a scenario shows nothing of {requirement.id}", "write one")


def tag_diagnostics(feature: Feature, tags: tuple[Tag, ...], register: Register) -> Iterator[Diagnostic]:
    """Yield diagnostics of tags that are no requirement's id."""
    for tag in tags:
        if tag.name not in register and tag.name != ATTESTATION:
            remedy = did_you_mean(tag.name, register, "use an id of the register, or remove it")
            yield Diagnostic(feature.path, tag.line, f"the tag @{tag.name} is no requirement's id", remedy)


def name_diagnostics(feature: Feature, scenario: Scenario) -> Iterator[Diagnostic]:
    """Yield diagnostics of a scenario's name."""
    name, at = scenario.name, (feature.path, scenario.line)
    if not slug(name):
        yield Diagnostic(*at, "a scenario without a name", "say in a few words what it shows")
    if len(name) > NAME_LENGTH:
        yield Diagnostic(*at, f"a name of {len(name)} characters", f"say it in {NAME_LENGTH}")
    if weak := WEAK_WORDS.search(name):
        yield Diagnostic(*at, f"the name says {weak[0]!r}", "say what is so, in the present tense")
    if "<" in name:
        yield Diagnostic(*at, "the name has a column in it", "leave it out: reports name the row")


def example_diagnostics(feature: Feature, scenario: Scenario, register: Register) -> Iterator[Diagnostic]:
    """Yield diagnostics of the examples of a scenario, and of columns that do not go with its steps."""
    path = feature.path
    used = {column: step.line for step in scenario.steps for column in re.findall(r"<([^<>]*)>", step.text)}
    if scenario.outline and not scenario.examples:
        yield Diagnostic(path, scenario.line, "an outline without examples", "add Examples, or make it a Scenario")
    if not scenario.outline:
        for column, line in used.items():
            yield Diagnostic(path, line, f"<{column}> in a scenario without examples", "write the value")
    for examples in scenario.examples:
        yield from tag_diagnostics(feature, examples.tags, register)
        if len(scenario.examples) > 1 and not examples.name:
            yield Diagnostic(path, examples.line, "one of several Examples without a name", "name each of them")
        yield from table_diagnostics(feature, examples, used)


def table_diagnostics(feature: Feature, examples: Examples, used: dict[str, int]) -> Iterator[Diagnostic]:
    """Yield diagnostics of one table of examples; ``used`` holds the columns that steps have, with their lines."""
    path = feature.path
    if not examples.rows:
        yield Diagnostic(path, examples.line, "examples without a row", "add one, or remove the Examples")
    for column, times in Counter(examples.columns).items():
        if not re.fullmatch(r"[A-Za-z][A-Za-z -]*", column):
            yield Diagnostic(path, examples.line, f"a column is called {column!r}", "use letters and spaces")
        if times > 1:
            yield Diagnostic(path, examples.line, f"{times} columns are called {column!r}", "rename or remove one")
        if column not in used:
            yield Diagnostic(path, examples.line, f"no step uses the column <{column}>", "use it, or remove it")
    for column, line in used.items():
        if column not in examples.columns:
            remedy = did_you_mean(column, examples.columns, f"add it to the examples at line {examples.line}")
            yield Diagnostic(path, line, f"no column is called <{column}>", remedy)
    for line, cells in examples.rows:
        for cell in cells:
            if "<" in cell:
                yield Diagnostic(path, line, f"the cell {cell!r} names a column", "write the value")
        if not slug(cells[0]) or len(cells[0]) > CELL_LENGTH:
            remedy = f"begin the row with 1 to {CELL_LENGTH} characters that tell it apart"
            yield Diagnostic(path, line, "the first column can't name the row", remedy)


def step_diagnostics(feature: Feature) -> Iterator[Diagnostic]:
    """Yield what is wrong with the steps of one feature."""
    for scenario in feature.scenarios:
        if not scenario.steps:
            yield Diagnostic(feature.path, scenario.line, "a scenario without steps", "write them, or delete it")
            continue
        written = {step.line: step.text for step in scenario.steps}
        for pickle in scenario.pickles:
            yield from order_diagnostics(feature, scenario, pickle)
            meanings: list[Meaning] = []
            for step in pickle.steps:
                # where a row filled a column in, the mistake may well be in the row
                line = step.line if written.get(step.line, step.text) == step.text else pickle.line
                try:
                    meanings.append(READERS[step.kind](step.text))
                except KeyError:
                    yield Diagnostic(feature.path, line, f"a first step {step.keyword!r}", "begin with Given or When")
                except UnknownSentence:
                    yield Diagnostic(feature.path, line, *unknown(step))
            yield from meaning_diagnostics(feature, scenario, pickle, meanings)


def order_diagnostics(feature: Feature, scenario: Scenario, pickle: Pickle) -> Iterator[Diagnostic]:
    """Yield diagnostics of too many, too few, or misplaced steps."""
    at = (feature.path, scenario.line)
    kinds = [step.kind for step in pickle.steps]
    if not 2 <= len(kinds) <= (len(kinds) if feature.is_counterexample else MOST_STEPS):
        yield Diagnostic(*at, f"a scenario of {len(kinds)} steps", f"say it in 2 to {MOST_STEPS}; a situation may help")
    if kinds.count("when") > 1:
        yield Diagnostic(*at, f"a scenario with {kinds.count('when')} Whens", "make a scenario of each")
    if "then" not in kinds:
        yield Diagnostic(*at, "a scenario without a Then checks nothing", "say what is observed")
    known = [KINDS.index(kind) for kind in kinds if kind]
    if known != sorted(known):
        yield Diagnostic(*at, "steps out of order", "write all Givens, then the When, then all Thens")
    for step in pickle.steps:
        if step.has_argument:
            yield Diagnostic(
                feature.path, step.line, "a table or a text below the step", "no step reads one: remove it"
            )
        if step.keyword == "*":
            yield Diagnostic(feature.path, step.line, "a step '*'", "write Given, When, Then, And or But")


def unknown(step: Step) -> tuple[str, str]:
    """Return what is wrong with a step that is no sentence of its kind, and what to do."""
    text = f"no {step.kind.title()} is written {step.text!r}"
    if others := other_kinds(step.kind, step.text):
        return text, f"it belongs in a {' or '.join(other.title() for other in others)}"
    return text, f"the most similar sentence is '{nearest(step.kind, step.text)}'"


def meaning_diagnostics(
    feature: Feature, scenario: Scenario, pickle: Pickle, meanings: list[Meaning]
) -> Iterator[Diagnostic]:
    """Yield diagnostics of Thens that could not fail: about a When that is not there, or about what was never named."""
    acts = any(step.kind == "when" for step in pickle.steps)
    named = {("subscription", name) for name in DEFAULT_STAGE.subscriptions}
    for meaning in meanings:
        commands = meaning.commands if isinstance(meaning, Situation) else [meaning]
        for command in commands:
            if isinstance(command, Command):
                named |= set(names(command))
    for meaning in meanings:
        if isinstance(meaning, Assertion) and not acts:
            text = "a Then is about a When that is not there"
            yield Diagnostic(feature.path, scenario.line, text, "write the When")
        if isinstance(meaning, Fact):
            for kind, name in parts(meaning):
                if (kind, name) not in named:
                    text = f"a Then is about the {kind} {name!r}, which no step before it names"
                    yield Diagnostic(feature.path, pickle.line, text, "correct the name")


def names(command: Command) -> Iterator[tuple[str, str]]:
    """Yield kind and name of each entity that the command names."""
    for index, reference, within in command.references:
        if command[index] is not None:
            name = command[index] if within is None else f"{command[within]}/{command[index]}"
            yield reference.kind.word, name


def parts(fact: Fact) -> Iterator[tuple[str, str]]:
    """Yield kind and name of each entity that the fact is about; a grant is about its vault and its resource."""
    if fact.kind == "grant":
        vault, _, resource = fact.name.partition("/")
        yield "vault", vault
        yield "resource", resource
    else:
        yield fact.kind, fact.name


def lint_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `lint`."""
    parser.add_argument(
        "paths",
        metavar="PATH",
        nargs="*",
        type=Path,
        help="feature files, or folders of them (default: those of the specification)",
    )


def run_lint(args: argparse.Namespace) -> int:
    """Print what is wrong with features; return 0 for nothing, 1 for diagnostics, 2 for an unreadable register."""
    diagnostics = lint(args.paths or [features_dir()])
    for diagnostic in diagnostics:
        print(diagnostic)
    return DEVIATIONS if diagnostics else OK
