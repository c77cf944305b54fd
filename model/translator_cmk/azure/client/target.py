"""The target of a run: an emulator that answers Azure's requests, the options that name it, and
what it can be asked for.
"""

import argparse
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from ...errors import CommandError
from ...escaping import GUID
from ...language.declaration import AT_TIMES, MASKED, Declaration
from ...language.messages import KINDS_UNSAID
from ...machine import DEFAULT_STAGE, Stage

HELD = 7
"""Days for which the name of a deleted key vault is held: the fewest that Azure has."""

PREFIX = "translator-cmk"
"""How the names of all resource groups begin."""

TIERS = {"cmk-tier": "S1", "basic-tier": "F0"}
"""The pricing tiers of Azure for those of the stage: our reading, since the article names none.

Its revision of 07/18/2023 has all of them:
https://github.com/MicrosoftDocs/azure-docs/blob/9ab07a349eb77086d4c2dfbcc10fedb1acf650d2/articles/ai-services/translator/encrypt-data-at-rest.md
"""

VAULTS_VERSION = "2026-02-01"
"""The api-version of key vaults that all of Microsoft's clouds have, where the SDK's is newer.

https://learn.microsoft.com/azure/key-vault/general/access-control-default
"""

VERSION = (
    f"api-versions: accounts 2025-09-01, key vaults {VAULTS_VERSION}, keys 2025-07-01; "
    "regions: {regions}; tiers: {tiers}"
)
"""The version of what is tested, as a report shows it."""

ENVIRONMENT = "TRANSLATOR_CMK_AZURE"
"""The environment variable with the target, as JSON.  It has no credentials: azure-identity finds
these by itself.
"""

ENDPOINT = "TRANSLATOR_CMK_AZURE_ENDPOINT"
"""The environment variable with the endpoint that no option names."""


# Emulators


class Cloud(NamedTuple):
    """An emulator: two URLs, the scope of a token for its Resource Manager, and the ends of the
    host names of key vaults and of accounts; the last is empty where it isn't known.
    """

    name: str
    resource_manager: str
    authority: str
    scope: str
    vault_suffix: str
    account_suffix: str


MICROSOFTS = frozenset(
    {"management.azure.com", "management.usgovcloudapi.net", "management.chinacloudapi.cn"}
)
"""The hosts of the Resource Managers of Microsoft's own clouds.

https://learn.microsoft.com/azure/ai-services/translator/sovereign-clouds
"""

FOR_AN_EMULATOR = (
    "it tests emulators, not Microsoft's own clouds; name your emulator with --endpoint URL. To "
    "judge what Azure did, write a log of it, and run `translator-cmk check-trace LOG`"
)

METADATA = "/metadata/endpoints?api-version=2022-09-01"

ACCOUNTS = "cognitiveServicesDns"
"""The suffix of accounts' host names in what an emulator describes.  Azure's clouds have none."""


def cloud_at(endpoint: str) -> Cloud:
    """Return the emulator whose Azure Resource Manager listens at a URL, as it describes itself;
    raises `CommandError`.
    """
    # it comes with azure-core, and honours the same proxies and certificates
    import requests

    url = endpoint.rstrip("/")
    try:
        parts = urlsplit(url)
    # what is no URL at all is refused as one without https is
    except ValueError:
        parts = urlsplit("")
    if (
        parts.scheme != "https"
        or not parts.hostname
        or parts.username
        or parts.query
        or parts.fragment
    ):
        raise CommandError(
            f"--endpoint {endpoint}: write the URL of a Resource Manager, such as https://host:443"
        )
    if parts.hostname.rstrip(".") in MICROSOFTS:
        raise CommandError(f"--azure --endpoint {endpoint}: {FOR_AN_EMULATOR}")
    try:
        response = requests.get(url + METADATA, timeout=30)
        response.raise_for_status()
        metadata = response.json()
        login = metadata["authentication"]
        authority = str(login["loginEndpoint"]).rstrip("/")
        audience = str(login["audiences"][0]).rstrip("/")
        vaults = str(metadata["suffixes"]["keyVaultDns"]).lstrip(".")
        accounts = str(metadata["suffixes"].get(ACCOUNTS, "")).lstrip(".")
    except (requests.RequestException, ValueError, LookupError, TypeError) as error:
        needed = "authentication.loginEndpoint, authentication.audiences and suffixes.keyVaultDns"
        remedy = f"check the URL, HTTPS_PROXY, REQUESTS_CA_BUNDLE, and that it gives {needed}"
        raise CommandError(
            f"--endpoint {url}: {METADATA} can't be read ({type(error).__name__}); {remedy}"
        ) from None
    return Cloud(parts.netloc, url, authority, f"{audience}/.default", vaults, accounts)


# Targets


