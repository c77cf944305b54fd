"""What a host name of Azure, or of the server's own cloud, stands for."""

from types import SimpleNamespace
from typing import Any, NamedTuple

from .fixed import FIXED

OWN_HOSTS = ("localhost", "127.0.0.1")


class Host(NamedTuple):
    """The APIs that are found at a host, and the name of the vault or account whose host it may
    be.
    """

    apis: list[str]
    name: str

    @property
    def usual_api(self) -> str:
        """The API whose form an error has if it isn't known what the path leads to."""
        return self.apis[-1] if self.apis else "manager"


def apis_at(host: str) -> Host:
    """Return what is found at a host; no APIs are found at a host that the server doesn't have."""
    host = host.lower()
    name, _, end = host.partition(".")
    apis = FIXED["hosts"].get(host)
    if apis is None:
        apis = FIXED["hosts"].get(f"*.{end}", [])
    return Host(apis, name)


def cloud_at(authority: str) -> Any:
    """Return how the cloud that a host belongs to names its endpoints: Azure's, or that of this
    server itself.
    """
    host, colon, port = authority.partition(":")
    own = host in OWN_HOSTS or host.endswith(".localhost")
    forms = FIXED["clouds"]["own" if own else "azure"]
    endpoints = SimpleNamespace()
    for name, form in forms.items():
        setattr(endpoints, name, form.format(port=colon + port))
    return endpoints
