"""Checks every place that a requirement's id ties together: register, feature, rows and pages.

`make ties` runs it.  Each diagnostic says what is wrong, where, and what to do, so whoever adds or changes a
requirement finds the next place to edit without running the tests.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from .. import features_dir
from ..errors import InvalidFile
from ..explore.row_sources import RowSource, counter_row_sources, row_sources
from ..language.situations import situations
from ..machine import COUNTER_ROWS, ROWS, Machine
from ..machine.rows import Row
from ..machine.step import DOES_NOT_EXIST
from ..oracle import Oracle
from ..oracle.profiles import silent_in
from ..requirements import TOPICS, Register, Requirement, load_register
from ..shapes import suggestion
from .features import Diagnostic, Feature, feature_files, load_features, pickles
from .lint import lint
from .vocabulary import demanded, undemanded

ROOT = features_dir().parent
PACKAGE = Path(__file__).parents[1]
TOPIC_FILES = PACKAGE / "machine" / "topics"

WITHOUT_ROWS = DOES_NOT_EXIST.because
"""Requirements that the machine itself keeps, when it looks names up."""

ID = re.compile(
    rf"(?<![\w/.-])(?:{'|'.join(TOPICS)})\.(?!md\b|ya?ml\b|py\b|feature\b)[a-z0-9]+(?:-[a-z0-9]+)*(?![\w/.(-])"
)
"""A requirement's id in prose or data, and no file's name."""


def ties() -> list[Diagnostic]:
    """Return every broken tie, in the order in which they are best mended; raises `InvalidFile`."""
    register = load_register()
    situations()
    found = [*lint([features_dir()]), *row_diagnostics(register)]
    if not found:  # scenarios and rows can be compared only once each is in order
        features = load_features(features_dir())
        found = [*scenario_diagnostics(features), *strength_diagnostics()]
    return [
        *found,
        *module_diagnostics(),
        *page_diagnostics(register),
    ]


def row_diagnostics(register: Register) -> Iterator[Diagnostic]:
    """Yield a diagnostic for each row whose id is unknown, and for each requirement without the rows that it needs."""
    for source in (*row_sources(), *counter_row_sources()):
        if source.row.requirement not in register:
            text = f"the row cites {source.row.requirement}, which is not in the register"
            remedy = suggestion(
                source.row.requirement, register, "add the requirement to the register, or cite another"
            )
            yield Diagnostic(file_of(source), source.line, text, remedy)
    cited, counter = ({row.requirement for row in rows} for rows in (ROWS, COUNTER_ROWS))
    for requirement in register.values():
        yield from missing_rows(requirement, cited, counter)


ROW_OF = {
    "demand": "a refuse(...)",
    "effect": "an effect(...)",
    "meaning": "a means(...)",
    "consequence": "a whenever(...)",
    "silence": "a silent(...)",
}
"""The function that makes a row of each kind of requirement that has rows."""


def missing_rows(requirement: Requirement, cited: set[str], counter: set[str]) -> Iterator[Diagnostic]:
    """Yield a diagnostic where a requirement lacks the rows of its kind, or has rows of another."""
    name, kind = requirement.id, requirement.kind
    file = TOPIC_FILES / f"{requirement.topic}.py"
    if kind == "permission":
        if name not in counter:
            yield Diagnostic(file, 1, f"{name} is a permission without a counter-row", "add the row of the mistake")
        if name in cited:
            remedy = "remove the row, or change the kind in the register"
            yield Diagnostic(file, 1, f"{name} is a permission, and a row of the model cites it", remedy)
    elif kind == "attestation":
        if name in cited | counter:
            remedy = "remove the row, or change the kind in the register"
            yield Diagnostic(file, 1, f"{name} can only be declared, and a row cites it", remedy)
    elif name not in cited | counter | WITHOUT_ROWS:
        remedy = f"add {ROW_OF[kind]} to ROWS that cites {name!r}"
        yield Diagnostic(file, 1, f"no row cites {name}", remedy)


def scenario_diagnostics(features: Iterable[Feature]) -> Iterator[Diagnostic]:
    """Yield a diagnostic for each scenario that the model contradicts."""
    files = {pickle: feature.path for feature in features for pickle in feature.pickles}
    for pickle in undemanded(Machine(ROWS), files):
        text = f"the model does not do what {pickle.name!r} says"
        topics = dict.fromkeys(name.partition(".")[0] for name in pickle.requirements)
        rows = " or ".join(f"machine/topics/{topic}.py" for topic in topics)
        yield Diagnostic(files[pickle], pickle.line, text, f"correct the scenario, or the rows in {rows}")


def strength_diagnostics() -> Iterator[Diagnostic]:
    """Yield a diagnostic for each requirement of which no scenario would notice that its rows are missing or wrong.

    An assumption can hide a mistake about what the article states, so the rows are tried without assumptions too.
    """
    models = [Machine(rows) for rows in (ROWS, without_assumptions(ROWS))]
    sources = {source.row.requirement: source for source in reversed(row_sources())}
    lacking = [(source, None, "without the rows that cite it") for _, source in sorted(sources.items())]
    for source, mistake, how in (
        *lacking,
        *((source, source.row, "with this mistake") for source in counter_row_sources()),
    ):
        name = source.row.requirement
        if not any(notices(right, name, mistake) for right in models):
            remedy = "add a scenario that does"
            yield Diagnostic(file_of(source), source.line, f"no scenario tagged @{name} fails {how}", remedy)


def notices(right: Machine, name: str, mistake: Row | None) -> bool:
    """Return whether a scenario of the requirement fails with the mistake, or else without the rows that cite it."""
    rows = right.rows
    wrong = Machine((*rows, mistake) if mistake else (row for row in rows if row.requirement != name))
    scenarios = (pickle for pickle in pickles() if name in pickle.requirements)
    return any(not demanded(Oracle(wrong), each) and demanded(Oracle(right), each) for each in scenarios)


def without_assumptions(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Return those of the rows that the profile `article` demands."""
    register = load_register()
    silent = silent_in("article", register)
    return tuple(row for row in rows if row.requirement in register and row.requirement not in silent)


