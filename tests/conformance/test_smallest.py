"""The smallest run: one sequence that is asked once, in one world, and what it shows."""

from collections.abc import Collection, Mapping
from typing import Any

import pytest

from translator_cmk.conformance.cases import SMALLEST, TOUR
from translator_cmk.conformance.channels import Direct
from translator_cmk.conformance.clock import Clock
from translator_cmk.conformance.lanes.sequences import smallest_parts
from translator_cmk.conformance.lanes.tour import run_tour
from translator_cmk.conformance.report.envelope import Made
from translator_cmk.conformance.running import Running
from translator_cmk.conformance.session import Session
from translator_cmk.conformance.session_pool import SessionPool
from translator_cmk.language.declaration import AT_TIMES, CAPABILITIES, MASKED, Declaration
from translator_cmk.machine import (
    COUNTER_ROWS,
    DEFAULT_STAGE,
    REMEMBERING,
    Accepted,
    Command,
    Machine,
    Observation,
    Outcome,
    Refused,
    Stage,
    observe,
)
from translator_cmk.machine.commands import (
    CreateWorkspace,
    DeleteResource,
    DeleteVault,
    DisableIdentity,
    EnableCustomerManagedKeys,
    EnableIdentity,
    GrantKeyAccess,
    ReadData,
    RecoverVault,
    RevokeKeyAccess,
    TranslateWithModel,
    UploadDocument,
)
from translator_cmk.machine.entities import MICROSOFT
from translator_cmk.system import ModelSystem, NothingLearned

WHOLE = tuple(command for part in smallest_parts() for command in part.steps)

WORTH_MOST = {
    "keys.enable",
    "keys.rsa-2048",
    "restoration.uploads-stay-deleted",
    "revocation.access-revoked",
    "revocation.data-inaccessible",
    "revocation.deletes-uploads",
    "revocation.features-stop",
    "revocation.undeploys",
    "revocation.vault-deleted",
    "identity.access-removed",
    "vault.purge-protection",
    "vault.same-region",
    "workspace.covered",
}
"""What the smallest run is for."""


class Asked(ModelSystem):
    """The model, which remembers what it was asked, without the rows of some requirements and with
    the mistakes about others.
    """

    def __init__(self, lacking: Collection[str] = (), mistaken: Collection[str] = ()) -> None:
        rows = [row for row in REMEMBERING if row.requirement not in lacking]
        mistakes = [row for row in COUNTER_ROWS if row.requirement in mistaken]
        super().__init__(Machine([*rows, *mistakes]))
        self.asked: list[Command] = []
        self.worlds = 0

    def reset(self, stage: Stage = DEFAULT_STAGE) -> None:
        self.worlds += 1
        super().reset(stage)

    def submit(self, command: Command) -> Outcome:
        self.asked.append(command)
        return super().submit(command)


class OwnTime(Clock):
    """A time that passes only where somebody waits."""

    time = 0.0

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


def put_through(system: Any) -> Mapping[str, Any]:
    """Put a system through the smallest run, and return the envelope of its report."""
    budgets = {"scopes": [SMALLEST], "steps": 1, "seconds": 1.0}
    made = Made("0" * 64, "python", "article", "2025-01-28", (), (TOUR,), {}, 1, budgets)
    running = Running(made)
    clock = getattr(system, "clock", None)
    subject = SessionPool(lambda: Session(Direct(lambda: system), clock=clock), 1).subject()
    running.declared = subject.declaration
    run_tour(running, subject, [SMALLEST], 1)
    running.finished = True
    return running.envelope()


def statuses(envelope: Mapping[str, Any]) -> dict[str, str]:
    """Return the status of each command."""
    return {case["id"].removeprefix("tour/"): case["status"] for case in envelope["cases"]}


def failures(envelope: Mapping[str, Any]) -> list[str]:
    """Return the requirements to which the failures are attributed."""
    found: list[str] = []
    for case in envelope["cases"]:
        if case["status"] == "failed":
            found += case["attributed_to"]
    return found


def test_the_model_passes_it_whole_and_shows_what_it_is_for() -> None:
    system = Asked()
    envelope = put_through(system)
    assert set(statuses(envelope).values()) == {"passed"}
    assert envelope["exit_code"] == 0
    assert len(system.asked) == len(WHOLE)
    assert set(envelope["tour"]["shown"]) >= WORTH_MOST
    assert envelope["tour"]["settled"]["restoration.data-readable"] is True


