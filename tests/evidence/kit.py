"""The kit accuses nobody falsely, and confirms no forged report.

- `put_permitted`: no lane may accuse a system that honours the article.
- `put_single_faults`: each mechanical mutant of the rows is a system with one fault.  What `verify` reports of it has
  to differ from the model, stepped through the same commands: a sequence at its last step and not before; a scenario
  at any, since it looks at few facts of its Givens.  `EVERY` in the environment takes every so many of the mutants.
- `check_forgeries`: reports that were edited, with all that follows from each edit made to fit.
"""

import json
import os
from collections import Counter
from collections.abc import Iterable
from contextlib import redirect_stdout
from functools import partial
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.conformance import forgeries
from tests.conformance.broken import PERMITTED, Permitted
from tests.conformance.conftest import SOME, TOUR, WRONG, decides_in_fuzzing, verify
from tests.conformance.conftest import fuzz as verify_with_fuzz
from tests.evidence.lanes import InProcess, Lane, features, fuzz, put_to, tour
from tests.evidence.writing import Found, Kept, fingerprint
from translator_cmk.bdd.features import pickles
from translator_cmk.bdd.vocabulary import commands_of
from translator_cmk.cli import main as cli
from translator_cmk.errors import DEVIATIONS, OK
from translator_cmk.explore.judging import differences
from translator_cmk.explore.mutation import Mutant, mutants
from translator_cmk.explore.theorems.theorem import ROWS_RAISE
from translator_cmk.language import command_from_wire
from translator_cmk.machine import Accepted, Command, Machine, Unspecified
from translator_cmk.system import ModelSystem

SEEDS = (1, 2, 3)
FUZZ_STEPS = 3_000


def put_permitted(kept: Kept) -> Found:
    """Put each permitted system through each lane."""
    wanted = {fingerprint(each.differs, each.source): each for each in PERMITTED}
    found = zip(PERMITTED, kept.all_of(wanted, accused), strict=True)
    return Found(
        f"{len(PERMITTED)} systems that the article permits went through features, tour and {FUZZ_STEPS:,} steps of "
        f"fuzzing with each of {len(SEEDS)} seeds",
        [f"accused by {', '.join(lanes)}: {system.differs}" for system, lanes in found if lanes],
        {"systems": len(PERMITTED)},
    )


def accused(system: Permitted) -> list[str]:
    """Return the lanes that accuse the system.  Without fuzzing a seed decides nothing but the names."""
    lanes: list[tuple[str, Lane, float]] = [
        ("features", features, float("inf")),
        ("tour", tour, float("inf")),
        *((f"fuzz with seed {seed}", partial(fuzz, seed=seed), FUZZ_STEPS) for seed in SEEDS),
    ]
    return [name for name, lane, budget in lanes if put_to(InProcess(system.source), lane, budget)[1] is not None]


TOUR_STEPS = 600
VERIFY = f"verify --profile full --lane features --lane tour --steps {TOUR_STEPS} --seed 1".split()


class OneFault(ModelSystem):
    """The model with the mutant of the rows that the environment names."""

    def __init__(self) -> None:
        super().__init__(Machine(mutant_of(os.environ["MUTANT"]).rows))


def mutant_of(name: str) -> Mutant:
    """Return the mutant of this name."""
    return next(each for each in mutants() if each.name == name)


def put_single_faults(kept: Kept) -> Found:
    """Let `verify` judge each system with one fault, and judge each failure that it reports."""
    names = [each.name for each in mutants()[:: int(os.environ.get("EVERY", "1"))]]
    found = dict(zip(names, kept.all_of({name: name for name in names}, failures_of), strict=True))
    failures = sum((Counter(each["failures"]) for each in found.values()), Counter[str]())
    caught = sum(bool(each["failures"]) for each in found.values())
    missed = [name for name, each in found.items() if each["missed"]]
    for name in missed:
        print(f"  is not caught: {name}")
    for name, each in found.items():
        if each["code"] not in (OK, DEVIATIONS):
            print(f"  ends with exit code {each['code']}: {name}")
    totals = {"systems": len(found), "caught": caught, "missed": len(missed), "failures": failures}
    return Found(
        f"features and {TOUR_STEPS} steps of the tour catch {caught:,} of {len(found):,} systems with one fault, and "
        f"miss {len(missed):,} that show it at once; of {failures.total():,} failures {failures['false']:,} are false "
        f"and {failures['open']:,} follow something that is not specified",
        [f"{name} is accused falsely: {case}" for name, each in found.items() for case in each["false"]],
        totals,
    )


def failures_of(name: str) -> dict[str, Any]:
    """Return how many failures `verify` reports of the mutant are true, false or open, and which are false.

    Where there are none, also whether it is missed: whether a shortest way to where it differs in a scope shows that.
    """
    os.environ["MUTANT"] = name
    scenarios = {each.id: each for each in pickles()}
    with TemporaryDirectory() as folder, redirect_stdout(StringIO()):
        code = cli([*VERIFY, "--in-process", "--python", f"{__name__}:OneFault", "--report", folder])
        report = json.loads((Path(folder) / "report.json").read_text("utf-8"))
        failed: dict[str, Iterable[Command]] = {
            each["id"]: commands_of(scenarios[each["id"]])
            for each in report["cases"]
            if each["lane"] == "features" and each["status"] in ("failed", "blocked")
        }
        for file in (Path(folder) / "counterexamples").glob("*.json"):
            written = json.loads(file.read_text("utf-8"))["commands"]
            failed[file.name] = [command_from_wire(each, file.name) for each in written]
    verdicts = {case: verdict(OneFault(), commands, case not in scenarios) for case, commands in failed.items()}
    ways = () if verdicts else (each.commands for each in differences(mutant_of(name)))
    return {
        "code": code,
        "failures": Counter(verdicts.values()),
        "false": [case for case, so in verdicts.items() if so == "false"],
        "missed": any(verdict(OneFault(), way, at_the_end=True) == "true" for way in ways),
    }


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


def check_forgeries(_: Kept) -> Found:
    """Forge each report and check it: `report check` has to find out every one."""
    missed = []
    with TemporaryDirectory() as folder:
        reports = {
            "wrong": verify_with_fuzz(
                Path(folder, "wrong"), decides_in_fuzzing, "--python", WRONG, *SOME, *TOUR
            ).folder,
            "wrong_in_features": verify(Path(folder, "features"), "--python", WRONG, *SOME).folder,
        }
        for report, code, name in forgeries.FORGERIES:
            if forgeries.check(reports[report], Path(folder, name), name) != (code, True):
                missed.append(f"not found out: {name}")
    total = len(forgeries.FORGERIES)
    return Found(f"{total - len(missed)} of {total} forged reports were found out", missed, {"reports": total})
