#!/usr/bin/env python3
"""Ask Azure five questions about customer-managed keys (CMK) on Azure AI Translator.

    az login
    python3 azure_hour.py

Nobody has published how Azure answers.  This writes a log of each question, in about two hours.
It needs Python 3.11 on Linux, macOS or WSL, and the role Contributor or Owner on a subscription.
It looks first whether it can start, and makes nothing until you type yes.

It makes    one new resource group, cmk-hour-NNNNNN, and in it up to 8 Translator resources, most
            with an identity, 7 key vaults with RSA keys, an identity that only these resources
            use, and a workspace with dictionaries of one word.  They have public network access,
            which is the default.
            Outside of that group it only purges these Translator resources.
It bills    some cents: operations on keys, and translated words.  Nothing has a price by the hour,
            but what policies or Defender of your subscription add to key vaults.
It deletes  all of that at the end, after Ctrl-C, and after an error; what it can't, it names.
            If it is killed: az group delete --name cmk-hour-NNNNNN; az group list has the name.
It leaves   the deleted key vaults, with their names taken, for 7 days at no cost: purge protection
            can't be undone.  And here a folder of logs, without ids and messages of Azure's.

To check that, read from `send` to `clean_up`: through `send` go all requests, with `az rest`, and
it refuses what would change anything else.  `az` keeps your sign-in.  The secrets that get here are
the keys of a Translator resource made here.  One goes to that resource alone (Workspace.ask).
"""

import argparse
import contextlib
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

SETTINGS = argparse.Namespace(  # each has an option of its name; times are in seconds
    region="northeurope",  # some regions take no new customers
    other_region="swedencentral",  # of one key vault, and a Translator resource that may use it
    tier="S1",  # the article names no tier
    spread=600,  # until access is in force: 5 to 10 minutes, a maintainer says
    pause=30,  # before Azure is asked again for what takes time
    watch=3600,  # how long the last log watches the losses
    every=240,  # between two rounds of that
)

# All requests

RUN = argparse.Namespace(  # `main` adds the tenant and paths
    group=f"cmk-hour-{secrets.token_hex(3)}",
    made={},  # regions of Translator resources, by their names
)
COGNITIVE = "providers/Microsoft.CognitiveServices"
DELETED = f"{{}}/{COGNITIVE}/locations/{{}}/resourceGroups/{{}}/deletedAccounts/{{}}"

VERSIONS = {  # of the APIs of Azure Resource Manager
    "Microsoft.Authorization": "2022-04-01",
    "Microsoft.CognitiveServices": "2023-05-01",
    "Microsoft.KeyVault": "2023-07-01",
    "Microsoft.ManagedIdentity": "2023-01-31",
    "": "2021-04-01",  # of resource groups and providers
}
BUSY = ("Conflict", "Too Many Requests", "Internal Server Error", "Service Unavailable")
LONGEST = 300  # seconds that `az` may take for a request


def send(method, url, body=None, options=(), times=5):
    """Send a request, and again if Azure is busy; refuse to change what this did not make."""
    if method != "get" and not is_own(url):
        raise Failed(f"refused to {method} {url}")
    text = body if isinstance(body, str) else json.dumps(body)
    reading = [] if body is None else ["--body", "@-"]  # from the standard input, and not shown
    for _ in tries(times):
        answer = Answer(
            az("rest", "--method", method, "--url", url, *options, *reading, given=text)
        )
        if answer.error not in BUSY:
            break
    return answer


def is_own(url):
    """Return whether a request is about the resource group, or a resource that is or was there."""
    of_accounts = f"{RUN.subscription}/{COGNITIVE}/locations/[a-z0-9]+/resourceGroups/{RUN.group}"
    places = (
        rf"{RUN.path}(/.*)?",
        rf"{of_accounts}/deletedAccounts/.*",
        rf"https://{RUN.group}-[a-z0-9]+\.cognitiveservices\.azure\.com/translator/.*",
        rf"{RUN.subscription}/providers/Microsoft.KeyVault/checkNameAvailability",  # only asks
    )
    path = url.partition("?")[0]
    return ".." not in path and any(re.fullmatch(place, path) for place in places)


