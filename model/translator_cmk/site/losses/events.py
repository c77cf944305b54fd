"""What each event of the table of consequences takes, and what comes back after its remedies.

Words for it are data: `data/causes.yaml`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

from ...explore.scopes import reached
from ...language.sentences import read_command
from ...language.situations import situations
from ...machine import Accepted, Command, Outcome, Refused, State
from ...oracle.attribution import Ids
from ...oracle.grounds import Grounds, Thing, carried_out, grounds, is_intact, read
from ...oracle.profiles import MODEL
from ...requirements import load_register
from ...requirements.consequences import Event, Loss, load_consequences
from ...requirements.register import WEAKEST_FIRST, weakest_basis
from ...system import MACHINE
from ..sourced import data
from .explorer import against_of, chart, way

EVENTS = tuple(load_consequences().events.values())

CAUSES = tuple(event for event in EVENTS if not event.is_harmless)
"""Every command that loses something while the key is accessible before it; a test tries out all
others.
"""

HARMLESS = tuple(event for event in EVENTS if event.is_harmless)

ACTIONS: Mapping[str, str] = data("causes")["actions"]

TOLD: Mapping[str, Mapping[str, Any]] = {each["name"]: each for each in data("causes")["causes"]}
"""What the data file has of each cause, by the name of the event."""

OPEN = {name: told["open"] for name, told in TOLD.items() if "open" in told}
"""What Azure can undo and the simulation can't: a cell that says so, by the name of the event."""


class Words(NamedTuple):
    """How a loss is called."""

    loss: str
    what: str
    lost: str


LOSSES = tuple(Words(**each) for each in data("causes")["losses"])
"""What can be lost, that which never comes back first."""


RETURNS: Mapping[str, str] = data("causes")["returns"]
"""Whether a lost thing comes back, in words, by its fate: `Case.fates` has them."""


class Finding(NamedTuple):
    """What becomes of a thing with an event, or after its remedies."""

    words: Words
    grounds: Grounds
    remedied: bool
    gone: bool
    """Whether more of it is missing than the loss says."""
    doubted: bool = False
    """Whether Microsoft warns that it may not come back."""
    is_open: bool = False
    """Whether Azure can undo the event and the simulation can't, so nobody knows the end."""
    against: tuple[str, ...] = ()
    """The sentences that speak against it, of those that the table of consequences names."""

    @property
    def statements(self) -> tuple[str, ...]:
        """Return the sentences that say it or from which it follows."""
        return tuple(each for each in self.grounds.statements if each not in self.against)

    @property
    def basis(self) -> str:
        """Return what the article says of it."""
        return self.grounds.basis

    @property
    def sentences(self) -> tuple[str, ...]:
        """Return the sentences that say it in so many words."""
        return self.grounds.stated_in

    @property
    def rests_on(self) -> Ids:
        """Return every requirement that it rests on."""
        return (*self.grounds.requirements, *self.grounds.given)

    @property
    def intact(self) -> bool:
        """Return whether the thing is as it was."""
        return self.grounds.fate in ("kept", "back")

    @property
    def says(self) -> str:
        """Return the condition as a table has it."""
        if self.remedied:
            return RETURNS[self.fate]
        lost = "deleted" if self.gone else self.words.lost
        return RETURNS["kept"] if self.intact else f"✘ {lost}"

    @property
    def fate(self) -> str:
        """Return whether it comes `back` with the key, comes back by `hand`, or is `lost`;
        `perhaps-` before it where Microsoft warns that it may not, and `open` where nobody says.
        """
        if self.is_open:
            return "open"
        fate = {"back": "back", "by-hand": "hand", "kept": "kept"}.get(self.grounds.fate, "lost")
        return f"perhaps-{fate}" if self.doubted else fate

    @property
    def decision(self) -> str:
        """Return the decision record that a reader is led to, if to one."""
        return "" if self.leads in load_register() else self.leads

    @property
    def leads(self) -> str:
        """Return the requirement or the decision record to which the table leads, or nothing."""
        return self.grounds.row.leads if self.grounds.row else ""

    @property
    def says_so(self) -> str:
        """Return the requirement that a reader is led to, or nothing."""
        if self.leads and not self.decision:
            return self.leads
        return self.grounds.requirements[0] if self.grounds.requirements else ""


class Step(NamedTuple):
    """A request on a way back, with its basis."""

    says: str
    basis: str


