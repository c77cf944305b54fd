"""Count the states and steps of scopes with Spin and Rumur, and write them to docs/measurements.json.

The exit code is 1, and nothing is written, if any two counts differ; and 3 if Spin or Rumur is missing or fails.
"""

import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.bench.checkers import MISSING, CheckFailed, first_line, rumur, spin
from tests.bench.models import murphi, promela
from tests.evidence.writing import stamp, write_measurement
from translator_cmk.explore.scopes import SCOPES, Scope
from translator_cmk.explore.search import explore

WANTED = ("losing-the-key", "vaults-and-keys", "two-resources", "six-resources")


def counted(scope: Scope) -> dict[str, Any]:
    """Return the counts of all three; raises `CheckFailed`."""
    ours = explore(scope)
    with tempfile.TemporaryDirectory() as folder:
        by_spin = spin(promela(scope), Path(folder, "spin"), "-O2", states=ours.states).run()
        by_rumur = rumur(murphi(scope), Path(folder, "rumur"), "-O2").run()
    return {
        "scope": scope.name,
        "ours": {"states": ours.states, "steps": ours.transitions, "depth": ours.depth},
        "spin": {"states": by_spin.states, "steps": by_spin.transitions, "depth": by_spin.depth},
        "rumur": {"states": by_rumur.states, "steps": by_rumur.transitions, "depth": None},
    }


def main() -> int:
    """Gather and write; returns the exit code."""
    if MISSING:
        print(f"missing tool: {', '.join(MISSING)}; nothing is compared", file=sys.stderr)
        return 3
    try:
        scopes = [counted(scope) for scope in SCOPES if scope.name in WANTED]
    except CheckFailed as problem:
        print(problem, file=sys.stderr)
        return 3
    for each in scopes:
        for field in ("states", "steps", "depth"):
            if len({each[who][field] for who in ("ours", "spin", "rumur")} - {None}) != 1:
                print(f"{each['scope']}: {field} differ: {each}")
                return 1
    versions = {"spin": first_line("spin", "-V"), "rumur": first_line("rumur", "--version")}
    write_measurement("foreign", {**stamp("explore"), "versions": versions, "scopes": scopes})
    return 0


if __name__ == "__main__":
    sys.exit(main())
