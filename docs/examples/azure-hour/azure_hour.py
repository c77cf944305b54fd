#!/usr/bin/env python3
"""Try customer-managed keys (CMK) on Azure AI Translator, and write down what Azure does.

Nobody has published that.  This asks Azure five questions and writes a log of each: every request,
its answer, and what the resources show afterwards.  `translator-cmk check-trace` judges the logs.

    az login
    python3 azure_hour.py

It looks first, says what it will make, what is billed and what stays, and asks you.  It needs
Python 3.11, the Azure CLI, and the role Contributor on a subscription.  For its reviewer:

  - Part 1 sends all requests but those of a workspace (Workspace.ask, in part 3), and makes and
    deletes all but Translator resources and what is in them (Log.create, in part 2).
  - All that it makes is in one new resource group, cmk-hour-NNNNNN.  Nothing else is changed.
  - `az` signs the requests, so no token or password of yours gets here.  The only secret is a key
    of a Translator resource that it made, which goes to that resource alone (Workspace.ask).
  - Resource Manager makes the keys, and only the service may use them (Run.make_key, .set_access).
  - It writes into one new folder (Log.write).  Ids, keys, mail addresses and IP addresses in
    messages of Azure are hidden there (redacted).
  - It deletes what it made: at the end, after Ctrl-C, and after an error (carry_out, clean_up).  It
    names what it could not delete; `azure_hour.py --clean-up cmk-hour-NNNNNN` tries again.
"""

import argparse
import contextlib
import fnmatch
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

SETTINGS = argparse.Namespace(  # each has an option of its name; times are in seconds
    region="northeurope",  # of everything but one key vault; some regions take no new customers
    other_region="swedencentral",  # of that key vault
    tier="S1",  # the article names no tier
    spread=600,  # until access is in force everywhere: 5 to 10 minutes, a maintainer says
    patience=900,  # how long CMK is asked for again where that may have come too early
    pause=30,  # between two such requests, and between two looks at what is under way
    watch=3600,  # how long log 5 watches the losses
    every=240,  # between two rounds of that
)

QUESTIONS = {  # with the key vaults to which the resource of each gets access
    "protection": ("protected", "unprotected"),  # is a vault without purge protection refused?
    "region": ("protected", "elsewhere"),  # is a key vault in another region refused?
    "key": ("protected",),  # is a key of 4096 bits refused?
    "creation": ("protected",),  # is a resource refused that has CMK from its creation on?
    "loss": ("protected",),  # what is lost when access is revoked, when, and what comes back?
}
VAULTS = {  # with the ends of their names in Azure, and the sizes of their keys
    "protected": ("a", {"cmk": 2048, "second": 2048, "large": 4096}),
    "unprotected": ("b", {"cmk": 2048}),
    "elsewhere": ("c", {"cmk": 2048}),
}
PLAN = """
Will be made in the new resource group {group}:
  - {accounts} Translator resources of tier {tier} in {region} and {other_region}
  - key vaults with RSA keys, by the ends of their names: {vaults}
  - for "creation" a user-assigned identity, which only Translator resources use
  - for "loss" a workspace in Custom Translator, with dictionaries of five words
Billed: some cents by Microsoft's price lists, for operations on keys and for translated words.
Nothing here has a price by the hour.
Deleted: all of it, after {minutes} minutes or later, as fast as Azure answers.  The Translator
resources are purged, too.
Stays: the names of the key vaults are taken for 7 days, since purge protection can't be undone.
That costs nothing.
"""
VERSIONS = {  # of the APIs of Azure Resource Manager
    "Microsoft.Authorization": "2022-04-01",
    "Microsoft.CognitiveServices": "2023-05-01",
    "Microsoft.KeyVault": "2023-07-01",
    "Microsoft.ManagedIdentity": "2023-01-31",
    "": "2021-04-01",  # of resource groups and providers
}
LONGEST = 300  # seconds that az may take for a request
COGNITIVE = "providers/Microsoft.CognitiveServices"
PERMISSIONS = [
    "Microsoft.Resources/subscriptions/resourceGroups/write",
    "Microsoft.Resources/subscriptions/resourceGroups/delete",
    "Microsoft.CognitiveServices/accounts/write",
    "Microsoft.CognitiveServices/locations/resourceGroups/deletedAccounts/delete",
    "Microsoft.KeyVault/vaults/keys/write",
    "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action",
]
# Codes of a request that could have been accepted, and of which nothing is learned.  Where each was
# seen is in model/translator_cmk/azure/client/refusals.yaml.
IN_THE_WAY = """
    AnotherOperationInProgress AuthorizationFailed CustomDomainInUse LinkedAuthorizationFailed
    ReadOnlyDisabledSubscription RequestConflict RequestDisallowedByAzure RequestDisallowedByPolicy
    ResourceQuotaExceeded ScopeLocked
"""


