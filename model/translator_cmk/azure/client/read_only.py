"""Looks at what would stop a run in a subscription, and creates nothing.

It sends nothing but GET requests, which the role Reader allows.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from azure.core.exceptions import AzureError, ClientAuthenticationError
from azure.core.pipeline.transport import RequestsTransport

from ...errors import INCOMPLETE, OK
from ...escaping import plain
from ...machine import DEFAULT_STAGE
from .clients import Clients
from .redaction import without_secrets
from .studio_regions import offered, why_not
from .target import PLANS, PREFIX, Cloud, Target, as_written

READS: dict[str, Any] = PLANS["reads"]
"""What is read, and what a run needs of it."""

POLICIES: dict[str, str] = READS["allowed_regions"]
"""How policies say which regions they allow."""

STOPS = "✘"
FINE = "✔"
UNKNOWN = "?"


class Finding(NamedTuple):
    """What was found out about one thing that a run needs."""

    mark: str
    about: str
    text: str


class Unreadable(Exception):
    """Raised if something can't be read; its text says why."""


class Reader:
    """Reads one subscription, which may be in a tenant of its own."""

    def __init__(self, target: Target, subscription: str, clients: Clients) -> None:
        self.target = target
        self.subscription = subscription
        self.region = as_written(target.location("westeurope"))
        self.clients = clients

    def get(self, name: str) -> Mapping[str, Any]:
        """Return the answer to one of the requests, by its name; raises `Unreadable`."""
        answer = self.get_from(READS["paths"][name])
        if not isinstance(answer, dict):
            raise Unreadable("the answer is no object")
        return answer

    def get_from(self, path: str) -> Any:
        """Return the answer at a path; raises `Unreadable`."""
        path = path.replace("{subscription}", self.subscription).replace("{region}", self.region)
        try:
            return self.clients.ask_manager(self.subscription, "GET", path)
        except AzureError as error:
            problem = without_secrets(f"{type(error).__name__}: {error}")
            raise Unreadable(plain(problem, 200)) from None

    def listed(self, name: str) -> list[Any]:
        """Return what all pages of an answer list; raises `Unreadable`."""
        found: list[Any] = []
        path = READS["paths"][name]
        while path:
            answer = self.get_from(path)
            if not isinstance(answer, dict) or not isinstance(answer.get("value"), list):
                raise Unreadable("the answer lists nothing")
            found += answer["value"]
            path = self.path_of_next(answer)
        return found

    def path_of_next(self, answer: Mapping[str, Any]) -> str:
        """Return the path of the page after this one, empty after the last; raises `Unreadable`
        where another host has it, which the credential is not for.
        """
        link = str(answer.get("nextLink") or "")
        here = self.target.cloud.resource_manager
        if link and not link.startswith(f"{here}/"):
            raise Unreadable("the list goes on at another host")
        return link.removeprefix(here)

    @property
    def regions(self) -> list[str]:
        """The regions of Azure in which a run creates something."""
        return [as_written(self.target.location(region)) for region in DEFAULT_STAGE.regions]


def find_tenants(clients: Clients, subscriptions: Iterable[str]) -> None:
    """Keep the tenants of these subscriptions.  What can't be found out is left: to read that
    subscription fails, and says why.
    """
    given = {subscription.lower(): subscription for subscription in subscriptions}
    with suppress(AzureError):
        for found in clients.of("tenants").list():
            tenant = str(found.tenant_id)
            # whoever signs in may be but a guest of a tenant
            with suppress(ClientAuthenticationError):
                for subscription in clients.of("subscriptions", tenant=tenant).list():
                    guid = str(subscription.subscription_id)
                    clients.tenants[given.get(guid.lower(), guid)] = tenant


def findings(reader: Reader) -> Iterator[Finding]:
    """Yield what was found out, in the order in which a run needs it."""
    for about, look in LOOKS.items():
        try:
            for text, stops in look(reader):
                yield Finding(STOPS if stops else FINE, about, text)
        except Unreadable as problem:
            yield Finding(UNKNOWN, about, f"can't be read: {problem}")


Looks = Iterator[tuple[str, bool]]
"""What was found, and whether it would stop a run."""


def at_sign_in(reader: Reader) -> Looks:
    """Look at the subscription itself."""
    found = reader.get("subscription")
    state = str(found.get("state", "of an unknown state"))
    yield f"the subscription is {plain(state)}", state not in ("Enabled", "of an unknown state")


def at_rights(reader: Reader) -> Looks:
    """Look at what whoever signs in may do."""
    permissions = reader.listed("permissions")
    missing = [action for action in READS["actions"] if not is_allowed(action, permissions)]
    for action in missing:
        yield f"{action} is not allowed; {READS['role']} allows it", True
    if not missing:
        yield f"all {len(READS['actions'])} actions that it needs are allowed", False


