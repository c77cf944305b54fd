"""Say what a run left out."""

from collections.abc import Iterator, Mapping

from ...verdict import Status
from ..judgement.cases import FEATURES, FUZZ, TOUR, Envelope
from .by_requirement import Cell
from .wording import NO_GOODBYE, few, unasked, whole_scope_of

KINDS_OF_TEST = {
    FEATURES: (
        "Scenarios",
        "one request after a few preparations, with its expected outcome, in written examples",
    ),
    TOUR: (
        "Planned sequences",
        "many requests in a row, planned to meet the most rules in the fewest steps",
    ),
    FUZZ: ("Random sequences", "many requests in a row, drawn at random from the seed"),
}
"""For each lane its name for readers, and what it does."""


def gaps(envelope: Envelope, found: Mapping[str, Cell]) -> Iterator[str]:
    """Yield what the run leaves out."""
    for lane, (name, _) in KINDS_OF_TEST.items():
        if lane not in envelope["lanes"]:
            yield f"No {name.lower()} were run."
    for narrowed in whole_scope_of(envelope):
        if not narrowed.startswith("lane"):
            yield f"Narrowed: {narrowed}."
    if "trouble" in envelope:
        yield f"It ended early: {envelope['trouble']}."
    if "no_goodbye" in envelope:
        yield f"{NO_GOODBYE[0].upper()}{NO_GOODBYE[1:]}: {envelope['no_goodbye']}."
    for note in unasked(envelope):
        yield f"{note[0].upper()}{note[1:]}."
    not_run = [name for name, cell in found.items() if cell.status is Status.NOT_RUN]
    if not_run:
        yield f"{len(not_run)} requirements were not run: {few(not_run)}."
    only_declared = [name for name, cell in found.items() if cell.status is Status.DECLARED]
    yield (
        f"{len(only_declared)} requirements, such as the cipher, can't be seen from outside, only "
        "declared."
    )
