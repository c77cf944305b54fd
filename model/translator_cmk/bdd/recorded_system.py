"""A recorded system: all that it was asked is kept, with the answers."""

from ..language.declaration import Declaration
from ..language.facts import changed_facts
from ..language.sentences import format_command, format_fact
from ..machine import Command, Observation, Outcome
from ..oracle import Exchange
from ..system import Inconclusive, ModelSystem, System, Unsupported
from .assertions import AssertionFailed
from .prerequisites import promised
from .systems import declaration_of


class ResetFailed(Inconclusive):
    """After a reset the system shows something else than the stage it was given."""


class CapabilityMissing(AssertionFailed):
    """The system does not support a command, and has declared a capability that includes it."""

    def __init__(self, capability: str, command: Command) -> None:
        expected = f"the capability {capability}, which is declared"
        super().__init__(expected, f"unsupported, when {format_command(command)}")
        self.capability = capability


class RecordedSystem:
    """A system whose exchanges are kept, and which is observed once after each command."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.declared = declaration_of(system)
        self.exchanges: list[Exchange] = []
        """Every command so far."""
        self._seen: Observation | None = None

    def reset(self) -> None:
        """Begin with the stage that the system has declared; raises `ResetFailed`."""
        self.system.reset(self.declared.stage)
        self.exchanges = []
        self._seen = None
        must_show_the_stage(self.observe(), self.declared)

    def submit(self, command: Command) -> Outcome:
        """Return the outcome of a command.

        Raises `Unsupported` or `CapabilityMissing` where the system does not know the command.
        """
        self._seen = None
        try:
            outcome = self.system.submit(command)
        except Unsupported:
            capability = promised(command, self.declared)
            if capability is None:
                raise
            raise CapabilityMissing(capability, command) from None
        self.exchanges.append(Exchange(command, outcome, None))
        return outcome

    def observe(self) -> Observation:
        """Return what the system has shown since the last command."""
        if self._seen is None:
            self._seen = self.system.observe()
            if self.exchanges:
                self.exchanges[-1] = self.exchanges[-1]._replace(seen=self._seen)
        return self._seen


def must_show_the_stage(seen: Observation, declared: Declaration) -> None:
    """Raise `ResetFailed` if what is seen after a reset is something else than the stage."""
    model = ModelSystem()
    model.reset(declared.stage)
    for wanted, got in changed_facts(model.observe(), seen):
        if declared.shows(wanted.kind, wanted.field):
            difference = f"expected: {format_fact(wanted)}; observed: {format_fact(got)}"
            raise ResetFailed(f"after a reset it does not show the stage alone: {difference}")