def ask(method, path, body=None, times=5):
    """Ask Azure Resource Manager."""
    provider = re.findall(r"/providers/([\w.]+)/", path)[-1:] or [""]
    return send(method, f"{path}?api-version={VERSIONS[provider[0]]}", body, times=times)


def az(*arguments, given=""):
    """Run the Azure CLI."""
    command = ["az", *arguments, "--only-show-errors", "--output", "json"]
    settings = {**os.environ, "AZURE_LOGGING_ENABLE_LOG_FILE": "false"}
    options = {"capture_output": True, "text": True, "timeout": LONGEST, "env": settings}
    try:
        return subprocess.run(command, check=False, input=given, **options)
    except (OSError, subprocess.TimeoutExpired) as problem:
        return subprocess.CompletedProcess(command, 1, "", str(problem))


# From the first request to the last


def carry_out(logs):
    """Make everything, ask the questions, and delete everything."""
    interrupts = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for each in interrupts:
        signal.signal(each, interrupt)
    is_whole = False
    try:
        must(ask("put", RUN.path, {"location": SETTINGS.region}))
        for log in logs:
            log.go_on(begin)
        if any(log.is_whole for log in logs):
            say("waiting until access is in force")
            wait(SETTINGS.spread)
        for log in logs:
            log.go_on(ASK[log.question])
        is_whole = all(log.is_whole for log in logs)
    except KeyboardInterrupt:
        say("interrupted")
    except Failed as problem:
        say(f"nothing is learned: {problem}")
    finally:
        for each in interrupts:
            signal.signal(each, signal.SIG_IGN)
        say("cleaning up, in half an hour or less if Azure answers; Ctrl-C is ignored")
        is_clean = clean_up(logs)
    say(f"now: translator-cmk check-trace {SETTINGS.folder}/*.jsonl")
    return 0 if is_whole and is_clean else 1


def interrupt(*_):
    raise KeyboardInterrupt


def clean_up(logs):
    """Delete everything, and purge the Translator resources; return whether that worked."""
    is_clean = True
    for log in logs:
        try:
            if log.workspace is not None:
                log.workspace.delete()
        except Exception as problem:  # noqa: BLE001 - whatever it is, the group is deleted
            is_clean = False
            say(f"NOT DELETED, though its resource will be: workspace {RUN.group}: {problem!r}")
    say(f"deleting the resource group {RUN.group}")
    for _ in tries(60):
        answer = ask("delete", RUN.path, times=1)
        if answer.code == "ResourceGroupNotFound":
            break
        if not answer.ok:
            say(f"not deleted yet: {answer}")
    else:
        say(f"NOT DELETED; repeat it: az group delete --name {RUN.group}")
        is_clean = False
    for _ in tries(5):
        for name, region in list(RUN.made.items()):
            path = DELETED.format(RUN.subscription, region, RUN.group, name)
            if ask("delete", path, times=1).ok:
                del RUN.made[name]
        if not RUN.made:
            return is_clean
    say(f"NOT PURGED, which Azure does 48 hours after they are deleted: {', '.join(RUN.made)}")
    return False


# The questions.  Each has Translator resources and key vaults of its own, so a surprise costs its
# log alone.  A refusal shows something if the same is accepted before it and after it, and seen.

VAULTS = {  # with the sizes of their keys
    "protection": {"protected": {"cmk": 2048}, "unprotected": {"cmk": 2048}},
    "region": {"protected": {"cmk": 2048, "second": 2048}, "elsewhere": {"cmk": 2048}},
    "key": {"protected": {"cmk": 2048, "second": 2048, "large": 4096}},
    "creation": {"protected": {"cmk": 2048}},
    "loss": {"protected": {"cmk": 2048}},
}


