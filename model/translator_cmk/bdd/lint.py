"""The lint of features: refuses what would pass without having been checked, and what breaks the house rules."""

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from .. import features_dir
from ..requirements import Register, RegisterError, load_register
from .complaints import Complaint
from .lint_steps import step_complaints
from .lint_structure import feature_complaints
from .pickles import feature_files, read_feature
from .records import Feature, FeatureError, Scenario

UNSEEN_KINDS = ("attestation", "silence")
"""Kinds of requirement that need no scenario: nothing that could be observed would show them."""


def lint(paths: Iterable[Path], register: Register | None = None) -> list[Complaint]:
    """What is wrong with the feature files among these and in these folders, in order.

    Whether each requirement has its rule is asked only where all of the specification's own features are among them.
    Without a register, the package's is loaded, which raises `RegisterError`.
    """
    register = register or load_register()
    features: list[Feature] = []
    complaints: list[Complaint] = []
    paths = list(paths)
    files = feature_files(paths)
    for file in files:
        try:
            features.append(read_feature(file))
        except FeatureError as error:
            complaints.append(Complaint(error.path, error.line, error.text, error.remedy))
    for feature in features:
        complaints += feature_complaints(feature, register)
        complaints += step_complaints(feature)
    complaints += repeated(features)
    if not files:
        complaints += [
            Complaint(path, 1, "no feature file is here", "name a file or folder that has one") for path in paths
        ]
    own = feature_files([features_dir()])
    if own and {file.resolve() for file in own} <= {file.resolve() for file in files}:
        complaints += missing(features, register)
    return sorted(dict.fromkeys(complaints))


def repeated(features: Sequence[Feature]) -> Iterator[Complaint]:
    """Complains of what has to be there once in the whole suite: rules, names of scenarios and ids."""
    rules: dict[str, str] = {}
    names: dict[str, str] = {}
    ids: dict[str, str] = {}
    for feature in features:
        for rule in feature.rules:
            here = f"{feature.path.name}:{rule.line}"
            if rule.requirement and (there := rules.setdefault(rule.requirement, here)) != here:
                text = f"{rule.requirement} has another rule at {there}"
                yield Complaint(feature.path, rule.line, text, "put all its scenarios under one rule")
        for scenario in feature.scenarios:
            here = f"{feature.path.name}:{scenario.line}"
            if (there := names.setdefault(scenario.name, here)) != here:
                text = f"the scenario at {there} has the same name {scenario.name!r}"
                # in one file, pytest-bdd would run the last of them only
                yield Complaint(feature.path, scenario.line, text, "rename one")
            else:
                yield from repeated_ids(feature, scenario, ids)


def repeated_ids(feature: Feature, scenario: Scenario, ids: dict[str, str]) -> Iterator[Complaint]:
    """Complains of ids that another scenario or row has; keeps those of this scenario in ``ids``."""
    for pickle in scenario.pickles:
        here = f"{feature.path.name}:{pickle.line}"
        if (there := ids.setdefault(pickle.id, here)) != here:
            text = f"its id {pickle.id!r} is also that of {there}"
            remedy = "let the first column tell the rows apart" if pickle.row else "rename the scenario"
            yield Complaint(feature.path, pickle.line, text, remedy)


def missing(features: Sequence[Feature], register: Register) -> Iterator[Complaint]:
    """Complains of each requirement without a rule."""
    shown = {rule.requirement for feature in features for rule in feature.rules}
    for requirement in register.values():
        if requirement.kind not in UNSEEN_KINDS and requirement.id not in shown:
            file = features_dir() / f"{requirement.topic}.feature"
            remedy = f"add @{requirement.id} with 'Rule: {requirement.title}'"
            yield Complaint(file, 1, f"no rule shows {requirement.id}", remedy)


def lint_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `lint`."""
    parser.add_argument(
        "paths",
        metavar="PATH",
        nargs="*",
        type=Path,
        help="feature files, or folders of them (default: those of the specification)",
    )


def run_lint(args: argparse.Namespace) -> int:
    """Prints what is wrong with features; returns 0 for nothing, 1 for complaints, 2 for an unreadable register."""
    try:
        complaints = lint(args.paths or [features_dir()])
    except RegisterError as error:
        print(f"translator-cmk: error: {error}", file=sys.stderr)
        return 2
    for complaint in complaints:
        print(complaint)
    return 1 if complaints else 0