def test_it_needs_one_paid_resource_two_vaults_one_workspace_and_one_model() -> None:
    model = ModelSystem()
    most: dict[str, int] = {}
    for command in WHOLE:
        model.submit(command)
        for kind, entities in model.observe().items():
            most[kind] = max(most.get(kind, 0), len(entities))
    assert [most[kind] for kind in ("resource", "vault", "workspace", "model")] == [1, 2, 1, 1]
    assert not model.observe()["resource"]
    assert {vault["state"] for vault in model.observe()["vault"].values()} == {"deleted"}


def test_what_is_worth_most_comes_before_the_hours_of_training() -> None:
    names = [type(command).__name__ for command in WHOLE]
    last_enabling = len(names) - 1 - names[::-1].index("EnableCustomerManagedKeys")
    assert last_enabling < names.index("CreateWorkspace") < names.index("TrainModel")


def test_nothing_is_asked_that_breaks_two_demands_at_once() -> None:
    model = ModelSystem()
    for command in WHOLE:
        outcome = model.submit(command)
        if isinstance(command, EnableCustomerManagedKeys) and isinstance(outcome, Refused):
            assert len({reason.removesuffix("-refused") for reason in outcome.because}) == 1
        assert getattr(command, "keys", MICROSOFT) == MICROSOFT


@pytest.mark.parametrize("requirement", sorted(WORTH_MOST - {"keys.enable", "vault.same-region"}))
def test_a_system_that_lacks_what_it_shows_fails_it(requirement: str) -> None:
    refusals = {
        "keys.rsa-2048": "keys.rsa-2048-refused",
        "vault.purge-protection": "vault.purge-protection-refused",
    }
    gone = {requirement, refusals.get(requirement, requirement)}
    envelope = put_through(Asked(lacking=gone, mistaken={requirement}))
    assert envelope["exit_code"] == 1
    assert failures(envelope)
    assert requirement not in envelope["tour"]["shown"]


def test_after_a_difference_the_rest_is_carried_out_once_and_judged_no_more() -> None:
    system = Asked(["vault.purge-protection-refused"], ["vault.purge-protection"])
    envelope = put_through(system)
    assert failures(envelope) == ["vault.purge-protection"]
    assert system.worlds == 1
    assert len(system.asked) == len(WHOLE)
    first_enabling = next(
        number for number, each in enumerate(WHOLE) if isinstance(each, EnableCustomerManagedKeys)
    )
    assert envelope["tour"]["unjudged"] == len(WHOLE) - 1 - first_enabling
    assert "revocation.access-revoked" not in envelope["tour"]["shown"]


# Answers that say nothing of the specification


class Vague(Asked):
    """Says something unintelligible in place of each refusal."""

    def submit(self, command: Command) -> Outcome:
        outcome = super().submit(command)
        if isinstance(outcome, Refused):
            raise NothingLearned("an error that nobody lists")
        return outcome


def test_an_answer_that_says_nothing_ends_nothing_and_shows_nothing() -> None:
    envelope = put_through(Vague())
    assert envelope["exit_code"] == 4
    assert not failures(envelope)
    assert statuses(envelope)["EnableCustomerManagedKeys"] == "nothing-learned"
    shown = set(envelope["tour"]["shown"])
    refusals = {"vault.same-region", "vault.purge-protection", "keys.rsa-2048"}
    assert shown.isdisjoint(refusals | {"revocation.features-stop"})
    assert shown >= {"revocation.deletes-uploads", "revocation.undeploys", "keys.enable"}


class RefusesToEnable(Asked):
    """Refuses whatever asks for customer-managed keys."""

    def submit(self, command: Command) -> Outcome:
        if isinstance(command, EnableCustomerManagedKeys):
            return Refused()
        return super().submit(command)


class SaysNothingOfEnabling(Asked):
    """Says something unintelligible to whatever asks for customer-managed keys."""

    def submit(self, command: Command) -> Outcome:
        if isinstance(command, EnableCustomerManagedKeys):
            raise NothingLearned("an error that nobody lists")
        return super().submit(command)


def test_a_system_that_refuses_all_customer_managed_keys_shows_no_demand() -> None:
    shown = put_through(RefusesToEnable())["tour"]["shown"]
    assert {"vault.same-region", "vault.purge-protection", "keys.rsa-2048"}.isdisjoint(shown)


