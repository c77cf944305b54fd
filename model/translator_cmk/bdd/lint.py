"""The lint of features: the command `translator-cmk lint`, and what is wrong across files."""

import argparse
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from .. import features_dir
from ..errors import DEVIATIONS, OK
from ..requirements import Register, load_register
from .diagnostics import Diagnostic, FeatureError
from .feature_files import feature_files, read_feature
from .feature_lint import diagnose
from .feature_records import Feature
from .syntax_tree import line_of

UNSEEN_KINDS = ("attestation", "silence")
"""Kinds of requirement that need no scenario: nothing that could be observed would show them."""


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
    """Print what is wrong with features.

    Return 0 for nothing, 1 for diagnostics, 2 for an unreadable register.
    """
    diagnostics = lint(args.paths or [features_dir()])
    for diagnostic in diagnostics:
        print(diagnostic)
    return DEVIATIONS if diagnostics else OK


def lint(paths: Iterable[Path]) -> list[Diagnostic]:
    """Return what is wrong with the feature files among these and in these folders, in order.

    Whether each requirement has its rule is asked only if all of the specification's own features
    are among them.  Raises `InvalidFile` for a register that can't be read.
    """
    register = load_register()
    paths = list(paths)
    files = feature_files(paths)
    found: list[Diagnostic] = []

    if not files:
        for path in paths:
            remedy = "name a file or folder that has one"
            found.append(Diagnostic(path, 1, "no feature file is here", remedy))

    features: list[Feature] = []
    for file in files:
        try:
            features.append(read_feature(file))
        except FeatureError as error:
            found.append(error.diagnostic)
    for feature in features:
        found += diagnose(feature, register)
    found += repeated(features)
    if has_specification(files):
        found += missing_rules(features, register)
    return sorted(set(found))


def has_specification(files: Iterable[Path]) -> bool:
    """Return whether all of the specification's own features are among the files."""
    specified = {file.resolve() for file in feature_files([features_dir()])}
    given = {file.resolve() for file in files}
    return bool(specified) and specified <= given


class Unique(NamedTuple):
    """Something that may be there once in the whole suite, and what to do about a second one."""

    what: str
    name: str
    line: int
    remedy: str


def repeated(features: Sequence[Feature]) -> Iterator[Diagnostic]:
    """Yield a diagnostic for each rule, name or id that is there already in the whole suite.

    Of two scenarios of one name in a file, pytest-bdd would run the last only.
    """
    first: dict[tuple[str, str], tuple[Path, int]] = {}
    for feature in features:
        for unique in unique_parts(feature):
            here = (feature.path, unique.line)
            there = first.setdefault((unique.what, unique.name), here)
            if there != here:
                path, line = there
                where = path.name
                # two folders may have a file of one name
                if path != feature.path and where == feature.path.name:
                    where = str(path)
                text = f"the {unique.what} {unique.name!r} is at {where}:{line} already"
                yield Diagnostic(feature.path, unique.line, text, unique.remedy)


def unique_parts(feature: Feature) -> Iterator[Unique]:
    """Yield what a feature has that may be there once in the whole suite.

    Of somebody's own feature these are only the ids: its rules and names are as its author likes,
    but reports know each scenario by its id.
    """
    for rule in feature.rules:
        if rule.requirement and not feature.is_own:
            remedy = "put all its scenarios under one rule"
            yield Unique("rule of", rule.requirement, line_of(rule.tree), remedy)
    for scenario in feature.scenarios:
        if not feature.is_own:
            yield Unique("scenario", scenario.name, scenario.line, "rename one")
        for pickle in scenario.pickles:
            remedy = "begin each row with another text, or rename the scenario"
            yield Unique("id", pickle.id, pickle.line, remedy)


def missing_rules(features: Sequence[Feature], register: Register) -> Iterator[Diagnostic]:
    """Yield a diagnostic for each requirement without a rule."""
    shown = set[str]()
    for feature in features:
        shown.update(rule.requirement for rule in feature.rules)
    for requirement in register.values():
        if requirement.kind in UNSEEN_KINDS or requirement.id in shown:
            continue
        file = features_dir() / f"{requirement.topic}.feature"
        remedy = f"add @{requirement.id} with 'Rule: {requirement.title}'"
        yield Diagnostic(file, 1, f"no rule shows {requirement.id}", remedy)
