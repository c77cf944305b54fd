// A small emulator of customer-managed keys for protocol 2, over standard input and output or over HTTP.
// It needs nothing but Node, and conforms to the profile article.
//
//   translator-cmk verify --stdio "node emulator.mjs"
//   node emulator.mjs --http 8080 & translator-cmk verify --http http://127.0.0.1:8080/

import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { createInterface } from "node:readline";

const declaration = {
  product: "example emulator in Node",
  version: "1.0",
  capabilities: [
    "portal", "reasons", "clock", "legacy-vaults", "azure-rbac", "several-tenants", "audit", "parallel",
  ],
};

class Refusal extends Error {
  constructor(because) {
    super(because.join(", "));
    this.because = because;
  }
}

// Refuses unless all demands are met.
function demand(demands) {
  const because = Object.keys(demands).filter((id) => !demands[id]);
  if (because.length) throw new Refusal(because);
}

function fresh(table, name) {
  demand({ "environment.new-name": !table.has(name) });
}

function existing(table, name, ...states) {
  const found = table.get(name);
  if (!states.length) states = ["active"];
  demand({ "environment.exists": found !== undefined && states.includes(found.state) });
  return found;
}

const tableOf = (object, make) => new Map(Object.entries(object).map(([name, value]) => [name, make(value)]));
const named = (names) => new Map(names.map((name) => [name, { state: "active" }]));

class Emulator {
  constructor(stage) {
    this.tenants = named(stage.tenants);
    this.regions = named(stage.regions);
    this.locations = named([...stage.regions, "global"]);
    this.tiers = tableOf(stage.tiers, (cmk) => ({ state: "active", cmk }));
    this.subscriptions = tableOf(stage.subscriptions, (tenant) => ({ state: "active", tenant }));
    for (const kind of ["vaults", "keys", "resources", "workspaces", "documents", "models"]) this[kind] = new Map();
    this.grants = new Map(); // "vault/resource": the tenant of the vault
    this.roles = new Map(); // "vault/resource": the subscription of the vault, and its tenant
  }

  tenant(thing) {
    return this.subscriptions.get(thing.subscription).tenant;
  }

  // Resources

  CreateResource({ resource, kind, location, tier, subscription, group, keys }) {
    fresh(this.resources, resource);
    existing(this.locations, location);
    existing(this.tiers, tier);
    const { tenant } = existing(this.subscriptions, subscription);
    demand({ "resource.creation-refused": keys === "microsoft-managed" });
    const rest = { tenant, identity: false, key_source: keys, key: null };
    this.resources.set(resource, { state: "active", kind, location, tier, subscription, group, ...rest });
  }

  DeleteResource({ resource }) {
    Object.assign(existing(this.resources, resource), { state: "deleted", identity: false });
  }

  MoveResource({ resource, subscription, group }) {
    const moved = existing(this.resources, resource);
    existing(this.subscriptions, subscription);
    Object.assign(moved, { subscription, group });
  }

  MoveResourceGroup({ group, subscription, to }) {
    existing(this.subscriptions, subscription);
    existing(this.subscriptions, to);
    for (const each of [...this.resources.values(), ...this.vaults.values()]) {
      if (each.state !== "active") continue;
      if (each.group === group && each.subscription === subscription) each.subscription = to;
    }
  }

  MoveSubscription({ subscription, tenant }) {
    const moved = existing(this.subscriptions, subscription);
    existing(this.tenants, tenant);
    moved.tenant = tenant;
  }

  EnableIdentity({ resource }) {
    existing(this.resources, resource).identity = true;
  }

  DisableIdentity({ resource }) {
    existing(this.resources, resource).identity = false;
  }

  // Customer-managed keys