class Case(NamedTuple):
    """An event with what is lost, and what is there after the remedies, in the order of LOSSES."""

    event: Event
    lost: list[Finding]
    remedied: list[Finding]
    reasons: list[str]

    @property
    def way_back(self) -> list[Step]:
        """Return the requests by which the customer comes back, with how sure each is."""
        state = carried_out(MACHINE, start(self.event.start), read(self.event.commands))
        found: list[Step] = []
        for sentence, command in zip(self.event.remedies, read(self.event.remedies), strict=True):
            state, outcome = MACHINE.step(state, command)
            by = outcome.by if isinstance(outcome, Accepted) else frozenset()
            basis = weakest_basis(by, load_register())
            found.append(Step(sentence.removeprefix("the customer "), basis))
        return found

    @property
    def try_it(self) -> str | None:
        """Return the address on the page What if, or None."""
        return address_in_what_if(self.event)

    @property
    def try_remedies(self) -> str | None:
        """Return the address there after the remedies, or None."""
        return address_in_what_if(self.event, remedied=True)

    @property
    def reading(self) -> str:
        """Return where the event is more than a sentence says of it, if it is."""
        for finding in self.lost:
            if finding.grounds.row:
                return finding.grounds.row.reading
        return ""

    @property
    def fates(self) -> tuple[str, ...]:
        """Return for each loss whether it is `kept`, or its fate after the remedies."""
        pairs = zip(self.lost, self.remedied, strict=True)
        return tuple("kept" if lost.intact else after.fate for lost, after in pairs)

    @property
    def beside(self) -> list[Any]:
        """Return the cells that stand beside the name: what the marks of a row can't say."""
        told = TOLD.get(self.event.event, {})
        return [told[field] for field in ("open", "warning", "limit") if field in told]

    @property
    def qualified(self) -> str:
        """Return what the name lacks: where the key vault is, unless that is clear."""
        return str(TOLD.get(self.event.event, {}).get("qualified", ""))

    @property
    def bases(self) -> tuple[tuple[str, str], ...]:
        """Return for each loss the basis of the loss and that of what comes after it."""
        return tuple(
            (lost.basis, after.basis) for lost, after in zip(self.lost, self.remedied, strict=True)
        )


class GroupCell(NamedTuple):
    """What becomes of one thing with a group of events: the fate, with the basis of each part."""

    says: str
    fate: str
    loss: str
    """The basis of the loss."""
    after: str
    """The basis of what comes after it; empty where nothing was lost."""
    statements: list[str]
    """The sentences that say the loss in so many words, of all the events."""


class Group(NamedTuple):
    """Events that cost the same, and are as certain in every part."""

    cases: list[Case]
    cells: list[GroupCell]

    @property
    def is_assumed(self) -> bool:
        """Return whether no part of it is more than an assumption."""
        return all((cell.loss, cell.after) == ("assumed", "assumed") for cell in self.cells)


def groups(found: Iterable[Case]) -> list[Group]:
    """Return the cases in groups, the greatest losses first, and of these the surest."""
    alike: dict[tuple[Any, ...], list[Case]] = {}
    for case in found:
        alike.setdefault((case.fates, case.bases), []).append(case)
    together = [Group(cases, cells_of(cases)) for cases in alike.values()]
    return sorted(together, key=rank)


def rank(group: Group) -> tuple[int, int]:
    """Return what a group is sorted by: how much is lost for good, then how unsure that is."""
    lost_for_good = [cell.fate for cell in group.cells].count("lost")
    surest = sum(WEAKEST_FIRST.index(cell.loss) for cell in group.cells)
    return -lost_for_good, -surest


def cells_of(cases: Sequence[Case]) -> list[GroupCell]:
    """Return a cell for each loss, of cases that are alike."""
    first = cases[0]
    found: list[GroupCell] = []
    for at, fate in enumerate(first.fates):
        loss, after = first.bases[at]
        sentences: dict[str, None] = {}
        for case in cases:
            sentences.update(dict.fromkeys(case.lost[at].sentences))
        says = first.lost[at].says
        found.append(GroupCell(says, fate, loss, "" if fate == "kept" else after, list(sentences)))
    return found


# Each event, tried on the model


def cases(events: Sequence[Event]) -> list[Case]:
    """Return each event, tried on the model."""
    found: dict[str, Findings] = {}
    for event in events:
        found[event.event] = findings_of(event.event)
    usual: Counter[str] = Counter()
    for lost, _ in found.values():
        usual.update(set(all_grounds(lost)))
    return [
        Case(event, *found[event.event], reasons(found[event.event].lost, usual, len(found)))
        for event in events
    ]


class Findings(NamedTuple):
    """What becomes of each thing with an event, and after its remedies, in the order of LOSSES."""

    lost: list[Finding]
    remedied: list[Finding]


