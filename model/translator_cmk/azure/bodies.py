"""Bodies of Azure's answers, each a function of the model's state: bodies.yaml has their form, and here are values."""

import base64
import hashlib
import re
from collections.abc import Callable
from functools import reduce
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import yaml

from ..machine.entities import CUSTOMER, Grant, Key
from ..machine.rows import registered, shows_encryption_section
from .worlds import FIXED, World

if TYPE_CHECKING:
    from .calls import Call

Body = dict[str, Any]

FORMS: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("bodies.yaml").read_text("utf-8"))


class Values(dict[str, Any]):
    """What the braces of a form can name: what is given, or a value of this module, or a field of the entity."""

    def __init__(self, call: "Call", entity: Any, given: Body) -> None:
        super().__init__(given)
        self.call, self.entity = call, entity

    @property
    def world(self) -> World:
        """The world of the request."""
        return self.call.world

    def __missing__(self, name: str) -> Any:
        self[name] = VALUES[name](self) if name in VALUES else getattr(self.entity, name)
        return self[name]


def filling(form: Any) -> Callable[[Values], Any]:
    """Return what fills a form: with values in place of its braces, and without the members that have none."""
    if isinstance(form, dict):
        members = {name: filling(each) for name, each in form.items()}
        return lambda v: {name: value for name, fill in members.items() if (value := fill(v)) is not None}
    if isinstance(form, list):
        items = [filling(each) for each in form]
        return lambda v: [fill(v) for fill in items]
    if isinstance(form, str) and (whole := re.fullmatch(r"\{([^{}:]+)\}", form)):
        name, *fields = whole[1].split(".")
        return lambda v: reduce(getattr, fields, v[name])
    return form.format_map if isinstance(form, str) else lambda _: form


FILL = {name: filling(form) for name, form in FORMS.items()}


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


def id_of(call: "Call", kind: str, name: str) -> str | int:
    """Return the identifier of something that Custom Translator holds; documents and models have numbers."""
    return (call.world.number_of if kind in ("document", "model") else call.world.id_of)(kind, name)


def billing_region(name: str) -> Body:
    return {"BillingRegionCode": name.upper(), "BillingRegionName": FIXED["regions"].get(name, "Global")}


LOGIN_ALIASES = ("login.windows.net", "sts.windows.net")
RSA = ("RSA", "RSA-HSM")
KINDS = {kind["resource"]: name for name, kind in FIXED["kinds"].items()}

VALUES: dict[str, Callable[[Values], Any]] = {
    # Microsoft Entra, and the cloud
    "cloud": lambda v: v.call.cloud,
    "text": lambda v: v.entity,
    "login_host": lambda v: v.call.cloud.login.removeprefix("https://"),
    "login_aliases": lambda v: [v["login_host"], *(() if v["cloud"].own else LOGIN_ALIASES)],
    # Tenants and subscriptions
    "display_name": lambda v: v.world.display_name(v.entity.name),
    # Accounts
    "account_kind": lambda v: KINDS[getattr(v.entity, "resource", v.entity).kind],
    "endpoint": lambda v: f"https://{v.entity.name.lower()}.{v.call.cloud.accounts}/",
    "internal_id": lambda v: v.world.digits_of("account", v.entity.name),
    "capabilities": lambda v: [{"name": "CustomerManagedKey"}] if shows_encryption_section(v.entity) else [],
    "managed_identity": lambda v: v.call.show("managed_identity", v.entity) if v.entity.identity else None,
    "principal_id": lambda v: v.world.principal(v.entity) if registered(v.entity) else None,
    "encryption": lambda v: v.call.show("encryption", v.entity) if v.entity.key_source == CUSTOMER else None,
    "key_in_use": lambda v: v.call.show("key_in_use", v.entity.key) if v.entity.key else None,
    # Key vaults
    "vault_uri": lambda v: f"https://{getattr(v.entity, 'vault', v.entity).name.lower()}.{v.call.cloud.vaults}/",
    "uses_rbac": lambda v: v.entity.permission_model == "rbac",
    "retention": lambda v: 90 if v.entity.soft_delete else None,
    "protected": lambda v: v.entity.purge_protection or None,
    "access_policies": lambda v: [
        v.call.show("access_policy", g) for g in v.call.every(Grant) if g.vault.name == v.entity.name
    ],
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
    "workspace_subscription": lambda v: v.call.show("workspace_subscription", v.entity),
    "asked": lambda v: SimpleNamespace(**v.world.projects[v.entity.name]),
    "category_id": lambda v: f"{v.world.id_of('category', v.entity.name)}-GENERAL",
    "is_deployed": lambda v: v.entity.state == "deployed",
}
"""What a form can name, besides the fields of the entity; None is left out."""
