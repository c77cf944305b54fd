"""JSON Schemas of what `make evidence` and `make bench` measure and pages show; a measurement may have more fields."""

from .schema_parts import COUNT, DIGEST, ID, TEXT, Schema, counts_by, several, words

SECONDS: Schema = {"type": "number", "minimum": 0}
NUMBER: Schema = {"type": "number"}
YES_OR_NO: Schema = {"type": "boolean"}


def having(**fields: Schema) -> Schema:
    """An object with these fields, and whatever else it may have."""
    return {"type": "object", "properties": fields, "required": list(fields)}


SCOPE_STATES = having(scope=TEXT, states=COUNT)
PART = having(reached=COUNT, of=COUNT)
LISTED = having(reached=COUNT, of=COUNT, missing=several(TEXT))
PERHAPS_COUNT: Schema = {"type": ["integer", "null"], "minimum": 0}
PERHAPS_NUMBER: Schema = {"type": ["number", "null"]}
STEPS_BY_LANE = having(features=PERHAPS_COUNT, tour=PERHAPS_COUNT, hypothesis=PERHAPS_COUNT)
REACH = having(rows=LISTED, reasons=LISTED, refusals=PART, conditions=LISTED, topic_pairs=LISTED, row_pairs=PART)
EXPLORED = having(states=COUNT, steps=COUNT, depth=PERHAPS_COUNT, moves=PERHAPS_COUNT)
CONTENDER = having(
    name=TEXT,
    version=TEXT,
    states=COUNT,
    made_in=SECONDS,
    median=having(seconds=SECONDS, cpu=SECONDS, kilobytes=COUNT),
)
CONTEST_FIGURE = having(
    name=TEXT,
    figure=NUMBER,
    by_processor=NUMBER,
    unit=TEXT,
    goal=PERHAPS_NUMBER,
    at_most=YES_OR_NO,
    met=YES_OR_NO,
)

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
    "kills": (
        "Implementations broken by hand: the steps within which each lane caught each, null where it did not",
        having(
            digest=DIGEST,
            budgets=counts_by(TEXT),
            first_run=having(held_out=COUNT, by_features_or_tour=PERHAPS_COUNT, by_any_lane=COUNT),
            implementations=several(
                having(
                    mistake=TEXT,
                    topic=TEXT,
                    language=TEXT,
                    held_out=YES_OR_NO,
                    steps=STEPS_BY_LANE,
                )
            ),
            made_to_be_missed=having(
                before=having(caught=COUNT, of=COUNT),
                implementations=several(having(mistake=TEXT, topic=TEXT, language=TEXT, steps=STEPS_BY_LANE)),
            ),
        ),
    ),
    "example_mutants": (
        "Every small change of the example implementations, and what catches it",
        having(
            digest=DIGEST,
            languages={
                "type": "object",
                "additionalProperties": having(
                    program=TEXT, first_run=having(caught=COUNT, of=COUNT), walks=COUNT, steps=COUNT
                ),
            },
            mutants=several(
                having(
                    language=TEXT,
                    function=TEXT,
                    line=COUNT,
                    was=TEXT,
                    now=TEXT,
                    kind=TEXT,
                    verdict=words("killed", "survives", "equivalent"),
                )
            ),
        ),
    ),
    "foreign": (
        "What Spin and Rumur find in bounded worlds of the model, beside our engines",
        having(
            digest=DIGEST,
            versions=having(spin=TEXT, rumur=TEXT),
            scopes=several(having(scope=TEXT, ours=EXPLORED, spin=EXPLORED, rumur=EXPLORED)),
            theorems=several(having(machine=TEXT, scope=TEXT, theorem=TEXT, ours=COUNT, spin=COUNT, rumur=COUNT)),
        ),
    ),
    "peers": (
        "How long other model checkers take beside our engines",
        having(
            digest=DIGEST,
            machine=having(cores=COUNT, processor=TEXT, load=SECONDS),
            rounds=COUNT,
            contests=several(
                having(
                    contest=TEXT,
                    scope=TEXT,
                    sentence=TEXT,
                    contenders=several(CONTENDER),
                    missing=several(TEXT),
                    waited=SECONDS,
                    figures=several(CONTEST_FIGURE),
                )
            ),
        ),
    ),
    "bench": (
        "What is promised to be fast, and how fast it was",
        having(
            digest=DIGEST,
            machine=having(python=TEXT, cores=COUNT, processor=TEXT),
            figures=several(
                having(
                    name=TEXT,
                    median=NUMBER,
                    unit=TEXT,
                    goal=PERHAPS_NUMBER,
                    less_is_better=YES_OR_NO,
                    met=YES_OR_NO,
                )
            ),
        ),
    ),
    "memory": (
        "How much memory an hour of fuzzing takes, in kilobytes, from when it has settled to the end",
        having(digest=DIGEST, seconds=COUNT, commands=COUNT, log_bytes=COUNT, settled=COUNT, most=COUNT, last=COUNT),
    ),
    "pages": (
        "How many pages of the site were looked at in a browser, in which ways, and how many problems were found",
        having(digest=DIGEST, pages=COUNT, views=several(TEXT), problems=COUNT),
    ),
}
"""Each measurement by the name of its file in docs/measurements/: what it is, and its form."""