def is_allowed(action: str, permissions: Iterable[Any]) -> bool:
    """Return whether any of the permissions has an action, and doesn't take it away."""
    for permission in permissions:
        given = permission.get("actions", ())
        taken = permission.get("notActions", ())
        if matches(action, given) and not matches(action, taken):
            return True
    return False


def matches(action: str, patterns: Iterable[str]) -> bool:
    """Return whether an action is one of those that stand for many."""
    return any(fnmatchcase(action.lower(), str(pattern).lower()) for pattern in patterns)


def at_providers(reader: Reader) -> Looks:
    """Look at the resource providers, and at whether they have what the run asks for."""
    for namespace, asked in READS["providers"].items():
        provider = reader.get(namespace)
        state = str(provider.get("registrationState", "unknown"))
        versions = versions_of(provider, asked["type"])
        if versions and asked["version"] not in versions:
            lacks = f"{namespace} lacks api-version {asked['version']} of {asked['type']} here"
            yield f"{lacks}, in which the run asks, so it can't be run in this cloud", True
        elif state == "Registered":
            yield f"{namespace} is registered", False
        else:
            remedy = f"az provider register --namespace {namespace} --wait"
            yield f"{namespace} is {plain(state)}; {remedy}", True


def versions_of(provider: Mapping[str, Any], kind: str) -> list[str]:
    """Return the api-versions that a provider has of a type; none where it doesn't say."""
    versions: list[str] = []
    for described in provider.get("resourceTypes") or ():
        if isinstance(described, Mapping) and described.get("resourceType") == kind:
            versions += described.get("apiVersions") or ()
    return versions


def at_regions(reader: Reader) -> Looks:
    """Look at whether the regions take everybody, and whether Custom Translator is offered; whom
    the others take can't be read.
    """
    for region in reader.regions:
        if region in READS["closed"] and not reader.target.cloud.local:
            raise Unreadable(
                f"{region} takes no customer who is new to it; if you are, name another with "
                "--region westeurope=northeurope"
            )
    lacking = why_not(reader.target)
    if lacking:
        yield lacking, True
        return
    yield f"the run is in {' and '.join(reader.regions)}", False


def at_tiers(reader: Reader) -> Looks:
    """Look at whether the kind is sold in the tier that the run needs."""
    kind = READS["kind"]
    tier = reader.target.tiers["cmk-tier"]
    sold = []
    for sku in reader.listed("tiers"):
        if sku.get("kind") == kind and sku.get("name") == tier:
            sold += [str(location).lower() for location in sku.get("locations", ())]
            if is_restricted(sku, reader.region):
                yield f"{kind} in tier {tier} is restricted in {reader.region}", True
    if reader.region in sold:
        yield f"{kind} is sold in tier {tier} in {reader.region}", False
    else:
        yield f"{kind} is not sold in tier {tier} in {reader.region}; name others", True


def is_restricted(sku: Any, region: str) -> bool:
    """Return whether a subscription may not have a tier in a region."""
    for restriction in sku.get("restrictions", ()):
        values = [str(value).lower() for value in restriction.get("values", ())]
        if region in values:
            return True
    return False


def at_quotas(reader: Reader) -> Looks:
    """Look at whether there is room for one more account of Translator."""
    full = []
    is_known = False
    for usage in reader.listed("quotas"):
        name = str(usage.get("name", {}).get("value", ""))
        limit = usage.get("limit") or 0
        current = usage.get("currentValue") or 0
        kind, dot, _ = name.partition(".")  # such as OpenAI.S0.AccountCount
        is_of_another_kind = bool(dot) and kind != "TextTranslation"
        if "account" not in name.lower() or is_of_another_kind or limit <= 0:
            continue
        is_known = True
        if limit <= current:
            full.append(f"{plain(name)}, {current:g} of {limit:g}")
    if not is_known:
        raise Unreadable("no quota of accounts has a limit above 0")
    for quota in full:
        yield f"the quota is used up: {quota}", True
    if not full:
        yield f"room for an account in {reader.region}", False


def at_policies(reader: Reader) -> Looks:
    """Look at which policies are assigned, and whether they allow the regions of the run: what
    else they deny or change nobody can tell from here.
    """
    assignments = reader.listed("policies")
    allowing = []
    unread = []
    for assignment in assignments:
        refused = regions_refused(reader, assignment)
        if refused:
            where = " or ".join(refused)
            remedy = remedy_for(allowed_by(assignment), reader.target.cloud)
            yield f"{name_of(assignment)} allows nothing in {where}; {remedy}", True
        elif allowed_by(assignment):
            allowing.append(name_of(assignment))
        else:
            unread.append(name_of(assignment))
    if not assignments:
        yield "none is assigned", False
    if allowing:
        names = some_of(allowing)
        yield f"these regions are allowed, whatever else is denied or changed, by: {names}", False
    if unread:
        names = some_of(unread)
        yield f"no enforced list of regions in: {names}; what they deny was not read", False


