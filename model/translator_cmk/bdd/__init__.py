"""The scenarios on pytest: an opt-in plugin with the lint of features, and the results of a run.

A suite opts in by `pytest_plugins = ["translator_cmk.bdd"]` or `-p translator_cmk.bdd`, and binds features by
`test_features = scenarios("features")`.

PYTEST_DONT_REWRITE: nothing here asserts, and a program that has imported this package may start pytest afterwards.
"""

from collections.abc import Callable
from os import PathLike
from typing import Any

pytest_plugins = ("translator_cmk.bdd.plugin",)


def scenarios(*paths: str | PathLike[str]) -> Callable[..., None]:
    """Return a test function that pytest calls for each scenario of these feature files, and of those in these folders.

    Relative paths begin at the folder of the test's module.
    """

    def run(request: Any, scenario: Any) -> None:  # noqa: ARG001  # the fixture below reads it
        __tracebackhide__ = True
        # the system is made here, since what goes wrong before a test is an error of the suite
        request.getfixturevalue("scenario_run").run()

    run.features = paths  # type: ignore[attr-defined]  # the plugin reads it: functions take any attribute
    return run
