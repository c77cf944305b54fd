"""A system may say that it leaves out of a look what it could not find out: then nothing is learned."""

import pytest

from translator_cmk.conformance.wire import Direct
from translator_cmk.conformance.wire.partial_looks import left_out
from translator_cmk.conformance.wire.session import Session
from translator_cmk.conformance.wire.subject import Subject, by_chance
from translator_cmk.language.declaration import AT_TIMES, CAPABILITIES, MASKED, Declaration
from translator_cmk.machine import DEFAULT_STAGE, Command, Observation
from translator_cmk.machine.commands import (
    CreateKey,
    CreateResource,
    CreateVault,
    CreateWorkspace,
    EnableCustomerManagedKeys,
    EnableIdentity,
    GrantKeyAccess,
    RevokeKeyAccess,
)
from translator_cmk.system import ModelSystem, NothingLearned

SETTING_UP: tuple[Command, ...] = (
    CreateVault("kv-prod", "westeurope", "production", "apps"),
    CreateKey("kv-prod", "cmk"),
    CreateResource("tr-prod", "Translator", "westeurope", "cmk-tier", "production", "apps"),
    EnableIdentity("tr-prod"),
    GrantKeyAccess("kv-prod", "tr-prod"),
    EnableCustomerManagedKeys("tr-prod", "kv-prod", "cmk", through="api"),
    CreateWorkspace("ws-prod", "tr-prod"),
)


def declares(*hidden: str) -> Declaration:
    """Return the declaration of a system that has everything, and hides this."""
    has = frozenset(CAPABILITIES) - {"parallel"}
    return Declaration("unsure", "1", has, hidden=frozenset(hidden))


class Unsure(ModelSystem):
    """Never finds out whether data can't be read."""

    declaration = declares(MASKED, AT_TIMES)

    def observe(self) -> Observation:
        seen = super().observe()
        for fields in seen["workspace"].values():
            if not fields["readable"]:
                del fields["readable"]
        return seen


class NeverSaysWhere(Unsure):
    """Never finds out whether a workspace is there."""

    def observe(self) -> Observation:
        seen = ModelSystem.observe(self)
        for fields in seen["workspace"].values():
            fields.clear()
        return seen


def after_loss(system: ModelSystem) -> Observation:
    """Return what a system shows once its key is lost."""
    subject = Subject(Session(Direct(lambda: system)), by_chance())
    subject.reset(DEFAULT_STAGE)
    for command in (*SETTING_UP, RevokeKeyAccess("kv-prod", "tr-prod")):
        subject.submit(command)
    return subject.observe()


@pytest.mark.parametrize(
    ("system", "says"),
    [(Unsure(), "readable of the workspace"), (NeverSaysWhere(), "of the workspace")],
)
def test_nothing_is_learned_from_a_look_that_leaves_out_what_could_not_be_found_out(
    system: ModelSystem, says: str
) -> None:
    with pytest.raises(NothingLearned, match=says):
        after_loss(system)


class UnsureUndeclared(Unsure):
    """The same without saying so."""

    declaration = declares(MASKED)


def test_who_does_not_declare_it_shows_no_such_field() -> None:
    assert "readable" not in after_loss(UnsureUndeclared())["workspace"]["ws-prod"]


def test_who_never_shows_workspaces_may_hide_inaccessible_documents() -> None:
    assert left_out({}, {"contracts": "ws-prod"}, declares(MASKED, "workspace")) == frozenset()
