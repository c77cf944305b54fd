"""What looks right to whoever asks in the usual way is found out by the lanes of sequences."""

import json
from pathlib import Path
from random import Random

import pytest

from tests.bdd import wrong_systems
from tests.conformance import limited_systems
from tests.conformance.verifying import (
    DEMANDS,
    FAULTY,
    MODEL,
    TOUR,
    Verified,
    fails_in_fuzzing,
    fuzz,
    messages_of,
    verify,
)
from translator_cmk.cli import main
from translator_cmk.conformance.channels.answering import Direct
from translator_cmk.conformance.fuzz import EFFECTIVE, Fuzzer, Universe, alphabet
from translator_cmk.conformance.judging import oracle_for, run_sequence
from translator_cmk.conformance.sequences import (
    STRESS_START,
    in_variant,
    named_sequences,
    stress_sequences,
    variants,
)
from translator_cmk.conformance.session import Session
from translator_cmk.conformance.subject import Names, ReferenceModel, Subject
from translator_cmk.explore.scopes import SMALL
from translator_cmk.language.declaration import Declaration
from translator_cmk.language.situations import situations
from translator_cmk.machine import COMMANDS, DEFAULT_STAGE, ROWS, Accepted, Machine, Unspecified
from translator_cmk.machine.commands import DeleteKey, ReadData, RevokeKeyAccess
from translator_cmk.machine.stage import Stage


def verified(folder: Path, system: str, *arguments: str) -> Verified:
    """What comes of a wrong system."""
    module = wrong_systems if hasattr(wrong_systems, system) else limited_systems
    return verify(folder, "--python", f"{module.__name__}:{system}", *arguments)


@pytest.mark.parametrize(("blind", "found"), [(0, False), (100, True)])
def test_what_happens_only_when_looked_at_shows_where_nobody_looks(blind: int, found: bool) -> None:
    session = Session(Direct(wrong_systems.CatchesUpWhenLookedAt))
    subject = Subject(session, seed=1)
    situation = situations()["a deployed model under customer-managed keys"]
    commands = (*situation.commands, RevokeKeyAccess("kv-prod", "translator-prod"), ReadData("ws-prod"))
    oracle = oracle_for(Machine(ROWS), subject.declaration)
    assert run_sequence(subject, commands, oracle, blind).failed is found


def test_failure_that_nobody_looked_at_is_replayed_and_checked_alike(tmp_path: Path) -> None:
    system = f"{wrong_systems.__name__}:CatchesUpWhenLookedAt"
    found = fuzz(tmp_path, fails_in_fuzzing, "--python", system, "--seed", "14")
    assert found.exit_code == 1
    kept = next((found.folder / "counterexamples").glob("*.json"))
    assert json.loads(kept.read_text("utf-8"))["unobserved"] is True
    assert main(["replay", "--in-process", "--python", system, str(kept)]) == 1
    assert main(["report", "check", str(found.folder)]) == 0


def test_refusal_is_not_hidden_behind_unsupported(tmp_path: Path) -> None:
    found = verified(tmp_path, "RefusesByNotSupporting", *DEMANDS)
    assert found.exit_code == 1
    case = found.case("tour/EnableCustomerManagedKeys")
    assert case["status"] == "failed"
    assert case["reason"] == "unsupported, though the capability portal is declared"


@pytest.mark.parametrize(
    ("system", "steps"),
    [("LosesOnlyWhatIsTranslators", "2400"), ("KeepsABackupInSight", "70"), ("KeepsAnArchiveInSight", "70")],
)
def test_losses_of_one_kind_of_resource_and_what_is_kept_under_another_name_are_seen(
    tmp_path: Path, system: str, steps: str
) -> None:
    assert verified(tmp_path, system, *TOUR, "--steps", steps).exit_code == 1


def test_level_that_rests_on_others_is_put_to_the_test_alone(tmp_path: Path) -> None:
    found = verified(tmp_path, "OnlyCustomTranslator", *TOUR)
    assert found.exit_code == 0
    assert {each["level"] for each in found.report["cases"]} == {"custom-translator"}
    assert found.status("tour/UploadDocument") == "passed"


def test_mistake_in_a_level_that_is_not_claimed_is_none(tmp_path: Path) -> None:
    found = verified(tmp_path, "TakesAnyKey", *DEMANDS)
    assert "failed" not in found.statuses().values()


def test_what_comes_about_in_a_level_that_is_claimed_counts_whatever_brought_it_about(tmp_path: Path) -> None:
    found = verified(tmp_path, "LosesNothingWithTheVault", *TOUR)
    assert found.exit_code == 1
    case = found.case("tour/DeleteVault")
    assert (case["status"], case["level"]) == ("failed", "custom-translator")
    assert main(["report", "check", str(found.folder)]) == 0


