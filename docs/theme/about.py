"""Add to every page what it was made from: the version of the package, for its footer."""

from importlib.metadata import version
from typing import Any


def on_config(config: Any) -> None:
    """Let the templates read the version of the package that made these pages."""
    config["extra"]["version_of_package"] = version("translator-cmk")
