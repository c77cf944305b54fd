"""What a system declares to be without does not apply to it, and is never passed; the core can't be declared away."""

from pathlib import Path

import pytest

from tests.conformance import limited_systems
from tests.conformance.verifying import Verified, fuzz, messages_of, verify
from translator_cmk.cli import main

HERE = limited_systems.__name__
VAULTS = ("--lane", "tour", "--scope", "vaults-and-keys", "--steps", "200")
WITHOUT_SOFT_DELETE = (
    "vault.soft-delete/no-key-of-a-vault-without-soft-delete-is-put-in-use/"
    "access-to-a-vault-with-purge-protection-alone-api"
)
IS_ON = "keys.enable/enabling-what-is-already-on-changes-nothing/customer-managed-keys-are-on-api"
TRAINING = "environment.train/a-trained-model-starts-undeployed"
FEATURES = ("--lane", "features", "--profile", "full")


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Verified:
    return verify(tmp_path_factory.mktemp("bare"), "--python", f"{HERE}:Bare", "--profile", "full",
                  "--lane", "features", "--lane", "tour", "--scope", "losing-the-key")  # fmt: skip


def test_system_without_any_capability_can_be_conformant(bare: Verified) -> None:
    assert bare.exit_code == 0
    tally = bare.report["counts"]["lanes"]["features"]
    assert tally["failed"] == tally["inconclusive"] == tally["not-run"] == 0
    assert tally["passed"] > 180


@pytest.mark.parametrize(
    ("case", "message"),
    [
        ("vault.granted-with-keys/the-portal-grants-access-to-the-chosen-vault-alone", "without the capability portal"),
        ("encryption.section/each-kind-of-resource-on-a-supporting-tier-shows-the-section/translator", "portal"),
        ("environment.end-of-retention/a-protected-vault-is-gone-when-its-retention-ends", "the capability clock"),
        ("tenant.grant-refused/granting-access-across-tenants-is-refused", "without the capability several-tenants"),
        ("keys.use-logged/work-under-microsoft-managed-keys-uses-no-customer-s-key", "without the capability audit"),
        (WITHOUT_SOFT_DELETE, "without soft delete can't be made"),
    ],
)  # fmt: skip  # a table
def test_what_it_is_without_does_not_apply_and_says_why(bare: Verified, case: str, message: str) -> None:
    assert bare.status(case) == "not-applicable"
    assert message in bare.case(case)["reason"]


def test_without_a_portal_keys_are_enabled_through_the_api(bare: Verified) -> None:
    for case in (
        IS_ON,
        "vault.same-region-refused/a-vault-in-another-region-is-refused/access-to-a-vault-in-another-region-api",
    ):
        assert bare.status(case) == "passed"
    asked = messages_of(bare.folder)
    assert '"through":"api"' in asked
    assert '"through":"portal"' not in asked


def test_vault_that_gets_soft_delete_unasked_is_no_vault_without_it(tmp_path: Path) -> None:
    only = ("--requirement", "vault.soft-delete")
    found = verify(tmp_path, "--python", f"{HERE}:MakesVaultsWithSoftDelete", *FEATURES, *only)
    assert found.exit_code == 0
    assert found.status(WITHOUT_SOFT_DELETE) == "not-applicable"


def test_protections_are_not_declared_away_by_a_capability(tmp_path: Path) -> None:
    hides = f"{HERE}:HidesThatItTakesLegacyVaults"
    found = verify(tmp_path, "--python", hides, *FEATURES, "--requirement", "vault.soft-delete")
    assert found.status(WITHOUT_SOFT_DELETE) == "failed"


def test_what_is_declared_and_not_supported_fails_for_one_cause(tmp_path: Path) -> None:
    only = ("--requirement", "keys.enable", "--requirement", "vault.same-region-refused")
    found = verify(tmp_path, "--python", f"{HERE}:HasNoPortal", *FEATURES, *only)
    failed = [case for case in found.report["cases"] if case["status"] == "failed"]
    assert len(failed) > 3
    assert [case["shown"] for case in failed if "changed" in case["shown"]] == []
    assert all("the capability portal, which is declared; observed: unsupported" in case["reason"] for case in failed)
    assert [group["cause"] for group in found.report["groups"]] == ["the capability portal"]
    tour = verify(tmp_path, "--python", f"{HERE}:HasNoClock", *VAULTS)
    assert (tour.exit_code, tour.status("tour/EndVaultRetention")) == (1, "failed")


