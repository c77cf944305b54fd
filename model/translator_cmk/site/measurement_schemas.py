"""JSON Schemas of what `make evidence` measures and pages of the site show; a measurement may have more fields."""

from .schema_parts import COUNT, DIGEST, ID, TEXT, Schema, counts_by, several

SECONDS: Schema = {"type": "number", "minimum": 0}


def having(**fields: Schema) -> Schema:
    """An object with these fields, and whatever else it may have."""
    return {"type": "object", "properties": fields, "required": list(fields)}


SCOPE_STATES = having(scope=TEXT, states=COUNT)
PART = having(reached=COUNT, of=COUNT)
LISTED = having(reached=COUNT, of=COUNT, missing=several(TEXT))
REACH = having(rows=LISTED, reasons=LISTED, refusals=PART, conditions=LISTED, topic_pairs=LISTED, row_pairs=PART)

MEASUREMENTS: dict[str, tuple[str, Schema]] = {
    "mutants": (
        "Every change of a row that its syntax allows, and what finds it",
        having(
            digest=DIGEST,
            scopes=several(SCOPE_STATES),
            scenarios=COUNT,
            theorems=counts_by(TEXT),
            mutants=several(having(kind=TEXT, requirements=several(ID), place=TEXT, was=TEXT, now=TEXT, verdict=TEXT)),
        ),
    ),
    "theorems": (
        "Theorems by scope: how many hold, and how many are broken",
        having(
            digest=DIGEST,
            scopes=several(having(scope=TEXT, states=COUNT, transitions=COUNT, depth=COUNT, hold=COUNT, broken=COUNT)),
        ),
    ),
    "coverage": (
        "What each kind of evidence reached of bounded worlds",
        having(
            digest=DIGEST,
            scopes=several(having(scope=TEXT, states=COUNT, pairs=COUNT)),
            infeasible=several(having(place=TEXT, condition=TEXT, because=TEXT)),
            evidence=several(having(name=TEXT, sentence=TEXT, sequences=COUNT, commands=COUNT, reached=REACH)),
            together=REACH,
        ),
    ),
    "tours": (
        "Transition tours by scope, and the faults that they and other sequences find",
        having(
            digest=DIGEST,
            random_length=COUNT,
            scopes=several(
                having(
                    scope=TEXT,
                    states=COUNT,
                    pairs=COUNT,
                    steps=COUNT,
                    lower_bound=COUNT,
                    sequences=COUNT,
                    seconds=SECONDS,
                    transfer_faults={"type": "object", "additionalProperties": counts_by(TEXT)},
                )
            ),
        ),
    ),
    "scopes": (
        "What exhaustive search found of each bounded world",
        having(
            digest=DIGEST,
            theorems=COUNT,
            scopes=several(having(scope=TEXT, sentence=TEXT, states=COUNT, transitions=COUNT, depth=COUNT)),
        ),
    ),
}
"""Each measurement by the name of its file in docs/measurements/: what it is, and its form."""
