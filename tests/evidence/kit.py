"""The kit catches every faulty system, accuses nobody falsely, and confirms no forged report.

- `put_faulty`: how many steps each lane takes to catch each faulty implementation, and what it names first.  Fuzzing
  alone, stopped at its first failure, has more than ten times the steps in which features and tour catch nearly all,
  so one sees what it would take.  It falls short if one is not caught, or if a lane names another requirement first
  than one of those expected, or no requirement, more often than once in twenty times.  Of those that are held out, it
  prints how many are named right and not which, unless `SHOW_HELD_OUT` is set: who sees which has looked at them.
- `put_permitted`: no lane may accuse a system that honours the article.
- `put_single_faults`: each mechanical mutant of the rows is a system with one fault.  What `verify` reports of it has
  to differ from the model, stepped through the same commands: a sequence at its last step and not before; a scenario
  at any, since it looks at few facts of its Givens.  `EVERY` in the environment takes every so many of the mutants.
- `check_forgeries`: reports that were edited, with all that follows from each edit made to fit.
"""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import redirect_stdout
from functools import partial
from io import StringIO
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from tests.conformance import forgeries
from tests.conformance.broken import EXAMPLES, FAMILY, FILES, MADE_TO_BE_MISSED, PERMITTED, Broken, Permitted
from tests.conformance.conftest import SOME, TOUR, WRONG, decides_in_fuzzing, verify
from tests.conformance.conftest import fuzz as verify_with_fuzz
from tests.evidence.judging import differences
from tests.evidence.lanes import InProcess, Lane, channel_to, features, fuzz, put_to, tour
from tests.evidence.mutation import Mutant, mutants
from tests.evidence.writing import Found, Kept, fingerprint
from translator_cmk.bdd.feature_files import pickles
from translator_cmk.bdd.vocabulary import commands_of
from translator_cmk.cli import main as cli
from translator_cmk.conformance.channels import Channel
from translator_cmk.errors import DEVIATIONS, OK
from translator_cmk.explore.theorems.theorem import ROWS_RAISE
from translator_cmk.language.messages import command_from_wire
from translator_cmk.machine import Accepted, Command, Machine, Unspecified
from translator_cmk.system import ModelSystem

FUZZ_ALONE = 20_000
"""How many steps fuzzing alone has: at least as many as the lane has in its default time, in one process."""

LANES: dict[str, Callable[..., str | None]] = {"features": features, "tour": tour, "fuzz": fuzz}
Caught = dict[str, tuple[int, str] | None]
"""By lane, the steps in which it catches an implementation and the requirement named first; None if it does not."""

RIGHT = 0.95
"""How often the requirement named first has to be one of those expected."""


def put_faulty(kept: Kept) -> Found:
    """Put both families to each lane by itself."""
    both = (*FAMILY, *MADE_TO_BE_MISSED)
    wanted = {fingerprint(each.mistake, each.source): each for each in both}
    found = dict(zip(both, kept.all_of(wanted, caught), strict=True))
    short = [f"is not caught: {each.mistake}" for each in both if not any(found[each].values())]
    short += [
        f"is caught by fuzzing alone: {each.mistake}"
        for each in FAMILY
        if not (found[each]["features"] or found[each]["tour"])
    ]
    for lane in ("features", "tour"):
        for held_out in (False, True):
            short += wrongly_named(lane, {each: by for each, by in found.items() if each.held_out is held_out})
    budgets = budgets_of()
    family = [found[each] for each in FAMILY]
    lanes = lanes_of(family, budgets)
    evasive = [found[each] for each in MADE_TO_BE_MISSED]
    totals = {
        "implementations": len(FAMILY),
        "held_out": sum(each.held_out for each in FAMILY),
        "topics": dict(Counter(each.topic for each in FAMILY)),
        "lanes": lanes,
        "evasive": {"implementations": len(evasive), "caught": len(evasive), "lanes": evasive_lanes(evasive, budgets)},
    }
    by_lane = ", ".join(f"{each['lane']} {each['caught']}" for each in lanes)
    return Found(f"of {len(FAMILY)} faulty implementations each lane catches: {by_lane}", short, totals)


