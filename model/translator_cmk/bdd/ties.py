"""Ties: every place where a requirement's id or a command has to be, and whether it is there.

An id stands in the register, on a rule of a feature, in rows of the model and on pages; the ids of
releases are frozen.  `make ties` checks all of them.  Each diagnostic says what is wrong, where,
and what to do: whoever adds a requirement or a command finds the next place to edit without running
the tests.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from .. import features_dir
from ..errors import InvalidFile
from ..language.situations import situations
from ..machine import COUNTER_ROWS, ROWS, Machine
from ..machine.rows import Row
from ..machine.step import DOES_NOT_EXIST
from ..machine.topics import MEMORY
from ..oracle import Oracle
from ..oracle.profiles import silent_in
from ..requirements import TOPICS, Register, Requirement, load_register
from ..row_sources import RowSource, counter_row_sources, row_sources
from ..shapes import suggestion
from .command_ties import command_diagnostics
from .demands import PrefixTree, demanded, is_contradicted
from .diagnostics import Diagnostic
from .example_answers import EXAMPLE, example_diagnostics
from .feature_files import feature_files, load_features, pickles
from .feature_records import Feature, Pickle
from .freeze import broken_promises
from .lint import lint

ROOT = features_dir().parent
PACKAGE = Path(__file__).parents[1]
TOPIC_FILES = PACKAGE / "machine" / "topics"


def main() -> int:
    """Print every broken tie; return 1 where there is one."""
    try:
        found = [str(diagnostic) for diagnostic in ties()]
    except InvalidFile as error:
        found = [f"{error}; then run this again"]
    if not found:
        print(f"all ties hold: {len(load_register())} requirements")
        return 0
    for diagnostic in found:
        print(diagnostic)
    return 1


def ties() -> list[Diagnostic]:
    """Return every broken tie, in the order in which they are best mended; raises `InvalidFile`."""
    register = load_register()
    situations()  # raises where they can't be read
    found = lint([features_dir()])
    features = [] if found else load_features(features_dir())
    found += [*row_diagnostics(register), *system_diagnostics(register)]
    found += command_diagnostics(features)
    if not found:  # scenarios and rows can be compared only once each is in order
        found += [*scenario_diagnostics(features), *strength_diagnostics()]
        found += release_diagnostics()
        found += example_diagnostics(EXAMPLE, files_of(features))
    found += [*module_diagnostics(), *decision_diagnostics(register)]
    return [*found, *page_diagnostics(register)]


# Register and rows

WITHOUT_ROWS = DOES_NOT_EXIST.because
"""Requirements that the machine itself keeps, when it looks names up."""

ROW_OF = {
    "demand": "a refuse(...)",
    "effect": "an effect(...)",
    "meaning": "a means(...)",
    "consequence": "a whenever(...)",
    "silence": "a silent(...)",
}
"""The function that makes a row of each kind of requirement that has rows."""


def row_diagnostics(register: Register) -> Iterator[Diagnostic]:
    """Yield a diagnostic for each row whose id is unknown, and where rows are missing."""
    for source in (*row_sources(), *counter_row_sources()):
        name = source.row.requirement
        if name not in register:
            text = f"the row cites {name}, which is not in the register"
            otherwise = "add the requirement to the register, or cite another"
            remedy = suggestion(name, register, otherwise)
            yield Diagnostic(file_of(source), source.line, text, remedy)

    cited = {row.requirement for row in ROWS}
    counter = {row.requirement for row in COUNTER_ROWS}
    for requirement in register.values():
        yield from missing_rows(requirement, cited, counter)


def missing_rows(
    requirement: Requirement, cited: set[str], counter: set[str]
) -> Iterator[Diagnostic]:
    """Yield a diagnostic where a requirement lacks the rows of its kind, or has rows of another."""
    name = requirement.id
    file = TOPIC_FILES / f"{requirement.topic}.py"
    if requirement.kind == "permission":
        if name not in counter:
            text = f"{name} is a permission without a counter-row"
            yield Diagnostic(file, 1, text, "add the row of the mistake")
        if name in cited:
            text = f"{name} is a permission, and a row of the model cites it"
            remedy = "remove the row, or change the kind in the register"
            yield Diagnostic(file, 1, text, remedy)
    elif requirement.kind == "attestation":
        if name in cited or name in counter:
            text = f"{name} can only be declared, and a row cites it"
            remedy = "remove the row, or change the kind in the register"
            yield Diagnostic(file, 1, text, remedy)
    elif name not in cited | counter | WITHOUT_ROWS:
        remedy = f"add {ROW_OF[requirement.kind]} to ROWS that cites {name!r}"
        yield Diagnostic(file, 1, f"no row cites {name}", remedy)


def file_of(source: RowSource) -> Path:
    """Return the file in which a row is written."""
    return TOPIC_FILES / Path(source.path).name


# Rows and scenarios


def scenario_diagnostics(features: Iterable[Feature]) -> Iterator[Diagnostic]:
    """Yield a diagnostic for each scenario that the model contradicts."""
    files = files_of(features)
    for pickle in filter(is_contradicted, files):
        text = f"the model does not do what {pickle.name!r} says"
        topics = dict.fromkeys(name.partition(".")[0] for name in pickle.requirements)
        rows = " or ".join(f"machine/topics/{topic}.py" for topic in topics)
        remedy = f"correct the scenario, or the rows in {rows}"
        yield Diagnostic(files[pickle], pickle.line, text, remedy)


def files_of(features: Iterable[Feature]) -> dict[Pickle, Path]:
    """Return the file of each scenario."""
    files: dict[Pickle, Path] = {}
    for feature in features:
        files.update(dict.fromkeys(feature.pickles, feature.path))
    return files


def strength_diagnostics() -> Iterator[Diagnostic]:
    """Yield a diagnostic for each requirement of which no scenario notices wrong or missing rows.

    An assumption can hide a mistake about what the article states, so the rows are tried without
    assumptions too.
    """
    models: list[PrefixTree] = []
    for rows in (ROWS, without_assumptions(ROWS)):
        models.append(PrefixTree(Oracle(Machine(rows))))

    first_rows: dict[str, RowSource] = {}
    for source in row_sources():
        first_rows.setdefault(source.row.requirement, source)
    for name, source in sorted(first_rows.items()):
        if not any(notice_absence(name, model) for model in models):
            yield unnoticed(source, "without the rows that cite it")

    for source in counter_row_sources():
        if not any(notice_mistake(source.row, model) for model in models):
            yield unnoticed(source, "with this mistake")


def unnoticed(source: RowSource, how: str) -> Diagnostic:
    """Return the diagnostic that no scenario fails where the rows of a requirement are wrong."""
    text = f"no scenario tagged @{source.row.requirement} fails {how}"
    return Diagnostic(file_of(source), source.line, text, "add a scenario that does")


def notice_absence(name: str, right: PrefixTree) -> bool:
    """Return whether a scenario of the requirement fails without the rows that cite it."""
    others = [row for row in right.oracle.machine.rows if row.requirement != name]
    return tells_apart(name, right, Machine(others))


def notice_mistake(mistake: Row, right: PrefixTree) -> bool:
    """Return whether a scenario of its requirement fails with the row of a mistake."""
    with_mistake = Machine([*right.oracle.machine.rows, *MEMORY, mistake])
    return tells_apart(mistake.requirement, right, with_mistake)


def tells_apart(name: str, right: PrefixTree, wrong: Machine) -> bool:
    """Return whether the right machine demands a scenario of the requirement that the wrong one
    does not.
    """
    mistaken = PrefixTree(Oracle(wrong))
    for pickle in pickles():
        if name not in pickle.requirements or demanded(mistaken, pickle):
            continue
        if demanded(right, pickle):
            return True
    return False


def without_assumptions(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Return those of the rows that the profile `article` demands."""
    register = load_register()
    demanded_ids = set(register) - silent_in("article", register)
    return tuple(row for row in rows if row.requirement in demanded_ids)


