"""Collection: each test of a scenario gets its pickle, unless the features have to be mended first.

pytest-bdd makes a test of each scenario that it finds.  What it does not find is not run, and
nobody notices.  So the features that are bound are read here again, as the specification reads
them, and linted.  With a diagnostic no scenario is run, and the exit code is that of wrong usage.

PYTEST_DONT_REWRITE
"""

import os
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

# pytest-bdd has no public way from a test to its scenario.
from pytest_bdd.scenario import scenario_wrapper_template_registry
from pytest_bdd.utils import registry_get_safe

from ... import features_dir
from ...bdd.diagnostics import Diagnostic
from ...bdd.feature_files import feature_files, read_feature, row_names
from ...bdd.feature_records import Feature, Pickle
from ...bdd.lint import lint

PICKLE = pytest.StashKey[Pickle]()
"""The pickle that a test runs."""

FEATURE = pytest.StashKey[str]()
"""The file of the feature that it is of, as reports and JUnit files name it.

A feature of the specification has the same name wherever that is installed.
"""

REPEAT = "__pytest_repeat_step_number"
"""The parameter in which pytest-repeat counts the repeats of a test."""

DIAGNOSTICS = "translator_cmk_diagnostics"
"""The name under which a process of xdist hands its diagnostics over."""


class Collection:
    """The plugin that looks at what is collected."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.suspects: set[Path] = set()
        """Features that a module may bind that could not be imported."""
        self.diagnostics: list[str] = []

    def pytest_exception_interact(self, node: Any) -> None:
        """Note the features of a module that could not be imported: the lint says why."""
        if isinstance(node, pytest.Collector):
            folders = [node.path.parent, features_dir()]
            self.suspects.update(feature_files(folders))

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Give each test its pickle, before anything is deselected."""
        tests = [item for item in items if template_of(item)]
        files = {Path(template_of(test).feature.filename) for test in tests}
        found = lint_folders_of(files | self.suspects)
        if not found:
            names = {file: name_of(file, self.config.rootpath) for file in files}
            found = list(join(tests, map(read_feature, files), names))
        self.diagnostics = [str(diagnostic) for diagnostic in found]
        if found:
            items.clear()

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self) -> None:
        """Hand the diagnostics over to the process that distributes the tests."""
        if hasattr(self.config, "workerinput"):
            self.config.workeroutput[DIAGNOSTICS] = self.diagnostics  # type: ignore[attr-defined]  # of xdist

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take the diagnostics of a process over; all of them collect the same."""
        handed_over = getattr(node, "workeroutput", {}).get(DIAGNOSTICS)
        if handed_over:
            self.diagnostics = handed_over

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Set the exit code of wrong usage."""
        if self.diagnostics:
            session.exitstatus = pytest.ExitCode.USAGE_ERROR

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> Generator[None]:
        """Print the diagnostics, after pytest has listed the tests."""
        yield
        for diagnostic in self.diagnostics:
            terminalreporter.write_line(f"ERROR: {diagnostic}", red=True)


def lint_folders_of(files: set[Path]) -> list[Diagnostic]:
    """Return what is wrong with these files, and with the features beside them.

    A file that has lost all of its scenarios binds no test: only a look into the folder finds it.
    """
    linted = set(files)
    for file in files:
        linted.update(file.parent.glob("*.feature"))
    return lint(linted) if linted else []


def name_of(file: Path, root: Path) -> str:
    """Return the name of a feature file in reports."""
    if file.parent == features_dir():
        return f"features/{file.name}"
    return Path(os.path.relpath(file, root)).as_posix()


def join(
    tests: Sequence[pytest.Item], features: Iterable[Feature], names: Mapping[Path, str]
) -> Iterator[Diagnostic]:
    """Give each test its pickle; yield a diagnostic if any pickle has two tests."""
    pickles: dict[tuple[Path, str, str], Pickle] = {}
    for feature in features:
        for pickle in feature.pickles:
            pickles[feature.path, pickle.name, pickle.row] = pickle

    for test in tests:
        path, name, row = key_of(test)
        pickle = pickles[path, name, row]
        test.stash[PICKLE] = pickle
        test.stash[FEATURE] = names[path]
        test.extra_keyword_matches.add(pickle.id)  # -k finds it
        test.user_properties.append(("scenario", pickle.id))
        for requirement in pickle.requirements:
            test.user_properties.append(("requirement", requirement))

    repeated = bound_again(tests)
    if repeated:
        path, first = next(iter(repeated.values()))
        text = f"{first.id} is collected more than once"
        if len(repeated) > 1:
            text += f", like {len(repeated) - 1} others"
        remedy = "bind it once, without parametrized fixtures; only pytest-repeat may repeat it"
        yield Diagnostic(path, first.line, text, remedy)


def bound_again(tests: Iterable[pytest.Item]) -> dict[str, tuple[Path, Pickle]]:
    """Return by its id each pickle with more than one test, and its file.

    The repeats that pytest-repeat makes of a test have different numbers.
    """
    seen = set[tuple[str, int]]()
    found: dict[str, tuple[Path, Pickle]] = {}
    for test in tests:
        pickle = test.stash[PICKLE]
        numbered = (pickle.id, repeat_of(test))
        if numbered in seen:
            found[pickle.id] = (key_of(test)[0], pickle)
        seen.add(numbered)
    return found


def repeat_of(test: Any) -> int:
    """Return the number of this repeat of a test, 0 for one that is not repeated."""
    if not hasattr(test, "callspec"):
        return 0
    number: int = test.callspec.params.get(REPEAT, 0)
    return number


def template_of(item: Any) -> Any:
    """Return the scenario that a test runs, or None."""
    return registry_get_safe(scenario_wrapper_template_registry, getattr(item, "obj", None))


def key_of(test: Any) -> tuple[Path, str, str]:
    """Return file, scenario and row of the pickle that a test runs.

    The lint refuses two pickles that share them.
    """
    template = template_of(test)
    return Path(template.feature.filename), template.name, row_of(test)


def row_of(test: Any) -> str:
    """Return the name of the row of examples that a test runs; empty without examples."""
    template = template_of(test)
    if not template.examples:
        return ""
    example: dict[str, str] = test.callspec.params["_pytest_bdd_example"]
    rows: list[tuple[str, ...]] = []
    for examples in template.examples:
        rows += [tuple(row) for row in examples.examples]
    return row_names(rows)[tuple(example.values())]
