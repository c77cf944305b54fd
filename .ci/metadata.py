"""Writes the address of the project into the metadata of sdist and wheel, for hatchling.

The address is `repository` in `pyproject.toml`, empty until the project is published.  With it the
links of the README lead there from the package index; without it they are words.
"""

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

LINK = re.compile(r"(?P<picture>!?)\[(?P<text>[^]\n]*)\]\((?!https?:)(?P<path>[^)\s]+)\)")


class Published(MetadataHookInterface):
    """Adds the README, and links to the repository."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add to the metadata what depends on the address."""
        repository = self.config["repository"]
        text = (Path(self.root) / "README.md").read_text("utf-8")
        metadata["readme"] = {
            "content-type": "text/markdown",
            "text": on_the_index(text, repository, metadata["version"]),
        }
        metadata["urls"] = {}
        if repository:
            metadata["urls"] = {
                "Repository": repository,
                "Changelog": f"{repository}/blob/v{metadata['version']}/CHANGELOG.md",
                "Issues": f"{repository}/issues",
            }


def on_the_index(readme: str, repository: str, version: str) -> str:
    """Return the README with links that work anywhere: to the files of a version, or none."""

    def absolute(link: re.Match[str]) -> str:
        picture, text, path = link.group("picture", "text", "path")
        if repository:
            kind = "raw" if picture else "blob"
            return f"{picture}[{text}]({repository}/{kind}/v{version}/{path})"
        return "" if picture else text

    return LINK.sub(absolute, readme)