# Requirements and the systems that differ in them

SYSTEMS = ROOT / "tests" / "systems"


def system_diagnostics(register: Register) -> Iterator[Diagnostic]:
    """Yield a diagnostic for each requirement that no system of the tests is about.

    Whether such a system differs in it alone, the tests find out.
    """
    written = "".join(file.read_text("utf-8") for file in SYSTEMS.rglob("*.py"))
    # there are no tests beside an installed package
    if not written:
        return
    for requirement in register.values():
        if requirement.kind == "attestation":
            continue
        file = SYSTEMS / "wrong" / f"{requirement.topic}.py"
        remedy = "add one that breaks it alone"
        if requirement.basis == "assumed" or requirement.kind == "silence":
            file = SYSTEMS / "one_assumption.py"
            remedy = "add one that differs in it alone"
        if f'"{requirement.id}"' not in written:
            yield Diagnostic(file, 1, f"no system is about {requirement.id}", remedy)


# Features and tests


def module_diagnostics() -> Iterator[Diagnostic]:
    """Yield a diagnostic for each feature that no test module of its name runs."""
    tests = ROOT / "tests" / "features"
    if not tests.is_dir():
        return
    for feature in feature_files([features_dir()]):
        module = tests / f"test_{feature.stem}.py"
        if module.is_file() and f'"{feature.name}"' in module.read_text("utf-8"):
            continue
        text = f"{module.relative_to(ROOT).as_posix()} does not run it"
        remedy = f"write it like its neighbours, with the name {feature.name}"
        yield Diagnostic(feature, 1, text, remedy)


