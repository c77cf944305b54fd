"""What all tests share: the plugin that runs scenarios, pytest's means of testing a plugin, Ctrl-C, and an order."""

import signal

import pytest
from hypothesis import settings

# How long an example takes says something of the machine that it ran on, nothing of the code.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")

pytest_plugins = ["pytester", "translator_cmk.conformance.pytest_report"]

# Who starts the tests in the background may have them ignore Ctrl-C, and what they start would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start with what takes long, which would leave one worker alone at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
