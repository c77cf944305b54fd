"""Systems of a QA engineer, written with the public API: in her folder this is `my_adapter.py`."""

import time

from translator_cmk import ROWS, Command, Machine, ModelSystem, Outcome, Refused, Stage

RIGHT = Machine(ROWS)
ANY_REGION = Machine([row for row in ROWS if row.requirement != "vault.same-region-refused"])
PORTAL = {"product": "hers", "version": "1", "capabilities": ["portal"]}


class AnyRegion(ModelSystem):
    """Accepts a key vault in another region."""

    declaration = PORTAL

    def __init__(self) -> None:
        super().__init__(ANY_REGION)


class Unsteady(ModelSystem):
    """Does so after every other reset."""

    declaration = PORTAL
    resets = 0

    def reset(self, *stage: Stage) -> None:
        Unsteady.resets += 1
        is_right = Unsteady.resets % 2 == 0
        self.machine = RIGHT if is_right else ANY_REGION
        super().reset(*stage)


class RefusesAll(ModelSystem):
    """Refuses every command, so no scenario gets beyond its Givens."""

    declaration = PORTAL

    def submit(self, command: Command) -> Outcome:  # noqa: ARG002  # it is refused, whichever it is
        return Refused()


class HangsOnce(ModelSystem):
    """Answers the first command after a minute."""

    declaration = PORTAL
    has_hung = False

    def submit(self, command: Command) -> Outcome:
        if not HangsOnce.has_hung:
            HangsOnce.has_hung = True
            time.sleep(60)
        return super().submit(command)
