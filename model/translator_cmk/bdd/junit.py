"""JUnit files: a test case is named after its requirement and scenario, and its class after its topic."""

from typing import Any

import pytest

# pytest has no public way to the file it writes, and no other way than these attributes to name a test case in it.
from _pytest.junitxml import xml_key


class JUnitNames:
    """Names the test cases of scenarios, in the process that writes the file."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Names the test case, before pytest opens it."""
        xml = self.config.stash.get(xml_key, None)
        scenario: dict[str, Any] | None = getattr(report, "scenario", None)
        if xml is not None and scenario is not None:
            case = xml.node_reporter(report)
            case.add_attribute("name", scenario["title"])
            case.add_attribute("classname", scenario["topic"])
