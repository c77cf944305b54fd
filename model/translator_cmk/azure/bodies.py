"""Bodies of Azure's answers, each a function of the model's state: bodies.yaml has their form, and here are values."""

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from string import Formatter
from typing import Any

import yaml

from ..machine.entities import CUSTOMER, Grant, Key
from ..machine.rows import registered, shows_encryption_section
from .calls import Call, Handler
from .worlds import FIXED

Body = dict[str, Any]

FORMS: dict[str, Body] = yaml.safe_load(Path(__file__).with_name("bodies.yaml").read_text("utf-8"))


def body(form: str, call: Call, entity: Any, **given: Any) -> Body:
    """Return an entity in one of the forms; what is given takes the place of other values."""
    filled: Body = fill(FORMS[form], Values(call, entity, given))
    return filled


class Values(dict[str, Any]):
    """What the braces of a form can name: what is given, or a value of this module, or a field of the entity."""

    def __init__(self, call: Call, entity: Any, given: Body) -> None:
        super().__init__(given)
        self.call, self.entity, self.world = call, entity, call.world

    def __missing__(self, name: str) -> Any:
        return VALUES[name](self) if name in VALUES else getattr(self.entity, name)


def fill(form: Any, values: Values) -> Any:
    """Return a form with values in place of its braces, without the members that have none."""
    if isinstance(form, dict):
        filled = {name: fill(each, values) for name, each in form.items()}
        return {name: value for name, value in filled.items() if value is not None}
    if isinstance(form, list):
        return [fill(each, values) for each in form]
    if isinstance(form, str) and (whole := re.fullmatch(r"\{([^{}]+)\}", form)):
        return Formatter().get_field(whole[1], (), values)[0]
    return form.format_map(values) if isinstance(form, str) else form


def listing(form: str, entities: Callable[[Call, Any], Iterable[Any]]) -> Handler:
    """Return the handler that lists entities of what the path leads to."""
    return lambda call, above: call.page(body(form, call, each) for each in entities(call, above))


def local(k: Key) -> str:
    """Return the name of a key in its vault."""
    return k.name.partition("/")[2]


def digits(v: Values, name: str, *types: str) -> str | None:
    """Return a number of a key's public part, if it is of these types, in base64url without padding.

    Its bytes follow from the key's identifier; the first and the last bit are 1.
    """
    if v["type"] not in types:
        return None
    data = hashlib.shake_256(f"{v['kid']}{name}".encode()).digest((v["size"] + 7) // 8)
    data = bytes([data[0] | 0x80, *data[1:-1], data[-1] | 1])
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def etag(v: Values) -> str:
    """Return a hash of all other members of an account."""
    others = {name: each for name, each in FORMS["account"].items() if name != "etag"}
    return hashlib.sha256(json.dumps(fill(others, v), sort_keys=True).encode()).hexdigest()[:32]


def id_of(call: Call, kind: str, name: str) -> str | int:
    """Return the identifier of something that Custom Translator holds; documents and models have numbers."""
    return (call.world.number_of if kind in ("document", "model") else call.world.id_of)(kind, name)


def billing_region(name: str) -> Body:
    return {"BillingRegionCode": name.upper(), "BillingRegionName": FIXED["regions"].get(name, "Global")}


def access_policies(v: Values) -> list[Body]:
    grants = (g for g in v.call.every(Grant) if g.vault.name == v.entity.name)
    return [body("access_policy", v.call, g) for g in grants]


RSA = ("RSA", "RSA-HSM")
KINDS = {kind["resource"]: name for name, kind in FIXED["kinds"].items()}

VALUES: dict[str, Callable[[Values], Any]] = {
    "display_name": lambda v: v.world.display_name(v.entity.name),
    # Accounts
    "account_kind": lambda v: KINDS[getattr(v.entity, "resource", v.entity).kind],
    "endpoint": lambda v: f"https://{v.entity.name.lower()}.{v.call.cloud.accounts}/",
    "internal_id": lambda v: v.world.digits_of("account", v.entity.name),
    "capabilities": lambda v: [{"name": "CustomerManagedKey"}] if shows_encryption_section(v.entity) else [],
    "managed_identity": lambda v: body("managed_identity", v.call, v.entity) if v.entity.identity else None,
    "principal_id": lambda v: v.world.principal(v.entity) if registered(v.entity) else None,
    "encryption": lambda v: body("encryption", v.call, v.entity) if v.entity.key_source == CUSTOMER else None,
    "key_in_use": lambda v: body("key_in_use", v.call, v.entity.key) if v.entity.key else None,
    "etag": etag,
    # Key vaults
    "vault_uri": lambda v: f"https://{getattr(v.entity, 'vault', v.entity).name.lower()}.{v.call.cloud.vaults}/",
    "uses_rbac": lambda v: v.entity.permission_model == "rbac",
    "retention": lambda v: 90 if v.entity.soft_delete else None,
    "protected": lambda v: v.entity.purge_protection or None,
    "access_policies": access_policies,
    "object_id": lambda v: v.world.principal(v.entity.resource),
    # Keys
    "key_name": lambda v: local(v.entity),
    "version_id": lambda v: v.world.version(v.entity.name, v.entity.version),
    "kid": lambda v: f"{v['vault_uri']}keys/{v['key_name']}/{v['version_id']}",
    "operations": lambda v: FIXED["keys"][v.entity.type]["operations"],
    "curve": lambda v: f"P-{v.entity.size}" if v.entity.type == "EC" else None,
    "x": lambda v: digits(v, "x", "EC"),
    "y": lambda v: digits(v, "y", "EC"),
    "n": lambda v: digits(v, "", *RSA),
    "e": lambda v: "AQAB" if v.entity.type in RSA else None,
    "recoverable_days": lambda v: 90 if v.entity.vault.soft_delete else 0,
    "recovery_level": lambda v: (
        ("Recoverable" if v.entity.vault.purge_protection else "Recoverable+Purgeable")
        if v.entity.vault.soft_delete
        else "Purgeable"
    ),
    # without it a client knows that the key is gone
    "recovery_id": lambda v: f"{v['vault_uri']}deletedkeys/{v['key_name']}" if v.entity.vault.soft_delete else None,
    # Custom Translator
    "workspace_id": lambda v: id_of(v.call, "workspace", v.entity.name),
    "project_id": lambda v: id_of(v.call, "project", getattr(v.entity, "workspace", v.entity).name),
    "number": lambda v: v.world.number_of(v.entity.word, v.entity.name),
    "billing_region": lambda v: billing_region(v.entity.resource.location.name),
    "workspace_subscription": lambda v: body("workspace_subscription", v.call, v.entity),
    "asked": lambda v: v.world.projects[v.entity.name],
    "category_id": lambda v: f"{v.world.id_of('category', v.entity.name)}-GENERAL",
    "is_deployed": lambda v: v.entity.state == "deployed",
}
"""What a form can name, besides the fields of the entity; None is left out."""
