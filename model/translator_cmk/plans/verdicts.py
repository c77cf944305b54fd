"""The verdicts on a change, the gravest first, with all that the formats say of each."""

from typing import NamedTuple

LOSES = "loses"
MAY_LOSE = "may-lose"
REFUSED = "refused"
NOT_JUDGED = "not-judged"
NOT_SPECIFIED = "not-specified"


class VerdictWording(NamedTuple):
    """A verdict as the text and a rule of SARIF have it."""

    name: str
    label: str
    rule: str
    description: str
    level: str


TABLE = (
    VerdictWording(LOSES, "LOSES", "LosesData", "The change loses what an account holds", "error"),
    VerdictWording(
        MAY_LOSE, "MAY LOSE", "MayLoseData", "The change may lose what an account holds", "warning"
    ),
    VerdictWording(
        REFUSED,
        "WOULD BE REFUSED",
        "WouldBeRefused",
        "The change would be refused, or have no effect",
        "warning",
    ),
    VerdictWording(
        NOT_JUDGED,
        "NOT JUDGED",
        "NotJudged",
        "The change may lose data, and the plan shows too little to tell",
        "warning",
    ),
    VerdictWording(
        NOT_SPECIFIED, "NOT SPECIFIED", "NotSpecified", "Nobody says what the change does", "note"
    ),
)

VERDICTS = tuple(verdict.name for verdict in TABLE)

BY_NAME = {verdict.name: verdict for verdict in TABLE}


def graver(one: str, other: str) -> bool:
    """Return whether a verdict is graver than another."""
    return VERDICTS.index(one) < VERDICTS.index(other)
