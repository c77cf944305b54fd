"""What what-if lists as a potential change, or did not evaluate, may lose what the same change
loses for certain: beside each there is one that takes nothing away."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.plans import builder as b
from tests.plans.test_cases import consequences_of, report, verdicts
from translator_cmk.plans.words import actions_in_words

ROLE_TYPE = "providers/Microsoft.Authorization/roleAssignments"
FOR_KEYS = "e147488a-f6f5-4113-8e2d-b22465e65bf6"
CUSTOM = f"{b.SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/custom"
IDENTITY = f"{b.GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-cmk"
WRAP = "Microsoft.KeyVault/vaults/keys/wrap/action"
UNWRAP = "Microsoft.KeyVault/vaults/keys/unwrap/action"


def role(name: str = "r", principal: str = b.PRINCIPAL, definition: str = FOR_KEYS) -> b.Values:
    properties = {
        "principalId": principal,
        "principalType": "ServicePrincipal",
        "roleDefinitionId": f"/x/roleDefinitions/{definition}",
    }
    return {"id": f"{b.vault_id()}/{ROLE_TYPE}/{name}", "name": name, "properties": properties}


def custom_role() -> b.Values:
    permissions = [{"dataActions": [WRAP, UNWRAP]}]
    return {"id": CUSTOM, "name": "custom", "properties": {"permissions": permissions}}


def identity() -> b.Values:
    properties = {"principalId": b.OTHER, "clientId": "c"}
    return {"id": IDENTITY, "name": "id-cmk", "properties": properties}


def group(name: str = "rg") -> b.Values:
    return {"id": f"{b.SUBSCRIPTION}/resourceGroups/{name}", "name": name}


def key(**properties: object) -> b.Values:
    return {
        "id": f"{b.vault_id()}/keys/cmk",
        "name": "cmk",
        "properties": {"kty": "RSA", "keySize": 2048, **properties},
    }


def account(**values: Any) -> b.Values:
    return b.arm_account(key="cmk", **values)


def account_of_identity() -> b.Values:
    facts = {"principalId": b.OTHER, "clientId": "c"}
    its = {"type": "UserAssigned", "userAssignedIdentities": {IDENTITY: facts}}
    return account(identity=its)


BY_POLICY = b.arm_vault(policies=[b.PRINCIPAL])
BY_ROLE = b.arm_vault(enableRbacAuthorization=True)
NO_POLICY = b.arm_vault()


def kept(*things: b.Values) -> list[b.Values]:
    return [b.arm_change("NoChange", thing, thing) for thing in things]


def deleted(thing: b.Values) -> b.Values:
    return b.arm_change("Delete", thing, None)


LOSING = {
    "a role": (kept(account(), BY_ROLE), deleted(role())),
    "a role on the group": (
        kept(account(), BY_ROLE),
        deleted({**role(), "id": f"{b.GROUP}/{ROLE_TYPE}/r"}),
    ),
    "the resource group": (kept(account(), BY_POLICY), deleted(group())),
    "the account": (kept(BY_POLICY), deleted(account())),
    "the vault": (kept(account()), deleted(BY_POLICY)),
    "a list without a policy": (
        kept(account()),
        b.arm_change("Modify", BY_POLICY, NO_POLICY),
    ),
    "an identity that is turned off": (
        kept(BY_POLICY),
        b.arm_change("Modify", account(), account(identity={"type": "None"})),
    ),
}
"""What is there besides, and a change that loses something for certain."""

MAY_LOSE = {
    "the key": (kept(account(), BY_POLICY), deleted(key())),
    "a switch to roles": (kept(account()), b.arm_change("Modify", BY_POLICY, BY_ROLE)),
    "an identity": (kept(account_of_identity(), BY_ROLE), deleted(identity())),
    "a custom role": (
        kept(account(), BY_ROLE, role(definition="custom")),
        deleted(custom_role()),
    ),
}
"""The same with changes that may lose something."""

HARMLESS = {
    "a role of somebody else": (kept(account(), BY_ROLE), deleted(role(principal=b.OTHER))),
    "one of two roles": (kept(account(), BY_ROLE, role()), deleted(role("r2"))),
    "another identity": (kept(account(), BY_ROLE), deleted(identity())),
    "another vault": (kept(account(), BY_POLICY), deleted(b.arm_vault("kv-other"))),
    "a policy": (
        kept(account()),
        b.arm_change("Modify", BY_POLICY, b.arm_vault(policies=[b.PRINCIPAL, b.OTHER])),
    ),
    "a role that is made": (kept(account(), BY_ROLE), b.arm_change("Create", None, role())),
}
"""The same with changes that lose nothing."""

Case = tuple[list[b.Values], b.Values]


@pytest.mark.parametrize("case", LOSING.values(), ids=LOSING)
def test_a_potential_change_may_lose_what_the_change_loses(case: Case, tmp_path: Path) -> None:
    besides, change = case
    address = change["resourceId"]
    assert verdicts(b.what_if(*besides, change), tmp_path) == {address: "loses"}
    potential = b.what_if(*besides, potential=[change])
    assert verdicts(potential, tmp_path) == {address: "may-lose"}


@pytest.mark.parametrize("case", MAY_LOSE.values(), ids=MAY_LOSE)
def test_a_potential_change_may_lose_what_the_change_may_lose(case: Case, tmp_path: Path) -> None:
    besides, change = case
    found = {change["resourceId"]: "may-lose"}
    assert verdicts(b.what_if(*besides, change), tmp_path) == found
    assert verdicts(b.what_if(*besides, potential=[change]), tmp_path) == found


@pytest.mark.parametrize("case", HARMLESS.values(), ids=HARMLESS)
def test_a_potential_change_loses_nothing_where_the_change_does_not(
    case: Case, tmp_path: Path
) -> None:
    besides, change = case
    assert verdicts(b.what_if(*besides, change), tmp_path) == {}
    assert verdicts(b.what_if(*besides, potential=[change]), tmp_path) == {}


def test_a_potential_deletion_says_that_the_account_itself_may_go(tmp_path: Path) -> None:
    plan = b.what_if(*kept(BY_POLICY), potential=[deleted(account())])
    [finding] = report(plan, tmp_path).findings
    told = {each.what: each.becomes for each in consequences_of(finding)}
    assert set(told.values()) == {"may be lost"}
    assert "account" in told
    # no key helps where the account is gone
    assert finding.gaps == ()
    words = "may be destroyed (what-if lists it as a potential change)"
    assert actions_in_words(finding) == words


@pytest.mark.parametrize(
    ("certainty", "verdict"), [("definite", "loses"), ("potential", "may-lose"), (None, "loses")]
)
def test_a_stack_says_how_certain_a_change_is(
    certainty: str | None, verdict: str, tmp_path: Path
) -> None:
    vault = {
        "id": b.vault_id(),
        "changeType": "delete",
        "changeCertainty": certainty,
        "resourceConfigurationChanges": {"before": BY_POLICY, "after": None},
    }
    used = {
        "id": b.account_id(),
        "changeType": "noChange",
        "changeCertainty": "potential",
        "resourceConfigurationChanges": {"before": account(), "after": account()},
    }
    stack = {"properties": {"changes": {"resourceChanges": [vault, used]}}}
    assert verdicts(stack, tmp_path) == {b.vault_id(): verdict}


# Beside changes that are certain


def test_a_group_takes_an_account_for_certain_that_only_may_go_by_itself(tmp_path: Path) -> None:
    plan = b.what_if(*kept(BY_POLICY), deleted(group()), potential=[deleted(account())])
    assert verdicts(plan, tmp_path) == {b.GROUP: "loses", b.account_id(): "may-lose"}
    found = report(plan, tmp_path).findings
    [told] = [consequences_of(each) for each in found if each.verdict == "loses"]
    assert ("account", "lost") in {(each.what, each.becomes) for each in told}


def test_a_deletion_does_not_go_with_what_only_may_go(tmp_path: Path) -> None:
    def goes_with(*changes: b.Values, potential: Sequence[b.Values]) -> str:
        plan = b.what_if(*kept(account()), *changes, potential=potential)
        found = report(plan, tmp_path).findings
        return next(each.goes_with for each in found if each.address == key()["id"])

    assert goes_with(deleted(key()), deleted(BY_POLICY), potential=[]) == b.vault_id()
    assert goes_with(deleted(key()), potential=[deleted(BY_POLICY)]) == ""


def test_the_last_role_may_be_another_one_that_may_stay(tmp_path: Path) -> None:
    first, second = role(), role("r2")
    things = kept(account(), BY_ROLE)
    both = b.what_if(*things, deleted(first), deleted(second))
    assert set(verdicts(both, tmp_path).values()) == {"loses"}
    unsupported = b.arm_change("Unsupported", second, None)
    for one in (
        b.what_if(*things, deleted(first), potential=[deleted(second)]),
        b.what_if(*things, deleted(first), unsupported),
    ):
        assert verdicts(one, tmp_path)[first["id"]] == "may-lose"
    same = [b.arm_change("Modify", second, {**second, "tags": {}})]
    assert verdicts(b.what_if(*things, deleted(first), potential=same), tmp_path) == {}


def test_access_that_only_may_be_given_does_not_come_back_for_certain(tmp_path: Path) -> None:
    gone = b.arm_change("Modify", BY_POLICY, NO_POLICY)
    request = {
        "id": f"{b.vault_id()}/accessPolicies/add",
        "name": "add",
        "properties": {"accessPolicies": BY_POLICY["properties"]["accessPolicies"]},
    }
    given = b.arm_change("Create", None, request)

    def backs(plan: b.Values) -> list[str]:
        found = report(plan, tmp_path).findings
        return [gap.back for each in found if each.verdict == "loses" for gap in each.gaps]

    things = kept(account())
    assert backs(b.what_if(*things, gone, given)) == ["back if later"]
    assert backs(b.what_if(*things, gone, potential=[given])) == ["never"]


# What what-if did not evaluate


@pytest.mark.parametrize("change_type", ["Unsupported", "Deploy"])
@pytest.mark.parametrize("name", ["a role", "the resource group", "an identity", "a custom role"])
def test_what_what_if_did_not_evaluate_may_go(name: str, change_type: str, tmp_path: Path) -> None:
    besides, change = {**LOSING, **MAY_LOSE}[name]
    thing = change["before"]
    change = b.arm_change(change_type, thing, None)
    for plan in (b.what_if(*besides, change), b.what_if(*besides, potential=[change])):
        assert verdicts(plan, tmp_path) == {thing["id"]: "may-lose"}
        [finding] = report(plan, tmp_path).findings
        assert actions_in_words(finding) == "not evaluated"
    made = b.what_if(*besides, b.arm_change(change_type, None, thing))
    assert verdicts(made, tmp_path) == {}


def test_a_key_that_what_if_did_not_evaluate_may_go(tmp_path: Path) -> None:
    for before, after in ((key(), None), (None, key())):
        change = b.arm_change("Unsupported", before, after)
        plan = b.what_if(*kept(account(), BY_POLICY), change)
        assert verdicts(plan, tmp_path) == {key()["id"]: "may-lose"}
