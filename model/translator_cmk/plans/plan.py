"""A planned change in a neutral form: what each resource was and will be, whoever planned it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final


class Unknown:
    """The type of `UNKNOWN`."""

    def __repr__(self) -> str:
        return "UNKNOWN"


class NamedResource(str):
    """In the shape of what is unknown: the id of the resource that an unknown value names."""


UNKNOWN: Final = Unknown()
"""A value that is known only once the change is applied.  It is equal to nothing else."""

NO_CHANGE = "no-op"
CREATE = "create"
READ = "read"
UPDATE = "update"
DELETE = "delete"
FORGET = "forget"
ACTIONS = (NO_CHANGE, CREATE, READ, UPDATE, DELETE, FORGET)

PERHAPS = "perhaps"
"""The action of what the planning tool could not evaluate: it may change in any way."""


class Attributes:
    """The attributes of a resource, some of which may be unknown."""

    def __init__(self, known: Mapping[str, Any], unknown: Any = False, masked: Any = False) -> None:
        self.known = known
        self.unknown = unknown
        self.masked = masked

    def get(self, path: str) -> Any:
        """Return the value at a path of names with dots: None if it isn't set, or `UNKNOWN`."""
        block, _, name = path.rpartition(".")
        if block:
            inner = self.block(block)
            return inner if inner is None or inner is UNKNOWN else inner.get(name)
        if is_unknown(self._unknown_at(name)):
            return UNKNOWN
        return self.known.get(name)

    def resource_named(self, path: str) -> str:
        """Return the resource that an unknown value names by its id; empty if it names none."""
        block, _, name = path.rpartition(".")
        inner = self.block(block) if block else self
        where = inner._unknown_at(name) if isinstance(inner, Attributes) else False
        return where if isinstance(where, NamedResource) else ""

    def text(self, path: str) -> Any:
        """Return a text, None or `UNKNOWN`; a value of another type counts as unknown."""
        value = self.get(path)
        if value is None or value is UNKNOWN or isinstance(value, str):
            return value
        return UNKNOWN

    def blocks(self, path: str) -> Any:
        """Return the nested blocks at a path as attributes, or `UNKNOWN` if any of them is; of an
        outer block that is repeated, those in the first one.
        """
        value = self.get(path)
        if value is UNKNOWN:
            return UNKNOWN
        if isinstance(value, Mapping):
            value = [value]
        if value is None:
            value = []
        if not isinstance(value, list):
            return UNKNOWN
        found: list[Attributes] = []
        outer, _, last = path.rpartition(".")
        inner = self.block(outer) if outer else self
        unknown = inner._unknown_at(last) if isinstance(inner, Attributes) else False
        if isinstance(unknown, Mapping):
            unknown = [unknown]
        for index, block in enumerate(value):
            its_unknown: Any = False
            if isinstance(unknown, list) and index < len(unknown):
                its_unknown = unknown[index]
            if not isinstance(block, Mapping) or its_unknown is True:
                return UNKNOWN
            found.append(Attributes(block, its_unknown))
        # The apply adds a block of which nothing is known yet.
        if isinstance(unknown, list) and len(unknown) > len(value):
            return UNKNOWN
        return found

    def block(self, path: str) -> Any:
        """Return the first nested block at a path as attributes, None or `UNKNOWN`."""
        found = self.blocks(path)
        if found is UNKNOWN:
            return UNKNOWN
        return found[0] if found else None

    def names_unknown(self) -> Iterator[str]:
        """Yield the names of the attributes that are unknown, as a whole or in part."""
        if isinstance(self.unknown, Mapping):
            for name in self.unknown:
                if self.is_unknown_at(name):
                    yield name

    def differs(self, after: "Attributes", name: str) -> bool:
        """Return whether an attribute is another one after a change, or may be."""
        return after.is_unknown_at(name) or self.known.get(name) != after.known.get(name)

    def is_unknown_at(self, name: str) -> bool:
        """Return whether an attribute is unknown, as a whole or in part."""
        return has_unknown(self._unknown_at(name))

    def masked_texts(self) -> Iterator[str]:
        """Yield every text that the planning tool marks as sensitive: none of them is printed."""
        yield from texts_under(self.known, self.masked)

    def _unknown_at(self, name: str) -> Any:
        if self.unknown is True:
            return True
        if isinstance(self.unknown, Mapping):
            return self.unknown.get(name, False)
        return False


def has_unknown(shape: Any) -> bool:
    """Return whether a shape of what is unknown says so of anything."""
    if isinstance(shape, Mapping):
        return any(has_unknown(inner) for inner in shape.values())
    if isinstance(shape, list):
        return any(has_unknown(inner) for inner in shape)
    return is_unknown(shape)


def is_unknown(leaf: Any) -> bool:
    """Return whether a leaf in the shape of what is unknown says so."""
    return leaf is True or isinstance(leaf, NamedResource)


def texts_under(value: Any, mask: Any) -> Iterator[str]:
    """Yield the texts of a value where its mask is true."""
    if mask is True:
        if isinstance(value, str):
            yield value
        elif isinstance(value, Mapping):
            for item in value.values():
                yield from texts_under(item, True)
        elif isinstance(value, list):
            for item in value:
                yield from texts_under(item, True)
    elif isinstance(mask, Mapping) and isinstance(value, Mapping):
        for name, inner in mask.items():
            yield from texts_under(value.get(name), inner)
    elif isinstance(mask, list) and isinstance(value, list):
        for item, inner in zip(value, mask, strict=False):
            yield from texts_under(item, inner)