class Failed(Exception):
    """Something failed without which a log, or everything, can't go on."""


UNFORESEEN = (Failed, LookupError, TypeError, AttributeError)  # or an answer has another form


# Part 1: asking Azure, and what the logs share: a resource group, key vaults, keys, an identity


class Answer:
    """A status (0 if there was no answer), a body, and the code and message of an error."""

    def __init__(self, status, text):
        self.status = status
        self.ok = 200 <= status < 300
        try:
            self.body = json.loads(text)
        except ValueError:
            self.body = None
        error = self.body.get("error") if isinstance(self.body, dict) else None
        error = error if isinstance(error, dict) else {}
        self.code = str(error.get("code", ""))
        self.message = "" if self.ok else redacted(str(error.get("message", text)))

    def teaches(self):
        """Return whether it answers what was asked: it is no failure, and no page of a proxy."""
        if self.status in (0, 401, 404, 408, 429) or self.status >= 500:
            return False
        return self.ok or (isinstance(self.body, dict) and self.code not in IN_THE_WAY.split())

    def __str__(self):
        return f"{self.status} {self.code} {self.message}"


def redacted(text):
    """Return a text without ids, keys, mail addresses and IP addresses."""
    text = re.sub(r"(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<id>", text)
    text = re.sub(r"\S+@\S+", "<user>", text)
    text = re.sub(r"\b\d{1,3}(\.\d{1,3}){3}\b", "<ip>", text)
    text = re.sub(r"(?i)\b[0-9a-f]{1,4}(:[0-9a-f]{0,4}){3,7}", "<ip>", text)
    text = re.sub(r"cmk-hour-[0-9a-f]{6}", "<hour>", text)
    text = re.sub(r"[\w+/=.~-]{32,}", "<hidden>", text)
    return " ".join(text.split())[:500]


def az(*arguments):
    """Run the Azure CLI."""
    program = shutil.which("az")
    if program is None:
        stop("the Azure CLI was not found: https://aka.ms/azure-cli")
    command = [program, *arguments, "--only-show-errors"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=LONGEST)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, "", "az did not answer in time")


def ask(method, path, body=None):
    """Ask Azure Resource Manager, and again if it is busy: nothing here can be done twice."""
    provider = re.findall(r"/providers/([\w.]+)/", path)[-1:] or [""]
    arguments = ["--method", method, "--url", f"{path}?api-version={VERSIONS[provider[0]]}"]
    if body is not None:
        arguments += ["--body", json.dumps(body)]
    for _ in range(5):
        answer = answer_of(az("rest", *arguments))
        if answer.status != 429 and answer.status < 500 and answer.code != "RequestConflict":
            break
        wait(SETTINGS.pause)
    return answer


def answer_of(done):
    """Return the answer that `az rest` tells: of an error it says `ERROR: Bad Request({...})`."""
    if done.returncode == 0:
        return Answer(200, done.stdout)
    phrase, _, text = done.stderr.partition("ERROR: ")[2].strip().partition("(")
    for status in HTTPStatus:
        if phrase == status.phrase:
            return Answer(int(status), text.removesuffix(")"))
    return Answer(0, done.stderr)


def place_of(resource):
    return resource["location"].replace(" ", "").lower()


def must(answer, what):
    """Return the body of an answer that has to be one of success."""
    if not answer.ok:
        raise Failed(f"{what}: {answer}")
    return answer.body


def finished(path):
    """Look at a resource until Azure shows it, and has finished with it."""
    for _ in range(20):
        answer = ask("get", path)
        state = answer.body["properties"].get("provisioningState") if answer.ok else "Missing"
        if state in (None, "Succeeded", "Failed", "Canceled") or answer.status not in (200, 404):
            break
        wait(SETTINGS.pause)
    return answer


def stop(why):
    """End before anything is made or deleted."""
    print(f"Nothing was done: {why}", file=sys.stderr)
    sys.exit(2)


def wait(seconds):
    time.sleep(seconds)


def now():
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def say(text):
    with contextlib.suppress(OSError):  # the terminal may be gone, and clean-up goes on
        print(now()[11:19], text, flush=True)


def vaults_needed():
    return {name: VAULTS[name] for question in SETTINGS.log for name in QUESTIONS[question]}