def begin(log):
    """Make what a question needs.  Then all logs wait together until access is in force."""
    log.write({"trace": 1, "subject": RUN.subject, "partial": ["observation"], "late": True})
    stage = {"tenants": ["home"], "subscriptions": {"production": "home"}}
    stage |= {"regions": [SETTINGS.region, SETTINGS.other_region], "tiers": {SETTINGS.tier: True}}
    log.write({"stage": stage})
    for vault, keys in VAULTS[log.question].items():
        log.make_vault(vault)
        for key, size in keys.items():
            log.make_key(vault, key, size)
    if log.question == "creation":
        log.make_user_assigned_identity()
    else:
        log.make_resource("translator")
        log.turn_identity_on(*VAULTS[log.question])


def ask_protection(log):
    """Ask whether a key vault without purge protection is refused."""
    log.enable_in_time("protected")
    log.enable("unprotected")
    log.protect("unprotected")
    log.enable_in_time("unprotected")
    log.enable_in_time("protected")


def ask_region(log):
    """Ask whether a key vault in another region is refused."""
    log.enable_in_time("protected")
    log.enable("elsewhere")
    log.enable_in_time("protected", "second")
    log.make_resource("abroad")  # where that key vault is
    log.turn_identity_on("elsewhere")
    log.enable_in_time("elsewhere")


def ask_key(log):
    """Ask whether a key of 4096 bits is refused."""
    log.enable_in_time("protected")
    log.enable("protected", "large")
    log.enable_in_time("protected", "second")


def ask_creation(log):
    """Ask whether a resource is refused that has CMK from its creation on."""
    log.make_resource("before")
    log.make_resource("with-cmk")
    log.make_resource("after")
    log.turn_identity_on("protected")
    log.enable_in_time("protected")


def ask_loss(log):
    """Ask what is lost without access, when, and what comes back with it."""
    log.enable_in_time("protected")
    log.workspace = Workspace(log)
    log.workspace.make()
    log.workspace.upload("document")
    log.workspace.read("document")
    log.set_access("RevokeKeyAccess", "protected")
    for number in tries(1 + int(SETTINGS.watch / SETTINGS.every), SETTINGS.every):
        log.workspace.read("document")
        log.workspace.upload(f"round-{number}")
    log.set_access("GrantKeyAccess", "protected")
    wait(SETTINGS.spread)
    log.workspace.upload("afterwards")
    for name in reversed(list(log.workspace.documents)):  # once the newest can be read, all can
        log.workspace.read(name)


ASK = {"protection": ask_protection, "region": ask_region, "key": ask_key}
ASK |= {"creation": ask_creation, "loss": ask_loss}

# What they do, and write down

PLACE = {"subscription": "production", "group": "apps"}  # whatever they are called in Azure
# The answers that count as refusals.  Others say that Azure was busy, or that a right, a policy, a
# lock or an expired sign-in was in the way: the log has an `error` then, and nothing is learned.
KEY_REFUSED = ("Bad Request",)
DATA_REFUSED = ("Bad Request", "Forbidden")


def region_of(what):
    return SETTINGS.other_region if what in ("abroad", "elsewhere") else SETTINGS.region