@pytest.mark.parametrize("system", [RefusesToEnable(), SaysNothingOfEnabling()])
def test_where_enabling_is_never_accepted_nothing_is_asked_that_takes_hours(
    system: Asked,
) -> None:
    envelope = put_through(system)
    asked = {type(command).__name__ for command in system.asked}
    assert asked.isdisjoint({"CreateWorkspace", "TrainModel", "DeployModel", "RevokeKeyAccess"})
    [training] = [case for case in envelope["cases"] if case["id"] == "tour/TrainModel"]
    assert training["status"] == "not-run"
    assert training["reason"] == "not asked: EnableCustomerManagedKeys was never accepted"


class KeepsResources(Asked):
    """Says something unintelligible to the deletion of a resource."""

    def submit(self, command: Command) -> Outcome:
        if isinstance(command, DeleteResource):
            raise NothingLearned("a workspace stays")
        return super().submit(command)


def test_a_vault_is_kept_as_long_as_a_resource_uses_its_key() -> None:
    system = KeepsResources()
    put_through(system)
    assert isinstance(system.asked[-1], ReadData)
    [resource] = system.observe()["resource"].values()
    vault, _, _ = resource["key"].partition("/")
    assert system.observe()["vault"][vault]["state"] == "active"


class Hides(Asked):
    """Shows no document while data is inaccessible, and says so."""

    declaration = Declaration(
        "hides", "1", frozenset(CAPABILITIES) - {"parallel"}, hidden=frozenset({MASKED})
    )

    def observe(self) -> Observation:
        seen = super().observe()
        for name in list(seen["document"]):
            workspace = seen["document"][name]["workspace"]
            if not seen["workspace"][workspace]["readable"]:
                del seen["document"][name]
        return seen


def test_a_deletion_that_can_be_seen_only_later_is_shown_then() -> None:
    assert put_through(Hides())["tour"]["shown"] == put_through(Asked())["tour"]["shown"]
    kept = put_through(Hides(lacking=["revocation.deletes-uploads"]))
    assert failures(kept)
    assert "revocation.deletes-uploads" not in kept["tour"]["shown"]


class Unsure(Asked):
    """Can't find out whether data is readable that is not, and says so."""

    hidden = frozenset({MASKED, AT_TIMES})

    def __init__(self, lacking: Collection[str] = ()) -> None:
        super().__init__(lacking)
        can = frozenset(CAPABILITIES) - {"parallel"}
        self.declaration = Declaration("unsure", "1", can, hidden=self.hidden)

    def observe(self) -> Observation:
        seen = super().observe()
        for workspace, fields in seen["workspace"].items():
            if fields["readable"]:
                continue
            del fields["readable"]
            documents = seen["document"]
            seen["document"] = {
                name: own for name, own in documents.items() if own["workspace"] != workspace
            }
        return seen


class UnsureUndeclared(Unsure):
    """The same without saying so."""

    hidden = frozenset({MASKED})


def test_a_look_counts_where_it_says_nothing_of_the_data() -> None:
    envelope = put_through(Unsure())
    assert envelope["exit_code"] == 0
    seen_nevertheless = {
        "revocation.access-revoked",
        "revocation.vault-deleted",
        "revocation.undeploys",
        "revocation.deletes-uploads",
    }
    assert set(envelope["tour"]["shown"]) >= seen_nevertheless


class KnowsNothing(Unsure):
    """Can't find out either whether such a workspace and its models are there."""

    def observe(self) -> Observation:
        seen = super().observe()
        for fields in seen["workspace"].values():
            if "readable" in fields:
                continue
            fields.clear()
            for model in seen["model"].values():
                del model["state"]
        return seen


def test_what_may_not_be_there_at_all_is_neither_lost_nor_shown() -> None:
    envelope = put_through(KnowsNothing())
    assert envelope["exit_code"] == 0
    assert "revocation.access-revoked" in envelope["tour"]["shown"]
    kept = put_through(KnowsNothing(["revocation.undeploys"]))
    assert "revocation.undeploys" not in kept["tour"]["shown"]


@pytest.mark.parametrize(
    ("system", "found"),
    [
        (Unsure(["revocation.undeploys"]), "revocation.undeploys"),
        (Unsure(["revocation.deletes-uploads"]), "restoration.uploads-stay-deleted"),
        (UnsureUndeclared(), "revocation.data-inaccessible"),
    ],
)
def test_a_look_that_says_nothing_of_the_data_hides_nothing_else(
    system: Unsure, found: str
) -> None:
    envelope = put_through(system)
    assert found in failures(envelope)
    assert found not in envelope["tour"]["shown"]


