"""Systems whose adapters do one thing in a way of their own, rightly or wrongly."""

from tests.systems.limited import EVERY, declares
from translator_cmk.machine import Command, Outcome, Refused
from translator_cmk.requirements import load_register
from translator_cmk.system import ModelSystem


class SaysWhatDoesNotWork(ModelSystem):
    """Names what does not work, and never that it is refused."""

    declaration = declares("says what does not work", capabilities=EVERY)

    def submit(self, command: Command) -> Outcome:
        outcome = super().submit(command)
        if not isinstance(outcome, Refused):
            return outcome
        register = load_register()
        return Refused(frozenset(register[name].refusal_of or name for name in outcome.because))


class AlmostNamesReasons(ModelSystem):
    """Names a requirement by an id that is nearly right, in one refusal of many."""

    declaration = declares("almost names reasons", capabilities=EVERY)

    def submit(self, command: Command) -> Outcome:
        outcome = super().submit(command)
        if isinstance(outcome, Refused) and "vault.same-region-refused" in outcome.because:
            return Refused(frozenset({"vault.same-regions"}))
        return outcome