def caught(broken: Broken) -> Caught:
    """Return what each lane takes to catch the implementation, by itself."""
    found: Caught = {}
    with TemporaryDirectory() as folder:
        for name, lane in LANES.items():
            channel: Channel = channel_to(broken.language, broken.source, Path(folder) / FILES[broken.language])
            budget = FUZZ_ALONE if name == "fuzz" else float("inf")
            spent, named = put_to(channel, partial(lane, profile=broken.profile), budget)
            found[name] = None if named is None else (spent, named)
    return found


def budgets_of() -> dict[str, int]:
    """Return how many steps each lane takes if nothing is wrong, and how many fuzzing alone has."""
    budgets = {"fuzz": FUZZ_ALONE}
    for name in ("tour", "features"):
        sound = InProcess((EXAMPLES / "python" / FILES["python"]).read_text("utf-8"))
        spent, wrong = put_to(sound, LANES[name])
        if wrong is not None:
            raise AssertionError("the example in Python, without any fault, is not conformant")
        budgets = {name: spent, **budgets}
    return budgets


def wrongly_named(lane: str, found: dict[Broken, Caught]) -> list[str]:
    """Print where a lane names none that is expected first; return that it does so too often, if it does.

    Of implementations that are held out, it prints the count alone.
    """
    named = {each: how[1] for each, by_lane in found.items() if (how := by_lane[lane])}
    wrong = {each: name for each, name in named.items() if name not in each.expected}
    for each, name in wrong.items():
        if not each.held_out or "SHOW_HELD_OUT" in os.environ:
            print(f"  {lane} names {name or 'none'}, not {' or '.join(each.expected)}: {each.mistake}")
    right = len(named) - len(wrong)
    part = "held out" if next(iter(found)).held_out else "looked at"
    print(f"  {lane}, {part}: {right} of {len(named)} name an expected requirement first")
    return [f"{lane}, {part}: only {right} of {len(named)} are named right"] if right < RIGHT * len(named) else []


def lanes_of(family: Sequence[Caught], budgets: dict[str, int]) -> list[dict[str, Any]]:
    """Return what each lane catches of the family in its budget."""
    features, tour, fuzz = ([how[0] if (how := each[name]) else None for each in family] for name in budgets)
    together = budgets["features"] + budgets["tour"]
    in_turn = [one or (other and budgets["features"] + other) for one, other in zip(features, tour, strict=True)]
    return [
        lane_of("features", features, budgets["features"]),
        lane_of("tour", tour, budgets["tour"]),
        lane_of("features, then tour", in_turn, together),
        lane_of("fuzz, as many steps", fuzz, together),
        lane_of("fuzz, its default time", fuzz, budgets["fuzz"]),
    ]


def lane_of(name: str, taken: Sequence[int | None], budget: int) -> dict[str, Any]:
    """Return how many of the family a lane catches in its budget, their median, and the steps for 99 % of them."""
    steps = {each: spent for each, spent in zip(FAMILY, taken, strict=True) if spent is not None and spent <= budget}
    found = sorted(steps.values())
    enough = -(-99 * len(taken) // 100)
    return {
        "lane": name,
        "budget": budget,
        "caught": len(found),
        "held_out_caught": sum(each.held_out for each in steps),
        "median": round(median(found)) if found else None,
        "steps_to_99_percent": found[enough - 1] if len(found) >= enough else None,
    }


def evasive_lanes(evasive: Sequence[Caught], budgets: dict[str, int]) -> list[dict[str, Any]]:
    """Return what each lane catches of those written to escape, and what no lane before it does."""
    before: set[int] = set()
    lanes = []
    for name, budget in budgets.items():
        mine = {number for number, each in enumerate(evasive) if each[name] is not None}
        lanes.append({"lane": name, "budget": budget, "caught": len(mine), "first": len(mine - before)})
        before |= mine
    return lanes


# Systems that are permitted, systems with one fault, and forged reports

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