def test_outside_the_smallest_run_nothing_is_learned_from_such_a_look() -> None:
    system = Unsure()
    subject = SessionPool(lambda: Session(Direct(lambda: system)), 1).subject()
    subject.reset(DEFAULT_STAGE)
    revoked = next(number for number, each in enumerate(WHOLE) if isinstance(each, RevokeKeyAccess))
    for command in WHOLE[:revoked]:
        subject.submit(command)
    subject.observe()
    subject.submit(WHOLE[revoked])
    with pytest.raises(NothingLearned, match="readable of the workspace"):
        subject.observe()


class SaysNothingOfReading(Unsure):
    """Says nothing of reads and uploads either that it refuses, or of translations."""

    silent: tuple[type[Command], ...] = (ReadData, UploadDocument, TranslateWithModel)

    def submit(self, command: Command) -> Outcome:
        outcome = super().submit(command)
        if isinstance(outcome, Refused) and isinstance(command, self.silent):
            raise NothingLearned("an error that nobody lists")
        return outcome


class RefusesReads(SaysNothingOfReading):
    """Refuses reads, and says nothing of the others."""

    silent = (UploadDocument, TranslateWithModel)


class SaysNothingOfReads(SaysNothingOfReading):
    """Says nothing of reads, and refuses the others."""

    silent = (ReadData,)


@pytest.mark.parametrize(
    ("system", "is_shown"),
    [(SaysNothingOfReading(), False), (SaysNothingOfReads(), False), (RefusesReads(), True)],
)
def test_inaccessible_data_is_shown_by_nothing_but_a_read_or_what_says_so(
    system: Unsure, is_shown: bool
) -> None:
    shown = put_through(system)["tour"]["shown"]
    assert {"revocation.undeploys", "revocation.deletes-uploads"} <= set(shown)
    assert ("revocation.data-inaccessible" in shown) is is_shown


class LeavesPolicies(Unsure):
    """Can't find out whether access is there of an identity that is off, or gone."""

    resource = ""

    def observe(self) -> Observation:
        seen = super().observe()
        for resource in seen["resource"]:
            self.resource = resource
        identity = seen["resource"].get(self.resource, {}).get("identity", False)
        for vault, fields in seen["vault"].items():
            if self.resource and not identity and fields["state"] == "active":
                seen["grant"][f"{vault}/{self.resource}"] = {"resource": self.resource}
        return seen


def test_access_of_an_identity_that_is_off_may_be_unknown() -> None:
    envelope = put_through(LeavesPolicies())
    assert envelope["exit_code"] == 0
    assert "identity.access-removed-elsewhere" not in envelope["tour"]["settled"]


class NeverSaysWhere(Unsure):
    """Can't find out of any workspace whether it is there, from its creation on."""

    made: str = ""

    def submit(self, command: Command) -> Outcome:
        if isinstance(command, CreateWorkspace):
            self.made = command.workspace
        return super().submit(command)

    def observe(self) -> Observation:
        seen = ModelSystem.observe(self)
        seen["workspace"] = {self.made: {}} if self.made else {}
        return seen


def test_outside_the_smallest_run_nothing_is_learned_of_what_may_be_gone() -> None:
    system = NeverSaysWhere()
    subject = SessionPool(lambda: Session(Direct(lambda: system)), 1).subject()
    subject.reset(DEFAULT_STAGE)
    created = next(n for n, each in enumerate(WHOLE) if isinstance(each, CreateWorkspace))
    for command in WHOLE[: created + 1]:
        subject.submit(command)
    assert system.made
    with pytest.raises(NothingLearned, match="of the workspace"):
        subject.observe()
    subject.submit(WHOLE[-2])  # which deletes its resource, so it should be gone
    with pytest.raises(NothingLearned, match="of the workspace"):
        subject.observe()


class DoesItLater(Asked):
    """Breaks over the first revocation, and carries it out with the next command."""

    waiting: Command | None = None
    broke = False

    def submit(self, command: Command) -> Outcome:
        if self.waiting is not None:
            super().submit(self.waiting)
            self.waiting = None
        if isinstance(command, RevokeKeyAccess) and not self.broke:
            self.broke = True
            self.waiting = command
            raise RuntimeError("a gateway gave up")
        return super().submit(command)


def test_what_a_command_does_late_that_said_nothing_is_no_difference() -> None:
    envelope = put_through(DoesItLater())
    assert not failures(envelope)
    assert envelope["exit_code"] == 4