@dataclass(frozen=True, eq=False)
class PlannedResource:
    """One resource of a plan, with what is done to it."""

    address: str
    type: str
    actions: tuple[str, ...]
    before: Attributes | None
    after: Attributes | None
    reason: str = ""
    """Why the planning tool replaces or deletes it, in its own word."""
    forced_by: tuple[str, ...] = ()
    """The attributes whose change forces its replacement."""
    provider: str = ""
    """The key of its provider's settings."""
    references: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By attribute (`key_vault_id`, `identity.identity_ids`): the addresses that its expression
    refers to, each with the attribute that it reads there (`azurerm_key_vault.v.id`)."""
    repeated_by: tuple[str, ...] = ()
    """What its `count` or `for_each` reads, as its module writes it: `var.names`."""
    deposed: bool = False
    """Whether it is what an earlier replacement made another one for, and has not destroyed yet."""
    is_potential: bool = False
    """Whether what-if says that this is done or not, by a condition that only the deployment can
    tell."""

    @property
    def may_stay(self) -> bool:
        """Return whether it may stay as it is, whatever is said of it."""
        return self.is_potential or PERHAPS in self.actions

    @property
    def name_in_configuration(self) -> str:
        """Return the address without the keys of instances."""
        return without_keys(self.address)

    @property
    def states(self) -> list[Attributes]:
        """Return its attributes before and after, as far as they are shown."""
        return [state for state in (self.before, self.after) if state is not None]

    @property
    def module(self) -> str:
        """Return the instance of the module that it is in; empty for the root module."""
        module, found, _ = self.address.rpartition(f".{self.type}.")
        # The address of a data source has the word `data` before its type.
        if not found or module == "data":
            return ""
        return module.removesuffix(".data")

    @property
    def changes_only_tags(self) -> bool:
        """Return whether nothing is changed but its tags, as far as that can be told."""
        before, after = self.before, self.after
        if self.actions != (UPDATE,) or before is None or after is None:
            return False
        names = {*before.known, *after.known, *after.names_unknown()}
        if self.type.startswith("azapi_"):
            # The output is what Azure answers, so it is unknown before each change.
            names.discard("output")
        return {name for name in names if before.differs(after, name)} == {"tags"}

    @property
    def instance(self) -> str:
        """Return the key of its instance, as the address has it: `0` or `"west"`."""
        _, opened, rest = self.address.rpartition("[")
        return rest[:-1] if opened and rest.endswith("]") else ""


@dataclass(frozen=True)
class Plan:
    """All resources of a plan, and what is known of the plan itself."""

    source: str
    """The file, as the user named it."""
    tool: str
    """`terraform` or `what-if`."""
    resources: tuple[PlannedResource, ...]
    dependencies: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By address without keys of instances: on which others it depends, at any distance."""
    ordered: bool = True
    """Whether the tool says anything of the order in which it applies changes."""
    features: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By provider key: settings such as `key_vault.recover_soft_deleted_key_vaults`."""
    made: str = ""
    """When the plan was made, as `2026-12-02T09:00:00Z`; empty if it doesn't say that."""
    failed: bool = False
    """Whether planning failed, so that changes are missing."""
    is_partial: bool = False
    """Whether the plan leaves changes out, and another round follows."""

    @property
    def masked_texts(self) -> frozenset[str]:
        """Return every text that the tool marks as sensitive: none of them is printed."""
        found: set[str] = set()
        for resource in self.resources:
            for attributes in resource.states:
                found.update(attributes.masked_texts())
        return frozenset(text for text in found if text)

    def feature(self, resource: PlannedResource, name: str, default: bool) -> Any:
        """Return a setting of azurerm for one of its resources, or `UNKNOWN`.

        What such a setting turns on nobody else does: azapi and a deployment send the request as it
        is.  Of a resource that has left the configuration the provider is not known, only its kind.
        """
        if not resource.type.startswith("azurerm_"):
            return False
        if resource.provider in self.features:
            return self.features[resource.provider].get(name, default)
        found: list[Any] = []
        for key, settings in self.features.items():
            # A key is `azurerm`, `azurerm.west` or `module.network:azurerm`.
            if "azurerm" in key.replace(":", ".").split("."):
                value = settings.get(name, default)
                if value not in found:
                    found.append(value)
        if len(found) > 1:
            return UNKNOWN
        return found[0] if found else default

    @property
    def not_evaluated(self) -> bool:
        """Return whether the tool could not evaluate something."""
        return any(resource.actions == (PERHAPS,) for resource in self.resources)

    def changes(self) -> Iterator[PlannedResource]:
        """Yield the resources that the plan changes."""
        for resource in self.resources:
            if not set(resource.actions) <= {NO_CHANGE, READ}:
                yield resource


def without_keys(address: str) -> str:
    """Return an address without keys of instances: `a.b` for `a.b["x"]` and `a.b[0]`."""
    kept: list[str] = []
    depth = 0
    quoted = False
    escaped = False
    for letter in address:
        if quoted:
            quoted = letter != '"' or escaped
            escaped = letter == "\\" and not escaped
        elif letter == '"':
            quoted = True
        elif letter == "[":
            depth += 1
        elif letter == "]":
            depth -= 1
        elif depth == 0:
            kept.append(letter)
    return "".join(kept)
