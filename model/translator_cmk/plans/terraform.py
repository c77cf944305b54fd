"""Reads the output of `terraform show -json PLANFILE`, and of OpenTofu, which writes the same."""

from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import CommandError
from ..shapes import describe_value
from .configuration import ConfiguredResource, closure, read_configuration, read_features
from .fields import Fields
from .plan import ACTIONS, NO_CHANGE, Attributes, Plan, PlannedResource, without_keys

MARKS_OF_A_PLAN = frozenset(
    {
        "planned_values",
        "resource_changes",
        "configuration",
        "resource_drift",
        "applyable",
        "errored",
        "complete",
        "deferred_changes",
    }
)
"""Each of these fields stands in a plan and not in a state."""

AGAIN = "plan again with Terraform 1.1 or later, or OpenTofu"

NOT_CONFIGURED = ConfiguredResource("", {}, frozenset())


def is_terraform_plan(value: Any) -> bool:
    """Return whether a JSON value is a plan that Terraform shows."""
    return (
        isinstance(value, Mapping)
        and "format_version" in value
        and not MARKS_OF_A_PLAN.isdisjoint(value)
    )


def read_terraform_plan(source: str, value: Any) -> Plan:
    """Return the plan; raises `CommandError` where it is not as Terraform writes it."""
    content = Fields(source, "", value)
    check_version(content)
    configuration = read_configuration(content.record("configuration"))
    resources = [read_change(each, configuration) for each in content.records("resource_changes")]
    resources += left_out(content, configuration, resources)

    return Plan(
        source=source,
        tool="terraform",
        resources=tuple(resources),
        dependencies=read_dependencies(content, configuration),
        features=read_features(content.record("configuration")),
        made=content.text("timestamp", ""),
        failed=content.value.get("errored") is True,
        is_partial=content.value.get("complete") is False,
    )


def check_version(content: Fields) -> None:
    """Raise `CommandError` unless the format has version 1, of any minor number."""
    version = content.text("format_version")
    major = version.partition(".")[0]
    if major == "1":
        return
    problem = f"format version {describe_value(version)}"
    if major == "0":
        raise CommandError(f"{content.source}: {problem} of an old Terraform; {AGAIN}")
    raise CommandError(
        f"{content.source}: {problem}, which this version does not know; upgrade translator-cmk, "
        f"or {AGAIN}"
    )


def read_change(entry: Fields, configuration: Mapping[str, ConfiguredResource]) -> PlannedResource:
    """Return one entry of the list of changes."""
    change = entry.record("change")
    actions = change.items("actions")
    if not actions:
        raise change.error("actions", None, "a list of actions")
    for action in actions:
        if action not in ACTIONS:
            raise CommandError(
                f"{entry.source}: {change.place('actions')} contains {describe_value(action)}; "
                f"the actions that are known are {', '.join(ACTIONS)}, so upgrade translator-cmk"
            )
    address = entry.text("address")
    configured = configuration.get(without_keys(address), NOT_CONFIGURED)
    deposed = entry.text("deposed", "")
    return PlannedResource(
        address=f"{address} (deposed {deposed})" if deposed else address,
        type=entry.text("type"),
        actions=tuple(actions),
        before=attributes(change, "before", None),
        after=attributes(change, "after", change.value.get("after_unknown")),
        reason=entry.text("action_reason", ""),
        forced_by=tuple(attributes_forcing(change)),
        provider=configured.provider,
        references=configured.references,
        repeated_by=configured.repeated_by,
        deposed=bool(deposed),
    )


def attributes_forcing(change: Fields) -> Iterator[str]:
    """Yield the attributes that force a replacement, each as a path with dots."""
    paths = change.value.get("replace_paths")
    if not isinstance(paths, list):
        return
    for path in paths:
        if isinstance(path, list):
            yield ".".join(str(step) for step in path)


def attributes(change: Fields, name: str, unknown: Any) -> Attributes | None:
    """Return the attributes before or after a change; None where there is nothing then."""
    if change.value.get(name) is None:
        return None
    masked = change.value.get(f"{name}_sensitive")
    return Attributes(change.mapping(name), unknown, masked)


def left_out(
    content: Fields,
    configuration: Mapping[str, ConfiguredResource],
    listed: list[PlannedResource],
) -> Iterator[PlannedResource]:
    """Yield what the state has and the list of changes lacks: data sources, for one."""
    addresses = {resource.address for resource in listed}
    for each in resources_of_state(content):
        address = each.text("address")
        # A deposed object has the address of the one that took its place.
        if address in addresses or "deposed_key" in each.value:
            continue
        values = Attributes(each.mapping("values"), False, each.value.get("sensitive_values"))
        configured = configuration.get(without_keys(address), NOT_CONFIGURED)
        yield PlannedResource(
            address=address,
            type=each.text("type"),
            actions=(NO_CHANGE,),
            before=values,
            after=values,
            provider=configured.provider,
            references=configured.references,
        )


def resources_of_state(content: Fields) -> Iterator[Fields]:
    """Yield the resources of the state before the plan, those of modules too."""
    waiting = [content.record("prior_state").record("values").record("root_module")]
    while waiting:
        module = waiting.pop()
        yield from module.records("resources")
        waiting += module.records("child_modules")


def read_dependencies(
    content: Fields, configuration: Mapping[str, ConfiguredResource]
) -> dict[str, frozenset[str]]:
    """Return on which others each resource depends, by the configuration and by the state.

    Only the state knows this of what has left the configuration.
    """
    direct: dict[str, frozenset[str]] = {}
    for address, configured in configuration.items():
        direct[address] = configured.dependencies
    for each in resources_of_state(content):
        address = without_keys(each.text("address"))
        stored = frozenset(without_keys(str(name)) for name in each.items("depends_on"))
        direct[address] = direct.get(address, frozenset()) | stored
    return closure(direct)