class GoesSilent(Asked):
    """Says nothing from the first workspace on."""

    def submit(self, command: Command) -> Outcome:
        outcome = super().submit(command)
        if any(isinstance(asked, CreateWorkspace) for asked in self.asked):
            raise RuntimeError("no")
        return outcome


def test_a_system_that_says_nothing_any_more_is_given_up() -> None:
    system = GoesSilent()
    envelope = put_through(system)
    assert "keys.enable" in envelope["tour"]["shown"]
    assert not failures(envelope)
    assert len(system.asked) < len(WHOLE) / 2


class LooksAway(Asked):
    """Says nothing at the first look after a revocation."""

    looked_away = False

    def observe(self) -> Observation:
        latest = self.asked[-1] if self.asked else None
        if not self.looked_away and isinstance(latest, RevokeKeyAccess):
            self.looked_away = True
            raise NothingLearned("a throttle")
        return super().observe()


def test_a_look_that_says_nothing_ends_nothing() -> None:
    envelope = put_through(LooksAway())
    assert envelope["exit_code"] == 0
    assert set(envelope["tour"]["shown"]) >= {"revocation.vault-deleted", "revocation.undeploys"}


# Losses that come late

LOSES = (RevokeKeyAccess, DisableIdentity, DeleteVault)
GIVES_BACK = (GrantKeyAccess, EnableIdentity, RecoverVault)
WINDOW = 3600
"""Seconds that a loss may take to come, and what was lost to come back."""

BY_LOSSES = {
    "revocation.access-revoked",
    "revocation.deletes-uploads",
    "revocation.undeploys",
    "restoration.uploads-stay-deleted",
}


def has_data(model: ModelSystem) -> bool:
    """Return whether there is something to lose."""
    return bool(ModelSystem.observe(model)["workspace"])


class LosesLater(Asked):
    """Takes a key away at once, and heeds that after a while, if the key is still gone then.

    Until then it shows, answers and accepts as before.
    """

    after = 1800.0
    """How many seconds later."""

    def __init__(self, lacking: Collection[str] = ()) -> None:
        super().__init__(lacking)
        self.clock = OwnTime()
        kept = {*lacking, "revocation.data-inaccessible"}
        rows = [row for row in REMEMBERING if row.requirement not in kept]
        self.without_losses = Machine(rows)
        self.as_before = self.state
        self.is_late = False
        self.since = 0.0
        self.declaration = Declaration(
            "loses later",
            "1",
            frozenset(CAPABILITIES) - {"parallel"},
            hidden=frozenset({MASKED, AT_TIMES}),
            windows={command.__name__: WINDOW for command in LOSES},
        )

    def settle(self, seconds: int) -> bool:  # noqa: ARG002  # as the contract has it
        """Nothing says when a loss has come."""
        return False

    def heed(self) -> None:
        """Heed a loss, once its time has come."""
        if self.clock.now() - self.since >= self.after:
            self.is_late = False

    def submit(self, command: Command) -> Outcome:
        self.heed()
        if self.is_late and isinstance(command, GIVES_BACK):
            self.state = self.as_before
            self.is_late = False
        if isinstance(command, LOSES):
            self.as_before = self.state
            self.is_late = True
            self.since = self.clock.now()
        outcome = super().submit(command)
        if self.is_late:
            self.as_before, outcome = self.without_losses.step(self.as_before, command)
        return outcome

    def observe(self) -> Observation:
        self.heed()
        if self.is_late:
            return observe(self.without_losses.world(self.as_before))
        return super().observe()


class KnowsLess(LosesLater):
    """Says nothing of the data from a loss on until it has the key back: neither to a look nor to
    a command.
    """

    is_lost = False

    def submit(self, command: Command) -> Outcome:
        if isinstance(command, (*LOSES, *GIVES_BACK)):
            self.is_lost = has_data(self) and isinstance(command, LOSES)
        outcome = super().submit(command)
        if self.is_lost and isinstance(command, ReadData | TranslateWithModel | UploadDocument):
            raise NothingLearned("an error that nobody lists")
        return outcome

    def observe(self) -> Observation:
        seen = super().observe()
        if self.is_lost:
            seen["document"].clear()
            for workspace in seen["workspace"].values():
                workspace.pop("readable")
            for model in seen["model"].values():
                model.pop("state")
        return seen


class ShowsNothing(KnowsLess):
    """Can't be looked at meanwhile."""

    def observe(self) -> Observation:
        if self.is_lost:
            raise NothingLearned("a throttle")
        return super().observe()


