"""Hypothesis strategies of protocol 1: every command, outcome, observation and stage, drawn from what is declared."""

from typing import Annotated, Any, get_args, get_origin

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from translator_cmk.language.messages import LOCAL_NAME, OBSERVED, REQUIREMENT
from translator_cmk.language.sentences import NAME
from translator_cmk.machine import (
    COMMANDS,
    Accepted,
    Command,
    KeyUse,
    Observation,
    Outcome,
    Refused,
    Stage,
    Unspecified,
)
from translator_cmk.shapes import FLAG, Shape, Text, Whole, Word

NAMES = st.from_regex(NAME, fullmatch=True)
LOCAL_NAMES = st.builds("{}/{}".format, NAMES, NAMES)


def values(hint: Any) -> SearchStrategy[Any]:
    """The values that a field with this annotation can have."""
    if get_origin(hint) is Annotated or hint is str:
        return NAMES
    if hint is bool:
        return st.booleans()
    if hint is int:
        return st.integers(1, 999_999)
    arms = get_args(hint)
    if type(None) in arms:
        return st.none() | NAMES
    return st.sampled_from(arms)


def named_where_it_must(command: type[Command], fields: dict[str, Any], name: str) -> Command:
    for field, (other, value) in command.named_where.items():
        fields = fields | {field: (fields[field] or name) if fields[other] == value else None}
    return command(**fields)


def of(command: type[Command]) -> SearchStrategy[Command]:
    fields = st.fixed_dictionaries({field: values(command.hints[field]) for field in command.fields})
    return st.builds(named_where_it_must, st.just(command), fields, NAMES)


def commands() -> SearchStrategy[Command]:
    """Any command, every type of it as likely as another."""
    return st.sampled_from(list(COMMANDS.values())).flatmap(of)


def outcomes() -> SearchStrategy[Outcome]:
    ids = st.frozensets(st.from_regex(REQUIREMENT.pattern, fullmatch=True), max_size=3)
    uses = st.sets(st.builds(KeyUse, LOCAL_NAMES, NAMES), max_size=3).map(lambda uses: tuple(sorted(uses)))
    return st.builds(Accepted, ids, uses) | st.builds(Refused, ids) | st.builds(Unspecified, ids)


def of_shape(shape: Shape) -> SearchStrategy[Any]:
    match shape:
        case Text():
            return LOCAL_NAMES if shape is LOCAL_NAME else NAMES
        case Word():
            return st.sampled_from(shape.words)
        case Whole():
            return st.integers(shape.least, shape.most)
    assert shape is FLAG
    return st.booleans()


def observations() -> SearchStrategy[Observation]:
    """Observations of any kinds, entities and fields, some of them left out."""
    kinds = {
        kind: st.dictionaries(
            of_shape(name),
            st.fixed_dictionaries({}, optional={field: of_shape(shape) for field, shape in fields.items()}),
            max_size=2,
        )
        for kind, (name, fields) in OBSERVED.items()
    }
    return st.fixed_dictionaries({}, optional=kinds)


def stages() -> SearchStrategy[Stage]:
    regions = NAMES.filter(lambda name: name != "global")
    return st.lists(NAMES, min_size=1, max_size=3, unique=True).flatmap(
        lambda tenants: st.builds(
            Stage,
            tenants=st.just(tuple(tenants)),
            subscriptions=st.dictionaries(NAMES, st.sampled_from(tenants), max_size=3),
            regions=st.lists(regions, max_size=3, unique=True).map(tuple),
            tiers=st.dictionaries(NAMES, st.booleans(), max_size=3),
        )
    )