  EnableCustomerManagedKeys({ resource, vault, key, store, through }) {
    const r = existing(this.resources, resource);
    const regional = r.location !== "global";
    const eligible = { "resource.global-refused": regional, "encryption.tier-refused": this.tiers.get(r.tier).cmk };
    if (store !== "key-vault") demand({ ...eligible, "keys.vault-only-refused": false });
    const v = existing(this.vaults, vault);
    const k = existing(this.keys, `${vault}/${key}`);
    const together = this.tenant(v) === r.tenant;
    const granted = this.hasAccess(vault, resource);
    demand({
      ...eligible,
      "keys.rsa-2048-refused": ["RSA", "RSA-HSM"].includes(k.type) && k.size === 2048,
      "vault.same-region-refused": !regional || v.region === r.location,
      "vault.same-tenant-refused": together,
      "vault.granted-beforehand": through === "portal" || !together || granted,
      "vault.soft-delete-refused": v.soft_delete,
      "vault.purge-protection-refused": v.purge_protection,
    });
    if (through === "portal") {
      r.identity = true;
      this.giveAccess(vault, resource);
    }
    Object.assign(r, { key_source: "customer-managed", key: `${vault}/${key}` });
  }

  ReturnToMicrosoftManagedKeys({ resource }) {
    Object.assign(existing(this.resources, resource), { key_source: "microsoft-managed", key: null });
    for (const workspace of this.workspaces.values()) {
      if (workspace.resource === resource) workspace.covered = false;
    }
  }

  // Vaults and access

  CreateVault({ vault, region, subscription, group, ...properties }) {
    fresh(this.vaults, vault);
    existing(this.regions, region);
    existing(this.subscriptions, subscription);
    this.vaults.set(vault, { state: "active", region, subscription, group, ...properties });
  }

  EnableSoftDelete({ vault }) {
    existing(this.vaults, vault).soft_delete = true;
  }

  EnablePurgeProtection({ vault }) {
    const v = existing(this.vaults, vault);
    demand({ "environment.protection-order": v.soft_delete });
    v.purge_protection = true;
  }

  DeleteVault({ vault }) {
    const v = existing(this.vaults, vault);
    v.state = v.soft_delete ? "deleted" : "purged";
  }

  RecoverVault({ vault }) {
    existing(this.vaults, vault, "deleted").state = "active";
  }

  PurgeVault({ vault }) {
    const v = existing(this.vaults, vault, "deleted");
    demand({ "environment.no-vault-purge": !v.purge_protection });
    v.state = "purged";
  }

  EndVaultRetention({ vault }) {
    existing(this.vaults, vault, "deleted").state = "purged";
  }

  GrantKeyAccess({ vault, resource }) {
    const v = existing(this.vaults, vault);
    const r = existing(this.resources, resource);
    demand({
      "tenant.grant-refused": this.tenant(v) === r.tenant,
      "identity.needed-for-access": r.identity,
    });
    this.grants.set(`${vault}/${resource}`, this.tenant(v));
  }

  RevokeKeyAccess({ vault, resource }) {
    existing(this.vaults, vault);
    existing(this.resources, resource);
    this.grants.delete(`${vault}/${resource}`);
  }

  SetPermissionModel({ vault, permission_model }) {
    existing(this.vaults, vault).permission_model = permission_model;
  }

  AssignKeyRole({ vault, resource }) {
    const v = existing(this.vaults, vault);
    const r = existing(this.resources, resource);
    demand({ "environment.role-needs-identity": r.identity && this.tenant(v) === r.tenant });
    this.roles.set(`${vault}/${resource}`, this.place(v));
  }

  RemoveKeyRole({ vault, resource }) {
    existing(this.vaults, vault);
    existing(this.resources, resource);
    this.roles.delete(`${vault}/${resource}`);
  }

  // Whether what decides about access to the vault gives it; a role counts here.
  hasAccess(vault, resource) {
    const table = this.vaults.get(vault).permission_model === "rbac" ? this.roles : this.grants;
    return table.has(`${vault}/${resource}`);
  }

  giveAccess(vault, resource) {
    const v = this.vaults.get(vault);
    if (v.permission_model === "rbac") this.roles.set(`${vault}/${resource}`, this.place(v));
    else this.grants.set(`${vault}/${resource}`, this.tenant(v));
  }

  place(vault) {
    return { subscription: vault.subscription, tenant: this.tenant(vault) };
  }

  // Keys

  key({ vault, key }, ...states) {
    existing(this.vaults, vault);
    return existing(this.keys, `${vault}/${key}`, ...states);
  }

