"""Which first-order mutants of the examples the kit catches, by features and tour, in its default budget.

Run as `python -m tests.evidence.run example_mutants`, and by `make evidence`.  A mutant that gets away is compared with
the example: in Python step by step (see `example_worlds`), in Node and Perl by asking both the same (see
`example_beside`).  It is equivalent as far as that sees, or survives.  What was judged is kept in .results/ as it
comes.
The exit code is 1, and nothing is written, where fewer than 98 % of those of a language that can be told from its
example are caught, and 3 where Node or Perl is missing.
"""

import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

from tests.evidence import example_code, token_mutants
from tests.evidence.example_beside import Beside, Walks, walks
from tests.evidence.example_code import PROGRAM, Mutant
from tests.evidence.example_tokens import LANGUAGES
from tests.evidence.example_worlds import WALKS, Program, Worlds
from tests.evidence.kept import Kept, fingerprint
from tests.evidence.lanes import InProcess, default_suites, features, steps, tour
from tests.evidence.writing import MEASUREMENTS, ROOT, stamp, write
from translator_cmk.conformance.channels import Channel
from translator_cmk.conformance.channels.stdio import Process

PROFILE = "full"
"""What counts: all that the example does, and not only what the article grounds."""

LANES = {"features": partial(features, profile=PROFILE), "tour": partial(tour, profile=PROFILE)}

GOAL = 98
"""How many of a hundred mutants that can be told from the example are caught at least."""


FIRST_RUN = {
    "python": {"caught": 613, "of": 628},
    "node": {"caught": 601, "of": 602},
    "perl": {"caught": 627, "of": 629},
}
"""What the first run of a language caught of those that are not equivalent, with the scenarios that there were then."""

ONLY_RSA = "Only a key of 2048 bits that is neither RSA nor RSA-HSM tells it, and Azure has none."
OLD_NAMES = "Only a name that was used before the reset tells it, and the contract has names that never come again."
REASONS = {
    ("enable_customer_managed_keys", "k['size'] == 2048"): ONLY_RSA,
    ("EnableCustomerManagedKeys", "k.size === 2048"): ONLY_RSA,
    ("EnableCustomerManagedKeys", "$k->{size} == 2048"): ONLY_RSA,
    ("reset_world", "%world = map { $_ => {} } qw(vault key resource grant workspace document model)"): OLD_NAMES,
}
"""Why survivors that are known are left alone: by function and changed code, or the code that goes."""

NO_PROGRAM = {"verdict": "no program"}

Task = tuple[str, Mutant]
"""A mutant, and the language that it is in."""


def main() -> int:
    """Judge and write; returns the exit code."""
    if missing := [name for name in LANGUAGES if not shutil.which(name)]:
        print(f"missing: {', '.join(missing)}; nothing is judged", file=sys.stderr)
        return 3
    now = stamp("conformance")
    every = list(tasks())
    kept = Kept("example-mutants", now["digest"])
    prepare()  # before there are several processes, so that they share it
    found = kept.all_of({fingerprint(language, mutant.source): (language, mutant) for language, mutant in every}, judge)
    judged = [row(*task, verdict) for task, verdict in zip(every, found, strict=True) if verdict != NO_PROGRAM]
    short = [language for language in told_of() if not enough(language, judged)]
    if short:
        print(f"falls short of {GOAL} %: {', '.join(short)}")
        return 1
    content = {**now, "profile": PROFILE, "languages": told_of(), "mutants": judged}
    write(MEASUREMENTS / "example_mutants.json", content)
    kept.forget()
    return 0


def tasks() -> Iterator[Task]:
    """Every mutant of every example."""
    for mutant in example_code.mutants(PROGRAM.read_text("utf-8")):
        yield "python", mutant
    for name, language in LANGUAGES.items():
        for mutant in token_mutants.mutants(language, language.program.read_text("utf-8")):
            yield name, mutant


def row(language: str, mutant: Mutant, verdict: dict[str, Any]) -> dict[str, Any]:
    """What is written of a mutant: all but its code."""
    fields = mutant._asdict()
    del fields["source"]
    found = {"language": language, **fields, **verdict}
    if verdict["verdict"] == "survives":
        found["reason"] = REASONS.get((mutant.function, mutant.now or mutant.was), "")
    return found


def enough(language: str, judged: list[dict[str, Any]]) -> bool:
    """Tell how many mutants of a language were caught; returns whether these are enough."""
    mine = [each for each in judged if each["language"] == language]
    verdicts = Counter(each["verdict"] for each in mine)
    told = verdicts["killed"] + verdicts["survives"]
    print(f"{language}: {verdicts['killed']} of {told} mutants caught; {verdicts['equivalent']} more are equivalent")
    for each in mine:
        if each["verdict"] == "survives":
            print(f"survives: {each['function']}:{each['line']}: {each['was']} -> {each['now']}: {each['because']}")
    return 100 * verdicts["killed"] >= GOAL * told


def judge(task: Task) -> dict[str, Any]:
    """The verdict on a mutant: with the lane and the steps that it took, or where it differs without being caught."""
    language, mutant = task
    with tempfile.TemporaryDirectory() as folder:
        if language == "python":
            file = Path()
        else:
            file = Path(folder, LANGUAGES[language].file)
            file.write_text(mutant.source, "utf-8")
            if LANGUAGES[language].refuses(file):
                return NO_PROGRAM
        for name, lane in LANES.items():
            taken = steps(channel(language, mutant, file), lane)
            if taken is not None:
                return {"verdict": "killed", "lane": name, "steps": taken}
    if language == "python":
        difference = worlds().difference(Program(mutant.source), mutant.function)
    else:
        difference = beside(language).difference(mutant.source)
    if difference is None:
        return {"verdict": "equivalent"}
    return {"verdict": "survives", "because": difference}


def channel(language: str, mutant: Mutant, file: Path) -> Channel:
    """A way to a mutant: in this process, or to the program in the file."""
    return InProcess(mutant.source) if language == "python" else Process(f"{LANGUAGES[language].run} {file}")


def prepare() -> None:
    """Have everything at hand that takes seconds to make."""
    default_suites()
    assert worlds().shown
    for language in LANGUAGES:
        assert beside(language).answers


def told_of() -> dict[str, dict[str, Any]]:
    """Of each language what is no mutant: the program, the first run, and what those that get away are compared in."""
    scopes = [scope.name for scope in worlds().scopes]
    programs = {"python": PROGRAM, **{name: language.program for name, language in LANGUAGES.items()}}
    return {
        name: {
            "program": str(program.relative_to(ROOT)),
            "first_run": FIRST_RUN[name],
            "scopes": scopes if name == "python" else [],
            "walks": WALKS,
            "steps": len(worlds().steps) if name == "python" else asked().steps,
        }
        for name, program in programs.items()
    }


@cache
def worlds() -> Worlds:
    """What mutants in Python that get away are compared in."""
    return Worlds(PROGRAM.read_text("utf-8"))


@cache
def asked() -> Walks:
    """What other mutants that get away are asked, beside their example."""
    return walks()


@cache
def beside(language: str) -> Beside:
    """An example that is asked."""
    return Beside(LANGUAGES[language], asked())


if __name__ == "__main__":
    sys.exit(main())
