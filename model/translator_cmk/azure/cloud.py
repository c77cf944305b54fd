"""The clouds that speak Azure's API: where each listens, and whether it is on this machine."""

import ipaddress
import os
from typing import NamedTuple
from urllib.parse import urlsplit
from urllib.request import getproxies

from ..errors import CommandError
from ..language.declaration import OF_AZURE


class Cloud(NamedTuple):
    """One cloud.  ``authority``, ``resource_manager`` and ``audience`` are URLs, the suffixes ends of host names.

    ``local``: whether all requests end on this machine.
    """

    name: str
    resource_manager: str
    authority: str
    audience: str
    vault_suffix: str
    local: bool = False

    @property
    def scopes(self) -> list[str]:
        """Return the scopes of a token for Azure Resource Manager."""
        return [f"{self.audience.rstrip('/')}/.default"]

    @property
    def product(self) -> str:
        """Return the name of what is tested: a cloud of Microsoft's only where nobody stands between."""
        if self.local:
            return "an emulator of Azure on this machine"
        if self.name not in CLOUDS:
            return f"a cloud that speaks Azure's API, at {self.name}"
        if getproxies().get("https") or any(os.environ.get(name) for name in CERTIFICATES):
            return f"{self.name}, through a proxy or certificates of its own"
        return f"{OF_AZURE}{self.name}"


CLOUDS = {
    name: Cloud(name, f"https://{manager}", f"https://{login}", f"https://{manager}/", vaults)
    for name, manager, login, vaults in (
        ("AzureCloud", "management.azure.com", "login.microsoftonline.com", "vault.azure.net"),
        ("AzureUSGovernment", "management.usgovcloudapi.net", "login.microsoftonline.us", "vault.usgovcloudapi.net"),
        ("AzureChinaCloud", "management.chinacloudapi.cn", "login.chinacloudapi.cn", "vault.azure.cn"),
    )
}
"""Microsoft's own clouds."""

CERTIFICATES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")
"""Variables with certificates with which somebody between may answer in place of the cloud."""

METADATA = "/metadata/endpoints?api-version=2022-09-01"


def cloud_named(name: str) -> Cloud:
    """Return one of Microsoft's clouds; it counts as local where a proxy on this machine stands before it."""
    return CLOUDS[name]._replace(local=has_local_proxy())


def cloud_at(endpoint: str) -> Cloud:
    """Return the cloud whose Azure Resource Manager listens at a URL, as it describes itself; raises `CommandError`."""
    import requests  # it comes with azure-core, and honours the same proxies and certificates

    url = endpoint.rstrip("/")
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or parts.username or parts.query or parts.fragment:
        remedy = "write the URL of an Azure Resource Manager, such as https://host:443"
        raise CommandError(f"--endpoint {endpoint}: {remedy}")
    try:
        response = requests.get(url + METADATA, timeout=30)
        response.raise_for_status()
        found = response.json()
        metadata = found[0] if isinstance(found, list) else found
        login = metadata["authentication"]
        authority, audience = str(login["loginEndpoint"]).rstrip("/"), str(login["audiences"][0])
        vaults = str(metadata["suffixes"]["keyVaultDns"]).lstrip(".")
    except (requests.RequestException, ValueError) as error:
        problem, remedy = type(error).__name__, "check the URL, HTTPS_PROXY, and REQUESTS_CA_BUNDLE"
        raise CommandError(f"--endpoint {url}: {METADATA} can't be read ({problem}); {remedy}") from None
    except (KeyError, IndexError, TypeError):
        needed = "authentication.loginEndpoint, authentication.audiences and suffixes.keyVaultDns"
        raise CommandError(f"--endpoint {endpoint}: its /metadata/endpoints has to give {needed}") from None
    return Cloud(parts.netloc, url, authority, audience, vaults, is_loopback(parts.hostname) or has_local_proxy())


def is_loopback(host: str) -> bool:
    """Return whether a host name means this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def has_local_proxy() -> bool:
    """Return whether HTTPS goes through a proxy on this machine."""
    proxy = getproxies().get("https", "")
    return is_loopback(urlsplit(proxy if "//" in proxy else f"//{proxy}").hostname or "")