class Log:
    """The log of a question, and what is made for it."""

    def __init__(self, question):
        self.question = question
        self.number = 1 + list(ASK).index(question)
        self.keys = {}  # by vault and key: what a resource is told of it
        self.user_assigned = None  # an identity, for "creation"
        self.workspace = None
        self.is_whole = True

    def name(self, what):
        """Return the name in Azure of a resource or key vault, such as cmk-hour-a1b2c3-4w."""
        return f"{RUN.group}-{self.number}{what[0]}"

    def path(self):
        return f"{RUN.path}/{COGNITIVE}/accounts/{self.name(self.resource)}"

    def vault_path(self, vault):
        return f"{RUN.path}/providers/Microsoft.KeyVault/vaults/{self.name(vault)}"

    def go_on(self, step):
        """Take a step, unless one has failed: a surprise costs this log alone."""
        try:
            if self.is_whole:
                step(self)
        except Exception as problem:  # noqa: BLE001 - answers may have a form that nobody foresaw
            self.is_whole = False
            say(f"{self.question}: nothing more is learned: {problem!r}")

    def write(self, line):
        path = Path(SETTINGS.folder, f"{self.number}-{self.question}.jsonl")
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def event(self, command, answer, seen=None, refusals=()):
        """Write down a request, its answer, and what was seen then."""
        outcome = {"outcome": "accepted" if answer.ok else "error"}
        if answer.error and answer.body is not None:
            word = "refused" if answer.error in refusals else "error"
            outcome = {"outcome": word, "code": answer.code}
        line = {"at": now(), "command": command, "outcome": outcome}
        self.write({**line, "observation": seen} if seen else line)
        words = " ".join(map(str, command.values()))
        say(f"{self.question}: {words}: {outcome['outcome']} {answer}")

    def make_vault(self, vault):
        region = region_of(vault)
        properties = {"tenantId": RUN.tenant, "sku": {"family": "A", "name": "standard"}}
        properties |= {"enableRbacAuthorization": False, "accessPolicies": []}
        properties |= {"enableSoftDelete": True, "softDeleteRetentionInDays": 7}
        is_protected = vault != "unprotected"
        if is_protected:  # Azure takes no false here
            properties["enablePurgeProtection"] = True
        answer = ask("put", self.vault_path(vault), {"location": region, "properties": properties})
        must(answer)
        seen = self.look_at_vault(vault)
        command = {"command": "CreateVault", "vault": vault, "region": region, **PLACE}
        command["purge_protection"] = is_protected
        if seen["vault"][vault]["purge_protection"] != is_protected:
            raise Failed("a policy protects key vaults")
        self.event(command, answer, seen)

    def protect(self, vault):
        wanted = {"properties": {"enablePurgeProtection": True}}
        answer = ask("patch", self.vault_path(vault), wanted)
        command = {"command": "EnablePurgeProtection", "vault": vault}
        self.event(command, answer, self.look_at_vault(vault))

    def look_at_vault(self, vault):
        properties = must(settled(self.vault_path(vault)))["properties"]
        is_protected = properties.get("enablepurgeprotection") is True
        return {"vault": {vault: {"purge_protection": is_protected}}}

    def make_key(self, vault, key, size):
        """Let Resource Manager make a key: then nobody who runs this needs access to keys."""
        wanted = {"properties": {"kty": "RSA", "keySize": size}}
        answer = ask("put", f"{self.vault_path(vault)}/keys/{key}", wanted)
        self.event({"command": "CreateKey", "vault": vault, "key": key, "size": size}, answer)
        version = must(answer)["properties"]["keyuriwithversion"].rpartition("/")[2]
        used = {"keyVaultUri": f"https://{self.name(vault)}.vault.azure.net/", "keyName": key}
        self.keys[vault, key] = {**used, "keyVersion": version}

    def make_user_assigned_identity(self):
        """Make an identity that has access before there is a resource."""
        path = f"{RUN.path}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/user"
        self.user_assigned = must(ask("put", path, {"location": SETTINGS.region}))
        principal = self.user_assigned["properties"]["principalid"]
        must(self.change_policies("add", "protected", principal))

    def set_access(self, command, vault):
        change = "add" if command == "GrantKeyAccess" else "remove"
        answer = self.change_policies(change, vault, self.principal)
        self.event({"command": command, "vault": vault, "resource": self.resource}, answer)
        must(answer)

    def change_policies(self, change, vault, principal):
        """Add what CMK needs to the access policies of a key vault, or remove it."""
        permissions = {"keys": ["get", "wrapKey", "unwrapKey"]}
        entry = {"tenantId": RUN.tenant, "objectId": principal, "permissions": permissions}
        path = f"{self.vault_path(vault)}/accessPolicies/{change}"
        return ask("put", path, {"properties": {"accessPolicies": [entry]}})

    def make_resource(self, resource):
        self.resource = resource
        region = region_of(resource)
        has_cmk = resource == "with-cmk"
        wanted = {"kind": "TextTranslation", "location": region, "sku": {"name": SETTINGS.tier}}
        wanted["properties"] = {"customSubDomainName": self.name(resource)}
        if self.user_assigned:
            users = {self.user_assigned["id"]: {}}
            wanted["identity"] = {"type": "UserAssigned", "userAssignedIdentities": users}
        if has_cmk:
            used = {"identityClientId": self.user_assigned["properties"]["clientid"]}
            used |= self.keys["protected", "cmk"]
            encryption = {"keySource": "Microsoft.KeyVault", "keyVaultProperties": used}
            wanted["properties"]["encryption"] = encryption
        command = {"command": "CreateResource", "resource": resource, "kind": "Translator"}
        command |= {"location": region, "tier": SETTINGS.tier, **PLACE}
        command["keys"] = "customer-managed" if has_cmk else "microsoft-managed"
        answer = self.change("put", wanted, command, KEY_REFUSED if has_cmk else ())
        if not has_cmk:
            must(answer)

    def turn_identity_on(self, *vaults):
        """Turn the resource's own identity on, and give it access to key vaults."""
        command = {"command": "EnableIdentity", "resource": self.resource}
        identity = {"type": "SystemAssigned"}
        if self.user_assigned:
            users = {self.user_assigned["id"]: {}}
            identity = {"type": "SystemAssigned, UserAssigned", "userAssignedIdentities": users}
        must(self.change("patch", {"identity": identity}, command))
        for vault in vaults:
            self.set_access("GrantKeyAccess", vault)

    def enable(self, vault, key="cmk", refusals=KEY_REFUSED):
        """Ask once for CMK with this key."""
        used = self.keys[vault, key]
        encryption = {"keySource": "Microsoft.KeyVault", "keyVaultProperties": used}
        command = {"command": "EnableCustomerManagedKeys", "resource": self.resource}
        command |= {"vault": vault, "key": key, "through": "api"}
        wanted = {"properties": {"encryption": encryption}}
        return self.change("patch", wanted, command, refusals, used["keyVersion"])

    def enable_in_time(self, vault, key="cmk"):
        """Ask for CMK until it is accepted: until then a refusal may only say that it is early."""
        for _ in tries(30):
            answer = self.enable(vault, key, refusals=())
            if answer.ok:
                break
        must(answer)

    def change(self, method, wanted, command, refusals=(), shows=""):
        """Make the resource, or change it, and look."""
        if method == "put":
            RUN.made[self.name(self.resource)] = wanted["location"]
        answer = ask(method, self.path(), wanted)
        if method == "put" and answer.error and answer.body is not None:
            del RUN.made[
                self.name(self.resource)
            ]  # Azure says no; without an answer it may be made
        seen = None
        if answer.ok or method == "patch":
            seen = self.look(shows if answer.ok else "")
        if seen is None:
            answer.ok = False  # Azure may accept a change that fails afterwards
        self.event(command, answer, seen, refusals)
        return answer

    def look(self, shows=""):
        """Return what the resource shows, and nothing while that may not be in force."""
        shown = settled(self.path(), shows)
        if not shown.ok or shown.body["properties"].get("provisioningstate") != "Succeeded":
            return None
        identity = shown.body.get("identity") or {}
        self.principal = identity.get("principalid")
        seen = {"identity": "SystemAssigned" in identity.get("type", "")}
        seen["key_source"] = "microsoft-managed"
        encryption = shown.body["properties"].get("encryption") or {}  # none if nobody asked for it
        if encryption.get("keysource", "").lower() == "microsoft.keyvault":
            seen["key_source"] = "customer-managed"
            version = encryption.get("keyvaultproperties", {}).get("keyversion")
            for (vault, key), used in self.keys.items():
                if used["keyVersion"] == version:
                    seen["key"] = f"{vault}/{key}"
        return {"resource": {self.resource: seen}}