class Run:
    def __init__(self, group, account):
        self.group = group
        self.tenant = account["tenantId"]
        self.subscription = f"/subscriptions/{account['id']}"
        self.path = f"{self.subscription}/resourceGroups/{group}"
        self.identity = None
        self.lines = {name: [] for name in VAULTS}  # of a log, on how each was made with its keys
        self.problems = {}  # by key vault or question: why it can't be used
        self.keys = {}  # by vault and key: what a resource is told of it
        self.accounts = []  # the names of all Translator resources that were made

    def subject(self):
        """Return who answers, as far as can be known: a simulation is reached through a proxy."""
        between = {"HTTPS_PROXY", "https_proxy", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"}
        route = " through a proxy or with certificates of one's own"
        route = route if between & os.environ.keys() else ""
        return f"AzureCloud{route}: TextTranslation {SETTINGS.tier}, {SETTINGS.region}"

    def account(self, end):
        return f"{self.path}/{COGNITIVE}/accounts/{self.group}-{end}"

    def vault(self, name):
        return f"{self.path}/providers/Microsoft.KeyVault/vaults/{self.group}-{VAULTS[name][0]}"

    def make(self):
        location = {"location": SETTINGS.region}
        must(ask("put", self.path, location), "creating the resource group")
        for name in vaults_needed():
            self.attempt(name, self.make_vault, name)
        if "creation" in SETTINGS.log:
            self.attempt("creation", self.make_identity, location)

    def attempt(self, name, make, *arguments):
        """Make something; where that fails, it costs only the logs that need it."""
        try:
            make(*arguments)
        except UNFORESEEN as problem:
            self.problems[name] = problem

    def make_identity(self, location):
        path = f"{self.path}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/guard"
        self.identity = must(ask("put", path, location), "creating the identity")
        self.set_access("add", "protected", self.identity["properties"]["principalId"])

    def make_vault(self, name):
        is_protected = name != "unprotected"
        region = SETTINGS.other_region if name == "elsewhere" else SETTINGS.region
        properties = {"tenantId": self.tenant, "sku": {"family": "A", "name": "standard"}}
        properties |= {"accessPolicies": [], "enableRbacAuthorization": False}
        properties |= {"enableSoftDelete": True, "softDeleteRetentionInDays": 7}
        if is_protected:  # Azure takes no false here
            properties["enablePurgeProtection"] = True
        answer = ask("put", self.vault(name), {"location": region, "properties": properties})
        must(answer, f"creating the key vault {name}")
        command = {"command": "CreateVault", "vault": name, "region": region, **PLACE}
        command["purge_protection"] = is_protected
        seen = self.look_at_vault(name)
        if seen["vault"][name]["purge_protection"] != is_protected:
            raise Failed(f"{name}: something changes key vaults as they are made, such as a policy")
        self.lines[name].append(line(command, answer, seen))
        for key, size in VAULTS[name][1].items():
            self.make_key(name, key, size)

    def look_at_vault(self, name):
        shown = must(finished(self.vault(name)), f"looking at the key vault {name}")
        seen = {"region": place_of(shown)}
        seen["soft_delete"] = shown["properties"].get("enableSoftDelete") is True
        seen["purge_protection"] = shown["properties"].get("enablePurgeProtection") is True
        return {"vault": {name: seen}}

    def make_key(self, vault, key, size):
        wanted = {"properties": {"kty": "RSA", "keySize": size}}
        answer = ask("put", f"{self.vault(vault)}/keys/{key}", wanted)
        made = must(answer, f"creating the key {key} of the key vault {vault}")["properties"]
        uri, _, version = made["keyUriWithVersion"].rpartition("/")
        uri = uri.removesuffix(f"keys/{key}")
        self.keys[vault, key] = {"keyVaultUri": uri, "keyName": key, "keyVersion": version}
        command = {"command": "CreateKey", "vault": vault, "key": key, "size": size}
        seen = {"key": {f"{vault}/{key}": {"type": made["kty"], "size": made["keySize"]}}}
        self.lines[vault].append(line(command, answer, seen))

    def set_access(self, change, vault, principal):
        """Add what CMK needs to the access policies of a key vault, or remove it."""
        entry = {"tenantId": self.tenant, "objectId": principal}
        entry["permissions"] = {"keys": ["get", "wrapKey", "unwrapKey"]}
        path = f"{self.vault(vault)}/accessPolicies/{change}"
        answer = ask("put", path, {"properties": {"accessPolicies": [entry]}})
        must(answer, f"changing the access policies of the key vault {vault}")
        return answer


def problems_of(run, accounts):
    """Yield what is in the way of a start.  This makes nothing."""
    if Path(SETTINGS.folder).exists():
        yield f"the folder {SETTINGS.folder} exists"
    if ask("get", run.path).status != 404:
        yield f"the resource group {run.group} exists, or Azure can't be asked for it"
    answer = ask("get", f"{run.subscription}/providers/Microsoft.Authorization/permissions")
    for needed in PERMISSIONS if answer.ok else []:  # else the first request will tell
        if not any(allows(role, needed) for role in answer.body["value"]):
            yield f"you lack the permission {needed}, which a Contributor has"
    for name in ("CognitiveServices", "KeyVault", "ManagedIdentity"):
        answer = ask("get", f"{run.subscription}/providers/Microsoft.{name}")
        if not answer.ok or answer.body["registrationState"] != "Registered":
            yield f"first run: az provider register --namespace Microsoft.{name}"
            continue
        offered = str(answer.body["resourceTypes"]).replace(" ", "").lower()
        for region in (SETTINGS.region, SETTINGS.other_region):
            if f"'{region}'" not in offered:
                yield f"Microsoft.{name} is not offered in {region}"
    for end, _ in vaults_needed().values():
        wanted = {"name": f"{run.group}-{end}", "type": "Microsoft.KeyVault/vaults"}
        path = f"{run.subscription}/providers/Microsoft.KeyVault/checkNameAvailability"
        if not must(ask("post", path, wanted), "asking for a free name")["nameAvailable"]:
            yield f"the name {wanted['name']} is not free"
    for name in accounts:
        wanted = {"subdomainName": name, "type": "Microsoft.CognitiveServices/accounts"}
        path = f"{run.subscription}/{COGNITIVE}/checkDomainAvailability"
        if not must(ask("post", path, wanted), "asking for a free name")["isSubdomainAvailable"]:
            yield f"the name {name} is not free"


def allows(role, needed):
    """Return whether a role has a permission."""

    def is_in(patterns):
        return any(fnmatch.fnmatch(needed.lower(), pattern.lower()) for pattern in patterns)

    return is_in(role["actions"]) and not is_in(role["notActions"])


def clean_up(run):
    """Delete the resource group, and purge its Translator resources; return whether that worked."""
    say(f"deleting the resource group {run.group}")
    left = []
    answer = ask("delete", run.path)
    for _ in range(60 if answer.ok else 0):
        answer = ask("get", run.path)
        if answer.status == 404:
            break
        wait(SETTINGS.pause)
    if answer.status != 404:
        left.append(f"the resource group {run.group}: {answer}")
    else:
        left += purge(run)
    for each in left:
        say(f"NOT DELETED: {each}")
    say(f"taken for 7 days, at no cost: the names of its key vaults, {run.group}-a, -b and -c")
    return not left


def purge(run):
    """Purge the deleted Translator resources of the group; yield what could not be purged."""
    missing = set(run.accounts)
    for _ in range(5):
        answer = ask("get", f"{run.subscription}/{COGNITIVE}/deletedAccounts")
        found = answer.body["value"] if answer.ok else []
        deleted = {each["name"]: each for each in found if each["name"].startswith(run.group)}
        if answer.ok and missing <= deleted.keys():
            break
        wait(SETTINGS.pause)
    if not answer.ok or missing - deleted.keys():
        what = ", ".join(sorted(missing - deleted.keys())) or "what was deleted"
        yield f"{what}, which Azure does not list and purges after 48 hours: {answer}"
    for name, account in deleted.items():
        place = f"{run.subscription}/{COGNITIVE}/locations/{place_of(account)}"
        answer = ask("delete", f"{place}/resourceGroups/{run.group}/deletedAccounts/{name}")
        if not answer.ok:
            yield f"{name}, which Azure purges after 48 hours: {answer}"


# Part 2: the logs, in the format of docs/traces.md, and the questions

PLACE = {"subscription": "production", "group": "apps"}  # whatever they are called in Azure


def line(command, answer, observation=None, refusal_counts=False):
    """Return a line of a log.  A refusal that doesn't count is an error: nothing is learned."""
    outcome = {"outcome": "accepted"}
    if not answer.ok:
        outcome["outcome"] = "refused" if refusal_counts and answer.teaches() else "error"
        outcome["code"] = re.sub(r"[^!-~]", "", answer.code)[:100] or str(answer.status)
    if answer.message and answer.teaches():
        outcome["message"] = answer.message
    event = {"at": now(), "command": command, "outcome": outcome}
    return event | ({"observation": observation} if observation else {})


class Log:
    """One question, with a log and a Translator resource of its own."""

    def __init__(self, run, question):
        self.run = run
        self.question = question
        self.number = 1 + list(QUESTIONS).index(question)
        self.resource = "translator"  # its name here, and the end of its name in Azure:
        self.end = str(self.number)
        self.principal = None  # of its own identity, as it showed last
        self.problem = None  # that ended this log
        for needed in (question, *QUESTIONS[question]):
            self.problem = self.problem or run.problems.get(needed)
        self.file = Path(SETTINGS.folder, f"{self.number}-{question}.jsonl")
        self.write({"trace": 1, "subject": run.subject(), "partial": ["observation"], "late": True})
        stage = {"tenants": ["home"], "subscriptions": {"production": "home"}}
        stage["regions"] = [SETTINGS.region, SETTINGS.other_region]
        self.write({"stage": {**stage, "tiers": {SETTINGS.tier: True}}})
        for vault in QUESTIONS[question]:
            for made in run.lines[vault]:
                self.write(made)
        if self.problem is not None:
            say(f"{question}: nothing is learned: {self.problem!r}")

    def write(self, message):
        with self.file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(message) + "\n")

    def event(self, command, answer, observation=None, refusal_counts=False):
        """Write down a request, what became of it, and what was seen then."""
        event = line(command, answer, observation, refusal_counts)
        self.write(event)
        words = " ".join(str(value) for value in command.values())
        say(f"{self.question}: {words}: {event['outcome']['outcome']} {answer.code}")

    def go_on(self, step):
        """Take a step, unless something failed before without which the log can't go on."""
        if self.problem is None:
            try:
                step(self)
            except UNFORESEEN as problem:
                self.problem = problem
                say(f"{self.question}: nothing more is learned: {problem!r}")

    def path(self):
        return self.run.account(self.end)

    def begin(self):
        """Create the resource, turn its identity on, and give it access to key vaults."""
        self.create()
        self.turn_identity_on()
        for vault in QUESTIONS[self.question]:
            self.set_access("GrantKeyAccess", vault)

    def create(self, identity=None, encryption=None, region=None):
        """Create the resource, with a user-assigned identity and CMK or without."""
        region = region or SETTINGS.region
        wanted = {"kind": "TextTranslation", "location": region}
        wanted["sku"] = {"name": SETTINGS.tier}
        wanted["properties"] = {"customSubDomainName": self.path().rpartition("/")[2]}
        if identity:
            wanted["identity"] = {"type": "UserAssigned"}
            wanted["identity"]["userAssignedIdentities"] = {identity["id"]: {}}
        if encryption:
            wanted["properties"]["encryption"] = encryption
        command = {"command": "CreateResource", "resource": self.resource, "kind": "Translator"}
        command |= {"location": region, "tier": SETTINGS.tier, **PLACE}
        command["keys"] = "customer-managed" if encryption else "microsoft-managed"
        answer = self.change("put", wanted, command, refusal_counts=bool(encryption))
        if not encryption:
            must(answer, "creating the resource")

    def change(self, method, wanted, command, refusal_counts=False, key=None):
        """Change the resource, and look; Azure may accept a change that fails afterwards.

        What is read may be old for a while.  So a key that was accepted is looked for again.
        """
        answer = ask(method, self.path(), wanted)
        if answer.ok and method == "put":
            self.run.accounts.append(self.path().rpartition("/")[2])
        is_there = answer.ok or method == "patch"
        seen = self.look() if is_there else None
        for _ in range(10 if answer.ok and key else 0):
            if seen is None or seen["resource"][self.resource].get("key") == key:
                break
            wait(SETTINGS.pause)
            seen = self.look()
        if answer.ok and self.state != "Succeeded":
            answer = Answer(0, f"the change was begun, and its state is {self.state}")
        self.event(command, answer, seen, refusal_counts)
        return answer

    def look(self):
        """Return what the resource shows, and nothing while that may not be in force."""
        answer = finished(self.path())
        properties = answer.body["properties"] if answer.ok else {}
        self.state = properties.get("provisioningState", "unknown")
        if self.state != "Succeeded":
            return None
        identity = answer.body.get("identity") or {}
        self.principal = identity.get("principalId")
        # Azure shows no encryption of an account that nobody asked any of
        seen = {"location": place_of(answer.body), "key_source": "microsoft-managed"}
        seen["identity"] = "SystemAssigned" in identity.get("type", "")
        seen["registered"] = self.principal is not None
        encryption = properties.get("encryption") or {}
        if encryption.get("keySource", "").lower() == "microsoft.keyvault":
            seen["key_source"] = "customer-managed"
            used = encryption.get("keyVaultProperties") or {}
            for vault, (end, _) in VAULTS.items():
                if f"//{self.run.group}-{end}." in used.get("keyVaultUri", "").lower():
                    seen["key"] = f"{vault}/{used.get('keyName')}"
        return {"resource": {self.resource: seen}}

    def turn_identity_on(self, besides=None):
        wanted = {"type": "SystemAssigned"}
        if besides:
            wanted = {"type": "SystemAssigned, UserAssigned"}
            wanted["userAssignedIdentities"] = {besides["id"]: {}}
        command = {"command": "EnableIdentity", "resource": self.resource}
        must(self.change("patch", {"identity": wanted}, command), "turning the identity on")

    def set_access(self, command, vault):
        change = "add" if command == "GrantKeyAccess" else "remove"
        answer = self.run.set_access(change, vault, self.principal)
        self.event({"command": command, "vault": vault, "resource": self.resource}, answer)

    def enable(self, vault, key="cmk", refusal_counts=True):
        """Ask once for CMK with this key, and look."""
        encryption = {"keySource": "Microsoft.KeyVault"}
        encryption["keyVaultProperties"] = self.run.keys[vault, key]
        command = {"command": "EnableCustomerManagedKeys", "resource": self.resource}
        command |= {"vault": vault, "key": key, "through": "api"}
        wanted = {"properties": {"encryption": encryption}}
        return self.change("patch", wanted, command, refusal_counts, f"{vault}/{key}")

    def enable_in_time(self, vault, key="cmk"):
        """Ask for CMK until it is accepted: until then a refusal may only say that it is early."""
        for _ in range(1 + int(SETTINGS.patience / SETTINGS.pause)):
            answer = self.enable(vault, key, refusal_counts=False)
            if answer.ok:
                return
            wait(SETTINGS.pause)
        must(answer, "enabling CMK, for which everything is there")


