"""Azure Resource Manager: accounts, key vaults, what they are in, and moves."""

import re
from typing import Any, ClassVar

from ...machine import commands
from ...machine.entities import (
    Grant,
    Key,
    KeySource,
    PermissionModel,
    Resource,
    Role,
    Subscription,
    Tenant,
    Vault,
)
from ..names import GUID
from .calls import (
    FORMS,
    Asked,
    Body,
    Call,
    Problem,
    Reply,
    found,
    local,
    malformed,
    missing,
    outside,
)
from .worlds import FIXED, Assignment, Group

FILTER = re.compile(r"resourceType eq '([^']*)'(?: and name eq '([^']*)')?")
"""The filter of a list by type, and by name perhaps."""
HELD = ((Resource, "account"), (Vault, "vault"))
"""What a resource group holds, with the names of the bodies."""
PERMISSIONS = FORMS["access_policy"]["permissions"]["keys"]
"""The key permissions that the model's grant stands for."""
SAME_ROLE = ("properties.roleDefinitionId",)
"""It may be written below a subscription or without one, and leads to the same role."""
SOURCE = "properties.encryption.keySource"
USED = [
    f"properties.encryption.keyVaultProperties.{name}"
    for name in ("keyVaultUri", "keyName", "keyVersion")
]


class ManagerCall(Call):
    """A request of Azure Resource Manager."""

    def log_in(self) -> None:
        """Take the world of a token for Azure Resource Manager; raises `Problem`."""
        self.sign_in(self.cloud.manager, *FIXED["audiences"])
        home = self.entity(Subscription, self.at.get("subscription", ""))
        if home and home.tenant.name != self.claims["tid"]:
            raise Problem(
                401, "InvalidAuthenticationTokenTenant", f"The token must be of {home.tenant.name}."
            )

    # What a path names

    def inside(self, kind: Any, state: str = "active") -> dict[str, Any]:
        """Return the accounts or vaults in the subscription, the group and the location that the
        path names.
        """
        home, group, place = (
            self.at["subscription"].name,
            self.at.get("group"),
            self.at.get("location"),
        )
        name = group.name if group else self.at.get("former_group")
        return {
            each.name: each
            for each in self.every(kind, state)
            if each.subscription.name == home
            and (name is None or each.group.lower() == name.lower())
            and (
                place is None
                or (each.region if kind is Vault else each.location).name == place.lower()
            )
        }

    collections: ClassVar = {
        "tenant": lambda call, _: {each.name: each for each in call.every(Tenant)},
        # of the login's tenant, in the order of the stage: clients take the first one
        "subscription": lambda call, _: {
            each.name: each
            for each in call.view.every(Subscription)
            if each.tenant.name == call.claims["tid"]
        },
        "group": lambda call, home: {
            g.name: g for g in sorted(call.world.groups) if g.subscription == home.name
        },
        "operation": lambda call, home: {
            name: name for name in (call.world.id_of("operation", home.name),)
        },
        "account": lambda call, _: call.inside(Resource),
        "deleted_account": lambda call, _: call.inside(Resource, "deleted"),
        "vault": lambda call, _: call.inside(Vault),
        "role": lambda call, v: {
            call.world.assignment(each.name).name: each
            for each in call.every(Role)
            if each.vault.name == v.name
        },
        "deleted_vault": lambda call, _: call.inside(Vault, "deleted"),
    }

    # Subscriptions and resource groups

    def list_locations(self, home: Subscription) -> Body:
        regions = FIXED["regions"].items()
        return {
            "value": [
                self.show("location", home, region=name, shown=shown) for name, shown in regions
            ]
        }

    def list_resources(self, _: Any) -> Body:
        """List accounts and vaults; the filters are those on the type and the name."""
        asked_type, asked_name = self._asked_for()
        listed = []
        for kind, form in HELD:
            for thing in self.inside(kind).values():
                item = self.show(form, thing)
                if asked_type not in (None, item["type"].lower()):
                    continue
                if asked_name not in (None, item["name"]):
                    continue
                listed.append({name: item[name] for name in item if name != "properties"})
        return self.page(listed)

    def _asked_for(self) -> tuple[str | None, str | None]:
        """Return the type, in lower case, and the name that the filter asks for; None for any.

        Raises `Problem` for any other filter.
        """
        written = self.query.get("$filter")
        if not written:
            return None, None
        found = FILTER.fullmatch(written.strip())
        if found is None:
            raise outside(f"$filter {written}")
        return found[1].lower(), found[2]

    def region(self, *others: str) -> str:
        """Return the location of a request by its name; raises `Problem` if Azure has no such
        location.
        """
        asked = self.asked.required("location")
        name: str = asked.replace(" ", "").lower()
        if name not in (*FIXED["regions"], *others):
            raise missing(
                "LocationNotAvailableForResourceType",
                f"The location '{asked}' is not available.",
                400,
            )
        return name

    def put_group(self, home: Subscription) -> Reply:
        """Create a resource group, or return one that is there."""
        place, name = self.region(), self.new_name("group")
        there = self.there("group", home, name)
        g = there or Group(home.name, name, place)
        self.world = self.world._replace(groups=self.world.groups | {g})
        return Reply(200 if there else 201, self.asked.honoured(self.show("group", g)))

    def delete_group(self, g: Group) -> Reply:
        for kind, command in ((Vault, commands.DeleteVault), (Resource, commands.DeleteResource)):
            for name in self.inside(kind):
                self.submit(command(name))
        self.world = self.world._replace(groups=self.world.groups - {g})
        return self.begun(g)

    # Accounts

    def put_account(self, g: Group) -> Reply:
        """Create an account, or change one that is there."""
        if there := self.there("account", g, self.at["name"]):
            shown = self.show("account", there)["properties"].get("encryption")
            return Reply(
                200,
                self.changed(there.name, self.asked.get("properties.encryption", dict) == shown),
            )
        kind, place, sku = (
            self.asked.required("kind"),
            self.region("global"),
            self.asked.required("sku.name").upper(),
        )
        name: str = self.new_name("account")
        if kind not in FIXED["kinds"]:
            raise outside(f"kind {kind}")
        if sku not in FIXED["kinds"][kind]["skus"]:
            raise missing(
                "InvalidSku", f"The SKU '{sku}' is not available for the kind '{kind}'.", 400
            )
        if self.entity(Resource, name, "deleted"):
            because = ["environment.name-used-before"]
            raise Problem(
                409,
                "FlagMustBeSetForRestore",
                f"An account '{name}' has been soft-deleted.",
                because,
            )
        source = self.asked.get(SOURCE, str, "")
        keys: KeySource = (
            "customer-managed" if source.lower() == "microsoft.keyvault" else "microsoft-managed"
        )
        resource = FIXED["kinds"][kind]["resource"]
        self.submit(
            commands.CreateResource(name, resource, place, sku, g.subscription, g.name, keys)
        )
        return Reply(201, self.changed(name, True))

    def patch_account(self, r: Resource) -> Reply:
        return self.begun(r, self.changed(r.name))

    def changed(self, name: str, has_source: bool = False) -> Any:
        """Carry out what a request says of identity and key source, and return the account; raises
        `Problem`.

        The identity is turned on first, and off last.  ``has_source``: it has the key source
        already.
        """
        identity = self.asked.get("identity.type", str, "").lower()
        if identity == "systemassigned":
            self.submit(commands.EnableIdentity(name))
        if self.asked.get("properties.encryption", dict) and not has_source:
            self.submit(self.key_source(name))
        if identity == "none":
            self.submit(commands.DisableIdentity(name))
        of_microsoft = self.asked.get(SOURCE, str, "").lower() == "microsoft.cognitiveservices"
        done = [
            SOURCE,
            *([] if of_microsoft else USED),
            *(["identity.type"] if identity == "none" else []),
        ]
        return self.asked.honoured(self.show("account", self.entity(Resource, name)), *done)

    def key_source(self, account: str) -> commands.Command:
        """Return the command that `properties.encryption` stands for; raises `Problem`."""
        source = self.asked.required(SOURCE).lower()
        if source == "microsoft.cognitiveservices":
            return commands.ReturnToMicrosoftManagedKeys(account)
        if source != "microsoft.keyvault":
            raise malformed(
                "'keySource' has to be Microsoft.CognitiveServices or Microsoft.KeyVault."
            )
        uri, name = map(self.asked.required, USED[:2])
        match = re.fullmatch(r"https://([^/.]+)\.([^/]+)/?", uri.lower())
        if match is None:
            raise malformed("'keyVaultUri' is not the URI of a key vault.")
        if match[2].removesuffix(":443") != self.cloud.vaults:
            store: commands.Store = (
                "managed-hsm" if match[2].startswith("managedhsm.") else "elsewhere"
            )
            return commands.EnableCustomerManagedKeys(account, store=store, through="api")
        vault, key = self.entity(Vault, match[1]), self.entity(Key, f"{match[1]}/{name}")
        if key and self.asked.get(USED[2]) not in (None, self.world.version(key.name, key.version)):
            raise outside("a version of a key that is not its current one")
        named = vault.name if vault else match[1], local(key) if key else name
        return commands.EnableCustomerManagedKeys(account, *named, through="api")

    def list_account_keys(self, r: Resource) -> Body:
        return self.world.account_keys(r.name)

    def list_skus(self, home: Subscription) -> Body:
        places = [place.upper() for place in (*FIXED["regions"], "global")]
        sold = [
            (kind, sku, place)
            for kind, its in FIXED["kinds"].items()
            for sku in its["skus"]
            for place in places
        ]
        return {
            "value": [
                self.show("sku", home, kind=kind, sku=sku, place=place) for kind, sku, place in sold
            ]
        }

    # Vaults

    def put_vault(self, g: Group) -> Reply:
        """Create a vault, recover a deleted one, or change one that is there, its access policies
        included.
        """
        name = self.at["name"]
        if self.asked.get("properties.createMode", str, "default").lower() == "recover":
            gone = self.find("deleted_vault", g, name)
            self.submit(commands.RecoverVault(gone.name))
            return Reply(200, self.show("vault", self.again(gone)))
        for needed in ("properties.sku.name", "properties.tenantId"):
            self.asked.required(needed)
        there, place = self.there("vault", g, name), self.region()
        if there is None or place != there.region.name:  # one of this name, elsewhere: refused
            rbac = self.asked.get(
                "properties.enableRbacAuthorization", bool, self.query["api-version"] >= "2026-02"
            )
            model: PermissionModel = "rbac" if rbac else "access-policies"
            soft_delete = self.asked.get("properties.enableSoftDelete", bool, True)
            protections = (
                soft_delete,
                self.asked.get("properties.enablePurgeProtection", bool, False),
            )
            home = self.new_name("vault"), place, g.subscription, g.name
            self.submit(commands.CreateVault(*home, *protections, model))
        return Reply(200 if there else 201, self.patch_vault(self.entity(Vault, name)))

    def patch_vault(self, v: Vault) -> Any:
        """Turn on the protections that a request asks for, set its access policies and its
        permission model, and return the vault.

        What is to decide about access is set before what no longer does, since Azure does both at
        once.
        """
        soft_delete = self.asked.get("properties.enableSoftDelete", bool)
        purge_protection = self.asked.get("properties.enablePurgeProtection", bool)
        if (soft_delete is False and v.soft_delete) or purge_protection is False:
            raise malformed("The protections of a key vault cannot be set to false.", "BadRequest")
        if soft_delete:
            self.submit(commands.EnableSoftDelete(v.name))
        if purge_protection and not v.purge_protection:
            self.submit(commands.EnablePurgeProtection(v.name))
        uses_rbac = self.asked.get("properties.enableRbacAuthorization", bool)
        if uses_rbac is True and v.permission_model != "rbac":
            self.submit(commands.SetPermissionModel(v.name, "rbac"))
        policies = self.asked.get("properties.accessPolicies", list)
        if policies is not None:
            self.set_access(v, policies)
        if uses_rbac is False and v.permission_model == "rbac":
            self.submit(commands.SetPermissionModel(v.name, "access-policies"))
        done = ("accessPolicies", "enableSoftDelete", "enablePurgeProtection", "createMode")
        return self.asked.honoured(
            self.show("vault", self.again(v)), *(f"properties.{name}" for name in done)
        )

    def set_access(self, v: Vault, policies: list[Any], change: str = "replace") -> None:
        """Add or remove access policies, or grant and revoke until they are these."""
        named = [self.resource_of(v, policy) for policy in policies]
        present = [grant.resource.name for grant in self.every(Grant) if grant.vault.name == v.name]
        revoked = {
            "add": [],
            "remove": named,
            "replace": [each for each in present if each not in named],
        }[change]
        granted = {
            "add": named,
            "remove": [],
            "replace": [each for each in named if each not in present],
        }[change]
        for resource in revoked:
            self.submit(commands.RevokeKeyAccess(v.name, resource))
        for resource in granted:
            self.submit(commands.GrantKeyAccess(v.name, resource))

    def resource_of(self, v: Vault, policy: Any) -> str:
        """Return the resource whose identity an access policy gives the key permissions of the
        model's grant.
        """
        asked = Asked(policy)
        principal = asked.required("objectId").lower()
        for name, kind in (("tenantId", str), ("permissions.keys", list)):
            asked.required(name, kind)
        asked.honoured(
            {"tenantId": v.subscription.tenant.name, "permissions": {"keys": PERMISSIONS}},
            "objectId",
        )
        resource = self.with_identity(principal)
        if resource is None:
            raise outside("an access policy for an identity that is not that of an account")
        return resource

    def with_identity(self, principal: str) -> str | None:
        """Return the account of an identity, be it off, by its object id; None if it is of none."""
        for resource in self.every(Resource):
            if self.world.principal(resource) == principal:
                return str(resource.name)
        return None

    def change_access(self, v: Vault) -> Body:
        change = self.at["change"].lower()
        policies = self.asked.get("properties.accessPolicies", list)
        self.asked.honoured({}, "properties.accessPolicies")
        if policies is None or change not in ("add", "remove", "replace"):
            raise malformed(
                f"'{change}' has to be add, remove or replace, with access policies.", "BadRequest"
            )
        self.set_access(v, policies, change)
        return self.show("access", self.again(v), change=change)

    # Roles on vaults

    def put_role(self, v: Vault) -> Reply:
        """Assign a role with the key permissions, or return the assignment that is there."""
        name = self.at["name"].lower()
        if not GUID.fullmatch(name):
            raise malformed(
                f"The role assignment ID '{name}' is not a GUID.", "InvalidRoleAssignmentId"
            )
        definition = self.asked.required("properties.roleDefinitionId").lower()
        role = definition.rpartition("/")[2]
        if role not in FIXED["roles"]:
            raise outside("a role without the key permissions get, wrapKey and unwrapKey")
        principal = self.asked.required("properties.principalId").lower()
        resource = self.with_identity(principal)
        if resource is None:
            because = ["environment.role-needs-identity"]
            text = f"Principal {principal} does not exist in the directory."
            raise Problem(400, "PrincipalNotFound", text, because)
        there = self.there("role", v, name)
        if there is not None and self.world.assignment(there.name).role == role:
            return Reply(200, self.asked.honoured(self.show("role", there), *SAME_ROLE))
        self.submit(commands.AssignKeyRole(v.name, resource))
        assigned = f"{v.name}/{resource}"
        named = {**self.world.assignments, assigned: Assignment(name, role)}
        self.world = self.world._replace(assignments=named)
        shown = self.show("role", self.entity(Role, assigned))
        return Reply(201, self.asked.honoured(shown, *SAME_ROLE))

    def remove_role(self, a: Role) -> Body:
        """Remove a role, and return the assignment as it was."""
        shown = self.show("role", a)
        self.submit(commands.RemoveKeyRole(a.vault.name, a.resource.name))
        return shown

    # Moves

    def move_resources(self, g: Group) -> Reply:
        """Move one account, or all that a group holds to a group of the same name."""
        target = self.asked.required("targetResourceGroup")
        match = re.fullmatch(
            r"/subscriptions/([^/]+)/resourceGroups/([^/]+)/?", target, re.IGNORECASE
        )
        home, name = match.groups() if match else ("", "")
        to = found(
            self.entity(Subscription, home),
            "SubscriptionNotFound",
            f"'{target}' is in no subscription.",
        )
        place = self.find("group", to, name)
        there = {
            self.show(form, each)["id"].lower(): each
            for kind, form in HELD
            for each in self.inside(kind).values()
        }
        asked = [str(each).lower() for each in self.asked.required("resources", list)]
        if unknown := [each for each in asked if each not in there]:
            raise missing(
                "ResourceNotFound", f"'{unknown[0]}' was not found in resource group '{g.name}'."
            )
        if len(asked) == 1 and isinstance(there[asked[0]], Resource):
            self.submit(commands.MoveResource(there[asked[0]].name, place.subscription, place.name))
        elif set(asked) == there.keys() and place.name.lower() == g.name.lower():
            self.submit(commands.MoveResourceGroup(g.name, g.subscription, place.subscription))
        else:
            raise outside(
                "a move of anything but one account, or of a whole resource group to one of the "
                "same name"
            )
        return self.begun(g)

    def change_tenant(self, home: Subscription) -> Body:
        """Move a subscription to another tenant, at once."""
        wanted, owner = (
            f"properties.{name}" for name in ("destinationTenantId", "destinationOwnerId")
        )
        identifier = self.asked.required(wanted).lower()
        self.asked.honoured({}, wanted, owner)
        tenant = found(
            self.entity(Tenant, identifier),
            "TenantNotFound",
            f"The tenant '{identifier}' was not found.",
        )
        self.submit(commands.MoveSubscription(home.name, tenant.name))
        return self.show(
            "tenant_change", home, destination=identifier, owner=self.asked.required(owner)
        )