def file_of(source: RowSource) -> Path:
    """Return the file in which a row is written."""
    return TOPIC_FILES / Path(source.path).name


def module_diagnostics() -> Iterator[Diagnostic]:
    """Yield a diagnostic for each feature that no test module of its name runs."""
    tests = ROOT / "tests" / "features"
    for feature in feature_files([features_dir()]) if tests.is_dir() else ():
        module = tests / f"test_{feature.stem}.py"
        if not module.is_file() or f'"{feature.name}"' not in module.read_text("utf-8"):
            text = f"{module.relative_to(ROOT).as_posix()} does not run it"
            yield Diagnostic(feature, 1, text, f"write it like its neighbours, with the name {feature.name}")


def page_diagnostics(register: Register) -> Iterator[Diagnostic]:
    """Yield a diagnostic for each id on a hand-written page, or in the data of one, that is not in the register."""
    site = PACKAGE / "site"
    folders = (ROOT, ROOT / "docs", ROOT / "docs" / "decisions", site / "pages", site / "data")
    for file in sorted(
        {file for folder in folders for suffix in ("md", "yaml") for file in folder.glob(f"*.{suffix}")}
    ):
        for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1):
            for name in ID.findall(line):
                if name not in register and file.name != "CHANGELOG.md":
                    remedy = suggestion(name, register, "name a requirement of the register")
                    yield Diagnostic(file, number, f"{name} is not in the register", remedy)


def main() -> int:
    """Print every broken tie; return 1 where there is one."""
    try:
        found = [str(diagnostic) for diagnostic in ties()]
    except InvalidFile as error:
        found = [f"{error}; then run this again"]
    for diagnostic in found:
        print(diagnostic)
    if not found:
        print(f"all ties hold: {len(load_register())} requirements")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
