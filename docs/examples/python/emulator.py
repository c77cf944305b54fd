"""A small emulator of customer-managed keys for protocol 2 over standard input and output.

It needs nothing but Python, and conforms to the profile article: `translator-cmk verify --stdio
"python3 emulator.py"`.
"""

import json
import re
import sys

DECLARATION = {
    "product": "example emulator in Python",
    "version": "1.0",
    "capabilities": [
        "portal",
        "reasons",
        "clock",
        "legacy-vaults",
        "azure-rbac",
        "several-tenants",
        "audit",
    ],
}


class Refusal(Exception):
    """The command is refused for these reasons."""


def demand(**demands):
    """Refuses unless all demands are met.  `vault__same_region_refused` stands for
    `vault.same-region-refused`.
    """
    if broken := [
        name.replace("__", ".").replace("_", "-") for name, met in demands.items() if not met
    ]:
        raise Refusal(broken)


def new(table, name):
    """A name that nothing has, nor ever had."""
    demand(environment__new_name=name not in table)
    return name


def existing(table, name, *states):
    """What has this name, in one of these states."""
    found = table.get(name)
    demand(environment__exists=found is not None and found["state"] in (states or ("active",)))
    return found


class Emulator:
    """One world."""

    def __init__(self, stage):
        self.tenants = {name: {"state": "active"} for name in stage["tenants"]}
        self.regions = {name: {"state": "active"} for name in stage["regions"]}
        self.locations = self.regions | {"global": {"state": "active"}}
        self.tiers = {name: {"state": "active", "cmk": cmk} for name, cmk in stage["tiers"].items()}
        self.subscriptions = {
            name: {"state": "active", "tenant": tenant}
            for name, tenant in stage["subscriptions"].items()
        }
        self.vaults, self.keys, self.resources = {}, {}, {}
        self.workspaces, self.documents, self.models = {}, {}, {}
        self.grants = {}  # (vault, resource): the tenant of the vault
        self.roles = {}  # (vault, resource): the subscription of the vault, and its tenant

    # Resources

    def create_resource(self, resource, kind, location, tier, subscription, group, keys):
        new(self.resources, resource)
        existing(self.locations, location)
        existing(self.tiers, tier)
        home = existing(self.subscriptions, subscription)
        demand(resource__creation_refused=keys == "microsoft-managed")
        self.resources[resource] = {
            "state": "active",
            "kind": kind,
            "location": location,
            "tier": tier,
            "subscription": subscription,
            "group": group,
            "tenant": home["tenant"],
            "identity": False,
            "key_source": "microsoft-managed",
            "key": None,
        }

    def delete_resource(self, resource):
        existing(self.resources, resource).update(state="deleted", identity=False)

    def move_resource(self, resource, subscription, group):
        moved = existing(self.resources, resource)
        existing(self.subscriptions, subscription)
        moved.update(subscription=subscription, group=group)

    def move_resource_group(self, group, subscription, to):
        existing(self.subscriptions, subscription)
        existing(self.subscriptions, to)
        for each in (*self.resources.values(), *self.vaults.values()):
            if (
                each["state"] == "active"
                and each["group"] == group
                and each["subscription"] == subscription
            ):
                each["subscription"] = to

    def move_subscription(self, subscription, tenant):
        moved = existing(self.subscriptions, subscription)
        existing(self.tenants, tenant)
        moved["tenant"] = tenant

    def enable_identity(self, resource):
        existing(self.resources, resource)["identity"] = True

    def disable_identity(self, resource):
        existing(self.resources, resource)["identity"] = False

    # Customer-managed keys

    def enable_customer_managed_keys(self, resource, store, through, vault=None, key=None):
        r = existing(self.resources, resource)
        regional, supports = r["location"] != "global", self.tiers[r["tier"]]["cmk"]
        if store != "key-vault":
            demand(
                keys__vault_only_refused=False,
                resource__global_refused=regional,
                encryption__tier_refused=supports,
            )
        v, k = existing(self.vaults, vault), existing(self.keys, f"{vault}/{key}")
        same_tenant = self.tenant(v) == r["tenant"]
        demand(
            resource__global_refused=regional,
            encryption__tier_refused=supports,
            keys__rsa_2048_refused=k["type"] in ("RSA", "RSA-HSM") and k["size"] == 2048,
            vault__same_region_refused=not regional or v["region"] == r["location"],
            vault__same_tenant_refused=same_tenant,
            vault__granted_beforehand=through == "portal"
            or not same_tenant
            or self.has_access(vault, resource),
            vault__soft_delete_refused=v["soft_delete"],
            vault__purge_protection_refused=v["purge_protection"],
        )
        if through == "portal":
            r["identity"] = True
            self.give_access(vault, resource)
        r.update(key_source="customer-managed", key=f"{vault}/{key}")

    def return_to_microsoft_managed_keys(self, resource):
        existing(self.resources, resource).update(key_source="microsoft-managed", key=None)
        for workspace in self.workspaces.values():
            if workspace["resource"] == resource:
                workspace["covered"] = False

    # Vaults and access

    def create_vault(
        self, vault, region, subscription, group, soft_delete, purge_protection, permission_model
    ):
        new(self.vaults, vault)
        existing(self.regions, region)
        existing(self.subscriptions, subscription)
        self.vaults[vault] = {
            "state": "active",
            "region": region,
            "subscription": subscription,
            "group": group,
            "soft_delete": soft_delete,
            "purge_protection": purge_protection,
            "permission_model": permission_model,
        }

    def enable_soft_delete(self, vault):
        existing(self.vaults, vault)["soft_delete"] = True

    def enable_purge_protection(self, vault):
        v = existing(self.vaults, vault)
        demand(environment__protection_order=v["soft_delete"])
        v["purge_protection"] = True

    def delete_vault(self, vault):
        v = existing(self.vaults, vault)
        v["state"] = "deleted" if v["soft_delete"] else "purged"

    def recover_vault(self, vault):
        existing(self.vaults, vault, "deleted")["state"] = "active"

    def purge_vault(self, vault):
        v = existing(self.vaults, vault, "deleted")
        demand(environment__no_vault_purge=not v["purge_protection"])
        v["state"] = "purged"

    def end_vault_retention(self, vault):
        existing(self.vaults, vault, "deleted")["state"] = "purged"

    def grant_key_access(self, vault, resource):
        v, r = existing(self.vaults, vault), existing(self.resources, resource)
        demand(
            tenant__grant_refused=self.tenant(v) == r["tenant"],
            identity__needed_for_access=r["identity"],
        )
        self.grants[vault, resource] = self.tenant(v)

    def revoke_key_access(self, vault, resource):
        existing(self.vaults, vault)
        existing(self.resources, resource)
        self.grants.pop((vault, resource), None)

    def set_permission_model(self, vault, permission_model):
        existing(self.vaults, vault)["permission_model"] = permission_model

    def assign_key_role(self, vault, resource):
        v, r = existing(self.vaults, vault), existing(self.resources, resource)
        is_there = r["identity"] and self.tenant(v) == r["tenant"]
        demand(environment__role_needs_identity=is_there)
        self.roles[vault, resource] = self.place(v)

    def remove_key_role(self, vault, resource):
        existing(self.vaults, vault)
        existing(self.resources, resource)
        self.roles.pop((vault, resource), None)

    def has_access(self, vault, resource):
        """By what decides about access to the vault; a role counts here."""
        if self.vaults[vault]["permission_model"] == "rbac":
            return (vault, resource) in self.roles
        return (vault, resource) in self.grants

    def give_access(self, vault, resource):
        v = self.vaults[vault]
        if v["permission_model"] == "rbac":
            self.roles[vault, resource] = self.place(v)
        else:
            self.grants[vault, resource] = self.tenant(v)

    def place(self, vault):
        return vault["subscription"], self.tenant(vault)

    # Keys

    def create_key(self, vault, key, type, size):  # noqa: A002  # as on the wire
        existing(self.vaults, vault)
        name = new(self.keys, f"{vault}/{key}")
        self.keys[name] = {
            "state": "active",
            "type": type,
            "size": size,
            "version": 1,
            "enabled": True,
        }

    import_key = create_key

    def rotate_key(self, vault, key):
        self.key(vault, key)["version"] += 1

    def disable_key(self, vault, key):
        self.key(vault, key)["enabled"] = False

    def enable_key(self, vault, key):
        self.key(vault, key)["enabled"] = True

    def delete_key(self, vault, key):
        k = self.key(vault, key)
        k["state"] = "deleted" if self.vaults[vault]["soft_delete"] else "purged"

    def recover_key(self, vault, key):
        self.key(vault, key, "deleted")["state"] = "active"

    def purge_key(self, vault, key):
        k = self.key(vault, key, "deleted")
        demand(environment__no_key_purge=not self.vaults[vault]["purge_protection"])
        k["state"] = "purged"

    def key(self, vault, key, *states):
        existing(self.vaults, vault)
        return existing(self.keys, f"{vault}/{key}", *states)

    # Custom Translator

    def create_workspace(self, workspace, resource):
        new(self.workspaces, workspace)
        covered = existing(self.resources, resource)["key_source"] == "customer-managed"
        self.workspaces[workspace] = {
            "state": "active",
            "resource": resource,
            "covered": covered,
            "readable": True,
        }

    def upload_document(self, document, workspace):
        new(self.documents, document)
        w = existing(self.workspaces, workspace)
        demand(**{self.why_closed(w, "revocation__no_upload"): w["readable"]})
        self.documents[document] = {"state": "uploaded", "workspace": workspace}
        return self.use_of_key(w)

    def train_model(self, model, workspace):
        new(self.models, model)
        w = existing(self.workspaces, workspace)
        mine = [
            d
            for d in self.documents.values()
            if d["workspace"] == workspace and d["state"] == "uploaded"
        ]
        demand(
            **{self.why_closed(w, "revocation__features_stop"): w["readable"]},
            environment__train=mine or not w["readable"],
        )
        self.models[model] = {"state": "undeployed", "workspace": workspace}
        return self.use_of_key(w)

    def deploy_model(self, model):
        m, w = self.model(model)
        demand(**{self.why_closed(w, "revocation__features_stop"): w["readable"]})
        m["state"] = "deployed"
        return self.use_of_key(w)

    def undeploy_model(self, model):
        m, _ = self.model(model)
        m["state"] = "undeployed"

    def translate_with_model(self, model):
        m, w = self.model(model)
        demand(
            **{self.why_closed(w, "revocation__features_stop"): w["readable"]},
            environment__translate=m["state"] == "deployed" or not w["readable"],
        )
        return self.use_of_key(w)

    def read_data(self, workspace):
        w = existing(self.workspaces, workspace)
        demand(revocation__data_inaccessible=w["readable"])
        return self.use_of_key(w)

    def model(self, model):
        m = existing(self.models, model, "undeployed", "deployed")
        return m, self.workspaces[m["workspace"]]

    def why_closed(self, workspace, reason):
        """Workspaces from before the keys have a reason of their own: the article is silent."""
        return reason if workspace["covered"] else "revocation__earlier_workspaces_closed"

    def use_of_key(self, workspace):
        r = self.resources[workspace["resource"]]
        return [{"key": r["key"], "resource": workspace["resource"]}] if r["key"] else []

    # What follows

    def tenant(self, thing):
        return self.subscriptions[thing["subscription"]]["tenant"]

    def key_inaccessible(self, name):
        r = self.resources[name]
        if r["key"] is None:
            return r["key_source"] == "customer-managed"
        vault, k = r["key"].split("/")[0], self.keys[r["key"]]
        return (
            not self.has_access(vault, name)
            or self.vaults[vault]["state"] != "active"
            or k["state"] != "active"
            or not k["enabled"]
        )

    def follow_up(self):
        """Everything that follows from the state that a command has left behind."""
        for r in self.resources.values():
            if r["tenant"] != self.tenant(r):
                r.update(tenant=self.tenant(r), identity=False, key=None)
        for (vault, resource), tenant in list(self.grants.items()):
            if not self.resources[resource]["identity"] or tenant != self.tenant(
                self.vaults[vault]
            ):
                del self.grants[vault, resource]
        for (vault, resource), place in list(self.roles.items()):
            v, r = self.vaults[vault], self.resources[resource]
            is_in_place = place == self.place(v) and place[1] == r["tenant"]
            if not r["identity"] or v["state"] != "active" or not is_in_place:
                del self.roles[vault, resource]
        for name, w in self.workspaces.items():
            mine = [
                each
                for each in (*self.documents.values(), *self.models.values())
                if each["workspace"] == name
            ]
            if self.resources[w["resource"]]["state"] != "active":
                for each in (w, *mine):
                    each["state"] = "deleted"
            elif self.key_inaccessible(w["resource"]):
                w["readable"] = False
                for each in mine:
                    if each["state"] == "uploaded":
                        each["state"] = "deleted"
                    if each["state"] == "deployed":
                        each["state"] = "undeployed"
            else:
                w["readable"] = True

    # What a customer sees

    def observe(self):
        return {
            "subscription": {
                name: {"tenant": s["tenant"]} for name, s in self.subscriptions.items()
            },
            "resource": {
                name: self.see_resource(r)
                for name, r in self.resources.items()
                if r["state"] == "active"
            },
            "vault": {name: dict(v) for name, v in self.vaults.items() if v["state"] != "purged"},
            "key": {
                name: dict(k)
                for name, k in self.keys.items()
                if k["state"] != "purged" and self.vaults[name.split("/")[0]]["state"] == "active"
            },
            "grant": {
                f"{vault}/{resource}": {"vault": vault, "resource": resource}
                for vault, resource in self.grants
                if self.vaults[vault]["state"] == "active"
            },
            "role": {
                f"{vault}/{resource}": {"vault": vault, "resource": resource}
                for vault, resource in self.roles
            },
            "workspace": {
                name: {
                    "resource": w["resource"],
                    "key_source": "customer-managed" if w["covered"] else "microsoft-managed",
                    "readable": w["readable"],
                }
                for name, w in self.workspaces.items()
                if w["state"] == "active"
            },
            "document": {
                name: {"workspace": d["workspace"]}
                for name, d in self.documents.items()
                if d["state"] == "uploaded"
            },
            "model": {name: dict(m) for name, m in self.models.items() if m["state"] != "deleted"},
        }

    def see_resource(self, r):
        seen = {
            field: r[field]
            for field in ("kind", "location", "subscription", "group", "key_source", "identity")
        }
        if r["key"]:
            seen["key"] = r["key"]
        return seen | {
            "encryption_section": self.tiers[r["tier"]]["cmk"],
            "registered": r["identity"],
        }