# A refusal shows something if the same request is accepted before and after it.


def ask_protection(log):
    log.enable_in_time("protected")
    log.enable("unprotected")
    wanted = {"properties": {"enablePurgeProtection": True}}
    answer = ask("patch", log.run.vault("unprotected"), wanted)
    command = {"command": "EnablePurgeProtection", "vault": "unprotected"}
    log.event(command, answer, log.run.look_at_vault("unprotected"))
    log.enable_in_time("unprotected")  # at once, or that refusal may have been too early
    log.enable_in_time("protected")


def ask_region(log):
    log.enable_in_time("protected")
    log.enable("elsewhere")
    log.enable_in_time("protected", "second")
    log.resource, log.end = "there", "2b"  # that key vault can be used in its own region
    log.create(region=SETTINGS.other_region)
    log.turn_identity_on()
    log.set_access("GrantKeyAccess", "elsewhere")
    log.enable_in_time("elsewhere")


def ask_key(log):
    log.enable_in_time("protected")
    log.enable("protected", "large")
    log.enable_in_time("protected", "second")


def ask_creation(log):
    """Create three resources, each with an identity that could use the key beforehand."""
    used = dict(log.run.keys["protected", "cmk"])
    used["identityClientId"] = log.run.identity["properties"]["clientId"]
    encryption = {"keySource": "Microsoft.KeyVault", "keyVaultProperties": used}
    for log.resource, log.end in (("before", "4"), ("with-cmk", "4b"), ("after", "4c")):
        log.create(log.run.identity, encryption if log.resource == "with-cmk" else None)
    log.turn_identity_on(besides=log.run.identity)
    log.set_access("GrantKeyAccess", "protected")
    log.enable_in_time("protected")


