"""Addresses on the page that answers "what if": where one starts, and the requests made from there."""

from collections.abc import Sequence

from ...bdd.features import slug
from ...explore.what_if import WHAT_IF
from ...language.phrasebook import tell
from ...language.situations import situations
from ...machine import DEFAULT_STAGE, Command, initial
from .charted import Charted
from .tables import code

PAGE = "what-if.html"


def way(found: Charted | None, situation: str, commands: Sequence[Command]) -> str | None:
    """The address that leads through these commands; None where the page does not have one of them there."""
    if found is None:
        return None
    state = initial(DEFAULT_STAGE)
    for number, command in enumerate(steps := (*situations()[situation].commands, *commands)):
        asked = number >= len(steps) - len(commands)
        if asked and not (command in WHAT_IF.alphabet and WHAT_IF.offers(command, state)):
            return None
        state, _ = found.machine.step(state, command)
    if found.graph.number(state) is None:
        return None
    codes = ".".join(code(tell(command)) for command in commands)
    return f"{PAGE}#from={slug(situation)}" + (f"&amp;then={codes}" if codes else "")
