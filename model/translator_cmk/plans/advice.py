"""What a change does in a sentence, and what to do instead: templates are in `advice.yaml`."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from ..shapes import TEXT, MapOf, Text, record
from ..strict_yaml import read_yaml
from ..words import listed
from .basis import BY_THE_ARTICLE
from .demands import all_demands
from .finding import Finding, Part
from .plan import CREATE, without_keys
from .verdicts import MAY_LOSE


class Advice(NamedTuple):
    """What one kind of change does, what to do instead, and where that is said."""

    does: str
    instead: str = ""
    bicep: str = ""
    """What to do instead where the plan is a what-if; empty if that is the same."""
    paste: str = ""
    """What to paste, in the language of the plan."""
    paste_bicep: str = ""
    source: str = ""
    foundry: str = ""
    """What Microsoft's Foundry pages say otherwise, of accounts of the kind AIServices."""


OF_AN_INACCESSIBLE_KEY = (
    "Data is inaccessible until the key is restored, and models that are deployed go on until "
    "their deployment is deleted."
)
"""What Microsoft's Foundry pages say of a key that is `inaccessible`."""

AFTER_THE_REST = (
    "After the changes that come before it, whether this still costs anything is not specified."
)
"""Said of what loses by itself, and may lose nothing after what comes before it."""

NOT_ALLOWED = (
    "The article does not allow this {broken}; we assume that Azure refuses, and that "
    "{key_before}: nothing is lost."
)
"""Said of a request that breaks what the article demands."""

PHRASES: Mapping[str, Mapping[str, str]] = {
    "access": {"policy": "the access policy", "": "a role", "*": "the role {access}"},
    "causes": {"": "", "*": ", perhaps {causes}"},
    "date": {
        "start": "a date before which it can't be used",
        "expiry": "a date of expiry",
        "other expiry": "another date of expiry",
    },
    "day": {"": "", "*": ", {day}"},
    "held": {
        "account": "the account {account}",
        "vault": "the key vault {vault} that {account} uses",
        "perhaps vault": "perhaps the key vault {vault} that {account} uses",
    },
    "key_before": {
        "": "{account} stays on Microsoft-managed keys",
        "*": "{account} keeps the key {key_before}",
    },
    "operations": {"": "everything"},
    "purged": {
        "True": (
            "azurerm purges it at once, so it can't be recovered; with `features {{ "
            "cognitive_account {{ purge_soft_delete_on_destroy = false }} }}` in the provider, "
            "Azure keeps it for 48 hours."
        ),
        "False": "Azure keeps it for 48 hours, in which it can be recovered.",
        "*": "Whether azurerm purges it at once, so that it can't be recovered, is not known.",
    },
    "used": {"True": ", which {account} uses", "False": ""},
}
"""By the name of a slot and its value, or `*` for any other: what stands in it.

A truth value is there as Python writes it: `True`, `False`, or `UNKNOWN` where it is not known.
"""

OUT_OF_THE_CONFIGURATION = frozenset(
    {"delete_because_no_resource_config", "delete_because_no_module"}
)
"""Terraform's reasons for a deletion in which `prevent_destroy` goes with the resource."""

KIND = Text("[a-z]+(-[a-z]+)*", "the kind of a change")
FIELDS = ("instead", "bicep", "paste", "paste_bicep", "source", "foundry")
ADVICE = MapOf(KIND, record("advice", {"does": TEXT}, dict.fromkeys(FIELDS, TEXT)))


@cache
def all_advice() -> dict[str, Advice]:
    """Return the advice on every kind of change."""
    path = Path(__file__).with_name("advice.yaml")
    found: dict[str, Advice] = {}
    for kind, fields in read_yaml(path).read(ADVICE).items():
        advice = Advice(**fields)
        if advice.foundry == "inaccessible":
            advice = advice._replace(foundry=OF_AN_INACCESSIBLE_KEY)
        found[kind] = advice
    return found