def ask_loss(log):
    log.enable_in_time("protected")
    workspace = Workspace(log)
    try:
        must(workspace.upload("document"), "uploading a document")
        workspace.read("document")
        log.set_access("RevokeKeyAccess", "protected")
        takes_uploads = True
        for number in range(1 + int(SETTINGS.watch / SETTINGS.every)):
            if number > 0:
                wait(SETTINGS.every)
            workspace.read("document")
            if takes_uploads:
                answer = workspace.upload(f"round-{number}")
                takes_uploads = answer.ok or not answer.teaches()
            seen = log.look()
            if seen:
                log.write({"at": now(), "observation": seen})
        log.set_access("GrantKeyAccess", "protected")
        wait(SETTINGS.spread)
        workspace.read("document")
        workspace.upload("afterwards")
        workspace.read("afterwards")
    finally:
        workspace.delete()


ASK = {"protection": ask_protection, "region": ask_region, "key": ask_key}
ASK |= {"creation": ask_creation, "loss": ask_loss}


# Part 3: Custom Translator, for which az has no commands


class Workspace:
    """A workspace and its documents, with the key of their resource."""

    API = "/translator/customtranslator/api/texttranslator/v1.0"

    def __init__(self, log):
        self.log = log
        self.documents = {}  # the numbers of all that were uploaded, by name
        self.host = f"https://{log.path().rpartition('/')[2]}.cognitiveservices.azure.com"
        self.key = must(ask("post", f"{log.path()}/listKeys"), "reading the key")["key1"]
        paid = {"SubscriptionKey": self.key, "BillingRegionCode": self.billing_region()}
        wanted = {"Name": "workspace", "Subscription": paid}
        answer = self.ask("POST", "/workspaces", wanted)
        must(answer, "creating the workspace")
        shown = self.once_listed("workspace", "/workspaces?pageIndex=1", "workspaces")
        if shown is None:
            raise Failed("creating the workspace: it is not listed")
        self.id = shown["id"]
        is_covered = (shown.get("subscription") or {}).get("iscmkenabled")
        answer.message = f"isCMKEnabled: {is_covered}"
        seen = {"workspace": {"workspace": {"key_source": "customer-managed"}}}
        command = {"command": "CreateWorkspace", "workspace": "workspace"}
        command["resource"] = log.resource
        log.event(command, answer, seen if is_covered else None)

    def ask(self, method, path, body=None, content_type="application/json"):
        """Ask the resource, with its key."""
        url = self.host + (path if path.startswith("/translator/") else self.API + path)
        headers = {"Content-Type": content_type, "Ocp-Apim-Subscription-Region": SETTINGS.region}
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        request = urllib.request.Request(url, data, headers, method=method)
        request.add_unredirected_header("Ocp-Apim-Subscription-Key", self.key)
        for _ in range(5):
            try:
                with urllib.request.urlopen(request, timeout=100) as reply:
                    answer = Answer(reply.status, reply.read().decode())
            except urllib.error.HTTPError as error:
                answer = Answer(error.code, error.read().decode(errors="replace"))
            except OSError as error:
                answer = Answer(0, str(error))
            if answer.status != 429:
                break
            wait(SETTINGS.pause)
        return answer

    def list(self, path, *members):
        """Return an answer, and the items of the list in it."""
        answer = self.ask("GET", path)
        found = in_lower_case(answer.body) if answer.ok else []
        for member in members:
            found = found.get(member) or [] if isinstance(found, dict) else found
        return answer, found

    def once_listed(self, name, *path):
        """Return what is listed under a name once it is, or None."""
        for _ in range(10):
            for item in self.list(*path)[1]:
                if item["name"] == name:
                    return item
            wait(min(SETTINGS.pause, 6))
        return None

    def billing_region(self):
        answer, regions = self.list("/subscriptions/billingregions", "billingregions")
        must(answer, "listing the regions of Custom Translator")
        for region in regions:
            if region["billingregionname"].replace(" ", "").lower() == SETTINGS.region:
                return region["billingregioncode"]
        raise Failed("Custom Translator is not offered in this region")

    def where_listed(self):
        """Return how documents are listed."""
        path = f"/documents?workspaceId={self.id}&limit=100&pageIndex=1"
        return path, "paginateddocuments", "documents"

    def look(self):
        """Return which documents are listed.

        One that isn't may only not be displayed, until one that came after the loss is listed.
        """
        _, found = self.list(*self.where_listed())
        listed = {document["name"] for document in found} & self.documents.keys()
        seen = {name: {"exists": True} for name in listed}
        if "afterwards" in listed:
            for name in self.documents.keys() - listed:
                answer = self.sentence(name)
                if answer.status == 404 or answer.teaches():
                    seen[name] = {"exists": answer.ok}
        return {"document": seen} if seen else None

    def upload(self, name):
        """Upload a dictionary of five words; it is uploaded once it is listed."""
        texts = {"en": "lamps\nladders\nclocks\nboxes\nmirrors\n"}
        texts["de"] = "Lampen\nLeitern\nUhren\nKisten\nSpiegel\n"
        files = []
        for code in texts:
            file = {"Name": f"{name}_{code}.txt", "LanguageCode": code, "OverwriteIfExists": True}
            files.append(file)
        details = {"DocumentName": name, "DocumentType": "Phrase dictionary", "IsParallel": True}
        form = form_part('name="DocumentDetails"', json.dumps([{**details, "FileDetails": files}]))
        for code, text in texts.items():
            form += form_part(f'name="Files"; filename="{name}_{code}.txt"', text)
        path = f"/documents/import?workspaceId={self.id}"
        content = f"{form}--form--\r\n".encode()
        answer = self.ask("POST", path, content, "multipart/form-data; boundary=form")
        if answer.ok:
            made = self.once_listed(name, *self.where_listed())
            if made is None:
                answer = Answer(0, "the import was begun, and the document is not listed")
            else:
                self.documents[name] = made["id"]
        command = {"command": "UploadDocument", "document": name, "workspace": "workspace"}
        self.log.event(command, answer, self.look(), refusal_counts=True)
        return answer

    def read(self, name):
        """List the documents, and read a sentence of one: a list has no more than names."""
        if name not in self.documents:
            return
        answer, _ = self.list(*self.where_listed())
        if answer.ok:
            answer = self.sentence(name)
        path = "/translator/text/v3.0/translate?api-version=3.0&to=de"
        general = self.ask("POST", path, [{"Text": "lamp"}])  # of which the article says nothing
        answer.message += f" (a translation with the general model: {general.status})"
        command = {"command": "ReadData", "workspace": "workspace"}
        self.log.event(command, answer, self.look(), refusal_counts=True)

    def sentence(self, name):
        path = f"/documents/{self.documents[name]}/files"
        answer, files = self.list(path, "files")
        if answer.ok:
            number = files[0]["id"] if files else 1
            answer = self.ask("GET", f"{path}/{number}/content?pageIndex=1&limit=1")
        return answer

    def delete(self):
        """Give access back, or it may not be deleted, and delete the workspace with this key."""
        with contextlib.suppress(Failed):
            self.log.run.set_access("add", "protected", self.log.principal)
        answer = self.ask("DELETE", f"/workspaces/{self.id}")
        if not answer.ok:
            say(f"NOT DELETED, though its resource will be: the workspace: {answer}")


