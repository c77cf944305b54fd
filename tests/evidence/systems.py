"""Puts all wrong and permitted systems through the lanes: `python -m tests.evidence.systems`.

- A wrong system goes through features and tour until a failure names a requirement that is expected
  of it, and through fuzzing if neither finds it.
- A permitted system goes through features, tour and fuzzing with three seeds in the profile
  `article`, which may report nothing.  If it differs in what is assumed, features or tour have to
  report that in the profile `full`.
- Every failure is confirmed by stepping the readable model through the same commands.

It prints a line for each system that is not as expected, and ends with exit code 1 if there is
one.  It takes about a quarter of an hour on one core.  With words, such as `purge vault`, it takes
the systems whose names have one of them.  With `--table` it prints for each stated requirement the
scenario that counts for it, or that it is attested, and runs nothing.
"""

import sys
import time
from collections import Counter
from collections.abc import Iterator

from tests.systems.lanes import Failure, in_features, in_fuzz, in_tour, is_confirmed
from tests.systems.pairs import table
from tests.systems.permitted import PERMITTED
from tests.systems.variants import Variant
from tests.systems.wrong import WRONG

SEEDS = (1, 2, 3)

FUZZ_STEPS = 700
"""How many steps fuzzing has with each seed."""

ENOUGH = 30
"""After how many failures that name nothing expected a lane is given up."""


def lanes_that_find(variant: Variant, profile: str) -> Iterator[tuple[str, Iterator[Failure]]]:
    """Yield the lanes that may find what is wrong, each with the failures that it reports."""
    topics = {f"{name.partition('.')[0]}." for name in variant.requirements} - {"reset."}
    if topics:
        yield "features", in_features(variant, profile, topics)
    yield "features", in_features(variant, profile)
    yield "tour", in_tour(variant, profile)
    for seed in SEEDS:
        yield "fuzz", in_fuzz(variant, profile, seed, FUZZ_STEPS)


class Outcome:
    """What the lanes say of one system."""

    def __init__(self, variant: Variant) -> None:
        self.variant = variant
        self.found_by = ""
        self.problems: list[str] = []

    def look_for_what_is_wrong(self, profile: str) -> None:
        """Put a system through the lanes until one names a requirement that is expected."""
        otherwise: list[Failure] = []
        for lane, failures in lanes_that_find(self.variant, profile):
            for number, failure in enumerate(failures):
                self.confirm(failure, profile)
                if set(failure.named) & set(self.variant.requirements):
                    self.found_by = lane
                    return
                otherwise.append(failure)
                if number == ENOUGH:
                    break
        named = [failure for failure in otherwise if failure.named]
        if named:
            first = named[0]
            self.problems.append(
                f"names nothing that is expected, but {', '.join(first.named)} in {first.case}"
            )
        elif otherwise:
            self.found_by = f"{otherwise[0].case.partition('/')[0]}, which names no requirement,"
        else:
            self.problems.append(f"no lane finds it in the profile {profile}")

    def look_for_accusations(self) -> None:
        """Put a system through all lanes, which may report nothing."""
        lanes = [in_features(self.variant, "article"), in_tour(self.variant, "article")]
        lanes += [in_fuzz(self.variant, "article", seed, FUZZ_STEPS) for seed in SEEDS]
        for failures in lanes:
            failure = next(failures, None)
            if failure is not None:
                self.problems.append(f"is accused of {', '.join(failure.named)} in {failure.case}")

    def confirm(self, failure: Failure, profile: str) -> None:
        """Step the readable model through the commands of a failure.

        A reset that resets too little shows only after the commands of an earlier world.
        """
        if self.variant.requirements == ("reset",):
            return
        if not is_confirmed(self.variant, failure, profile):
            self.problems.append(f"the model does not confirm {failure.case}")


def judge(variant: Variant) -> Outcome:
    """Return what the lanes say of a system."""
    outcome = Outcome(variant)
    if variant.caught_in != "article":
        outcome.look_for_accusations()
    if variant.caught_in:
        outcome.look_for_what_is_wrong(variant.caught_in)
    return outcome


def main(words: list[str]) -> int:
    """Judge the systems whose names have one of the words, or all of them; or print the table.

    Returns the exit code.
    """
    if words == ["--table"]:
        print("\n".join(table()))
        return 0
    systems: tuple[Variant, ...] = (*WRONG, *PERMITTED)
    variants = [variant for variant in systems if is_wanted(variant, words)]
    started = time.perf_counter()
    found_by: Counter[str] = Counter()
    unexpected = 0
    for variant in variants:
        outcome = judge(variant)
        if outcome.found_by:
            found_by[f"{outcome.found_by} in {variant.caught_in}"] += 1
        if outcome.problems:
            unexpected += 1
            print(f"{variant.name}: {'; '.join(outcome.problems)}", flush=True)
    minutes = (time.perf_counter() - started) / 60
    by_lane = ", ".join(f"{count} by {lane}" for lane, count in sorted(found_by.items()))
    print(
        f"{len(variants)} systems, {unexpected} not as expected; found: {by_lane}; {minutes:.1f} "
        "minutes"
    )
    return 1 if unexpected else 0


def is_wanted(variant: Variant, words: list[str]) -> bool:
    """Return whether the system's name has one of the words, or no word is given."""
    return not words or any(word in variant.name for word in words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