  CreateKey({ vault, key, type, size }) {
    existing(this.vaults, vault);
    fresh(this.keys, `${vault}/${key}`);
    this.keys.set(`${vault}/${key}`, { state: "active", type, size, version: 1, enabled: true });
  }

  ImportKey(command) {
    this.CreateKey(command);
  }

  RotateKey(command) {
    this.key(command).version += 1;
  }

  DisableKey(command) {
    this.key(command).enabled = false;
  }

  EnableKey(command) {
    this.key(command).enabled = true;
  }

  DeleteKey(command) {
    this.key(command).state = this.vaults.get(command.vault).soft_delete ? "deleted" : "purged";
  }

  RecoverKey(command) {
    this.key(command, "deleted").state = "active";
  }

  PurgeKey(command) {
    const k = this.key(command, "deleted");
    demand({ "environment.no-key-purge": !this.vaults.get(command.vault).purge_protection });
    k.state = "purged";
  }

  // Custom Translator

  useOfKey(workspace) {
    const { key } = this.resources.get(workspace.resource);
    return key ? [{ key, resource: workspace.resource }] : [];
  }

  CreateWorkspace({ workspace, resource }) {
    fresh(this.workspaces, workspace);
    const covered = existing(this.resources, resource).key_source === "customer-managed";
    this.workspaces.set(workspace, { state: "active", resource, covered, readable: true });
  }

  UploadDocument({ document, workspace }) {
    fresh(this.documents, document);
    const w = existing(this.workspaces, workspace);
    demand({ [this.whyClosed(w, "revocation.no-upload")]: w.readable });
    this.documents.set(document, { state: "uploaded", workspace });
    return this.useOfKey(w);
  }

  TrainModel({ model, workspace }) {
    fresh(this.models, model);
    const w = existing(this.workspaces, workspace);
    const uploads = [...this.documents.values()].some((d) => d.workspace === workspace && d.state === "uploaded");
    demand({ [this.whyClosed(w, "revocation.features-stop")]: w.readable, "environment.train": uploads || !w.readable });
    this.models.set(model, { state: "undeployed", workspace });
    return this.useOfKey(w);
  }

  model(name) {
    const m = existing(this.models, name, "undeployed", "deployed");
    return [m, this.workspaces.get(m.workspace)];
  }

  DeployModel({ model }) {
    const [m, w] = this.model(model);
    demand({ [this.whyClosed(w, "revocation.features-stop")]: w.readable });
    m.state = "deployed";
    return this.useOfKey(w);
  }

  UndeployModel({ model }) {
    this.model(model)[0].state = "undeployed";
  }

  TranslateWithModel({ model }) {
    const [m, w] = this.model(model);
    const deployed = m.state === "deployed" || !w.readable;
    demand({ [this.whyClosed(w, "revocation.features-stop")]: w.readable, "environment.translate": deployed });
    return this.useOfKey(w);
  }

  // Workspaces from before the keys have a reason of their own: the article is silent.
  whyClosed(workspace, reason) {
    return workspace.covered ? reason : "revocation.earlier-workspaces-closed";
  }

  ReadData({ workspace }) {
    const w = existing(this.workspaces, workspace);
    demand({ "revocation.reading-refused": w.readable });
    return this.useOfKey(w);
  }

  // What follows

  keyOutOfReach(name) {
    const r = this.resources.get(name);
    if (r.key === null) return r.key_source === "customer-managed";
    const vault = r.key.split("/")[0];
    const k = this.keys.get(r.key);
    const granted = this.hasAccess(vault, name);
    return !granted || this.vaults.get(vault).state !== "active" || k.state !== "active" || !k.enabled;
  }