class SaysNothingOfRevoking(KnowsLess):
    """Gives no answer to a revocation either, and carries it out."""

    def submit(self, command: Command) -> Outcome:
        outcome = super().submit(command)
        if isinstance(command, RevokeKeyAccess):
            raise NothingLearned("a gateway gave up")
        return outcome


@pytest.mark.parametrize("system", [LosesLater(), KnowsLess(), ShowsNothing()])
def test_a_loss_that_comes_within_its_window_is_no_difference(system: LosesLater) -> None:
    envelope = put_through(system)
    assert not failures(envelope)
    assert not envelope["tour"]["unjudged"]
    assert set(envelope["tour"]["shown"]) >= BY_LOSSES


def test_a_loss_without_an_answer_has_its_window_too() -> None:
    assert not failures(put_through(SaysNothingOfRevoking()))


@pytest.mark.parametrize("system", [LosesLater, KnowsLess, ShowsNothing])
def test_what_has_not_come_after_its_window_is_found(system: type[LosesLater]) -> None:
    envelope = put_through(system(["revocation.deletes-uploads"]))
    assert "restoration.uploads-stay-deleted" in failures(envelope)
    assert "revocation.deletes-uploads" not in envelope["tour"]["shown"]


class AcceptsLonger(Asked):
    """Shows a loss at once, and for a while still serves and accepts as before."""

    late: tuple[type[Command], ...] = (ReadData, TranslateWithModel, UploadDocument)
    """The commands that it answers so."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.clock = OwnTime()
        self.seconds = seconds
        self.earlier = self.state
        self.since = -seconds
        can = frozenset(CAPABILITIES) - {"parallel"}
        windows = {command.__name__: WINDOW for command in LOSES}
        self.declaration = Declaration("accepts longer", "1", can, windows=windows)

    def settle(self, seconds: int) -> bool:  # noqa: ARG002  # as the contract has it
        """Nothing says when a loss is heeded."""
        return False

    def submit(self, command: Command) -> Outcome:
        earlier = self.earlier
        if isinstance(command, LOSES) and has_data(self):
            self.earlier = self.state
            self.since = self.clock.now()
        before = self.state
        outcome = super().submit(command)
        is_heeded = self.clock.now() - self.since >= self.seconds
        if is_heeded or not isinstance(command, self.late):
            return outcome
        _, as_before = self.machine.step(earlier, command)
        if isinstance(outcome, Refused) and isinstance(as_before, Accepted):
            self.state = before
            return as_before
        return outcome


def test_what_is_accepted_before_a_window_has_closed_is_no_difference() -> None:
    envelope = put_through(AcceptsLonger(1800.0))
    assert envelope["exit_code"] == 0
    assert not envelope["tour"]["unjudged"]
    assert set(envelope["tour"]["shown"]) >= WORTH_MOST


def test_what_is_accepted_after_it_is_found() -> None:
    assert "revocation.features-stop" in failures(put_through(AcceptsLonger(7200.0)))


class AcceptsUploadsLonger(AcceptsLonger):
    """Does so only with uploads."""

    late = (UploadDocument,)


def test_what_can_not_be_asked_again_is_asked_once_the_window_has_closed() -> None:
    for seconds, is_refused in ((1800.0, True), (7200.0, False)):
        settled = put_through(AcceptsUploadsLonger(seconds))["tour"]["settled"]
        assert settled["revocation.no-upload"] is is_refused


class TranslatesAgain(Asked):
    """Translates again with the models of a lost key, a while after it has it back."""

    back_since: float | None = None

    def __init__(self) -> None:
        super().__init__()
        self.clock = OwnTime()
        can = frozenset(CAPABILITIES) - {"parallel"}
        windows = {command.__name__: WINDOW for command in GIVES_BACK}
        self.declaration = Declaration("translates again", "1", can, windows=windows)

    def settle(self, seconds: int) -> bool:  # noqa: ARG002  # as the contract has it
        """Nothing says when access that was granted is heeded."""
        return False

    def submit(self, command: Command) -> Outcome:
        outcome = super().submit(command)
        if isinstance(command, GrantKeyAccess) and has_data(self):
            self.back_since = self.clock.now()
        is_translation = isinstance(command, TranslateWithModel)
        if self.back_since is None or not is_translation:
            return outcome
        if self.clock.now() - self.back_since < 1800:
            return outcome
        return Accepted(frozenset())


def test_a_refusal_is_not_praised_while_its_reason_may_be_one_that_has_passed() -> None:
    assert failures(put_through(TranslatesAgain()))
