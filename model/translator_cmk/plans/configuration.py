"""The configuration in a Terraform plan: which resource refers to which, through modules too."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .fields import Fields
from .plan import UNKNOWN, without_keys

RESOURCE = re.compile(r"(data\.)?[A-Za-z][\w-]*\.[A-Za-z_]")
"""How a reference to a resource begins."""

NOT_RESOURCES = frozenset({"var", "local", "module", "each", "count", "self", "path", "terraform"})
"""The first words of references that lead to no resource by themselves."""

DEEPEST = 64
"""How many modules a reference may pass through: more than anybody writes."""


@dataclass(frozen=True)
class Module:
    """One module, and the call by which its parent makes it."""

    path: str
    content: Fields
    caller: "tuple[Module, Fields] | None" = None
    """Its parent, and the call there."""
    children: dict[str, "Module"] = field(default_factory=dict)

    def prefixed(self, address: str) -> str:
        """Return an address of this module as the whole plan writes it."""
        return f"{self.path}.{address}" if self.path else address

    def everything(self) -> Iterator["Module"]:
        """Yield this module and all modules in it."""
        yield self
        for child in self.children.values():
            yield from child.everything()


@dataclass(frozen=True)
class ConfiguredResource:
    """What the configuration says of a resource."""

    provider: str
    references: Mapping[str, tuple[str, ...]]
    dependencies: frozenset[str]
    repeated_by: tuple[str, ...] = ()
    """What its `count` or `for_each` reads, as its module writes it: `var.names`."""


def read_configuration(content: Fields) -> dict[str, ConfiguredResource]:
    """Return what the configuration says of each resource, by its address without keys."""
    root = module_tree("", content.record("root_module"))
    found: dict[str, ConfiguredResource] = {}
    for module in root.everything():
        for resource in module.content.records("resources"):
            address = module.prefixed(resource.text("address"))
            found[address] = configured(module, resource)
    return found


def module_tree(path: str, content: Fields, caller: tuple[Module, Fields] | None = None) -> Module:
    """Return a module with all modules that it calls."""
    module = Module(path, content, caller)
    for name in content.mapping("module_calls"):
        its_call = content.record("module_calls").record(name)
        its_path = module.prefixed(f"module.{name}")
        module.children[name] = module_tree(its_path, its_call.record("module"), (module, its_call))
    return module


def configured(module: Module, resource: Fields) -> ConfiguredResource:
    """Return what the configuration says of one resource."""
    for_each = references_in(resource.value.get("for_each_expression"))
    references: dict[str, tuple[str, ...]] = {}
    dependencies: set[str] = set()
    for attribute, names in references_by_attribute(resource.mapping("expressions")).items():
        resolved = resolve_all(names, module, for_each)
        references[attribute] = resolved
        dependencies.update(resolved)
    repeated_by = [*references_in(resource.value.get("count_expression")), *for_each]
    dependencies.update(resolve_all(repeated_by, module, ()))
    named = [str(name) for name in resource.items("depends_on")]
    dependencies.update(resolve_all(named, module, ()))
    dependencies.update(depended_on_by_calls(module))
    return ConfiguredResource(
        resource.text("provider_config_key", ""),
        references,
        frozenset(resource_of(name) for name in dependencies),
        tuple(longest(repeated_by)),
    )


def depended_on_by_calls(module: Module) -> Iterator[str]:
    """Yield what the calls of a module and of those around it depend on as a whole."""
    while module.caller is not None:
        module, call = module.caller
        names = [str(name) for name in call.items("depends_on")]
        names += references_in(call.value.get("count_expression"))
        names += references_in(call.value.get("for_each_expression"))
        yield from resolve_all(names, module, ())


def references_by_attribute(expressions: Any, path: str = "") -> dict[str, list[str]]:
    """Return the references of each expression, by attribute, such as `identity.type`.

    A constant has none.
    """
    found: dict[str, list[str]] = {}
    if isinstance(expressions, list):
        for block in expressions:
            for attribute, names in references_by_attribute(block, path).items():
                found.setdefault(attribute, []).extend(names)
        return found
    if not isinstance(expressions, Mapping):
        return found
    for name, value in expressions.items():
        if name == "references" and isinstance(value, list):
            found.setdefault(path, []).extend(str(each) for each in value)
        elif name != "constant_value":
            # A constant may be anything, also a map with the key `references`.
            inner = f"{path}.{name}".strip(".")
            for attribute, names in references_by_attribute(value, inner).items():
                found.setdefault(attribute, []).extend(names)
    return found


def references_in(expression: Any) -> list[str]:
    """Return all references in an expression."""
    found: list[str] = []
    for names in references_by_attribute(expression).values():
        found += names
    return found


def resolve_all(names: Iterable[str], module: Module, for_each: Iterable[str]) -> tuple[str, ...]:
    """Return the resources that references lead to, each with the attribute that is read there.

    ``for_each`` has what the `for_each` of the resource reads, for references such as `each.value`.
    """
    found: dict[str, None] = {}
    for name in longest(names):
        for resolved in resolve(name, module, tuple(for_each), DEEPEST):
            found[resolved] = None
    return tuple(found)


def resolve(name: str, module: Module, for_each: tuple[str, ...], depth: int) -> Iterator[str]:
    """Yield the resources that one reference of a module leads to, through other modules too."""
    if depth == 0:
        return
    words = without_keys(name).split(".")
    # an argument of the module: what its call passes in the module around it
    if words[0] == "var":
        if module.caller is not None and len(words) > 1:
            parent, call = module.caller
            expression = call.mapping("expressions").get(words[1])
            for outer in longest(references_in(expression)):
                yield from resolve(outer, parent, (), depth - 1)
    # an output of a module that this one calls
    elif words[0] == "module" and len(words) > 1:
        child = module.children.get(words[1])
        if child is not None:
            yield from resolve_in_child(words, child, depth)
    # an element of what the `for_each` of the resource goes over
    elif words[0] == "each":
        for outer in longest(for_each):
            for resolved in resolve(outer, module, (), depth - 1):
                yield of_each(resolved, words)
    elif words[0] not in NOT_RESOURCES and RESOURCE.match(without_keys(name)):
        yield module.prefixed(name)


def resolve_in_child(words: list[str], child: Module, depth: int) -> Iterator[str]:
    """Yield what an output of a module leads to; without an output, all resources of the module."""
    if len(words) > 2:
        output = child.content.mapping("outputs").get(words[2])
        expression = output.get("expression") if isinstance(output, Mapping) else None
        for inner in longest(references_in(expression)):
            yield from resolve(inner, child, (), depth - 1)
        return
    for module in child.everything():
        for resource in module.content.records("resources"):
            yield module.prefixed(resource.text("address"))


def of_each(reference: str, words: list[str]) -> str:
    """Return what `each.value.x` reads where `for_each` goes over the instances of a resource."""
    is_whole_resource = not attribute_of(reference)
    if is_whole_resource and words[1:2] == ["value"] and len(words) > 2:
        return ".".join([reference, *words[2:]])
    return reference


def longest(names: Iterable[str]) -> list[str]:
    """Return the references that are no short form of another one."""
    listed = list(names)
    found = []
    for name in listed:
        if not any(other.startswith((f"{name}.", f"{name}[")) for other in listed):
            found.append(name)
    return found


def resource_of(reference: str) -> str:
    """Return the address without keys in a resolved reference: `a.b` of `a.b["x"].id`."""
    words = without_keys(reference).split(".")
    length = 0
    while words[length : length + 1] == ["module"]:
        length += 2
    length += 3 if words[length : length + 1] == ["data"] else 2
    return ".".join(words[:length])


def attribute_of(reference: str) -> str:
    """Return what a resolved reference reads of its resource: `id` of `a.b["x"].id`."""
    return without_keys(reference).removeprefix(resource_of(reference)).strip(".")


def closure(direct: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """Return for each resource all that it depends on, at any distance."""
    found: dict[str, frozenset[str]] = {}
    for start in direct:
        reached: set[str] = set()
        waiting = [start]
        while waiting:
            for name in direct.get(waiting.pop(), ()):
                if name not in reached:
                    reached.add(name)
                    waiting.append(name)
        found[start] = frozenset(reached)
    return found


def read_features(content: Fields) -> dict[str, dict[str, Any]]:
    """Return the settings in the `features` block of each provider, such as `key_vault.x`."""
    found: dict[str, dict[str, Any]] = {}
    for key in content.mapping("provider_config"):
        provider = content.record("provider_config").record(key)
        found[key] = dict(settings(provider.mapping("expressions").get("features"), ""))
    return found


def settings(expression: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield each setting of a block with its value, or `UNKNOWN`."""
    if isinstance(expression, list):
        for block in expression:
            yield from settings(block, path)
    elif isinstance(expression, Mapping):
        if "constant_value" in expression:
            yield path, expression["constant_value"]
        elif "references" in expression:
            yield path, UNKNOWN
        else:
            for name, inner in expression.items():
                yield from settings(inner, f"{path}.{name}".strip("."))