def advised(finding: Finding) -> list[tuple[Part, Advice]]:
    """Return each part of a finding with its advice, those once that say the same."""
    found: dict[object, tuple[Part, Advice]] = {}
    for part in finding.parts:
        advice = advice_on(finding, part)
        found.setdefault((part.verb, advice, part.verdict, part.consequences), (part, advice))
    return list(found.values())


def advice_on(finding: Finding, part: Part) -> Advice:
    """Return the advice on a change, with its names in it, in the language of the plan."""
    advice = all_advice()[part.change.kind]
    names = names_of(finding, part)
    # What-if calls a resource by its id.
    is_bicep = finding.address.startswith("/")
    does = advice.does.format_map(names)
    template = advice.bicep if is_bicep and advice.bicep else advice.instead
    instead = template.format_map(names)
    broken = [each.demanded for each in part.consequences if each.becomes == "demanded"]
    if broken:
        about = dict.fromkeys(all_demands()[demanded].about or "request" for demanded in broken)
        not_allowed = NOT_ALLOWED.format_map({**names, "broken": " or this ".join(about)})
        does = f"{does} {not_allowed}"
        remedies = " ".join(dict.fromkeys(all_demands()[each].instead for each in broken)).strip()
        instead = remedies.format_map(names) or instead
    elif rests_on_the_others(part):
        does = f"{does} {AFTER_THE_REST}"
    paste = advice.paste_bicep if is_bicep else advice.paste
    # A `removed` block is for what has left the configuration alone.
    if "{removed}" in paste and not names["removed"]:
        paste = ""
    # Who writes Bicep needs no page on Terraform.
    is_of_terraform = is_bicep and "hashicorp" in advice.source
    return advice._replace(
        does=does,
        instead=instead,
        paste=paste.format_map(names),
        source="" if is_of_terraform else advice.source.format_map(names),
    )


def names_of(finding: Finding, part: Part) -> dict[str, str]:
    """Return by slot what stands there in the templates."""
    resource = finding.resource
    names = {
        "address": resource.address,
        "removed": "",
        "back": how_to_keep_it(finding),
        "guard": f"`prevent_destroy` on {resource.address} stops such a plan.",
        "guide": "meta-arguments/lifecycle",
    }
    if resource.reason in OUT_OF_THE_CONFIGURATION and CREATE not in resource.actions:
        names["removed"] = without_keys(resource.address)
        names["guard"] = "If only Terraform is to give it up, let this configuration forget it."
        names["guide"] = "block/removed"
    plain = {slot: text_of(slot, value) for slot, value in part.change.names.items()}
    for slot, value in plain.items():
        phrases = PHRASES.get(slot, {})
        template = phrases.get(value, phrases.get("*"))
        names[slot] = value if template is None else template.format_map(plain)
    return names


def text_of(slot: str, value: str | Sequence[str]) -> str:
    """Return a name, or several in a list; resources in the options by which each is applied."""
    if isinstance(value, str):
        return value
    return listed(f"`-target='{each}'`" if slot == "causes" else each for each in value)


def how_to_keep_it(finding: Finding) -> str:
    """Return what to do so that a resource is not deleted or replaced."""
    forced = finding.forced
    if CREATE not in finding.resource.actions:
        return "If only its address in the configuration changes, write a `moved` block"
    if forced is not None and forced.before:
        origin = forced.origin
        return f"Set {origin.forced_by[0]} of {origin.address} back to {forced.before}"
    return "Find what forces the replacement and change it back"


def rests_on_the_others(part: Part) -> bool:
    """Return whether a change loses something by itself, and may lose nothing after the others.

    Then the change is certain, and its losses are the article's, but its verdict is not.
    """
    if part.verdict != MAY_LOSE or part.only_in_some_orders or not part.change.is_certain:
        return False
    return BY_THE_ARTICLE.issuperset(each.basis for each in part.consequences)