def test_what_is_declared_and_not_supported_says_nothing_of_what_is_assumed(tmp_path: Path) -> None:
    only = ("--lane", "features", "--requirement", "restoration.data-readable")
    found = verify(tmp_path, "--python", f"{HERE}:HasNoPortal", *only)
    assert found.report["counts"]["assumed"]["differs"] == 0
    assert found.report["counts"]["assumed"]["not-run"] > 0


def test_what_is_declared_and_not_supported_fails(tmp_path: Path) -> None:
    ended = "environment.end-of-retention/a-protected-vault-is-gone-when-its-retention-ends"
    found = verify(tmp_path, "--python", f"{HERE}:HasNoClock", *FEATURES, "--case", ended)
    assert (found.exit_code, found.status(ended)) == (1, "failed")
    assert "the capability clock, which is declared; observed: unsupported" in found.case(ended)["reason"]


def test_core_is_not_declared_away_by_a_stage_without_a_place_for_it(tmp_path: Path) -> None:
    only = ("--requirement", "resource.regional", "--requirement", "environment.train")
    found = verify(tmp_path, "--python", f"{HERE}:OffersNoTier", *FEATURES, *only)
    assert found.exit_code == 4
    core = found.case("resource.regional/a-global-resource-stays-with-microsoft-managed-keys/api")
    assert core["status"] == "not-run"
    assert "no tier 'cmk-tier', which every system must have for this scenario; add it to the stage" in core["reason"]
    assert found.status(TRAINING) == "not-applicable"


def test_command_that_changes_only_what_is_hidden_has_passed_in_no_lane(tmp_path: Path) -> None:
    system = ("--python", f"{HERE}:RotatesOutOfSight")
    both = {"fuzz/RotateKey", "fuzz/CreateKey"}
    tour = verify(tmp_path / "tour", *system, *VAULTS)
    fuzzed = fuzz(tmp_path / "fuzz", lambda found: both <= found.statuses("fuzz").keys(), *system)
    for lane, found in (("tour", tour), ("fuzz", fuzzed)):
        case = found.case(f"{lane}/RotateKey")
        message = (case["status"], case["reason"])
        assert message == ("not-applicable", "not observed: all that it changes is declared as hidden")
        assert found.status(f"{lane}/CreateKey") == "passed"
        assert main(["report", "check", str(found.folder)]) == 0


def test_losses_by_the_stated_causes_are_not_hidden_away(tmp_path: Path) -> None:
    found = verify(
        tmp_path, "--python", f"{HERE}:HidesLosses", *FEATURES, "--topic", "revocation", "--topic", "identity"
    )
    assert found.exit_code == 1
    failed = {case.rpartition("/")[0] for case, status in found.statuses().items() if status == "failed"}
    assert failed == {
        "identity.access-removed/a-disabled-identity-costs-all-that-is-under-the-key",
        "revocation.access-revoked/revoked-access-costs-all-that-is-under-the-key",
        "revocation.vault-deleted/a-deleted-vault-costs-all-that-is-under-the-key",
    }
    hidden = found.case("revocation.data-inaccessible/data-is-read-while-the-key-is-accessible")
    assert (hidden["status"], hidden["reason"]) == (
        "not-applicable",
        "not observed: workspace.readable is declared as hidden",
    )


def test_level_is_reached_alone(tmp_path: Path) -> None:
    topics = ("--topic", "vault", "--topic", "keys", "--topic", "environment")
    found = verify(tmp_path, "--python", f"{HERE}:OnlyVaults", *FEATURES, *topics)
    assert found.exit_code == 0
    claimed, account = (found.report["counts"]["levels"][level] for level in ("vault-and-key", "account"))
    assert 5 < claimed["passed"] == claimed["total"] - claimed["not-applicable"]
    assert account["not-applicable"] == account["total"] > 0
    assert found.case(IS_ON)["reason"] == "the level account is not claimed"
    missing = "environment.exists/a-command-on-a-key-vault-or-a-key-that-was-never-made-is-refused/the-customer-"
    assert found.status(f"{missing}rotates-the-key-cmk-lost-of-kv-prod") == "passed"