class Workspace:
    """A workspace of Custom Translator, and its documents."""

    API = "/customtranslator/api/texttranslator/v1.0"
    # `az` takes a body that begins with a hyphen for an option, so this begins with an empty line
    FORM = """
--form
Content-Disposition: form-data; name="DocumentDetails"

[{"DocumentName": "NAME", "DocumentType": "Phrase dictionary", "IsParallel": true, "FileDetails": [
  {"Name": "NAME_en.txt", "LanguageCode": "en", "OverwriteIfExists": true},
  {"Name": "NAME_de.txt", "LanguageCode": "de", "OverwriteIfExists": true}]}]
--form
Content-Disposition: form-data; name="Files"; filename="NAME_en.txt"

lamp
--form
Content-Disposition: form-data; name="Files"; filename="NAME_de.txt"

Lampe
--form--
"""

    def __init__(self, log):
        self.log = log
        self.key = must(ask("post", f"{log.path()}/listKeys"))["key1"]
        self.id = None
        self.documents = {}  # their ids, by their names

    def ask(self, method, path, body=None, content_type="application/json"):
        """Ask the resource, with its key, which `az` reads from a file that only you can read."""
        host = f"https://{self.log.name(self.log.resource)}.cognitiveservices.azure.com"
        headers = {"Ocp-Apim-Subscription-Key": self.key, "Content-Type": content_type}
        headers["Ocp-Apim-Subscription-Region"] = SETTINGS.region
        with tempfile.NamedTemporaryFile("w", encoding="utf-8") as file:
            json.dump(headers, file)
            file.flush()
            options = ["--skip-authorization-header", "--headers", f"@{file.name}"]
            answer = send(method, f"{host}/translator{path}", body, options)
        answer.text = answer.text.replace(self.key, "(the key)")
        return answer

    def make(self):
        paid = {"SubscriptionKey": self.key}
        for region in items_in(must(self.ask("get", f"{self.API}/subscriptions/billingregions"))):
            if plain(region["billingregionname"]) == SETTINGS.region:
                paid["BillingRegionCode"] = region["billingregioncode"]
        wanted = {"Name": RUN.group, "Subscription": paid}
        answer = self.ask("post", f"{self.API}/workspaces", wanted)
        must(answer)
        for _ in tries(10):
            for listed in items_in(must(self.ask("get", f"{self.API}/workspaces?pageIndex=1"))):
                if listed["name"] == RUN.group:  # others may be listed, which are yours
                    self.id = listed["id"]
            if self.id is not None:
                break
        else:
            raise Failed("the workspace is not listed")
        command = {"command": "CreateWorkspace", "workspace": "workspace"}
        self.log.event({**command, "resource": self.log.resource}, answer)

    def list(self):
        answer = self.ask("get", f"{self.API}/documents?workspaceId={self.id}&pageIndex=1&limit=99")
        if answer.ok:
            self.documents |= {item["name"]: item["id"] for item in items_in(answer.body)}
        return answer

    def upload(self, name):
        """Upload a dictionary; it is uploaded once it is listed."""
        path = f"{self.API}/documents/import?workspaceId={self.id}"
        form = self.FORM.replace("NAME", name).replace("\n", "\r\n")
        answer = self.ask("post", path, form, "multipart/form-data; boundary=form")
        for _ in tries(10 if answer.ok else 0):
            self.list()
            if name in self.documents:
                break
        answer.ok = name in self.documents
        command = {"command": "UploadDocument", "document": name, "workspace": "workspace"}
        self.event(command, answer, {"document": {name: {"exists": True}}} if answer.ok else {})

    def read(self, name):
        """List the documents, read a sentence of one, and translate with the general model."""
        path = f"{self.API}/documents/{self.documents[name]}/files"
        answer = self.list()
        if answer.ok:
            answer = self.ask("get", path)
        if answer.ok:
            file = items_in(answer.body)[0]["id"]
            answer = self.ask("get", f"{path}/{file}/content?pageIndex=1&limit=1")
        seen = {}
        if answer.ok:
            seen["workspace"] = {"workspace": {"readable": True}}
            seen["document"] = {name: {"exists": True}}
        elif answer.error == "Not Found" and "afterwards" in self.documents:
            seen["document"] = {name: {"exists": False}}  # before, it was perhaps inaccessible
        self.event({"command": "ReadData", "workspace": "workspace"}, answer, seen)
        answer = self.ask("post", "/text/v3.0/translate?api-version=3.0&to=de", [{"Text": "lamp"}])
        say(f"a translation, of which the article says nothing: {'works' if answer.ok else answer}")

    def event(self, command, answer, seen):
        self.log.event(command, answer, {**seen, **(self.log.look() or {})}, DATA_REFUSED)

    def delete(self):
        """Give access back, or it may not be deleted, and delete the workspace."""
        if self.id is None:
            raise Failed("it was not listed, and perhaps never made")
        self.log.change_policies("add", "protected", self.log.principal)
        for _ in tries(20):  # until access is in force
            answer = self.ask("delete", f"{self.API}/workspaces/{self.id}")
            if answer.ok:
                break
        must(answer)


