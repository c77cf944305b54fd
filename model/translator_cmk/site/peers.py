"""The page on other model checkers: that they find the same, and how long they take beside our engines."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from .freshness import is_current
from .markup import measured_twin, page, plain, table
from .measured import load

PEERS = Path("measurements") / "peers.json"
FOREIGN = Path("measurements") / "foreign.json"

STALE = " **Stale:** the specification has changed since."


def load_peers(path: Path) -> Mapping[str, Any] | None:
    """What `make bench` measured of others, or None where it was not run; raises `MeasurementError`."""
    return load(path, {"digest", "machine", "rounds", "contests"})


def load_foreign(path: Path) -> Mapping[str, Any] | None:
    """What Spin and Rumur found, or None where they were not run; raises `MeasurementError`."""
    return load(path, {"digest", "versions", "scopes", "theorems"})


def peers_page(peers: Mapping[str, Any] | None, foreign: Mapping[str, Any] | None) -> str:
    """The page."""
    return page(
        "Other model checkers",
        "Bounded worlds of the model, searched by Spin and Rumur too, and how fast our engines are beside others.",
        "The benchmarks of this project write [bounded worlds](scopes.md) for Spin, in Promela, and for Rumur, in "
        "Murphi, so that other model checkers count the same states.",
        "## They find the same { #same }",
        *agreement(foreign),
        "## How long they take { #speed }",
        *speed(peers),
        *(measured_twin(name) for name, found in (("foreign", foreign), ("peers", peers)) if found),
    )


def agreement(foreign: Mapping[str, Any] | None) -> Iterator[str]:
    """What each found in each scope, and how far from each theorem."""
    if foreign is None:
        yield "This has not been measured: `make evidence` does it."
        return
    versions = " and ".join(map(plain, foreign["versions"].values()))
    stale = "" if is_current(foreign) else STALE
    yield (
        f"{versions} searched these scopes of the article's model. A step is a command in a state, also one that is "
        "refused; a move is a step that changes something; the depth is the number of steps to the farthest state, "
        f"which Rumur does not tell. Numbers are given once where all three have the same.{stale}"
    )
    header = ["Scope", "States", "Steps", "Moves", "Depth"]
    fields = ("states", "steps", "moves", "depth")
    yield table(header, ([each["scope"], *(alike(each, field) for field in fields)] for each in foreign["scopes"]))
    ways = foreign["theorems"]
    same = sum(each["ours"] == each["spin"] == each["rumur"] for each in ways)
    machines = len({each["machine"] for each in ways})
    longest = max((each["ours"] for each in ways), default=0)
    yield (
        f"They also looked for the shortest way to break a theorem, in models with a mistake, and to what a theorem "
        f"says comes about. In {same} of {len(ways)} cases, with {machines} models, all three need the same number of "
        f"steps; the longest way has {longest}."
    )


def alike(scope: Mapping[str, Any], field: str) -> str:
    """A count of a scope: once where all who tell it tell the same, and otherwise each with its name."""
    told = {who: scope[who][field] for who in ("ours", "spin", "rumur") if scope[who][field] is not None}
    if len(set(told.values())) == 1:
        return f"{next(iter(told.values())):,}"
    return "**" + ", ".join(f"{who} {count:,}" for who, count in told.items()) + "**"


def speed(peers: Mapping[str, Any] | None) -> Iterator[str]:
    """The contests, each with who took part and the figures that have a goal."""
    if peers is None:
        yield "This has not been measured: `make bench` does it."
        return
    machine = peers["machine"]
    stale = "" if is_current(peers) else STALE
    yield (
        f"Measured on {machine['cores']} cores ({plain(machine['processor'])}) with a load of {machine['load']} at the "
        f"end. In each of {peers['rounds']} rounds all took turns, and medians are shown. Whoever counts the same has "
        f"to find the same, or nothing is compared. A busy machine takes nothing away from processor time.{stale}"
    )
    yield (
        "Spin and Rumur get models that are made as fast as they can be: as few bits as the records need, guards "
        "that ask only what makes a difference, and consequences decided at once. *Moves only* spares them all steps "
        "that change nothing, which our engines count. Making and compiling these models is not charged to them; our "
        "engines are charged with deriving all from the rows, unless it says *beforehand*."
    )
    for contest in peers["contests"]:
        yield f"### {contest['scope']} {{ #{contest['contest']} }}"
        yield plain(contest["sentence"])
        header = ["Who", "Version", "Seconds", "Processor", "MB", "States", "Steps", "Bytes a state", "Compiled in"]
        yield table(header, map(row, contest["contenders"]))
        yield from (f"Absent: {plain(reason)}." for reason in contest["missing"])
        yield (
            f"A second of processor time took up to {contest['waited']:.2f} s by the clock: 1 is a quiet machine, and "
            "the more it is, the less the seconds by the clock mean."
        )
        yield table(["Figure", "Verdict", "By the clock", "By processor time", "Goal"], map(figure, contest["figures"]))


def row(each: Mapping[str, Any]) -> list[str]:
    """A line on one who took part."""
    median = each["median"]
    return [
        plain(each["name"]),
        plain(each["version"]),
        f"{median['seconds']:.2f}",
        f"{median['cpu']:.2f}",
        f"{median['kilobytes'] / 1000:,.0f}",
        f"{each['states']:,}",
        f"{each['transitions']:,}" if "transitions" in each else "not told",
        str(each.get("state_bytes", "")),
        f"{each['made_in']:.1f} s" if each["made_in"] else "",
    ]


def figure(each: Mapping[str, Any]) -> list[str]:
    """A line on one figure; what is to be as large as can be is rounded down, and the other way round."""
    sign = "at most" if each["at_most"] else "at least"
    return [
        plain(each["name"]),
        "" if each["goal"] is None else "met" if each["met"] else "**missed**",
        amount(each["figure"], each),
        "" if each["by_processor"] == each["figure"] else amount(each["by_processor"], each),
        "" if each["goal"] is None else f"{sign} {each['goal']:,} {each['unit']}".strip(),
    ]


def amount(value: float, each: Mapping[str, Any]) -> str:
    """A figure with its unit, rounded to the side that makes less of it."""
    steps = 1 if value >= 100 else 100
    rounded = -(-value * steps // 1) if each["at_most"] else value * steps // 1
    text = f"{rounded:,.0f}" if steps == 1 else f"{rounded / steps:,.2f}"
    return f"{text} {each['unit']}".strip()
