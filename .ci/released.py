"""Fails unless the version in pyproject.toml is released: frozen, with a date in the changelog, and committed."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

from translator_cmk.conformance.cases import release

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Print what is missing; 1 if anything is."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    missing = []
    if release() != version:
        missing.append(f"the specification is not that of {version}: make freeze, at a version of its own")
    if not re.search(rf"^## \[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d$", changelog(), re.MULTILINE):
        missing.append(f"CHANGELOG.md has no dated section for it: ## [{version}] - YYYY-MM-DD")
    if subprocess.run(["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, check=True).stdout:
        missing.append("there are changes that are not committed: commit them")
    for each in missing:
        print(f"no release of {version}: {each}", file=sys.stderr)
    return 1 if missing else 0


def changelog() -> str:
    """Return the changelog."""
    return (ROOT / "CHANGELOG.md").read_text("utf-8")


if __name__ == "__main__":
    sys.exit(main())