def items_in(body):
    """Return a list that is the body, or somewhere in its members: sources disagree."""
    while isinstance(body, dict):
        body = next(value for value in body.values() if isinstance(value, dict | list))
    return body


# The rest only reads


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    for name, value in vars(SETTINGS).items():
        kind = str if isinstance(value, str) else float
        parser.add_argument(f"--{name.replace('_', '-')}", type=kind, help=f"default: {value}")
    parser.add_argument("--log", action="append", choices=ASK, help="a question, not all")
    parser.add_argument("--folder", help="a new one, for the logs")
    parser.add_argument("--yes", action="store_true", help="start without asking")
    parser.parse_args(arguments, SETTINGS)
    account = signed_in()
    RUN.tenant = account["tenantId"]
    RUN.subscription = f"/subscriptions/{account['id']}"
    RUN.path = f"{RUN.subscription}/resourceGroups/{RUN.group}"
    proxies = {"HTTPS_PROXY", "https_proxy", "REQUESTS_CA_BUNDLE"} & os.environ.keys()
    through = " through a proxy" if proxies else ""  # perhaps to a simulation
    RUN.subject = f"AzureCloud{through}: {SETTINGS.tier}, {SETTINGS.region}"
    SETTINGS.folder = SETTINGS.folder or RUN.group
    logs = [Log(question) for question in ASK if question in (SETTINGS.log or ASK)]
    try:
        problems = list(problems_of(logs))
    except Exception as problem:  # noqa: BLE001 - whatever it is, nothing is made
        problems = [repr(problem)]
    if problems:
        stop("\n  - ".join(["", *problems]))
    print(__doc__)
    print(f"In the subscription {account['name']} ({account['id']}), resource group {RUN.group}:")
    print("Questions:", *[log.question for log in logs])
    if not SETTINGS.yes and not (sys.stdin.isatty() and input("Type yes to start: ") == "yes"):
        stop("you did not say yes")
    try:
        Path(SETTINGS.folder).mkdir()
    except OSError as problem:
        stop(f"--folder has to name a new folder: {problem}")
    return carry_out(logs)


