"""The page on broken implementations: which lane of the kit caught each, and within how many steps."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from .freshness import freshness
from .markup import measured_twin, page, plain, table
from .measured import load
from .mutation import KINDS, by_kind, code, of

KILLS = Path("measurements") / "kills.json"
EXAMPLE_MUTANTS = Path("measurements") / "example_mutants.json"

WHAT = """\
A kit that has never been seen to fail proves nothing. So the example implementations were broken: one mistake at a
time, by hand and in every topic, and then in every way that their code allows. A step is a reset or a command."""

BY_HAND = """\
These are edits of the examples in Python, Node and Perl, judged in the profile `article`. Every third was held out: no
budget was set with a look at it. Hypothesis alone is the lane fuzz with one seed, up to its first failure."""

BY_RULE = """\
Nobody chose these mistakes: each comes of one small change to the code of one of [the examples](../validate.md), judged
in the profile `full`. What speaks the protocol was left as it is. Python is changed in its syntax tree; Node and Perl
in their tokens, in the same ways as far as the language has them, and only into what is a program. Those of Node and
Perl are judged as programs of their own, over standard input and output."""

BESIDE = """\
A mutant that gets away is run beside the example, through {walks:,} random walks over two or more of everything. Those
in Python take every command in every state of the scopes {scopes} as well; those in Node and Perl have half of their
walks there. If it answers and shows the same throughout, no difference was seen in so many steps, and it is not
counted: it is equivalent as far as these worlds reach."""

LANGUAGES = {"python": "Python", "node": "Node", "perl": "Perl"}


MADE_TO_BE_MISSED = """\
Mistakes of the example in Python, made to get past a kit that asks as one usually asks: it is right for the first of a
kind, for one kind of resource, in one region, until something was done often enough, or as long as somebody looks.
They are judged in the profile `article`, with the same budgets. The lane fuzz depends on its seed, and here it has one:
another seed may take more or fewer steps."""


def load_kills(path: Path) -> Mapping[str, Any] | None:
    """What was measured of broken implementations, or None where nothing was; raises `MeasurementError`."""
    return load(path, {"digest", "budgets", "first_run", "implementations", "made_to_be_missed"})


def load_example_mutants(path: Path) -> Mapping[str, Any] | None:
    """What was measured of mutants of the examples, or None where nothing was; raises `MeasurementError`."""
    return load(path, {"digest", "languages", "mutants"})


def kills_page(kills: Mapping[str, Any] | None, mutants: Mapping[str, Any] | None = None) -> str:
    """The page."""
    return page(
        "Broken implementations",
        "Small implementations with one mistake each, which lane of the conformance kit catches them, and how fast.",
        WHAT,
        "## Broken by hand { #caught }",
        BY_HAND,
        *(by_hand(kills) if kills else [UNMEASURED]),
        *(["## Made to be missed { #missed }", MADE_TO_BE_MISSED, *missed(kills)] if kills else []),
        "## Broken in every way { #mutants }",
        BY_RULE,
        *(by_rule(mutants) if mutants else [UNMEASURED]),
        *(["## Each of those broken by hand { #each }", each(kills["implementations"])] if kills else []),
        *(["### Each of those made to be missed { #each-missed }", each(made(kills))] if kills else []),
        *(measured_twin(name) for name, found in (("kills", kills), ("example_mutants", mutants)) if found),
    )


UNMEASURED = "It has not been measured here: `make evidence` does."


class Effort(NamedTuple):
    """A way to look for mistakes, with so many steps at most: of each implementation, the steps it took, if any."""

    name: str
    budget: int
    taken: Sequence[int | None]


def by_hand(kills: Mapping[str, Any]) -> Iterator[str]:
    """How many of the family were caught, with how many steps."""
    rows: Sequence[Mapping[str, Any]] = kills["implementations"]
    yield freshness(kills)
    yield table(
        ["Lane", "Steps at most", "Caught", "Of those held out", "Median of those caught", "Steps to catch 99% of all"],
        (line(effort, rows) for effort in efforts(kills)),
    )
    first = kills["first_run"]
    yield f"The first run caught {first['by_any_lane']} of the {first['held_out']} that were held out, " + (
        f"{first['by_features_or_tour']} of them by features or tour. What these missed was then looked at, and "
        "scenarios were added; so the figures above no longer say how the kit does on mistakes that nobody has seen. "
        "The first run of [those below](#mutants) does."
    )


def efforts(kills: Mapping[str, Any]) -> Iterator[Effort]:
    """The lanes, and what they are held against."""
    budgets, rows = kills["budgets"], [row["steps"] for row in kills["implementations"]]
    together = budgets["features"] + budgets["tour"]
    yield Effort("features", budgets["features"], [row["features"] for row in rows])
    yield Effort("tour", budgets["tour"], [row["tour"] for row in rows])
    yield Effort("features, then tour", together, [in_turn(row, budgets["features"]) for row in rows])
    for name, budget in (
        ("Hypothesis alone, as many steps", together),
        ("Hypothesis alone, as many as in the default time of the lane fuzz", budgets["hypothesis"]),
    ):
        yield Effort(name, budget, [within(row["hypothesis"], budget) for row in rows])


def in_turn(steps: Mapping[str, int | None], features: int) -> int | None:
    """The steps of both lanes, one after the other."""
    if steps["features"] is not None:
        return steps["features"]
    return None if steps["tour"] is None else features + steps["tour"]


def within(taken: int | None, budget: int) -> int | None:
    """The steps, if they are no more than that."""
    return taken if taken is not None and taken <= budget else None


def line(effort: Effort, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The line of one effort."""
    taken = sorted(steps for steps in effort.taken if steps is not None)
    nearly_all = -(-99 * len(rows) // 100)
    held_out = [steps for steps, row in zip(effort.taken, rows, strict=True) if row["held_out"]]
    return [
        effort.name,
        f"{effort.budget:,}",
        f"{len(taken)} of {len(rows)}",
        f"{sum(steps is not None for steps in held_out)} of {len(held_out)}",
        f"{taken[len(taken) // 2]:,}" if taken else "",
        f"{taken[nearly_all - 1]:,}" if len(taken) >= nearly_all else f"more than {effort.budget:,}",
    ]


def made(kills: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The implementations that were made to be missed."""
    found: Sequence[Mapping[str, Any]] = kills["made_to_be_missed"]["implementations"]
    return found


def missed(kills: Mapping[str, Any]) -> Iterator[str]:
    """How many of those made to be missed were caught, and by what."""
    rows, before = made(kills), kills["made_to_be_missed"]["before"]
    lanes = {"features": "features", "tour": "tour", "fuzz": "hypothesis"}
    yield table(
        ["Lane", "Steps at most", "Caught", "By no lane named above it"],
        (
            [
                name,
                f"{kills['budgets'][key]:,}",
                f"{sum(row['steps'][key] is not None for row in rows)} of {len(rows)}",
                f"{sum(first_to_catch(row) == key for row in rows)}",
            ]
            for name, key in lanes.items()
        ),
    )
    away = [row for row in rows if first_to_catch(row) is None]
    yield f"Past all three lanes: {len(away)} of {len(rows)}."
    yield (
        f"Of the first {before['of']} the lanes as they were before anybody made such mistakes caught "
        f"{before['caught']}, with the same budgets. What they missed "
        "[changed them](../decisions/0004-conformance-kit.md#sequences)."
    )


def first_to_catch(row: Mapping[str, Any]) -> str | None:
    """The first lane that catches it, in the order in which they run."""
    return next((name for name in ("features", "tour", "hypothesis") if row["steps"][name] is not None), None)


def each(implementations: Sequence[Mapping[str, Any]]) -> str:
    """Every implementation, with the steps that each lane took."""
    columns = {"features": "Features", "tour": "Tour", "hypothesis": "Hypothesis alone"}
    rows = (
        [
            plain(row["mistake"]),
            row["topic"],
            row["language"],
            *("–" if row["steps"][name] is None else f"{row['steps'][name]:,}" for name in columns),  # noqa: RUF001  # none
        ]
        for row in implementations
    )
    return table(["Mistake", "Topic", "Language", *columns.values()], rows)


def by_rule(mutants: Mapping[str, Any]) -> Iterator[str]:
    """How many mutants of the examples were caught, and what is with the others."""
    every, languages = mutants["mutants"], mutants["languages"]
    yield freshness(mutants)
    yield table(
        [
            "Language",
            "Mutants",
            *VERDICTS.values(),
            "Caught of those that differ",
            "By features alone",
            "By the first run",
        ],
        (
            of_language(name, about, [each for each in every if each["language"] == name])
            for name, about in languages.items()
        ),
    )
    yield "Scenarios were added for what the first run of Python missed, before the others were changed at all."
    walks = next(iter(languages.values()))["walks"]
    scopes = dict.fromkeys(scope for about in languages.values() for scope in about["scopes"])
    yield BESIDE.format(scopes=", ".join(f"`{name}`" for name in scopes), walks=walks)
    yield table(
        ["Change", "Mutants", *VERDICTS.values()],
        (
            [
                (title := KINDS.get(kind, plain(kind)))[0].upper() + title[1:],
                f"{len(alike)}",
                *(f"{len(of(alike, verdict))}" for verdict in VERDICTS),
            ]
            for kind, alike in by_kind(every)
        ),
    )
    survivors, alike = of(every, "survives"), of(every, "equivalent")
    yield "### Survivors { #survivors }"
    yield changes(survivors, "because", "reason") if survivors else "There are none."
    yield "### No difference seen { #equivalent }"
    yield changes(alike) if alike else "There are none."


VERDICTS = {"equivalent": "No difference seen", "killed": "Caught", "survives": "Survive"}


def of_language(name: str, about: Mapping[str, Any], mine: Sequence[Mapping[str, Any]]) -> list[str]:
    """The line of one language."""
    found = {verdict: of(mine, verdict) for verdict in VERDICTS}
    differ = len(found["killed"]) + len(found["survives"])
    first = about["first_run"]
    return [
        LANGUAGES[name],
        f"{len(mine)}",
        f"{len(found['equivalent'])} in {about['steps']:,} steps each",
        f"{len(found['killed'])}",
        f"{len(found['survives'])}",
        f"{100 * len(found['killed']) // max(differ, 1)}% of {differ}",
        f"{sum(each['lane'] == 'features' for each in found['killed'])}",
        f"{first['caught']} of {first['of']} ({100 * first['caught'] // first['of']}%)",
    ]


HEADINGS = {"because": "Where it differs, in no step of features and tour", "reason": "Why it is left alone"}


def changes(mutants: Sequence[Mapping[str, Any]], *more: str) -> str:
    """Mutants by place and change, and more about each."""
    rows = (
        [
            f"{LANGUAGES[mutant['language']]}: `{mutant['function']}`, line {mutant['line']}",
            f"{code(mutant['was'])} becomes {code(mutant['now'])}" if mutant["now"] else f"{code(mutant['was'])} goes",
            *(plain(mutant[field]) for field in more),
        ]
        for mutant in mutants
    )
    return table(["Where", "Change", *(HEADINGS[field] for field in more)], rows)
