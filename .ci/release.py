"""Freezes the register, the scenario ids and the digest of the version in pyproject.toml, checks
that this version is released, or tells readers where to get it.

Run as `make freeze`, `make release` and `make published`: `python .ci/release.py freeze`, `check`
and `published`.
"""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from translator_cmk.bdd.feature_files import pickles
from translator_cmk.bdd.frozen_scenarios import FROZEN as FROZEN_SCENARIOS
from translator_cmk.bdd.frozen_scenarios import digests_of
from translator_cmk.conformance.release import RELEASES as DIGESTS
from translator_cmk.conformance.release import release, specification_digest
from translator_cmk.files import write_text
from translator_cmk.requirements import load_register
from translator_cmk.requirements.exports import register_to_json
from translator_cmk.requirements.frozen_registers import FROZEN
from translator_cmk.site.sourced import sources

ROOT = Path(__file__).resolve().parents[1]
CHANGELOG = ROOT / "CHANGELOG.md"
README = ROOT / "README.md"
CITATION = ROOT / "CITATION.cff"
DATED = re.compile(r"^## \[[^]]+\] - (\d{4}-\d\d-\d\d)$", re.MULTILINE)
"""The section of a release, with its day."""

INSTALL = (
    "<!-- install: .ci/release.py published writes here once the package is on the index -->\n"
)
FROM_THE_INDEX = """\
```sh
uvx translator-cmk check-plan plan.json   # what would this change do to my data?
uvx translator-cmk --help
```

`uvx` comes with [uv](https://docs.astral.sh/uv/); `pip install translator-cmk` installs the same.
In a checkout:

"""
"""What the README says first, once the package can be had from an index."""


def freeze(version: str) -> int:
    """Write register, scenario ids and digest, and say what to read again and what is next; 2 if
    the version is frozen already.
    """
    register = FROZEN / f"{version}.json"
    scenarios = FROZEN_SCENARIOS / f"{version}.json"
    digests = DIGESTS.read_text("utf-8")
    if register.exists() or scenarios.exists() or f"\n{version}:" in digests:
        print(
            f"{register} is there: a register is frozen once; "
            "increase the version in pyproject.toml",
            file=sys.stderr,
        )
        return 2
    write_json(register, register_to_json(load_register()))
    write_json(scenarios, digests_of(pickles()))
    earlier = digests.removesuffix("{}\n")
    write_text(DIGESTS, f"{earlier}{version}: {specification_digest()}\n")
    for line in read_before_the_last_release():
        print(line)
    print(
        f"{version} is frozen; next: translator-cmk register diff BEFORE, "
        "translator-cmk features diff BEFORE, and date the changelog"
    )
    return 0


def read_before_the_last_release() -> Iterator[str]:
    """Yield a line for each source of the site that nobody has read since the last release."""
    dates = DATED.findall(CHANGELOG.read_text("utf-8"))
    last = max(dates, default="")
    for name, source in sources().items():
        if source.read < last:
            yield f"read before the release of {last}: {name}, {source.url}, on {source.read}"


def write_json(path: Path, value: Any) -> None:
    """Write a value as JSON into a file, whose folder need not be there."""
    path.parent.mkdir(exist_ok=True)
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def published(_: str) -> int:
    """Put the way to get the package from an index first in the README; 1 if it is there."""
    text = README.read_text("utf-8")
    if FROM_THE_INDEX in text:
        print(f"{README.name} says so already", file=sys.stderr)
        return 1
    before, _, after = text.partition(INSTALL)
    write_text(README, before + INSTALL + FROM_THE_INDEX + after)
    print(f"{README.name} begins with uvx translator-cmk; commit it")
    return 0


def check(version: str) -> int:
    """Print what is missing: the version is frozen, dated in the changelog, and committed; 1 if
    anything is.
    """
    missing = []
    if release() != version:
        missing.append(
            f"the specification is not that of {version}: make freeze, at a version of its own"
        )
    changelog = CHANGELOG.read_text("utf-8")
    if not re.search(
        rf"^## \[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d$", changelog, re.MULTILINE
    ):
        missing.append(f"CHANGELOG.md has no dated section for it: ## [{version}] - YYYY-MM-DD")
    citation = yaml.safe_load(CITATION.read_text("utf-8"))
    if citation["version"] != version or f"- {citation['date-released']}\n" not in changelog:
        missing.append(f"{CITATION.name} names another version or day")
    if subprocess.run(
        ["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, check=True
    ).stdout:
        missing.append("there are changes that are not committed: commit them")
    for each in missing:
        print(f"no release of {version}: {each}", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    of = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    sys.exit({"freeze": freeze, "check": check, "published": published}[sys.argv[1]](of))