def signed_in():
    """Return the subscription to which `az` is signed in."""
    done = az("account", "show")
    if done.returncode != 0:
        stop(f"install the Azure CLI, and sign in with az login: {done.stderr.strip()}")
    account = json.loads(done.stdout)
    if account["environmentName"] != "AzureCloud":
        stop("the Azure CLI is set to another cloud: az cloud set --name AzureCloud, and az login")
    return account


def stop(why):
    """End before anything is made."""
    print(f"Nothing was done: {why}", file=sys.stderr)
    sys.exit(2)


def problems_of(logs):
    """Yield what is in the way of a start."""
    if ask("get", RUN.path).error != "Not Found":
        yield f"the resource group {RUN.group} exists, or Azure can't be asked for it"
    rights = f"{RUN.subscription}/providers/Microsoft.Authorization"
    roles = must(ask("get", f"{rights}/permissions"))["value"]
    if not any("*" in role["actions"] and not lacks_rights(role) for role in roles):
        yield "you have neither the role Contributor nor Owner in this subscription"
    for lock in must(send("get", f"{rights}/locks?api-version=2020-05-01"))["value"]:
        if "/resourcegroups/" not in lock["id"].lower():
            yield f"the lock {lock['name']} on this subscription would keep what is made"
    for name in ("CognitiveServices", "KeyVault", "ManagedIdentity"):
        provider = must(ask("get", f"{RUN.subscription}/providers/Microsoft.{name}"))
        if provider["registrationstate"] != "Registered":
            yield f"first run: az provider register --namespace Microsoft.{name}"
        for region in (SETTINGS.region, SETTINGS.other_region):
            if f"'{region}'" not in plain(str(provider["resourcetypes"])):
                yield f"Microsoft.{name} is not offered in {region}"
    for log in logs:
        for name in map(log.name, VAULTS[log.question]):
            path = f"{RUN.subscription}/providers/Microsoft.KeyVault/checkNameAvailability"
            wanted = {"name": name, "type": "Microsoft.KeyVault/vaults"}
            if not must(ask("post", path, wanted))["nameavailable"]:
                yield f"the name {name} is not free"


