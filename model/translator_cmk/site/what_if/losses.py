"""What can be lost with the key: where it is lost for good, and the shortest ways to lose it and to get it back.

Lost for good means: it has been there or its thing has, and no commands of the scope, in any order, bring it back.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ...explore.prospects import attainable, before, ways
from ...language.facts import Fact
from ...language.phrasebook import state
from ...machine.commands import DeleteResource
from .charted import Charted, Place, Sights

LOSSES = (
    Fact("workspace", "workspace", "readable", True),
    Fact("model", "model", "state", "deployed"),
    Fact("document", "document", "exists", True),
    Fact("key", "vault/key", "state", "active"),
    Fact("vault", "vault", "state", "active"),
)
"""The facts that show that it is there."""

LOSES_IT_OTHERWISE = DeleteResource
"""All of it goes with the resource too, but that is no matter of keys: the shortest way to lose it avoids this."""


class Loss(NamedTuple):
    """What can be lost: its sentence, its place, and which of the sentences of the place tells of it."""

    sentence: str
    place: int
    field: int


class Losses(NamedTuple):
    """For each state, in bits by the order of what can be lost: what is there, and what is lost for good.

    And the number of the command that begins the shortest way to the most losses, and for each loss that of one that
    gets it back; -1 where there is nothing to do, or no way.
    """

    known: Sequence[Loss]
    there: Sequence[int]
    for_good: Sequence[int]
    to_lose: Sequence[int]
    back: Sequence[Sequence[int]]


def losses(charted: Charted, sights: Mapping[Place, Sights]) -> Losses:
    """The losses in the states of a graph; by place, what is seen in each."""
    graph, rows = charted.graph, charted.rows
    known = list(known_losses(sights))
    there = [0] * graph.states
    made = [0] * graph.states
    for bit, loss in enumerate(known):
        looks, of = sights[charted.places[loss.place]]
        tells = [loss.sentence in look.sentences for look in looks]
        for each, look in enumerate(of):
            there[each] |= tells[look] << bit
            made[each] |= (rows[each][loss.place] > 0) << bit
    earlier = before(graph)
    for_good = [ever & ~possible for ever, possible in zip(made, attainable(earlier, there), strict=True)]
    otherwise = [at for at, command in enumerate(graph.scope.alphabet) if isinstance(command, LOSES_IT_OTHERWISE)]
    to_lose = ways(graph, before(graph, otherwise), [each.bit_count() for each in for_good])
    back = [ways(graph, earlier, [each >> bit & 1 for each in there]) for bit in range(len(known))]
    return Losses(known, there, for_good, to_lose, back)


def known_losses(sights: Mapping[Place, Sights]) -> Iterator[Loss]:
    """What can be lost in this graph: in that of a model with a broken row it may never have been there."""
    for fact in LOSSES:
        for number, place in enumerate(sights):
            if (place.kind.word, place.name) == (fact.kind, fact.name):
                told = (each.sentences for each in sights[place].looks)
                if tells := next((each for each in told if state(fact) in each), None):
                    yield Loss(state(fact), number, tells.index(state(fact)))