def some_of(names: Sequence[str]) -> str:
    """Return some names of policies in words, no more than a line takes."""
    shown = ", ".join(names[: READS["most_policies"]])
    more = len(names) - READS["most_policies"]
    if more > 0:
        shown += f" and {more} more"
    return shown


def regions_refused(reader: Reader, assignment: Any) -> list[str]:
    """Return the regions of the run that a policy assignment doesn't allow."""
    allowed = allowed_by(assignment)
    if not allowed:
        return []
    return [region for region in regions_under(reader, assignment) if region not in allowed]


def name_of(assignment: Any) -> str:
    """Return what people call a policy assignment."""
    properties = assignment.get("properties", {})
    return plain(str(properties.get("displayName") or assignment.get("name")), 60)


def allowed_by(assignment: Any) -> list[str]:
    """Return the regions that a policy assignment allows alone; nothing where it allows all, or
    denies nothing.
    """
    properties = assignment.get("properties", {})
    parameters = properties.get("parameters") or {}
    effect = str(parameters.get("effect", {}).get("value", "deny")).lower()
    if properties.get("enforcementMode") == "DoNotEnforce" or effect != "deny":
        return []
    listed = parameters.get(POLICIES["parameter"], {}).get("value")
    if not isinstance(listed, list):
        return []
    return [as_written(str(region)) for region in listed]


def regions_under(reader: Reader, assignment: Any) -> list[str]:
    """Return the regions of what a policy assignment is about: resources, or groups alone."""
    definition = str(assignment.get("properties", {}).get("policyDefinitionId", ""))
    if definition.lower().endswith(POLICIES["of_groups"]):
        return [reader.region]
    return reader.regions


def remedy_for(allowed: Sequence[str], cloud: Cloud) -> str:
    """Return what to do where a policy allows these regions alone."""
    homes = offered(cloud, allowed)
    if not homes:
        return (
            f"it allows {few(allowed)}, none of them with Custom Translator; name a subscription "
            "without it"
        )
    remedy = (
        f"it allows {few(allowed)}; name two of them, with --region westeurope=NAME and "
        "--region eastus=NAME"
    )
    if len(homes) < len(allowed):
        remedy += f"; for westeurope one with Custom Translator: {few(homes)}"
    return remedy


def few(regions: Sequence[str]) -> str:
    """Return some regions in words, no more than a line takes."""
    return ", ".join(plain(region) for region in regions[: READS["most_policies"]])


def at_names(reader: Reader) -> Looks:
    """Look at what earlier runs left: the names of a run are new, so nothing is in their way."""
    groups = [group for group in reader.listed("groups") if is_ours(group.get("name", ""))]
    vaults = [vault for vault in reader.listed("deleted vaults") if is_ours(vault)]
    accounts = [account for account in reader.listed("deleted accounts") if is_ours(account)]
    yield (
        (
            f"of earlier runs {len(groups)} groups are left, {len(vaults)} deleted vaults and "
            f"{len(accounts)} deleted accounts; the names of a run are new, so none is in the way"
        ),
        False,
    )


def is_ours(found: Any) -> bool:
    """Return whether something is, or was, in a resource group of a run."""
    return f"{PREFIX}-" in str(found)


LOOKS: dict[str, Callable[[Reader], Looks]] = {
    "sign-in": at_sign_in,
    "rights": at_rights,
    "providers": at_providers,
    "regions": at_regions,
    "tier": at_tiers,
    "quotas": at_quotas,
    "policies": at_policies,
    "names": at_names,
}
"""What is looked at."""


def show(target: Target) -> int:
    """Print what would stop a run; 0 where nothing would, 4 where something does or is unknown."""
    print(f"Read only, in {target.cloud.name}: nothing is created", flush=True)
    clients = Clients(target.cloud, RequestsTransport())
    is_one = len(target.subscriptions) == 1
    if not is_one:
        find_tenants(clients, target.subscriptions.values())
    found: list[Finding] = []
    for name, subscription in target.subscriptions.items():
        if not is_one:
            print(f"{name}:", flush=True)
        for finding in findings(Reader(target, subscription, clients)):
            print(f"{finding.mark} {finding.about:<11}{finding.text}", flush=True)
            found.append(finding)
    print(conclusion(found))
    return OK if all(finding.mark == FINE for finding in found) else INCOMPLETE


def conclusion(found: Sequence[Finding]) -> str:
    """Return in one line what the findings come to."""
    stopping = sum(finding.mark == STOPS for finding in found)
    unknown = sum(finding.mark == UNKNOWN for finding in found)
    if stopping:
        return f"{stopping} would stop a run; {unknown} could not be read"
    if unknown:
        return f"nothing that was read would stop a run; {unknown} could not be read"
    return "nothing that can be read would stop a run"
