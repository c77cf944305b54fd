"""What bounded worlds show: theorems hold in all and each can fail, mutants are found, and other checkers agree."""

import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, get_args

from tests.bench.checkers import MISSING, first_line, murphi, promela, rumur, spin
from tests.evidence.judging import Judged, Verdict, differences, ground, killed
from tests.evidence.lanes import default_sequences, features, put_to, tour
from tests.evidence.mutants import judge_by_name as judged
from tests.evidence.mutants import summary
from tests.evidence.mutation import mutants
from tests.evidence.scenarios import scenario_against
from tests.evidence.writing import Found, Kept, fingerprint
from tests.explore.mistakes import HELD_OUT, MISTAKES, OPEN, semantic_mutants
from tests.machine.laws import LAWS
from tests.machine.test_stateful import walks
from translator_cmk.bdd.features import pickles
from translator_cmk.conformance.channels import Direct
from translator_cmk.explore.exploration import Exploration, verdict
from translator_cmk.explore.scopes import MUTANT_SCOPES, NAMED, SCOPES, SOON, TWO_OF_A_KIND, Scope, StartNotReached
from translator_cmk.explore.search import Engine, explore
from translator_cmk.explore.theorems import THEOREMS, Theorem
from translator_cmk.explore.theorems.theorem import ROWS_RAISE
from translator_cmk.machine import Machine
from translator_cmk.machine.rows import Silent
from translator_cmk.requirements import load_register
from translator_cmk.system import ModelSystem

# Mutants, and the theorems that they break


def judge_mutants(kept: Kept) -> Found:
    """Judge every mutant of the rows, and show of every theorem that a mutant or a mistake of its own breaks it."""
    names = {mutant.name: mutant.name for mutant in mutants()}
    found = [Judged(*each) for each in kept.all_of(names, judged)]
    short = [
        f"survives: {each.name} ({each.place}): {each.was} -> {each.now}"
        for each in found
        if each.verdict == "survives"
    ]
    broken = {theorem for each in found for theorem in each.broken}
    own = {mistake.theorem for mistake in MISTAKES}
    rest = {f"theorem {each.name}": each.name for each in THEOREMS if each.name not in broken | own}
    alone = dict(zip(rest.values(), kept.all_of(rest, found_by), strict=True))
    short += [f"no mutant breaks {name}, and it has no mistake of its own" for name in rest.values() if not alone[name]]
    short += [f"{name} needs no mistake of its own" for name in sorted(own & broken)]
    by_mutants = {"theorems": len(THEOREMS), "theorems_broken_by_mutants": len(THEOREMS) - len(own)}
    return Found("; ".join(summary(found)), short, {**totals_of(found), **by_mutants})


def totals_of(found: Sequence[Judged]) -> dict[str, Any]:
    """Return the scopes and counts of what finds mutants, and for each operator how many there are of each verdict."""
    kinds = {kind: [each for each in found if each.kind == kind] for kind in dict.fromkeys(each.kind for each in found)}
    return {
        "scenarios": len(pickles()),
        "scopes": [{"scope": world.name, "states": world.states} for world in MUTANT_SCOPES],
        "operators": [
            {
                "kind": kind,
                "mutants": len(made),
                **{verdict: sum(each.verdict == verdict for each in made) for verdict in get_args(Verdict)},
                "by_theorem": sum(each.theorem is not None for each in made),
                "by_scenario": sum(each.scenario is not None for each in made),
            }
            for kind, made in kinds.items()
        ],
    }


def found_by(name: str) -> str | None:
    """Return a mutant that breaks the theorem, asked alone: of one of its requirements, or else any dropped row."""
    theorem = next(each for each in THEOREMS if each.name == name)
    likely = [mutant for mutant in mutants() if mutant.kind in ("row dropped", "mistake added", "guard dropped")]
    mine = [mutant for mutant in likely if set(theorem.requirements) & set(mutant.requirements)]
    dropped = [mutant for mutant in likely if mutant.kind == "row dropped" and mutant not in mine]
    return next((mutant.name for mutant in (*mine, *dropped) if breaks(theorem, Machine(mutant.rows))), None)


def breaks(theorem: Theorem, machine: Machine) -> bool:
    """Return whether the theorem, asked alone, is broken by the machine in any scope."""
    for world in MUTANT_SCOPES:
        try:
            found = explore(world, machine, "memoised", [theorem], stop=True)
        except StartNotReached:
            continue
        if verdict(theorem, found) == "broken":
            return True
    return False


# Scopes, by two engines each

LARGEST_MEMOISED = 200_000
"""How many states a scope has at most that is searched memoised too."""


def search_scopes(kept: Kept) -> Found:
    """Search every scope with the theorems that suit it, by two engines as long as the second can."""
    scopes = {scope.name: scope for scope in (*TWO_OF_A_KIND, *SCOPES)}
    found = kept.all_of(scopes, searched)
    shown = [table for _, table in found[len(TWO_OF_A_KIND) :]]
    states = sum(table["states"] for _, table in found)
    sentence = f"{len(THEOREMS)} theorems hold in {len(scopes)} scopes with {states:,} states"
    short = [problem for problems, _ in found for problem in problems]
    return Found(sentence, short, {"theorems": len(THEOREMS), "scopes": shown})