def lacks_rights(role):
    """Return whether a role that has all rights lacks some that are needed here."""
    needed = r"\*|Microsoft\.(CognitiveServices|KeyVault|ManagedIdentity|Resources)/"
    return any(re.match(needed, action, re.IGNORECASE) for action in role["notactions"])


class Failed(Exception):
    """Something failed without which a log, or everything, can't go on."""


class Answer:
    """What `az rest` tells: a body, or of an error `ERROR: Bad Request({...})`."""

    def __init__(self, done):
        self.ok = done.returncode == 0
        error = "" if self.ok else done.stderr.split("ERROR: ", 1)[-1].strip()
        self.error, _, text = error.partition("(")
        self.text = done.stdout if self.ok else text.removesuffix(")")
        self.code = self.error.replace(" ", "")
        self.body = None
        with contextlib.suppress(ValueError, LookupError, TypeError):  # it may have none of these
            self.body = json.loads(self.text, object_pairs_hook=in_lower_case)
            self.code = re.sub(r"\W", "", self.body["error"]["code"])[:100] or self.code

    def __str__(self):
        return "" if self.ok else f"{self.error} {' '.join(self.text.split())[:500]}"


def in_lower_case(members):
    """Return members with their names in lower case: sources disagree on capitals."""
    return {name.lower(): value for name, value in members}


def settled(path, shows=""):
    """Look until Azure has finished with something, and shows a text: what is read may be old."""
    for _ in tries(20):
        answer = ask("get", path)
        state = answer.body["properties"].get("provisioningstate") if answer.ok else "Missing"
        is_done = state in (None, "Succeeded") and shows in answer.text
        if is_done or state in ("Failed", "Canceled") or answer.error not in ("", "Not Found"):
            break
    return answer


def must(answer):
    """Return the body of an answer that has to be one of success."""
    if not answer.ok:
        raise Failed(str(answer))
    return answer.body


def tries(number, pause=None):
    """Count tries, with a pause between two."""
    for done in range(number):
        if done > 0:
            wait(pause or SETTINGS.pause)
        yield done


def wait(seconds):
    time.sleep(max(0, seconds))


def now():
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def plain(region):
    return region.replace(" ", "").lower()


def say(text):
    # the terminal may be gone, or lack a letter, and clean-up goes on
    with contextlib.suppress(OSError, UnicodeError):
        print(now()[11:19], text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
