"""Mistakes for the theorems that no changed row of the article breaks: a row too many, or a machine that forgets."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tests.explore.semantic import evaluated
from tests.machine.faulty_models import ChangesOnRefusal, NamesNoRequirement
from translator_cmk.machine import ROWS, Accepted, Command, Machine, Outcome, Refused, State
from translator_cmk.machine import commands as cmd
from translator_cmk.machine.entities import Vault


class Mistake(NamedTuple):
    """The theorem that finds it, the scope that shows it, a sentence on it, and the machine that makes it."""

    theorem: str
    scope: str
    sentence: str
    machine: Callable[[], Machine]


class AcceptsWhatIsNotThere(Machine):
    """Accepts, without doing anything, what is asked of something that does not exist."""

    def step(self, state: State, command: Command, choose: Any = None) -> tuple[State, Outcome]:
        after, outcome = super().step(state, command, choose)
        return after, Accepted() if outcome == Refused(frozenset({"environment.exists"})) else outcome


class RecoversWhatIsPurged(Machine):
    """Recovers a vault though it is purged."""

    def step(self, state: State, command: Command, choose: Any = None) -> tuple[State, Outcome]:
        if isinstance(command, cmd.RecoverVault) and state.tables[Vault].get(command.vault, ("",))[-1] == "purged":
            return state.with_changes({(Vault, command.vault): {"state": "active"}}), Accepted(
                frozenset({"environment.mistake"})
            )
        return super().step(state, command, choose)


class NamesAnotherRequirement(Machine):
    """Names with each acceptance a requirement that nothing rests on."""

    def step(self, state: State, command: Command, choose: Any = None) -> tuple[State, Outcome]:
        after, outcome = super().step(state, command, choose)
        if isinstance(outcome, Accepted):
            outcome = Accepted(outcome.by | {"vault.soft-delete-refused"}, outcome.audit)
        return after, outcome


WRONG_MACHINES: tuple[tuple[str, str, str, type[Machine]], ...] = (
    ("what-is-refused-changes-nothing", "losing-the-key", "A refusal turns identities off.", ChangesOnRefusal),
    ("what-changes-something-says-so", "losing-the-key", "An acceptance names nothing.", NamesNoRequirement),
    ("an-acceptance-names-what-it-rests-on", "losing-the-key", "An acceptance names nothing.", NamesNoRequirement),
    ("an-acceptance-names-what-it-rests-on", "losing-the-key", "It names what has no row.", NamesAnotherRequirement),
    ("nothing-is-done-to-what-is-not-there", "losing-the-key", "Anything may not exist.", AcceptsWhatIsNotThere),
    ("nothing-comes-back-that-is-gone-for-good", "vaults-and-keys", "A purged vault returns.", RecoversWhatIsPurged),
)

MISTAKES = (
    *(Mistake(theorem, scope, said, partial(machine, ROWS)) for theorem, scope, said, machine in WRONG_MACHINES),
    *(
        Mistake(each["theorem"], each["scope"], each["mistake"], partial(Machine, (*ROWS, evaluated(each["add"]))))
        for each in yaml.safe_load(Path(__file__).with_name("mistakes.yaml").read_text("utf-8"))
    ),
)
