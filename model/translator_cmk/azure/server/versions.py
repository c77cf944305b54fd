"""Versions of Azure's APIs: a request has to name one that Azure has.

fixed.yaml lists them.  Whatever the version, the body is that of the newest one.
"""

from .calls import Call
from .fixed import FIXED
from .problems import Problem, malformed

VERSIONS: dict[str, list[str]] = FIXED["api_versions"]
"""By namespace of a resource provider; and those of the keys of a vault, under `keys`."""

CORE = "Microsoft.Resources"
"""Whose versions hold for paths without a resource provider: subscriptions, groups, providers."""

ABOUT_PROVIDERS = ("", "register", "unregister")
"""What follows the namespace in a path that is about the provider, and not about its resources."""

NAMESPACES = {name.lower(): name for name in VERSIONS}


def refuse_unknown_manager_version(call: Call) -> None:
    """Refuse a version that Azure Resource Manager, or the resource provider, does not have; raises
    `Problem`.
    """
    version = call.query["api-version"].lower()
    namespace, resource_type = provider_in(call.path)
    known = VERSIONS.get(namespace, [])
    if version in known:
        return
    supported = ", ".join(known)
    if namespace == CORE:
        raise malformed(
            f"The api-version '{version[:40]}' is not valid. The supported versions are "
            f"'{supported}'.",
            "InvalidApiVersionParameter",
        )
    raise Problem(
        400,
        "NoRegisteredProviderFound",
        f"There is no resource provider for the API version '{version[:40]}' of the type "
        f"'{resource_type}'. The supported api-versions are '{supported}'. "
        f"The supported locations are '{', '.join(FIXED['regions'])}'.",
    )


def provider_in(path: str) -> tuple[str, str]:
    """Return the namespace and the type whose versions hold for a path."""
    _, is_there, below = path.rpartition("/providers/")
    namespace, _, rest = below.partition("/")
    resource_type = rest.partition("/")[0]
    if not is_there or resource_type.lower() in ABOUT_PROVIDERS:
        return CORE, ""
    return NAMESPACES.get(namespace.lower(), CORE), resource_type


def refuse_unknown_vault_version(call: Call) -> None:
    """Refuse a version that the data plane of Key Vault does not have; raises `Problem`."""
    version = call.query["api-version"].lower()
    known = VERSIONS["keys"]
    if version not in known:
        raise malformed(
            f"The version '{version[:40]}' is not known. The supported versions are "
            f"'{', '.join(known)}'.",
            "BadParameter",
        )
