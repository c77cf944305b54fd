"""The words in which every form of a report says what was run and what it showed."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Sized

from ...badges import Badge
from ...bdd.assertions import NOT_SPECIFIED
from ...bdd.systems import PRODUCT_OF_THE_MODEL
from ...errors import DEVIATIONS, OK
from ...escaping import plain
from ...language.declaration import LEVELS
from ...requirements import load_register
from ...verdict import CONCLUSIONS, NOT_PASSED, OF_CASES, RunShown, Status, badge_of_run
from ..judgement.cases import FEATURES, FUZZ, SCOPES, SECONDS, STEPS, TOUR, CaseEntry, Envelope
from ..judgement.selection import EXCLUDE, LAST_FAILED

UNSTATED = "unstated"
"""The version of a system that has declared none."""

MOST_LISTED = 5
"""How many names stand in a list within a sentence."""

MOST_IN_A_HEADLINE = 2
"""How many selected names a headline has."""

NO_GOODBYE = "the system did not say bye"
"""How begins why a run that came to its end broke all the same."""


WHAT_COUNTS = {
    "article": "what the article states, what follows from it, and what Azure's documents say of "
    "its surroundings. A difference from an assumption of this specification is shown and does "
    "not count",
    "full": "everything, also what this specification only assumes where the article is silent",
}
"""What counts in each profile."""


def product(envelope: Envelope) -> str:
    """Return the product and version of the system."""
    subject = envelope["subject"]
    if subject is None:
        return "a system that did not say hello"
    version = subject["version"]
    if version == UNSTATED:
        version = ""
    return plain(f"{subject['product']} {version}", 120)


def is_called_the_model(envelope: Envelope) -> bool:
    """Return whether a report says that its subject is the model."""
    subject = envelope["subject"]
    return subject is not None and str(subject["product"]).strip() == PRODUCT_OF_THE_MODEL


def kit_of(envelope: Envelope) -> str:
    """Return which kit made the report: version and identity."""
    version = envelope["kit"] if envelope["released"] else f"{envelope['kit']} (unreleased)"
    return f"translator-cmk {version}, kit {envelope['digest'][:12]}"


def headline(envelope: Envelope) -> str:
    """Return what the run has shown, and what whoever reads it has to know."""
    notes = list(reservations(envelope))
    if not notes:
        return conclusion(envelope)
    return f"{conclusion(envelope)} ({'; '.join(notes)})"


def conclusion(envelope: Envelope) -> str:
    """Return what the run has shown: *conformant* only if all was asked and nothing is known to
    fail.
    """
    code = envelope["exit_code"]
    tally = envelope["counts"]["scored"]
    if code == DEVIATIONS:
        return f"{CONCLUSIONS[code].words}: {tally['passed']} of {tally['total']} passed"
    if code != OK:
        return CONCLUSIONS[code].words
    if tally["known"]:
        return f"{tally['passed']} passed, {tally['known']} known"
    if any(scope_of(envelope)):
        return f"{tally['passed']} of {tally['total']} passed"
    return CONCLUSIONS[OK].words


def reservations(envelope: Envelope) -> Iterator[str]:
    """Yield what whoever reads the result has to know: to what it was narrowed, and by which kit it
    was found.
    """
    register = load_register(revision=envelope["register"]["article"])
    if not register.is_specified:
        yield f"revision {register.revision}"
    narrowed = list(scope_of(envelope))
    if narrowed:
        yield f"only {', '.join(narrowed)}"
    levels = envelope["subject"]["levels"] if envelope["subject"] else LEVELS
    if len(levels) < len(LEVELS):
        yield f"{plural('level', levels)} {' and '.join(levels)}"
    if not envelope["released"]:
        yield "unreleased kit"


def scope_of(envelope: Envelope) -> Iterator[str]:
    """Yield to what a run was narrowed; nothing where all that counts was asked, as long as by
    default or longer.
    """
    for name, values in envelope["selection"].items():
        if name in (EXCLUDE, LAST_FAILED):
            yield selection_in_words(name, values)
        elif name == "case":
            yield f"{len(values)} {plural('scenario', values)}"
        elif len(values) > MOST_IN_A_HEADLINE:
            yield f"{len(values)} {plural(name, values)}"
        else:
            yield f"{name} {few(values)}"

    lanes = envelope["lanes"]
    if not {FEATURES, TOUR, FUZZ} <= set(lanes):
        yield f"{plural('lane', lanes)} {' and '.join(lanes)}"

    budgets = envelope["budgets"]
    if TOUR in lanes and not set(SCOPES) <= set(budgets["scopes"]):
        yield f"tour of {few(budgets['scopes'])}"
    if TOUR in lanes and budgets["steps"] < STEPS:
        yield f"{budgets['steps']:,} steps of the tour"
    if FUZZ in lanes and "sequences" in budgets:
        yield f"{budgets['sequences']:,} sequences of fuzzing"
    elif FUZZ in lanes and budgets["seconds"] < SECONDS:
        yield f"{budgets['seconds']:g} seconds of fuzzing"

    if envelope["waived"]:
        yield f"without {few(envelope['waived'])}"


def selection_in_words(name: str, values: Sequence[str]) -> str:
    """Return what one option selects or leaves out."""
    if name == EXCLUDE:
        return f"scenarios except {few(values)}"
    if name == LAST_FAILED:
        return f"what failed in the run of {few(values)}"
    return f"{name} {few(values)}"


def whole_scope_of(envelope: Envelope) -> Iterator[str]:
    """Yield to what a run was narrowed, with the names of what was selected."""
    selection = envelope["selection"]
    for name, values in selection.items():
        yield selection_in_words(name, values)
    yield from list(scope_of(envelope))[len(selection) :]


def unasked(envelope: Envelope) -> Iterator[str]:
    """Yield the requirements that count, and were never tried: the system lacks a capability that
    they need.
    """
    statuses = defaultdict[str, set[str]](set)
    for case in envelope["cases"]:
        # a scenario about a silence tries nothing
        demands_something = not case.get("reason", "").startswith(NOT_SPECIFIED)
        if case["scored"] and demands_something:
            for requirement in case["requirements"]:
                statuses[requirement].add(case["status"])
    never_tried = [name for name, seen in statuses.items() if seen == {Status.NOT_APPLICABLE}]
    if never_tried:
        yield f"never tried, as declared: {few(sorted(never_tried))}"


def counted(tally: Mapping[str, int]) -> str:
    """Format counts, such as `214 of 220 passed, 3 known, 3 n/a`."""
    return ", ".join([f"{tally['passed']} of {tally['total']} passed", *not_passed(tally)])


def not_passed(tally: Mapping[str, int]) -> list[str]:
    """Format the counts of all that did not pass, such as `3 known` and `3 n/a`."""
    return [f"{tally[status]} {status.short}" for status in NOT_PASSED if tally.get(status)]


def few(names: Sequence[str]) -> str:
    """Format some of the names, and how many more there are."""
    listed = ", ".join(plain(name) for name in names[:MOST_LISTED])
    more = len(names) - MOST_LISTED
    return f"{listed} and {more} more" if more > 0 else listed


def amount_of(envelope: Envelope, lane: str) -> str:
    """Return how much of a lane was run."""
    if lane in envelope:
        return ", ".join(f"{envelope[lane][unit]:,} {unit}" for unit in ("sequences", "commands"))
    cases = [case for case in envelope["cases"] if case["lane"] == lane]
    return f"{len(cases):,} of them"


def plural(noun: str, things: Sized) -> str:
    return noun if len(things) == 1 else f"{noun}s"


def message_of(case: CaseEntry) -> str:
    """Return in one line why a case did not pass."""
    message = case.get("reason", case["status"])
    if case["status"] == Status.KNOWN:
        message = f"known deviation: {case.get('known', '')}: {message}"
    return plain(message)


def run_shown(envelope: Envelope) -> RunShown:
    """Return all that the badge of a run depends on."""
    tally = envelope["counts"]["scored"]
    return RunShown(
        exit_code=envelope["exit_code"],
        found={status for status in OF_CASES if tally.get(status)},
        complete=envelope["complete"],
        whole=not any(scope_of(envelope)),
        released=envelope["released"],
    )


def badge_of(envelope: Envelope) -> Badge:
    """Return the badge; only a whole run of a released kit, of all that counts and without a
    failure, is green.
    """
    subject = envelope["subject"]
    label = plain(f"{subject['product']} {subject['version']}", 60) if subject else "no system"
    tally = envelope["counts"]["scored"]
    parts = [f"{tally['passed']}/{tally['total']}"]
    parts += not_passed({**tally, Status.FAILED: 0})  # red says that something failed
    parts += [plain(note, 120) for note in reservations(envelope)]
    return Badge(label, badge_of_run(run_shown(envelope)), ", ".join(parts))
