"""The verdicts on a change, the gravest first, with all that the formats say of each."""

from typing import NamedTuple

LOSES = "loses"
MAY_LOSE = "may-lose"
REFUSED = "refused"
NOT_SPECIFIED = "not-specified"


class Verdict(NamedTuple):
    """A verdict as the text, the summary and a rule of SARIF have it."""

    name: str
    label: str
    colour: str
    """The parameters of its colour on a terminal."""
    one: str
    """What one change does; of several changes, ``several``."""
    several: str
    rule: str
    description: str
    level: str


TABLE = (
    Verdict(
        name=LOSES,
        label="LOSES",
        colour="1;31",
        one="loses data",
        several="lose data",
        rule="LosesData",
        description="The change loses what an account holds",
        level="error",
    ),
    Verdict(
        name=MAY_LOSE,
        label="MAY LOSE",
        colour="33",
        one="may lose data",
        several="may lose data",
        rule="MayLoseData",
        description="The change may lose what an account holds",
        level="warning",
    ),
    Verdict(
        name=REFUSED,
        label="WOULD BE REFUSED",
        colour="35",
        one="would be refused",
        several="would be refused",
        rule="WouldBeRefused",
        description="The change would be refused, or have no effect",
        level="warning",
    ),
    Verdict(
        name=NOT_SPECIFIED,
        label="NOT SPECIFIED",
        colour="36",
        one="is not specified",
        several="are not specified",
        rule="NotSpecified",
        description="Nobody says what the change does",
        level="note",
    ),
)

VERDICTS = tuple(verdict.name for verdict in TABLE)

BY_NAME = {verdict.name: verdict for verdict in TABLE}


def graver(one: str, other: str) -> bool:
    """Return whether a verdict is graver than another."""
    return VERDICTS.index(one) < VERDICTS.index(other)
