"""Freezes the version in pyproject.toml, or checks that it can be released.

Run as `make freeze` and `make release`: `python .ci/release.py freeze` and `check`.
"""

import subprocess
import sys
import tomllib
from pathlib import Path

import yaml

from translator_cmk.bdd.freeze import FROZEN, freeze_now, load_freezes, specification_digest
from translator_cmk.files import write_json

ROOT = Path(__file__).resolve().parents[1]


def freeze(version: str) -> int:
    """Freeze ids and digest; 2 for a version between releases, or one that is frozen."""
    if version.endswith(".dev0") or version in load_freezes():
        remedy = "write the version of the release into pyproject.toml"
        print(f"{version} is no new release: {remedy}", file=sys.stderr)
        return 2
    FROZEN.mkdir(exist_ok=True)
    write_json(FROZEN / f"{version}.json", freeze_now()._asdict())
    print(f"{version} is frozen")
    return 0


def check(version: str) -> int:
    """Print what is missing: the version is frozen as it is, named by changelog and citation, and
    committed; 1 if anything is.
    """
    missing = []
    frozen = load_freezes().get(version)
    if frozen is None or frozen.digest != specification_digest():
        missing.append("register and features are not frozen as they are: make freeze")
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    if citation["version"] != version:
        missing.append("CITATION.cff names another version")
    heading = f"## [{version}] - {citation.get('date-released')}"
    if heading not in (ROOT / "CHANGELOG.md").read_text("utf-8").splitlines():
        missing.append(f"CHANGELOG.md lacks the section of the day in CITATION.cff: {heading}")
    changed = subprocess.run(
        ["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, check=True
    ).stdout
    if changed:
        missing.append("there are changes that are not committed")
    for each in missing:
        print(f"no release of {version}: {each}", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    of = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    sys.exit({"freeze": freeze, "check": check}[sys.argv[1]](of))