  followUp() {
    for (const r of this.resources.values()) {
      if (r.tenant !== this.tenant(r)) {
        Object.assign(r, { tenant: this.tenant(r), identity: false, key: null });
      }
    }
    for (const [grant, tenant] of this.grants) {
      const [vault, resource] = grant.split("/");
      const moved = tenant !== this.tenant(this.vaults.get(vault));
      if (moved || !this.resources.get(resource).identity) this.grants.delete(grant);
    }
    for (const [role, place] of this.roles) {
      const names = role.split("/");
      const vault = this.vaults.get(names[0]);
      const resource = this.resources.get(names[1]);
      const moved = vault.subscription !== place.subscription || this.tenant(vault) !== place.tenant;
      const left = resource.tenant !== place.tenant;
      if (moved || left || vault.state !== "active" || !resource.identity) this.roles.delete(role);
    }
    for (const [name, w] of this.workspaces) {
      const mine = [...this.documents.values(), ...this.models.values()].filter((each) => each.workspace === name);
      if (this.resources.get(w.resource).state !== "active") {
        for (const each of [w, ...mine]) each.state = "deleted";
      } else if (this.keyOutOfReach(w.resource)) {
        w.readable = false;
        for (const each of mine) {
          if (each.state === "uploaded") each.state = "deleted";
          if (each.state === "deployed") each.state = "undeployed";
        }
      } else {
        w.readable = true;
      }
    }
  }

  // What a customer sees

  observe() {
    const see = (table, shows, view) =>
      Object.fromEntries([...table].filter(([name, each]) => shows(each, name)).map(([n, each]) => [n, view(each, n)]));
    const inVault = (name) => this.vaults.get(name.split("/")[0]).state === "active";
    const ofTwo = (_, name) => {
      const [vault, resource] = name.split("/");
      return { vault, resource };
    };
    return {
      subscription: see(this.subscriptions, () => true, (s) => ({ tenant: s.tenant })),
      resource: see(this.resources, (r) => r.state === "active", (r) => this.seeResource(r)),
      vault: see(this.vaults, (v) => v.state !== "purged", (v) => v),
      key: see(this.keys, (k, name) => k.state !== "purged" && inVault(name), (k) => k),
      grant: see(this.grants, (_, name) => inVault(name), ofTwo),
      role: see(this.roles, () => true, ofTwo),
      workspace: see(this.workspaces, (w) => w.state === "active", (w) => ({
        resource: w.resource,
        key_source: w.covered ? "customer-managed" : "microsoft-managed",
        readable: w.readable,
      })),
      document: see(this.documents, (d) => d.state === "uploaded", (d) => ({ workspace: d.workspace })),
      model: see(this.models, (m) => m.state !== "deleted", (m) => m),
    };
  }

  seeResource({ kind, location, subscription, group, key_source, identity, key, tier }) {
    const seen = { kind, location, subscription, group, key_source, identity, registered: identity };
    if (key) seen.key = key;
    seen.encryption_section = this.tiers.get(tier).cmk;
    return seen;
  }
}

function submit(emulator, { command, ...fields }) {
  if (!/^[A-Z]/.test(command) || !(command in Emulator.prototype)) return { answer: "unsupported" };
  try {
    const audit = emulator[command](fields) ?? [];
    emulator.followUp();
    return { answer: "accepted", audit };
  } catch (error) {
    if (error instanceof Refusal) return { answer: "refused", because: error.because };
    throw error;
  }
}

const sessions = new Map();

function answer(request) {
  switch (request.verb) {
    case "hello": {
      const session = randomUUID();
      return { answer: "hello", protocol: 2, session, ...declaration };
    }
    case "reset":
      sessions.set(request.session, new Emulator(request.stage));
      return { answer: "done" };
    case "submit":
      return submit(sessions.get(request.session), request.command);
    case "observe":
      return { answer: "observed", observation: sessions.get(request.session).observe() };
    case "settle":
      return { answer: "settled" };
    default:
      sessions.delete(request.session);
      return { answer: "bye" };
  }
}

const answered = (text) => {
  const request = JSON.parse(text);
  return JSON.stringify({ id: request.id, ...answer(request) });
};

if (process.argv[2] === "--http") {
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const piece of request) body += piece;
    response.writeHead(200, { "Content-Type": "application/json" });
    response.end(answered(body));
  });
  server.listen(Number(process.argv[3] ?? 0), "127.0.0.1", () => {
    console.log(`listening on http://127.0.0.1:${server.address().port}/`);
  });
} else {
  for await (const line of createInterface({ input: process.stdin })) console.log(answered(line));
}
