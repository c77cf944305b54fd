"""Requests that no SDK has."""

from typing import Any

from azure.core import PipelineClient
from azure.core.exceptions import DecodeError
from azure.core.pipeline.policies import RetryPolicy, UserAgentPolicy
from azure.core.pipeline.transport import RequestsTransport
from azure.core.rest import HttpRequest

ZIP = b"PK\x03\x04"
"""How a zip file begins that has a file."""


def rest(
    connections: RequestsTransport,
    signed: Any,
    method: str,
    url: str,
    *,
    is_resent: bool = True,
    is_of_zip: bool = False,
    **content: Any,
) -> Any:
    """Send a request; return the body of the answer, None if empty; raises `HttpResponseError`,
    also where the body is no JSON, or is nothing that a GET could be answered with.

    ``signed``: the policy that adds the credential.  ``is_resent``: whether it is sent again after
    a passing error, which would create a second one of what was created nevertheless.
    ``is_of_zip``: whether it is answered with a zip file in place of JSON.
    """
    retries = RetryPolicy() if is_resent else RetryPolicy.no_retries()
    policies = [UserAgentPolicy(), retries, signed]
    client: PipelineClient[HttpRequest, Any] = PipelineClient(
        "", policies=policies, transport=connections
    )
    response = client.send_request(HttpRequest(method, url, **content))
    response.raise_for_status()
    if is_of_zip:
        return zip_of(response)
    body = body_of(response)
    if method == "GET" and not isinstance(body, dict | list):
        raise DecodeError("the body is neither an object nor a list", response=response)
    return body


def body_of(response: Any) -> Any:
    """Return the body of an answer, None if empty; raises `DecodeError` where it is no JSON, such
    as the page of a proxy.
    """
    if not response.content:
        return None
    try:
        return response.json()
    except ValueError:
        raise DecodeError("the body is no JSON", response=response) from None


def zip_of(response: Any) -> bytes:
    """Return the zip file of an answer; raises `DecodeError` where it is none, such as the page of
    a proxy, or has no file.
    """
    content: bytes = response.content
    if not content.startswith(ZIP):
        raise DecodeError("the body is no zip file with a file", response=response)
    return content
