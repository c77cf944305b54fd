"""What the resources of a plan are: each one as a thing before and after, if it is judged."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from .configuration import attribute_of, resource_of
from .forms import AZAPI_RESOURCE, FORMS, as_body
from .plan import UNKNOWN, Attributes, Plan, PlannedResource
from .things import (
    Account,
    Identity,
    MayBeUnknown,
    Role,
    RoleDefinition,
    Thing,
    Vault,
    last_word,
)


@dataclass(frozen=True)
class Entry:
    """A resource of the plan, and the thing that it is before and after."""

    resource: PlannedResource
    before: Thing | None
    after: Thing | None

    @property
    def address(self) -> str:
        return self.resource.address


def entries_of(plan: Plan) -> Iterator[Entry]:
    """Yield each resource of the plan that is one of the things that are judged."""
    entries: list[Entry] = []
    for resource in plan.resources:
        before = thing(plan, resource, resource.before)
        after = thing(plan, resource, resource.after)
        entries.append(Entry(resource, before, with_an_id(resource, before, after)))
    custom = custom_roles(entries)
    for entry in entries:
        its = entry.before or entry.after
        if its is None or (isinstance(its, Role) and not may_use_keys(its, custom)):
            continue
        yield entry


def custom_roles(entries: list[Entry]) -> dict[str, bool]:
    """Return by id, name and address of each custom role of the plan whether it may use keys."""
    found: dict[str, bool] = {}
    for entry in entries:
        for role in (entry.before, entry.after):
            if isinstance(role, RoleDefinition):
                for name in (f"@{entry.address}", role.name.lower(), last_word(str(role.id))):
                    found[name] = found.get(name, False) or role.uses_keys is not False
    return found


def may_use_keys(role: Role, custom: dict[str, bool]) -> bool:
    """Return whether a role may let somebody use keys.

    One that the plan does not define and that is given on a vault itself may be a custom role.
    """
    # It has a name only if it is a built-in role for keys.
    if role.name or not isinstance(role.definition, str):
        return True
    is_on_a_vault = "/vaults/" in str(role.scope)
    return custom.get(role.definition, is_on_a_vault)


def thing(plan: Plan, resource: PlannedResource, attributes: Attributes | None) -> Thing | None:
    """Return what a resource is with these attributes; None if it is not judged."""
    if attributes is None:
        return None
    kind, body = resource.type, attributes
    is_of_azapi = kind == AZAPI_RESOURCE
    if is_of_azapi:
        kind, body = as_body(attributes)
    form = FORMS.get(kind.lower())
    if form is None:
        return None

    def refer(path: str) -> MayBeUnknown:
        # The identity of an `azapi_resource` is an attribute beside its body.
        is_in_body = is_of_azapi and not path.startswith("identity.")
        return referred_to(plan, resource, "body" if is_in_body else path)

    found = form(body, refer)
    return as_configured(found, body) if is_of_azapi else found


def as_configured(found: Thing | None, body: Attributes) -> Thing | None:
    """Return a thing of which a body has only what is configured, and not all that is so."""
    if isinstance(found, Vault):
        return replace(found, lists_all=False)
    if isinstance(found, Account):
        return replace(found, leaves_key_open=body.get("properties.encryption") is None)
    return found


def with_an_id(
    resource: PlannedResource, before: Thing | None, after: Thing | None
) -> Thing | None:
    """Return the thing after the change with an id, even if it is not known before the apply.

    An account or a vault that is made again under its name keeps its id.  Others get their address.
    """
    if not isinstance(after, Account | Vault | Identity) or isinstance(after.id, str):
        return after
    # An identity that is made again is another principal, so it must not pass for the old one.
    if isinstance(before, Account | Vault) and isinstance(after, type(before)):
        same_name = before.name.lower() == after.name.lower()
        if same_name and before.group in (after.group, UNKNOWN):
            return replace(after, id=before.id)
    return replace(after, id=f"@{resource.address}")


def referred_to(plan: Plan, resource: PlannedResource, attribute: str) -> MayBeUnknown:
    """Return the one resource of the plan that an attribute refers to, as `@address`.

    It is `UNKNOWN` if there is none, or several.
    """
    found: set[str] = set()
    for reference in resource.references.get(attribute, ()):
        # An expression for a principal may read other things too, such as the name in a `for_each`.
        if reads_identity(attribute) and "principal" not in attribute_of(reference).lower():
            continue
        instance = instance_of(plan, resource, reference)
        if instance is None:
            return UNKNOWN
        found.add(instance)
    if len(found) != 1:
        return UNKNOWN
    return f"@{found.pop()}"


def reads_identity(attribute: str) -> bool:
    """Return whether an attribute names an identity."""
    return attribute.endswith(("object_id", "principal_id"))


def instance_of(plan: Plan, resource: PlannedResource, reference: str) -> str | None:
    """Return the address of the instance that a reference of a resource means, if it is clear."""
    name = resource_of(reference)
    instances: list[str] = []
    for other in plan.resources:
        if other.name_in_configuration == name and not other.deposed:
            instances.append(other.address)
    for instance in instances:
        if reference.startswith(f"{instance}."):
            return instance
    instances = nearest(resource, instances)
    if len(instances) == 1:
        return instances[0]
    # Of several the one with the same key is meant: `a[each.key]` or `a[count.index]`.
    for instance in instances:
        if resource.instance and instance.endswith(f"[{resource.instance}]"):
            return instance
    return None


def nearest(resource: PlannedResource, instances: list[str]) -> list[str]:
    """Return those of some instances that are in the module instance of a resource, or else in the
    nearest one around it.
    """
    module = resource.module
    while module:
        near = [instance for instance in instances if instance.startswith(f"{module}.")]
        if near:
            return near
        module = module.rpartition(".module.")[0]
    return instances
