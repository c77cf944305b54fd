"""What an error of Azure means: only a listed code is an answer of the specification."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import pytest
from azure.core.exceptions import HttpResponseError, ODataV4Format

from translator_cmk.azure.client.refusals import (
    LONGEST,
    MEANINGS,
    NotLearned,
    answer_of,
    refusal_of,
)
from translator_cmk.machine import COMMANDS, Refused
from translator_cmk.requirements import load_register

FORBIDDEN = "Access denied to first party service"


def an_error(
    status: int, code: str, message: str, *inner: str, details: Sequence[Any] = ()
) -> HttpResponseError:
    """Return an error with a code, with inner errors inside each other, and with details."""
    body: dict[str, Any] = {"code": code, "message": message, "details": details}
    around = body
    for name in inner:
        around["innererror"] = {"code": name}
        around = around["innererror"]
    error = HttpResponseError(message)
    error.status_code = status
    error.error = ODataV4Format({"error": body})
    return error


@pytest.mark.parametrize(
    ("command", "error", "because"),
    [
        (
            "PurgeVault",
            an_error(405, "MethodNotAllowed", "Operation 'DeletedVaultPurge' is not allowed."),
            "environment.no-vault-purge",
        ),
        (
            "CreateResource",
            an_error(409, "FlagMustBeSetForRestore", "It has been soft-deleted."),
            "environment.new-name",
        ),
        (
            "CreateKey",
            an_error(409, "Conflict", "It is deleted.", "ObjectIsDeletedButRecoverable"),
            "environment.new-name",
        ),
        (
            "PurgeKey",
            an_error(403, "Forbidden", "The vault has purge protection enabled."),
            "environment.no-key-purge",
        ),
        ("RotateKey", an_error(404, "KeyNotFound", "A key was not found."), "environment.exists"),
    ],
)
def test_a_listed_code_stands_for_its_requirement(
    command: str, error: HttpResponseError, because: str
) -> None:
    assert refusal_of(error, command) == Refused(frozenset({because}))


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 405, 409, 412, 422, 500, 501])
def test_by_a_code_that_is_not_listed_nothing_is_learned_whatever_its_status(status: int) -> None:
    error = an_error(status, "NobodyHasSeenThis", "The key is too short.")
    with pytest.raises(NotLearned, match=f"status {status}, NobodyHasSeenThis: The key is too"):
        refusal_of(error, "EnableCustomerManagedKeys")


@pytest.mark.parametrize(
    "error",
    [
        an_error(403, "AuthorizationFailed", "The client lacks authorization."),
        an_error(409, "RequestConflict", "The provisioning state is not terminal."),
        an_error(403, "Forbidden", FORBIDDEN, "Outer", "ForbiddenByRbac"),
    ],
    ids=lambda error: "-".join((answer_of(error).code, *answer_of(error).inner)),
)
def test_of_what_stands_in_the_way_it_is_said_what_to_do(error: HttpResponseError) -> None:
    with pytest.raises(NotLearned) as raised:
        refusal_of(error, "CreateResource")
    assert "nothing is known" not in str(raised.value)
    assert answer_of(error).code in str(raised.value)


def test_a_code_that_means_a_refusal_of_one_command_means_none_of_another() -> None:
    of_a_vault = an_error(409, "VaultAlreadyExists", "The name is in use.")
    assert refusal_of(of_a_vault, "CreateVault") == Refused(frozenset({"environment.new-name"}))
    with pytest.raises(NotLearned, match="nothing is known"):
        refusal_of(of_a_vault, "EnableCustomerManagedKeys")


@pytest.mark.parametrize("inner", [(), ("AnotherReason",)], ids=["none", "another"])
def test_a_code_that_is_listed_with_an_inner_error_means_nothing_without_it(
    inner: tuple[str, ...],
) -> None:
    with pytest.raises(NotLearned, match="nothing is known"):
        refusal_of(an_error(409, "Conflict", "It is in the way.", *inner), "CreateKey")


def test_of_what_is_not_learned_no_secret_and_no_page_is_repeated() -> None:
    tenant = "7f1d5a30-54b1-4b0e-9d1e-0a8a6f0c1c01"
    error = an_error(403, "NobodyHasSeenThis", f"{tenant} may not. " + "Why? " * 1_000)
    with pytest.raises(NotLearned) as raised:
        refusal_of(error)
    assert tenant not in str(raised.value)
    assert len(str(raised.value)) < 2 * LONGEST


def test_of_an_answer_that_nobody_lists_its_details_are_kept_without_identifiers() -> None:
    tenant = "7f1d5a30-54b1-4b0e-9d1e-0a8a6f0c1c01"
    inside = {"code": "KeyTooShort", "message": f"The key of {tenant} is too short."}
    details = [{"code": "InvalidEncryption", "message": "It is not valid.", "details": [inside]}]
    error = an_error(400, "BadRequest", "The request is not valid.", details=details)
    with pytest.raises(NotLearned) as raised:
        refusal_of(error, "EnableCustomerManagedKeys")
    told = str(raised.value)
    for each in ("not valid", "InvalidEncryption", "KeyTooShort", "is too short"):
        assert each in told
    assert tenant not in told


def test_every_entry_of_the_table_says_one_thing_and_where_it_was_seen() -> None:
    register = load_register()
    for meaning in MEANINGS:
        assert bool(meaning.because) != bool(meaning.about), meaning.code
        assert set(meaning.because) <= register.keys(), meaning.code
        assert set(meaning.commands) <= COMMANDS.keys(), meaning.code
        assert urlsplit(meaning.source).scheme == "https", meaning.code
        assert not (meaning.once_accepted and meaning.about), meaning.code
