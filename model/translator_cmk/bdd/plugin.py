"""The pytest plugin: its options and fixtures, and how a scenario that was run is reported.

PYTEST_DONT_REWRITE
"""

from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from ..requirements import Register, RegisterError, load_register
from ..system import ModelSystem, System
from .claims import NotApplicable
from .collection import FEATURE, PICKLE, Collection
from .junit import JUnitNames
from .playing import Inconclusive, Playing
from .recorder import Recorder
from .records import ATTESTATION, COUNTEREXAMPLE
from .systems import SystemNotFound, load_factory, not_a_system, subject_of
from .verdicts import OURS, message, own_frames, verdict
from .wording import title

REGISTER = pytest.StashKey[Register]()
FACTORY = pytest.StashKey[Callable[[], System]]()
BY_OPTION = pytest.StashKey[bool]()
PLAYING = pytest.StashKey[Playing]()
SUBJECT = pytest.StashKey[str]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the options."""
    group = parser.getgroup("translator-cmk", "executable specification of customer-managed keys")
    group.addoption(
        "--system",
        metavar="MODULE:FACTORY",
        help="run the scenarios against the system that this makes, called once for each (default: the model)",
    )
    group.addoption("--results", metavar="FILE", type=Path, help="write what came of each scenario as JSON")


def pytest_configure(config: pytest.Config) -> None:
    """Registers each requirement's id as a marker, and refuses options that can't be met."""
    if not any(config.pluginmanager.hasplugin(name) for name in ("pytest-bdd", "pytest_bdd.plugin")):
        raise pytest.UsageError("translator_cmk.bdd needs the plugin of pytest-bdd; add -p pytest_bdd.plugin")
    if config.getoption("--cucumber-json"):
        # pytest-bdd writes skipped scenarios into it as passed, leaves the rules out, and under xdist everything
        raise pytest.UsageError("--cucumber-json would not show what came of this run; use --junitxml or --results")
    name: str | None = config.getoption("--system")
    results: Path | None = config.getoption("--results")
    if results is not None and results.is_dir():
        raise pytest.UsageError(f"--results {results}: this is a folder; name a file")
    try:
        register = config.stash[REGISTER] = load_register()
        config.stash[FACTORY] = load_factory(name, config.invocation_params.dir) if name else ModelSystem
    except (RegisterError, SystemNotFound) as error:
        raise pytest.UsageError(str(error)) from None
    for requirement in register.values():
        config.addinivalue_line("markers", f"{requirement.id}: {requirement.title}")
    config.addinivalue_line("markers", f"{ATTESTATION}: it can only be declared")
    config.addinivalue_line("markers", f"{COUNTEREXAMPLE}: a machine wrote it")
    collection = Collection(config, register)
    config.pluginmanager.register(collection)
    config.pluginmanager.register(Recorder(config, collection))
    config.pluginmanager.register(JUnitNames(config))


@pytest.fixture
def system(request: pytest.FixtureRequest) -> System:
    """The system that a scenario is run against.  A suite that tests its own defines a fixture of this name."""
    request.node.stash[BY_OPTION] = True
    return request.config.stash[FACTORY]()


@pytest.fixture
def playing(request: pytest.FixtureRequest, system: System) -> Playing:
    """The scenario in play, its system started afresh."""
    __tracebackhide__ = True
    name: str | None = request.config.getoption("--system")
    if name and BY_OPTION not in request.node.stash:
        raise Inconclusive(f"--system {name} is given, and a fixture called system overrides it; remove one of them")
    if problem := not_a_system(system):
        raise Inconclusive(problem)
    request.node.stash[SUBJECT] = subject_of(system, name)
    scenario = request.node.stash[PLAYING] = Playing(system, request.node.stash[PICKLE])
    return scenario


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Adds to the report of a scenario what came of it, and says in plain words why it did not pass."""
    pickle = item.stash.get(PICKLE, None)
    if pickle is None:
        return (yield)
    path = item.stash[FEATURE]
    playing = item.stash.get(PLAYING, None)
    error = call.excinfo.value if call.excinfo else None
    status, reason = verdict(error, call.when)
    if error is not None and not isinstance(error, OURS):
        call.excinfo = pytest.ExceptionInfo.from_exception(error.with_traceback(own_frames(error.__traceback__)))
    report = yield
    if isinstance(error, NotApplicable):
        report.outcome = "skipped"
        report.longrepr = (str(path), pickle.line, f"Skipped: {reason}")
    elif error is not None and report.failed:
        text = message(error, reason, pickle, path, playing, item.config.stash[REGISTER])
        if isinstance(error, OURS):
            report.longrepr = text
        else:
            report.sections.append(("Scenario", text))
    # an attribute of the report, unlike a user property, stays out of JUnit files, and xdist carries it all the same
    report.scenario = {  # type: ignore[attr-defined]  # reports take any attribute
        "id": pickle.id,
        "title": title(pickle),
        "topic": path.stem,
        "status": status,
        "reason": reason,
        "subject": item.stash.get(SUBJECT, None),
        "details": playing.details if playing and call.when == "call" else [],
    }
    return report
