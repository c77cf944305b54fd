"""Try each value of each condition of data/conditions.yaml before CMK is enabled, with all else right."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

from ..machine import DEFAULT_STAGE, ROWS, Accepted, Command, Outcome, Refused, RowsContradict, Unspecified, initial
from ..machine.commands import (
    CreateKey,
    CreateResource,
    CreateVault,
    DisableKey,
    EnableCustomerManagedKeys,
    EnableIdentity,
    GrantKeyAccess,
    ImportKey,
)
from ..machine.rows import Refuse
from ..requirements import Register
from .effects import model
from .sourced import data

Channel = Literal["portal", "api"]
CHANNELS: Mapping[Channel, str] = {"portal": "through the portal", "api": "through the API"}


class Result(NamedTuple):
    """What happens: accepted, refused, not specified, or unclear where the model is broken; with the ids it names."""

    word: str
    names: frozenset[str] = frozenset()


class Tried(NamedTuple):
    """A value with its result through each channel."""

    says: str
    results: Mapping[Channel, Result]
    because: list[str]
    """The requirements behind it: those that the result names, or that permit it, or else refuse the other values."""

    def channels(self, result: str) -> list[str]:
        """Return the channels with this result, in words."""
        return [words for channel, words in CHANNELS.items() if self.results[channel].word == result]


class Condition(NamedTuple):
    """Something that can be right or wrong, with its values."""

    name: str
    values: list[Tried]
    because: list[str]


def conditions(register: Register) -> list[Condition]:
    """Return every condition with what happens for each of its values."""
    return [condition(each, register) for each in data("conditions")["conditions"]]


def condition(entry: Mapping[str, Any], register: Register) -> Condition:
    """Return one condition with what happens for each of its values."""
    found = {
        value["says"]: {channel: result(enabled(channel, value.get("differs", {}))) for channel in CHANNELS}
        for value in entry["values"]
    }
    named = {says: sorted(frozenset[str]().union(*(each.names for each in of.values()))) for says, of in found.items()}
    permitted = {value["says"]: [value["permitted_by"]] for value in entry["values"] if "permitted_by" in value}
    demanded = sorted({name for names in named.values() for name in names})
    others = demanded or sorted({name for names in permitted.values() for name in names})
    values = [Tried(says, results, named[says] or permitted.get(says) or others) for says, results in found.items()]
    because = dict.fromkeys(name for value in values for name in value.because if name in register)
    return Condition(entry["name"], values, list(because))


def result(outcome: Outcome | None) -> Result:
    """Return the outcome as a result."""
    match outcome:
        case Accepted():
            return Result("accepted")
        case Refused(because=because):
            return Result("refused", because)
        case Unspecified(silent=silent):
            return Result("not specified", silent)
    return Result("unclear")


def demands() -> set[str]:
    """Return the requirements that a request to enable CMK can break."""
    return {row.requirement for row in ROWS if isinstance(row, Refuse) and row.on is EnableCustomerManagedKeys}


def untried(found: Iterable[Condition]) -> set[str]:
    """Return the demands that no value of these conditions breaks."""
    return demands() - {name for each in found for value in each.values for name in value.because}


def enabled(channel: Channel, differs: Mapping[str, Any]) -> Outcome | None:
    """Return the outcome of enabling CMK where all is right but these values; None from a broken model."""
    values = data("conditions")["right"] | dict(differs)
    state = initial(DEFAULT_STAGE)
    try:
        for command in beforehand(values):
            state, _ = model().step(state, command)
        return model().step(state, request(channel, values["store"]))[1]
    except RowsContradict:
        return None


def beforehand(values: Mapping[str, Any]) -> Iterator[Command]:
    """Yield the commands that bring these values about."""
    yield CreateResource("translator", values["kind"], values["location"], values["tier"], "production", "apps")
    protections = (values["soft_delete"], values["purge_protection"], values["permission_model"])
    yield CreateVault("vault", "westeurope", values["vault_subscription"], "apps", *protections)
    makes = ImportKey if values["imported"] else CreateKey
    yield makes("vault", "key", values["type"], values["size"])
    if values["disabled"]:
        yield DisableKey("vault", "key")
    if values["identity"]:
        yield EnableIdentity("translator")
        if values["granted"]:
            yield GrantKeyAccess("vault", "translator")


def request(channel: Channel, store: Any) -> Command:
    """Return the request itself."""
    if store == "key-vault":
        return EnableCustomerManagedKeys("translator", "vault", "key", through=channel)
    return EnableCustomerManagedKeys("translator", store=store, through=channel)