def searched(scope: Scope) -> tuple[list[str], dict[str, Any]]:
    """Return what is wrong with a scope, and what the engines found of it."""
    found = explore(scope, theorems=THEOREMS)
    engines = [found.engine]
    wrong = [f"{scope.name}: {name} is broken" for name in found.broken]
    if engine := second_engine(scope):
        other = explore(scope, engine=engine)
        engines.append(engine)
        if counts(other) != counts(found):
            wrong.append(f"{scope.name}: {engine} finds something else than {found.engine}")
    if scope.states != found.states:
        wrong.append(f"{scope.name}: {found.states:,} states were found, and it says {scope.states:,}")
    return wrong, {
        "sentence": scope.sentence,
        **{name: getattr(found, name) for name in ("scope", "states", "transitions", "depth")},
        "engines": engines,
        "hold": sum(verdict(theorem, found) == "holds" for theorem in THEOREMS),
    }


def second_engine(scope: Scope) -> Engine | None:
    """Return the engine that searches a scope without theorems, beside the one that checks theorems."""
    states = scope.states
    return "reference" if states <= SOON else "memoised" if states <= LARGEST_MEMOISED else None


def counts(found: Exploration) -> Exploration:
    """Return all that engines have to agree on."""
    return replace(found, engine="", seconds=0, started=0, asked=set(), broken={})


# Other model checkers

COMPARED = ("losing-the-key", "vaults-and-keys", "two-resources", "six-resources")


def compare_checkers(_: Kept) -> Found:
    """Count the states and steps of scopes with Spin and Rumur; raises `CheckFailed`."""
    if MISSING:
        return Found("nothing is compared", [f"missing tool: {', '.join(MISSING)}"])
    scopes = [counted(NAMED[name]) for name in COMPARED]
    short = [
        f"{each['scope']}: {field} differ: {each}"
        for each in scopes
        for field in ("states", "steps", "depth")
        if len({each[who][field] for who in ("ours", "spin", "rumur")} - {None}) != 1
    ]
    versions = {"spin": first_line("spin", "-V"), "rumur": first_line("rumur", "--version")}
    sentence = f"Spin and Rumur count the same states and steps as our search in {len(scopes)} scopes"
    return Found(sentence, short, {"versions": versions, "scopes": scopes})


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


# What finds each semantic mutant: scenarios, laws, theorems in the scopes of mutants, and the lanes features and tour.
# `SEEDS` in the environment says with how many seeds the lanes run (20).  A mutant that contradicts assumptions alone
# is put to them in the profile `full`.  A half falls short where its goals are missed

HALVES = {"open": OPEN, "held out": HELD_OUT}
GOALS = {"differs": 100, "scenarios": 60, "theorems": 100, "lanes": 100}
"""What has to find how many of a half, in percent; of the lanes: features and tour together, with every seed."""

FINDERS = ("differs", "scenarios", "laws", "theorems", "features", "tour", "lanes")
SEEDS = range(1, int(os.environ.get("SEEDS", "20")) + 1)


def judge_semantic_mutants(kept: Kept) -> Found:
    """Put every mutant of both halves to all that should find it."""
    default_sequences()  # before there are several processes, which then share what takes seconds to make
    totals, short = [], []
    for half, file in HALVES.items():
        mutants = semantic_mutants(file)
        wanted = {fingerprint(each.name, each.now, str(SEEDS)): (file, each.name) for each in mutants}
        found = dict(zip((each.name for each in mutants), kept.all_of(wanted, finders), strict=True))
        counts = {by: sum(found_by[by] for found_by in found.values()) for by in FINDERS}
        totals.append({"half": half, "mutants": len(mutants), **counts})
        for name, found_by in found.items():
            if missed := [by for by in GOALS if not found_by[by]]:
                print(f"  {half}, not by {', '.join(missed)}: {name}")
        for by, goal in GOALS.items():
            if 100 * counts[by] < goal * len(mutants):
                short.append(f"{half}: {by} {counts[by]} of {len(mutants)}, and not {goal} %")
    scenarios = ", ".join(f"{each['scenarios']} of {each['mutants']} {each['half']}" for each in totals)
    return Found(f"scenarios find {scenarios}", short, {"seeds": len(SEEDS), "goals": GOALS, "halves": totals})


def finders(which: tuple[str, str]) -> dict[str, bool]:
    """Return what finds the mutant of this name, and whether any sequence of commands tells it from the article."""
    mutant = next(each for each in semantic_mutants(which[0]) if each.name == which[1])
    register = load_register()
    profile = "full" if all(register[each].basis == "assumed" for each in mutant.requirements) else "article"
    # a system that does what nothing forbids where nothing is specified: the model would refuse it
    machine = Machine(row for row in mutant.rows if not isinstance(row, Silent))

    def caught(lane: Callable[..., str | None]) -> list[bool]:
        lane = partial(lane, profile=profile, before=[])  # what fails with one seed is asked first with the next
        return [put_to(Direct(lambda: ModelSystem(machine)), lane, seed=seed)[1] is not None for seed in SEEDS]

    in_features, in_tour = caught(features), caught(tour)
    found = {
        "scenarios": scenario_against(mutant) is not None,
        "laws": breaks_a_law(Machine(mutant.rows)),
        "theorems": killed(mutant, differences(mutant)) is not None,
        "features": all(in_features),
        "tour": all(in_tour),
        "lanes": all(map(any, zip(in_features, in_tour, strict=True))),
    }
    differing = any(found.values()) or any(not ground(each.scope).is_unseen(mutant) for each in differences(mutant))
    return {"differs": differing, **found}


def breaks_a_law(machine: Machine) -> bool:
    """Return whether a law does not hold along the walks that the tests of laws take."""
    try:
        return any(not law(step) for step in walks(machine, 30, seed=1) for law in LAWS)
    except ROWS_RAISE:
        return True
