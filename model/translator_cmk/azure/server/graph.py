"""Microsoft Graph: the applications that sign in, and the identities of accounts, by name or id."""

import re
from typing import Any, ClassVar

from ...machine.entities import Resource
from ..names import GUID
from .calls import Call, Handler
from .forms import Body
from .problems import malformed, missing, outside
from .worlds import guid

OF_APPLICATION = re.compile(
    r"servicePrincipalNames/any\((\w+):\s*\1 eq '([^']*)'\)|appId eq '([^']*)'", re.IGNORECASE
)
"""The filters by the id of an application."""


def list_service_principals(call: Call, _: Any) -> Body:
    """List the application that a filter names.  Any GUID is that of one, which can sign in."""
    written = call.query.get("$filter", "").strip()
    match = OF_APPLICATION.fullmatch(written)
    if match is None:
        raise outside(f"$filter {written}")
    application = (match[2] or match[3] or "").lower()
    if not GUID.fullmatch(application):
        return {"value": []}
    return {"value": [application_body(call, application)]}


def get_service_principal(call: Call, _: Any) -> Body:
    """Return the caller, or the identity of an account, by its object id; raises `Problem`."""
    identifier = call.at["principal"].lower()
    found = known_principal(call, identifier)
    if found is None:
        raise missing("Request_ResourceNotFound", f"Resource '{identifier}' does not exist.")
    return found


def list_by_ids(call: Call, _: Any) -> Body:
    """List the principals with these ids, as far as the server knows them."""
    ids = call.asked.required("ids", list)
    for name in call.asked.get("types", list, []):
        if not isinstance(name, str):
            raise malformed("Each of 'types' has to be a text.", "Request_BadRequest")
    call.asked.honoured({}, "ids", "types")
    found = []
    for identifier in ids:
        if not isinstance(identifier, str) or not GUID.fullmatch(identifier):
            raise malformed("Each of 'ids' has to be a GUID.", "Request_BadRequest")
        principal = known_principal(call, identifier.lower())
        if principal is not None:
            found.append({"@odata.type": "#microsoft.graph.servicePrincipal", **principal})
    return {"value": found}


def known_principal(call: Call, identifier: str) -> Body | None:
    """Return a principal by its object id: the caller, or the identity of an account."""
    if identifier == call.claims["oid"]:
        return application_body(call, call.claims["appid"])
    for account in call.every(Resource):
        if account.identity and call.world.principal(account) == identifier:
            return call.show(
                "service_principal",
                identifier,
                application=call.world.id_of("identity", account.name),
                shown=account.name,
                kind="ManagedIdentity",
            )
    return None


def application_body(call: Call, application: str) -> Body:
    """Return the service principal of an application in the caller's tenant."""
    return call.show(
        "service_principal",
        guid(call.claims["tid"], "application", application),
        application=application,
        shown=application,
        kind="Application",
    )


class GraphCall(Call):
    """A request of Microsoft Graph."""

    handlers: ClassVar[dict[str, Handler]] = {
        "get_service_principal": get_service_principal,
        "list_by_ids": list_by_ids,
        "list_service_principals": list_service_principals,
    }

    def log_in(self) -> None:
        """Take the world of a token for Microsoft Graph; raises `Problem`."""
        self.sign_in(self.cloud.graph, "https://graph.microsoft.com")
