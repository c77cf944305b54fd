"""Holds our engines against Spin, Rumur, minicheck, musil and Hypothesis, in one run in which they take turns.

Run as `make bench`, or `python -m tests.bench.peers`.  Everybody has to find the same before anything is compared, and
the medians of several rounds are.  A rival that is not installed is told of and left out.  `--json FILE` writes the
figures as data.  The exit code is 1 where a goal is missed, and 3 where the counts differ.
"""

import argparse
import json
import os
import statistics
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.bench.contests import CONTESTS, GOALS, Contest, Results, Samples
from tests.bench.rivals.contenders import Absent, Contender, Sample
from tests.evidence.writing import stamp

BUSY = 1.2
"""From how many seconds by the clock for one of processor time on a machine is too busy to be measured on."""


class CountsDiffer(Exception):
    """Two that search the same do not find the same."""


def same_counts(samples: Samples) -> None:
    """Raises `CountsDiffer` where states differ, or steps among those that count the same steps."""
    alike: dict[tuple[str, str], tuple[str, int]] = {}
    for name, each in samples.items():
        if "the toy" in name or name == "Hypothesis":
            continue
        for sample in each:
            for field in ("states", "transitions"):
                which = (field, "moves" if field == "transitions" and "moves only" in name else "")
                if sample[field] is None:
                    continue
                other, count = alike.setdefault(which, (name, sample[field]))
                if count != sample[field]:
                    raise CountsDiffer(f"{name} finds {sample[field]:,} {field}, and {other} {count:,}")


def take_turns(contest: Contest, rounds: int) -> tuple[list[Contender], Samples, list[str]]:
    """Those that took part, their samples, and who is missing and why."""
    contenders, missing = [], []
    for make in contest.contenders:
        try:
            contenders.append(make())
        except Absent as reason:
            missing.append(str(reason))
    samples: Samples = {contender.name: [] for contender in contenders}
    for turn in range(rounds):
        for contender in contenders:
            print(f"\r\x1b[K{contest.scope}, round {turn + 1}: {contender.name}", end="", file=sys.stderr, flush=True)
            samples[contender.name].append(contender.once())
    print("\r\x1b[K", end="", file=sys.stderr)
    return contenders, samples, missing


def summary(contender: Contender, samples: list[Sample]) -> dict[str, Any]:
    """What is kept of a contender."""
    first = samples[0]
    fields = [field for field, value in first.items() if isinstance(value, float) or field == "kilobytes"]
    counts = {field: value for field, value in first.items() if field not in fields and value is not None}
    return {
        "name": contender.name,
        "version": contender.version,
        "made_in": round(contender.made, 2),
        **counts,
        "median": {field: round(statistics.median(sample[field] for sample in samples), 4) for field in fields},
        "seconds": [round(sample["seconds"], 4) for sample in samples],
    }


def waited(samples: Samples) -> float:
    """The most seconds by the clock that anybody took for a second of processor time: 1 on a quiet machine."""
    return max(float(sample["seconds"] / sample["cpu"]) for each in samples.values() for sample in each)


def verdicts(contest: str, samples: Samples) -> Iterator[dict[str, Any]]:
    """The figures of a contest beside their goals; one that lacks a rival is left out."""
    for goal in GOALS:
        if goal.contest != contest:
            continue
        try:
            figure, by_processor = (goal.figure(Results(samples, processor)) for processor in (False, True))
        except KeyError:
            continue
        met = goal.goal is None or (figure <= goal.goal if goal.at_most else figure >= goal.goal)
        yield {
            "name": goal.name,
            "figure": round(figure, 3),
            "by_processor": round(by_processor, 3),
            "unit": goal.unit,
            "goal": goal.goal,
            "at_most": goal.at_most,
            "met": met,
        }


def lines(found: Mapping[str, Any]) -> Iterator[str]:
    """What a contest showed, in words."""
    yield f"{found['scope']}: {found['sentence']}"
    for each in found["contenders"]:
        median = each["median"]
        steps = f", {each['transitions']:,} steps" if "transitions" in each else ""
        size = f", {each['state_bytes']} bytes a state" if "state_bytes" in each else ""
        made = f"; made in {each['made_in']} s" if each["made_in"] else ""
        yield (
            f"  {each['name']}: {median['seconds']:.3f} s ({median.get('cpu', 0):.3f} s of processor), "
            f"{median['kilobytes'] / 1000:,.0f} MB, {each['states']:,} states{steps}{size}{made} [{each['version']}]"
        )
    for reason in found["missing"]:
        yield f"  absent: {reason}"
    if found["waited"] > BUSY:
        yield f"  the machine was busy: a second of processor time took up to {found['waited']} s; measure again"
    for each in found["figures"]:
        verdict = "      " if each["goal"] is None else "met   " if each["met"] else "missed"
        sign = "<=" if each["at_most"] else ">="
        goal = "no goal" if each["goal"] is None else f"goal {sign} {each['goal']:,}"
        also = f", by processor time {each['by_processor']:,.2f}" if each["by_processor"] != each["figure"] else ""
        yield f"  {verdict}  {each['name']}: {each['figure']:,.2f} {each['unit']}{also}  ({goal})"


def main() -> int:
    """Measure, print, and write; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often each takes its turn (default: 3)")
    parser.add_argument("--only", choices=CONTESTS, action="append", help="these contests alone")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as data")
    arguments = parser.parse_args()
    contests: list[dict[str, Any]] = []
    for name, contest in CONTESTS.items():
        if arguments.only and name not in arguments.only:
            continue
        contenders, samples, missing = take_turns(contest, arguments.rounds)
        try:
            same_counts(samples)
        except CountsDiffer as problem:
            print(f"{contest.scope}: {problem}: nothing is compared", file=sys.stderr)
            return 3
        found: dict[str, Any] = {
            "contest": name,
            "scope": contest.scope,
            "sentence": contest.sentence,
            "contenders": [summary(each, samples[each.name]) for each in contenders],
            "missing": missing,
            "waited": round(waited(samples), 2),
            "figures": list(verdicts(name, samples)),
        }
        contests.append(found)
        print("\n".join(lines(found)), flush=True)
    if arguments.json:
        content = {**stamp("explore"), "machine": machine(), "rounds": arguments.rounds, "contests": contests}
        arguments.json.write_text(json.dumps(content, indent=1) + "\n", "utf-8")
    return 0 if all(figure["met"] for found in contests for figure in found["figures"]) else 1


def machine() -> dict[str, Any]:
    """What it was measured on."""
    from tests.bench.run import processor  # which prepares measures of its own as it is imported

    return {"cores": os.cpu_count(), "processor": processor(), "load": round(os.getloadavg()[0], 1)}


if __name__ == "__main__":
    sys.exit(main())
