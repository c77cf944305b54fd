"""Gathers the evidence that takes longer than a test run, and writes it to docs/measurements.json.

Run as `make evidence`: it takes a night on two cores, says what each part found, and may be broken off, since the next
run skips the parts that are written and goes on within the others.  With names, as in `python -m tests.evidence.run
mutants scopes`, it gathers these parts again.  The exit code is 1 where a part falls short: it is not written.
"""

import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from tests.evidence import in_full, kit, worlds
from tests.evidence.writing import Found, Kept, fingerprint, read_measurements, stamp, write_measurement


class Part(NamedTuple):
    """One part of the evidence: how to gather it, and the layer of the package that it rests on."""

    gather: Callable[[Kept], Found]
    layer: str = "conformance"


PARTS = {
    "in_full": Part(in_full.run_tests, "cli"),
    "pages": Part(in_full.look_at_pages, "cli"),
    "pythons": Part(in_full.paste_guide, "cli"),
    "foreign": Part(worlds.compare_checkers, "explore"),
    "scopes": Part(worlds.search_scopes, "explore"),
    "forged": Part(kit.check_forgeries),
    "mutants": Part(worlds.judge_mutants, "bdd"),
    "semantic": Part(worlds.judge_semantic_mutants),
    "permitted": Part(kit.put_permitted),
    "faulty": Part(kit.put_faulty),
    "accusations": Part(kit.put_single_faults),
}


def main(wanted: Sequence[str], parts: Mapping[str, Part] = PARTS) -> int:
    """Gather what is wanted, or all that is not written yet, one after the other; returns the worst exit code."""
    if unknown := set(wanted) - set(parts):
        print(f"there is no evidence named {', '.join(sorted(unknown))}; there is {', '.join(parts)}", file=sys.stderr)
        return 2
    return max(gathered(name, parts[name], again=name in wanted) for name in wanted or parts)


def gathered(name: str, part: Part, again: bool) -> int:
    """Gather a part and write it, unless it is written of this state already; returns the exit code."""
    now = stamp(part.layer)
    if not again and now.items() <= read_measurements().get(name, {}).items():
        print(f"{name}: written already", flush=True)
        return 0
    kept = Kept(name, fingerprint(*now.values()))
    print(f"{name} ...", flush=True)
    started = time.perf_counter()
    try:
        found = part.gather(kept)
    except Exception:  # noqa: BLE001  # the other parts of a night can still be gathered
        traceback.print_exc()
        return 3
    for each in found.short:
        print(f"  {each}")
    minutes = (time.perf_counter() - started) / 60
    print(f"{name}: {found.sentence}; {minutes:.0f} min{'; falls short' if found.short else ''}", flush=True)
    if found.short:
        return 1
    write_measurement(name, {**now, "sentence": found.sentence, **found.totals})
    kept.forget()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
