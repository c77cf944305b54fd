"""Resource providers: what they have, and whether a subscription has registered them."""

from typing import Any, NamedTuple

from ...machine.entities import Subscription
from .calls import Call
from .fixed import FIXED
from .forms import Body
from .problems import Problem
from .settings import put_settings, settings_of
from .values import Values, value
from .versions import VERSIONS

TYPES: dict[str, list[str]] = FIXED["resource_types"]
"""By namespace, the types of resources that the server has."""

REGISTERED = "Registered"
NOT_REGISTERED = "NotRegistered"


class Provider(NamedTuple):
    """A resource provider, as one subscription sees it."""

    subscription: str
    namespace: str

    @property
    def key(self) -> str:
        return f"{self.subscription}/{self.namespace}"


def providers(_: Call, subscription: Subscription) -> dict[str, Any]:
    """Return the providers of a subscription."""
    return {name: Provider(subscription.name, name) for name in TYPES}


def state_of(call: Call, provider: Provider) -> str:
    """Return whether a provider is registered, as all are at first."""
    state: str = settings_of(call.world, "provider", provider.key).get("state", REGISTERED)
    return state


def register_provider(call: Call, provider: Provider) -> Body:
    put_settings(call, "provider", provider.key, {"state": REGISTERED})
    return call.show("provider", provider)


def unregister_provider(call: Call, provider: Provider) -> Body:
    put_settings(call, "provider", provider.key, {"state": NOT_REGISTERED})
    return call.show("provider", provider)


def refuse_unregistered(call: Call, namespace: str) -> None:
    """Refuse to create something of a provider that is not registered; raises `Problem`."""
    provider = Provider(call.at["subscription"].name, namespace)
    if state_of(call, provider) == NOT_REGISTERED:
        message = f"The subscription is not registered to use the namespace '{namespace}'."
        raise Problem(409, "MissingSubscriptionRegistration", message)


@value
def registration_state(shown: Values) -> str:
    return state_of(shown.call, shown.entity)


@value
def resource_types(shown: Values) -> list[Body]:
    """The types of a provider, each with its versions, the newest first."""
    namespace = shown.entity.namespace
    versions = VERSIONS[namespace]
    found = []
    for name in TYPES[namespace]:
        found.append(
            {
                "resourceType": name,
                "locations": list(FIXED["regions"].values()),
                "apiVersions": versions[::-1],
                "capabilities": "None",
            }
        )
    return found