def form_part(disposition, text):
    return f"--form\r\nContent-Disposition: form-data; {disposition}\r\n\r\n{text}\r\n"


def in_lower_case(body):
    """Return a body with the names of its members in lower case, on which sources disagree."""
    if isinstance(body, list):
        return [in_lower_case(item) for item in body]
    if isinstance(body, dict):
        return {name.lower(): in_lower_case(item) for name, item in body.items()}
    return body


# Starting and ending


def read_settings(arguments):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    for name, value in vars(SETTINGS).items():
        kind = str if isinstance(value, str) else float
        parser.add_argument(f"--{name.replace('_', '-')}", type=kind, help=f"default: {value}")
    parser.add_argument("--log", action="append", choices=QUESTIONS, help="a question, not all")
    parser.add_argument("--folder", help="a new one, for the logs")
    parser.add_argument("--yes", action="store_true", help="start without asking")
    parser.add_argument("--clean-up", metavar="GROUP", help="delete what an earlier run has left")
    parser.parse_args(arguments, SETTINGS)


def signed_in():
    """Return the subscription to which `az` is signed in."""
    done = az("account", "show")
    if done.returncode != 0:
        stop(f"sign in with az login: {done.stderr.strip()}")
    account = json.loads(done.stdout)
    if account["environmentName"] != "AzureCloud":
        stop(f"az is set to {account['environmentName']}, and this knows AzureCloud alone")
    return account


