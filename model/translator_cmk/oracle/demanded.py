"""What is demanded of one look, said in advance.

`Oracle.observe` says what all possible states agree on.  A look may show something else where a
field is open (`frame`), and then what follows from that (`closing`).  In advance nobody knows what
a look will show, so each open field is changed by itself, to each value that it might have.  Only
what all states agree on, those included that these looks lead to, is demanded whatever is shown.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from ..language.facts import ABSENT
from ..language.messages import OBSERVED
from ..machine import Observation, State
from ..shapes import FLAG, Choice, Shape
from .closing import Done, after_command, still_open
from .frame import KIND_BY_WORD, Address, recorded_field
from .oracle import Oracle

Fields = Mapping[str, Any]
"""What is shown of an entity."""


def demanded_whatever_is_shown(
    oracle: Oracle, expected: Observation, earlier: Observation
) -> Observation:
    """Return what is demanded of the look after the last command, in the form of `Oracle.observe`.

    ``expected``: what the model shows, which may be otherwise where something is open.
    ``earlier``: what it showed before the command, which may be there still.
    """
    states: dict[State, None] = {}
    for look in looks_that_differ(open_addresses(oracle), expected, earlier):
        states.update(dict.fromkeys(oracle.states_closed_by(look)))
    return oracle.observe(more=states)


def open_addresses(oracle: Oracle) -> frozenset[Address]:
    """Return every field that may be open after the last command."""
    earlier = still_open(oracle.machine, oracle.unseen, oracle.limit)
    done = Done(oracle.last.commands, oracle.last.possible)
    left_open = after_command(oracle.machine, earlier, done, oracle.limit, is_last=True)
    return frozenset[Address]().union(*(each.leeway.addresses for each in left_open))


def looks_that_differ(
    addresses: frozenset[Address], expected: Observation, earlier: Observation
) -> Iterator[Observation]:
    """Yield the look that is expected with one open field otherwise, for each value of each."""
    for word, (_, shapes) in OBSERVED.items():
        kind = KIND_BY_WORD[word]
        for name in {**earlier[word], **expected[word]}:
            others = {other: expected[word][other] for other in expected[word] if other != name}
            shown = expected[word].get(name)
            # it may be gone, or still there
            if (kind, name, "state") in addresses:
                there = {} if shown is not None else {name: earlier[word][name]}
                yield {**expected, word: {**others, **there}}
            if shown is None:
                continue
            for field, shape in shapes.items():
                if (kind, name, recorded_field(kind, field)) in addresses:
                    for fields in shown_otherwise(shown, field, shape, expected):
                        yield {**expected, word: {**others, name: fields}}


def shown_otherwise(
    shown: Fields, field: str, shape: Shape, expected: Observation
) -> Iterator[dict[str, Any]]:
    """Yield the fields of an entity with each other value that one of them might have."""
    # a link may lead to anything of its kind
    values: list[Any] = [*expected.get(field, ())]
    if field == "key":
        values.append(ABSENT)
    elif shape is FLAG:
        values = [True, False]
    elif isinstance(shape, Choice):
        values = list(shape.words)
    for value in values:
        if value == ABSENT and field in shown:
            yield {other: shown[other] for other in shown if other != field}
        elif value not in (ABSENT, shown.get(field, ABSENT)):
            yield {**shown, field: value}