class Target(NamedTuple):
    """The emulator under test, and the names to use there.  Subscriptions, regions and tiers have
    the names of a stage.

    Without subscriptions each world is a tenant of its own, as those of `translator-cmk serve
    --azure` are.
    """

    cloud: Cloud
    subscriptions: Mapping[str, str] = {}
    regions: Mapping[str, str] = {}
    tiers: Mapping[str, str] = TIERS

    def location(self, region: str) -> str:
        """Return Azure's name of a region."""
        return self.regions.get(region, region)


def declaration_of(target: Target, subscriptions: Collection[str], reasons: bool) -> Declaration:
    """Return what an adapter to this target declares, with these subscriptions of the stage.

    Enabling through the portal and the end of a retention have no API.  Nothing is moved to a
    second tenant unless each world has its own.
    """
    mapped = DEFAULT_STAGE.subscriptions
    there = {name: tenant for name, tenant in mapped.items() if name in subscriptions}
    several = len(set(there.values())) > 1
    capabilities = {
        "several-tenants": several and not target.subscriptions,
        "legacy-vaults": several,
        "azure-rbac": True,
        "reasons": reasons,
        "parallel": True,
    }
    regions = ", ".join(map(target.location, DEFAULT_STAGE.regions))
    tiers = ", ".join(target.tiers.values())
    tenants = DEFAULT_STAGE.tenants if several else DEFAULT_STAGE.tenants[:1]
    return Declaration(
        f"an emulator of Azure, at {target.cloud.name}",
        # the protocol takes no longer version
        VERSION.format(regions=regions, tiers=tiers)[:200],
        frozenset(name for name, has in capabilities.items() if has),
        hidden=frozenset({MASKED, AT_TIMES}),
        stage=Stage(tenants, there, DEFAULT_STAGE.regions, DEFAULT_STAGE.tiers, KINDS_UNSAID),
    )


# Options


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say which emulator, and what of it."""
    group = parser.add_argument_group(
        "with --azure", "credentials are found as azure-identity finds them"
    )
    group.add_argument(
        "--endpoint",
        metavar="URL",
        help=f"where Azure Resource Manager listens (default: in the variable {ENDPOINT})",
    )
    group.add_argument(
        "--subscription",
        metavar="[NAME=]ID",
        type=pair(DEFAULT_STAGE.subscriptions, "production"),
        action="append",
        default=[],
        help="NAME is production, security or foreign (default: production)",
    )
    tiers = ", ".join("=".join(each) for each in TIERS.items())
    for name, known, default in (
        ("region", DEFAULT_STAGE.regions, "the same"),
        ("tier", TIERS, tiers),
    ):
        about = f"the {name} of the specification in Azure (default: {default})"
        group.add_argument(
            f"--{name}",
            metavar="NAME=AZURE",
            type=pair(known),
            action="append",
            default=[],
            help=about,
        )


def pair(known: Collection[str], default: str = "") -> Callable[[str], tuple[str, str]]:
    """Return what reads `NAME=VALUE`, NAME being one of these, or VALUE for a default."""

    def read(text: str) -> tuple[str, str]:
        name, _, value = text.rpartition("=")
        if (name or default) not in known or not value:
            raise argparse.ArgumentTypeError(
                f"{text}: write NAME=VALUE, NAME one of {', '.join(known)}"
            )
        return name or default, value

    return read


def target_of(args: argparse.Namespace) -> Target:
    """Return the target that the options name; raises `CommandError`."""
    for option in ("subscription", "region", "tier"):
        must_name_each_once(option, getattr(args, option))
    subscriptions = dict(args.subscription)
    for guid in subscriptions.values():
        if not GUID.fullmatch(guid):
            raise CommandError("--subscription: write the id of a subscription, a GUID")
    regions = dict(args.region)
    must_be_distinct(regions)
    endpoint = args.endpoint or os.environ.get(ENDPOINT)
    if not endpoint:
        raise CommandError(f"--azure: {FOR_AN_EMULATOR}")
    return Target(cloud_at(endpoint), subscriptions, regions, TIERS | dict(args.tier))


def must_be_distinct(regions: Mapping[str, str]) -> None:
    """Raise `CommandError` if two regions of the stage are one in Azure: nothing would be far from
    anything else.
    """
    named = [regions.get(region, region) for region in DEFAULT_STAGE.regions]
    places = {as_written(region) for region in named}
    if len(places) < len(named):
        raise CommandError(
            f"--region: {' and '.join(DEFAULT_STAGE.regions)} would be {' and '.join(named)}; "
            "name a region of its own for each"
        )


def as_written(region: str) -> str:
    """Return a region of Azure as its requests write it: `westeurope` for `West Europe`."""
    return region.lower().replace(" ", "")


def must_name_each_once(option: str, pairs: Sequence[tuple[str, str]]) -> None:
    """Raise `CommandError` if an option names something twice."""
    seen = set()
    for name, _ in pairs:
        if name in seen:
            raise CommandError(f"--{option}: {name} is there twice; write each NAME once")
        seen.add(name)
