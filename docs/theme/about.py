"""Add to every page what it was made from: the version of the package, and the repository, for its
footer and its edit link.
"""

from importlib.metadata import metadata
from typing import Any


def on_config(config: Any) -> None:
    """Let the templates read the version of the package that made these pages, and where its
    project is published, unless another repository was named for this build.
    """
    package = metadata("translator-cmk")
    config["extra"]["version_of_package"] = package["Version"]
    for url in package.get_all("Project-URL", []):
        label, _, address = url.partition(", ")
        if label == "Repository" and not config["extra"]["repository"]:
            config["extra"]["repository"] = address