INTERRUPTS = [signal.SIGINT, signal.SIGTERM]
INTERRUPTS += [signal.SIGHUP] if hasattr(signal, "SIGHUP") else []


def interrupt(*_):
    raise KeyboardInterrupt


def say_yes(plan):
    """Go on only if somebody who has read this says yes, or said so before with --yes."""
    print(plan)
    if not SETTINGS.yes and not (sys.stdin.isatty() and input("Type yes to start: ") == "yes"):
        stop("you did not say yes")


def main(arguments=None):
    read_settings(arguments)
    account = signed_in()
    if SETTINGS.clean_up and not re.fullmatch("cmk-hour-[0-9a-f]{6}", SETTINGS.clean_up):
        stop("--clean-up takes the name of a resource group that an earlier run has made")
    run = Run(SETTINGS.clean_up or f"cmk-hour-{secrets.token_hex(3)}", account)
    print(f"In the subscription {account['name']} ({account['id']}):")
    if SETTINGS.clean_up:
        say_yes(f"Deletes the resource group {run.group}, and purges its Translator resources.")
        return 0 if clean_up(run) else 1
    SETTINGS.log = SETTINGS.log or list(QUESTIONS)
    SETTINGS.folder = SETTINGS.folder or run.group
    ends = [str(1 + list(QUESTIONS).index(question)) for question in SETTINGS.log]
    ends += ["2b"] if "region" in SETTINGS.log else []
    ends += ["4b", "4c"] if "creation" in SETTINGS.log else []
    try:
        problems = list(problems_of(run, [f"{run.group}-{end}" for end in ends]))
    except UNFORESEEN as problem:
        problems = [repr(problem)]
    if problems:
        stop("\n  - ".join(["", *problems]))
    vaults = ", ".join(f"{end} ({name})" for name, (end, _) in vaults_needed().items())
    minutes = int((2 * SETTINGS.spread + SETTINGS.watch) / 60)
    plan = {"group": run.group, "accounts": len(ends), "vaults": vaults, "minutes": minutes}
    say_yes(PLAN.format(**plan, **vars(SETTINGS)))
    Path(SETTINGS.folder).mkdir()
    for each in INTERRUPTS:
        signal.signal(each, interrupt)
    return carry_out(run)


def carry_out(run):
    """Make everything, ask the questions, and delete everything."""
    logs = []
    is_whole = False
    try:
        run.make()
        logs = [Log(run, question) for question in SETTINGS.log]
        for log in logs:
            if log.question != "creation":
                log.go_on(Log.begin)
        if any(log.problem is None for log in logs):
            say("waiting until access is in force")
            wait(SETTINGS.spread)
        for log in logs:
            log.go_on(ASK[log.question])
        is_whole = all(log.problem is None for log in logs)
    except UNFORESEEN as problem:
        say(f"nothing is learned: {problem!r}")
    except KeyboardInterrupt:
        say("interrupted")
    finally:
        for each in INTERRUPTS:
            signal.signal(each, signal.SIG_IGN)
        say("cleaning up, in up to half an hour, in which Ctrl-C is ignored")
        is_clean = clean_up(run)
    say(f"now: translator-cmk check-trace {SETTINGS.folder}/*.jsonl")
    return 0 if is_whole and is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