@pytest.mark.parametrize(("windows", "some"), [({"CreateVault": 0}, True), (dict.fromkeys(COMMANDS, 1), False)])
def test_window_is_no_reason_to_look_in_sequences_that_need_none(windows: dict[str, int], some: bool) -> None:
    fuzzer = Fuzzer(Declaration("it", "1", windows=windows), seed=1)
    drawn = [fuzzer.draw() for _ in range(30)]
    assert any(unobserved and asked for asked, unobserved in drawn) is some


def test_requirement_of_which_nothing_is_tried_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = verified(tmp_path, "OnlyVaults", "--lane", "features", "--topic", "vault")
    message = "never tried, as declared: "
    assert message in capsys.readouterr().out
    assert message in (found.folder / "summary.md").read_text("utf-8")


def test_what_demands_nothing_of_anybody_is_not_called_untried(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = verify(tmp_path, "--python", MODEL, "--profile", "full", "--requirement", "keys.change")
    assert found.statuses() == {
        "keys.change/another-key-may-be-accepted-or-refused-in-place-of-the-one-in-use/portal": "not-applicable",
        "keys.change/another-key-may-be-accepted-or-refused-in-place-of-the-one-in-use/api": "not-applicable",
        "keys.change/another-key-after-a-move-to-another-tenant-may-be-accepted-or-refused": "not-applicable",
    }
    assert "never tried" not in capsys.readouterr().out


def test_refusing_everything_earns_nothing_in_sequences_either(tmp_path: Path) -> None:
    found = verified(tmp_path, "RefusesAllWorkspaces", *TOUR)
    assert found.exit_code in (1, 4)
    assert "passed" not in found.statuses("tour").values()


def test_what_is_declared_to_be_parallel_is_tried_in_two_sessions(tmp_path: Path) -> None:
    found = verify(tmp_path, "--python", MODEL, "--lane", "features", "--topic", "vault")
    assert found.exit_code == 0
    messages = map(json.loads, messages_of(found.folder).splitlines())
    assert sum(each.get("request", {}).get("verb") == "hello" for each in messages) == 2


def test_sessions_that_declare_different_things_end_the_run(tmp_path: Path) -> None:
    found = verify(tmp_path, "--stdio", f"{FAULTY} hello=renamed", "--lane", "features", "--topic", "vault")
    assert (found.exit_code, found.report["complete"]) == (4, False)
    assert found.report["trouble"] == "declared something else in another session"
    assert main(["report", "check", str(found.folder)]) == 4


VAULTS = ("kv-prod", "old-kv-prod", "kv-prod-2")


def test_names_are_found_again_in_either_form() -> None:
    names = Names("k3v40")
    for name in (*VAULTS, "kv", "legal-en-de-2"):
        assert names.plain(names.salted_name(name)) == name
        assert names.ours("vault", names.salted_name(name), {})
    assert {names.plain(name) for name in ("kv-prod-2-k3v40", "kv-prod-k3v40-old")}.isdisjoint(VAULTS)
    assert not names.ours("vault", Names("k3v401").salted_name("kv-prod"), {"region": "eastus"})
    assert names.ours("document", f"{names.salted_name('contracts')}-backup", {})
    assert names.ours("document", "archive", {"workspace": names.salted_name("ws-prod")})


def test_some_names_begin_like_others_and_some_end_like_others() -> None:
    vault, other, third = map(Names("k3v40").salted_name, VAULTS)
    assert other.endswith(vault)
    assert third.startswith(vault)


def test_specification_treats_every_kind_and_region_alike() -> None:
    sequences = [(*scope.start, *Random(1).choices(scope.alphabet, k=200)) for scope in SMALL]
    usual, *others = variants(DEFAULT_STAGE)
    assert len(others) == 11
    for commands in [*sequences, *stress_sequences()]:
        assert tuple(in_variant(commands, usual)) == commands
        outcomes = {tuple(map(ReferenceModel().submit, in_variant(commands, each))) for each in others}
        assert outcomes == {tuple(map(ReferenceModel().submit, commands))}


def test_region_that_is_not_offered_stands_for_none() -> None:
    only = variants(Stage(regions=("eastus",)))
    assert len(only) == 6
    assert not any("westeurope" in each for each in only)


def test_stress_fixture_comes_about() -> None:
    reference = ReferenceModel()
    assert all(isinstance(reference.submit(command), Accepted) for command in named_sequences()[STRESS_START])
    seen = reference.observe()
    assert (len(seen["resource"]), len(seen["document"]), len(seen["model"])) == (5, 10, 7)


def test_fuzzing_wants_what_is_left_open_as_it_wants_what_is_accepted() -> None:
    universe = Universe(alphabet(), [()], Declaration("any", "1"))
    reference = ReferenceModel()
    for command in (*situations()["customer-managed keys are on"].commands, DeleteKey("kv-prod", "cmk-2048")):
        reference.submit(command)
    wanted = universe.of_kind("ReturnToMicrosoftManagedKeys", EFFECTIVE, reference)
    assert any(isinstance(reference.looks_at(command), Unspecified) for command in wanted)