# Decisions

DECISIONS = ROOT / "docs" / "decisions"


def decision_diagnostics(register: Register) -> Iterator[Diagnostic]:
    """Yield a diagnostic for each decision that a requirement names and nobody has written."""
    for requirement in register.values():
        if requirement.decision and not (DECISIONS / requirement.decision).is_file():
            file = DECISIONS / requirement.decision
            yield Diagnostic(file, 1, f"{requirement.id} names it, and it is not there", "write it")


# Releases

CHANGELOG = ROOT / "CHANGELOG.md"


def release_diagnostics() -> Iterator[Diagnostic]:
    """Yield a diagnostic for each id of a release that is gone unsaid, or used again."""
    for text, remedy in broken_promises(CHANGELOG.read_text("utf-8")):
        yield Diagnostic(CHANGELOG, 1, text, remedy)


# Pages

TOPIC = "|".join(TOPICS)
NAME = r"(?!md\b|ya?ml\b|py\b|feature\b)[a-z0-9]+(?:-[a-z0-9]+)*"
ID = re.compile(rf"(?<![\w/.-])(?:{TOPIC})\.{NAME}(?![\w/.(-])")
"""A requirement's id in prose or data, and no file's name."""

FOLDERS_OF_PAGES = (
    ROOT,
    ROOT / "docs",
    DECISIONS,
    PACKAGE / "site" / "pages",
    PACKAGE / "site" / "data",
)


def page_diagnostics(register: Register) -> Iterator[Diagnostic]:
    """Yield a diagnostic for each id on a page, or in its data, that is not in the register."""
    for file in files_of_pages():
        lines = file.read_text("utf-8").splitlines()
        for number, line in enumerate(lines, start=1):
            for name in ID.findall(line):
                if name not in register:
                    remedy = suggestion(name, register, "name a requirement of the register")
                    yield Diagnostic(file, number, f"{name} is not in the register", remedy)


def files_of_pages() -> list[Path]:
    """Return the hand-written pages and their data.

    The changelog is not among them: it may name what is no longer there.
    """
    found: list[Path] = []
    for folder in FOLDERS_OF_PAGES:
        found += folder.glob("*.md")
        found += folder.glob("*.yaml")
    return sorted(file for file in found if file.name != "CHANGELOG.md")


if __name__ == "__main__":
    sys.exit(main())
