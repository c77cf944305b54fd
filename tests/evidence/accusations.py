"""False accusations: failures that `verify` reports of a model with one row changed, where the readable model agrees.

Each mechanical mutant of the rows is a system with one fault.  What fails has to differ from the model, stepped through
the same commands: a sequence at its last step and not before; a scenario at any, since it looks at few facts of its
Givens.  Run as `python -m tests.evidence.run accusations`, and by `make evidence`; `EVERY` in the environment takes
every so many of the mutants (1).  The exit code is 1 for any accusation.
"""

import json
import os
import sys
from collections.abc import Iterable
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.evidence.writing import Kept, stamp
from translator_cmk.bdd.features import pickles
from translator_cmk.bdd.vocabulary import commands_of
from translator_cmk.cli import main as cli
from translator_cmk.explore.mutation import mutants
from translator_cmk.explore.theorems.theorem import ROWS_RAISE
from translator_cmk.language import command_from_wire
from translator_cmk.machine import Accepted, Command, Machine, Unspecified
from translator_cmk.system import ModelSystem

RUN = ("verify", "--profile", "full", "--lane", "features", "--lane", "tour", "--steps", "600", "--seed", "1")


class OneFault(ModelSystem):
    """The model with the mutant of the rows that the environment names."""

    def __init__(self) -> None:
        super().__init__(Machine(next(each.rows for each in mutants() if each.name == os.environ["MUTANT"])))


def main() -> int:
    """Count, and print each false accusation; returns the exit code."""
    kept = Kept("accusations", stamp("conformance")["digest"])
    wanted = {each.name: each.name for each in mutants()[:: int(os.environ.get("EVERY", "1"))]}
    found = dict(zip(wanted, kept.all_of(wanted, judged), strict=True))
    false = [f"{name}: {case}" for name, cases in found.items() for case, so in cases.items() if so == "false"]
    print("\n".join(f"accused falsely: {each}" for each in false))
    failures = [so for cases in found.values() for so in cases.values()]
    still_open = failures.count("open")
    print(f"{len(found)} systems, {len(failures)} failures, {still_open} of them after what is not specified")
    print(f"{len(false)} false accusations")
    return 1 if false else 0


def judged(name: str) -> dict[str, str]:
    """Return each failure that `verify` reports of the mutant: whether it is true, false or open."""
    os.environ["MUTANT"] = name
    scenarios = {each.id: each for each in pickles()}
    with TemporaryDirectory() as folder, redirect_stdout(StringIO()):
        cli([*RUN, "--python", f"{__name__}:OneFault", "--report", folder])
        report = json.loads((Path(folder) / "report.json").read_text("utf-8"))
        failed: dict[str, Iterable[Command]] = {
            each["id"]: commands_of(scenarios[each["id"]])
            for each in report["cases"]
            if (each["lane"], each["status"]) == ("features", "failed")
        }
        for file in (Path(folder) / "counterexamples").glob("*.json"):
            written = json.loads(file.read_text("utf-8"))["commands"]
            failed[file.name] = [command_from_wire(each, file.name) for each in written]
    return {case: verdict(OneFault(), commands, case not in scenarios) for case, commands in failed.items()}


def verdict(system: ModelSystem, commands: Iterable[Command], at_the_end: bool) -> str:
    """Return whether a failure over these commands is true: model and system differ, or differ ``at_the_end`` alone.

    It is open where the model says nothing of a command on the way.
    """
    model = ModelSystem()
    model.reset()
    system.reset()
    agrees = True
    for command in commands:
        if not agrees:
            return "false" if at_the_end else "true"
        expected = model.submit(command)
        if isinstance(expected, Unspecified):
            return "open"
        try:
            agrees = same(expected, system.submit(command)) and model.observe() == system.observe()
        except ROWS_RAISE:
            agrees = False
    return "false" if agrees else "true"


def same(one: object, other: object) -> bool:
    """Return whether two outcomes are alike in all but what an acceptance rests on, which no system says."""
    if isinstance(one, Accepted) and isinstance(other, Accepted):
        return one.audit == other.audit
    return one == other


if __name__ == "__main__":
    sys.exit(main())