@cache
def findings_of(event: str) -> Findings:
    """Return what becomes of each thing with the event of this name: every page has the same."""
    told = load_consequences().events[event]
    lost = [find(words, told, remedied=False) for words in LOSSES]
    remedied = [find(words, told, remedied=True) for words in LOSSES]
    return Findings(lost, remedied)


class Shown(NamedTuple):
    """A finding that a requirement says, with its event."""

    event: Event
    finding: Finding


@cache
def findings_by_requirement() -> Mapping[str, list[Shown]]:
    """Return the findings that each requirement says, by event."""
    found: dict[str, list[Shown]] = {}
    for event in EVENTS:
        known = findings_of(event.event)
        shown = [*known.lost]
        # of what comes after other events the table says nothing
        if event.afterwards:
            shown += known.remedied
        for finding in shown:
            for name in finding.grounds.requirements:
                found.setdefault(name, []).append(Shown(event, finding))
    return found


def together(findings: Iterable[Finding]) -> list[list[Finding]]:
    """Return findings of which one row of the table says the same, together."""
    found: dict[Any, list[Finding]] = {}
    for finding in findings:
        row = finding.grounds.row
        found.setdefault(replace(row, loss="") if row else finding, []).append(finding)
    return list(found.values())


def find(words: Words, event: Event, remedied: bool) -> Finding:
    """Return what becomes of a thing with an event, or after its remedies.

    If an event has no remedies, those that are tried in vain stand for them.
    """
    thing = example(words)
    begin = start(event.start)
    happens = read(event.commands)
    then = read(event.remedies or event.tried) if remedied else ()
    rests = grounds(begin, happens, thing, then)
    after = carried_out(MODEL, begin, [*happens, *then])
    told = TOLD.get(event.event, {})
    against = against_of(rests.row) if rests.row else ()
    returns = remedied and rests.fate in ("back", "by-hand")
    return Finding(
        words,
        rests,
        remedied,
        gone=not is_there(thing, after),
        doubted=returns and "warning" in told,
        is_open=remedied and event.event in OPEN,
        against=against,
    )


def example(words: Words) -> Thing:
    """Return the thing of a loss in the examples of the table."""
    loss: Loss = load_consequences().losses[words.loss]
    return Thing(loss, loss.example)


def is_there(thing: Thing, state: State) -> bool:
    """Return whether a thing is there at all, in whatever condition."""
    there = Loss(thing.loss.loss, thing.loss.kind, "exists", True, thing.name)
    return is_intact(Thing(there, thing.name), MODEL.world(state))


def reasons(lost: Iterable[Finding], usual: Mapping[str, int], of: int) -> list[str]:
    """Return the requirements that set an event apart: what makes the key inaccessible, and what is
    least certain.
    """
    register = load_register()
    own = [name for name in all_grounds(lost) if usual[name] <= of / 2]
    least = weakest_basis(own, register)
    found: list[str] = []
    for name in own:
        requirement = register[name]
        if requirement.kind in ("meaning", "consequence") or requirement.basis == least:
            found.append(name)
    return found


def all_grounds(found: Iterable[Finding]) -> list[str]:
    """Return the grounds of all findings, each once, in the order of the register."""
    named: set[str] = set()
    for finding in found:
        named.update(finding.rests_on)
    return [name for name in load_register() if name in named]


def address_in_what_if(event: Event, remedied: bool = False) -> str | None:
    """Return the address at which What if shows an event; None if its small world lacks it."""
    situation, *more = event.start
    # the page starts from situations alone
    if more:
        return None
    if remedied and not event.remedies:
        return None
    return way(chart(), situation, commands_of(event, remedied))


def commands_of(event: Event, remedied: bool = False) -> list[Command]:
    """Return the commands of an event, with its remedies if they are asked for."""
    remedies = event.remedies if remedied else ()
    return [*read(event.commands), *read(remedies)]


@cache
def start(begin: tuple[str, ...]) -> State:
    """Return the state that a situation and the sentences after it lead to; raises as `reached`
    does.
    """
    situation, *sentences = begin
    commands = (*situations()[situation].commands, *read(tuple(sentences)))
    return reached(situation, commands, MACHINE)


def answer(event: Event, action: str) -> Outcome:
    """Return the outcome of an action after the event."""
    state = carried_out(MACHINE, start(event.start), commands_of(event))
    return MACHINE.step(state, read_command(ACTIONS[action]))[1]


def always_refused() -> list[str]:
    """Return the actions that are refused after every event that takes something."""
    return [
        action
        for action in ACTIONS
        if all(isinstance(answer(event, action), Refused) for event in CAUSES)
    ]