def submit(emulator, command, **fields):
    """Carries out a command or refuses it."""
    method = getattr(emulator, re.sub(r"(?<!^)([A-Z])", r"_\1", command).lower(), None)
    if method is None:
        return {"answer": "unsupported"}
    try:
        audit = method(**fields) or []
    except Refusal as refusal:
        return {"answer": "refused", "because": refusal.args[0]}
    emulator.follow_up()
    return {"answer": "accepted", "audit": audit}


def answer(emulator, request):
    """The emulator from now on, and its answer to a request."""
    verb = request["verb"]
    if verb == "hello":
        return emulator, {"answer": "hello", "protocol": 2, **DECLARATION}
    if verb == "reset":
        return Emulator(request["stage"]), {"answer": "done"}
    if verb == "submit":
        return emulator, submit(emulator, **request["command"])
    if verb == "observe":
        return emulator, {"answer": "observed", "observation": emulator.observe()}
    return emulator, {"answer": {"settle": "settled", "bye": "bye"}[verb]}


def main():
    """Answers requests, one a line."""
    emulator = None
    for line in sys.stdin:
        request = json.loads(line)
        emulator, answered = answer(emulator, request)
        print(json.dumps({"id": request["id"], **answered}), flush=True)
        if request["verb"] == "bye":
            break


if __name__ == "__main__":
    main()
