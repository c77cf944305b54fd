"""The command `cases`: writes scenarios as messages with what is demanded of the answers, for
whoever judges a system without this kit.

The oracle goes with a system that does as the model does up to the When, and is looked at once
before that.  What it demands from there on is all that is written.
"""

import argparse
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from copy import copy
from functools import cache
from typing import Any, NamedTuple

from .. import __version__
from ..bdd.demands import EVERYTHING, PrefixTree, machine_without
from ..bdd.feature_records import Pickle
from ..bdd.prerequisites import commands_asked, makes_an_unprotected_vault, prerequisites_of
from ..bdd.vocabulary import asserts, facts_of, read_steps
from ..errors import OK
from ..language.facts import ABSENT, Fact
from ..language.messages import command_to_wire, observation_to_wire, stage_to_wire
from ..machine import Accepted, Command, Observation
from ..machine.commands import CreateResource
from ..machine.entities import MICROSOFT
from ..oracle import Exchange, Oracle
from ..oracle.agreement import alike
from ..oracle.demanded import demanded_whatever_is_shown
from ..oracle.fitting import DISPLAYED_BY
from ..oracle.nondeterminism import TooManyStates
from ..oracle.profiles import NAMES_ARE_RESOLVED_FIRST
from ..oracle.shown import Shown
from ..requirements import load_register
from ..system import ModelSystem
from .judgement.cases import ScenarioCase, scenarios
from .judgement.selection import (
    PROFILE,
    SELECTED,
    add_narrowing,
    add_what_counts,
    must_exist,
    selected,
)

ANY_ANSWER = ("accepted", "refused")


class End(NamedTuple):
    """How a sequence of commands ends.

    ``answers``: those that are allowed to each command, first the one that the model gives.
    ``starts_from``: what the model shows before the last command.
    ``demanded``: what is demanded of the look after it, in the form of `Oracle.observe`.
    """

    answers: tuple[tuple[str, ...], ...]
    starts_from: Observation
    demanded: Observation

    def demands(self, fact: Fact) -> bool:
        """Return whether the fact is demanded of the look after the last command."""
        fields = self.demanded[fact.kind].get(fact.name)
        if fields is None:
            return fact.field == "exists" and fact.value is False
        fields = {"exists": True, **fields}
        return fields["exists"] is True and alike(fields.get(fact.field, ABSENT), fact.value)

    def may_be_hidden(self, fact: Fact) -> bool:
        """Return whether a system need not display what the fact is about, such as a document whose
        workspace can't be read.
        """
        displayed_by = DISPLAYED_BY[fact.kind]
        if displayed_by is None:
            return False
        # the link to what displays it is named after the kind of that
        link, field = displayed_by
        fields = self.demanded[fact.kind].get(fact.name, {})
        holder = fact.name if link == fact.kind else fields.get(link, "")
        return self.demanded[link].get(holder, {}).get(field) is not True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `cases`."""
    add_what_counts(parser.add_argument)
    add_narrowing(parser.add_argument)


def run(args: argparse.Namespace) -> int:
    """Print the cases as one JSON document, a case a line; raises `CommandError`."""
    selection = {name: tuple(getattr(args, name)) for name in SELECTED}
    must_exist(selection, ())
    profile = args.profile or PROFILE
    revision = load_register(revision=args.revision).revision
    head = to_json({"kit": __version__, "profile": profile, "revision": revision})
    # the document stays open, since each case is printed as soon as it is found
    print(f'{head.removesuffix("}")},"cases":[', end="")
    separator = "\n"
    for scenario in selected(scenarios(profile, (), revision), selection):
        case = written(scenario)
        if case is not None:
            print(f"{separator}{to_json(case)}", end="")
            separator = ",\n"
    print("\n]}")
    return OK


def to_json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def written(scenario: ScenarioCase) -> dict[str, Any] | None:
    """Return a scenario as `cases.schema.json` has it; None if nothing that it states is demanded.

    Raises `TooManyStates`.
    """
    case, pickle = scenario
    commands = commands_to_submit(scenario)
    end = end_of(case.silent, commands)
    # its name promises nothing about the answer
    if not asserts(pickle, "accepted", "refused"):
        end = end._replace(answers=(*end.answers[:-1], ANY_ANSWER))
    counting = [name for name in pickle.requirements if name not in case.silent]
    demanded = []
    for fact in facts_stated(pickle, end):
        if end.demands(fact):
            rests_on = resting_on(fact, counting, case.silent, commands)
            if_shown = {"if_shown": True} if end.may_be_hidden(fact) else {}
            demanded.append({**fact.as_dict(), "rests_on": rests_on, **if_shown})
    if end.answers[-1] == ANY_ANSWER and not demanded:
        return None
    return {
        "id": case.id,
        "name": case.name,
        "requirements": counting,
        "needs": needs_of(pickle, commands),
        "controls": case.controls,
        "messages": messages_of(commands, end, demanded),
    }


def messages_of(
    commands: Sequence[Command], end: End, demanded: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return the requests of a case with what is allowed and demanded: a look before the last
    command, and one after it.
    """
    first_look, last_look = (message(("observed",), verb="observe") for _ in range(2))
    first_look["starts_from"] = observation_to_wire(end.starts_from)
    last_look["demanded"] = demanded
    submitted = []
    for command, allowed in zip(commands, end.answers, strict=True):
        submitted.append(message(allowed, verb="submit", command=command_to_wire(command)))
    reset = message(("done",), verb="reset", stage=stage_to_wire(EVERYTHING.stage))
    messages = [reset, *submitted[:-1], first_look, submitted[-1], last_look]
    for number, each in enumerate(messages, start=1):
        each["request"]["id"] = str(number)
    return messages


def needs_of(pickle: Pickle, commands: Sequence[Command]) -> list[str]:
    """Return the capabilities and the kinds of resources without which a scenario isn't applicable.

    One about a new vault without a protection isn't where there are no such vaults.
    """
    needed = {*prerequisites_of(pickle).capabilities}
    needed |= {each.kind for each in commands if isinstance(each, CreateResource)}
    if makes_an_unprotected_vault(commands[-1]):
        needed.add("legacy-vaults")
    return sorted(needed)


def message(answers: tuple[str, ...], **request: Any) -> dict[str, Any]:
    """Return a request with the answers that are allowed."""
    return {"request": request, "answers": answers}


def commands_to_submit(scenario: ScenarioCase) -> tuple[Command, ...]:
    """Return the commands of the Givens, and that of the When."""
    kinds = (*EVERYTHING.stage.kinds, *load_register(revision=scenario.case.revision).chosen.kinds)
    found: list[Command] = []
    for step in read_steps(scenario.pickle):
        if step.kind == "given":
            found += commands_asked(step.meaning, kinds)
        elif isinstance(step.meaning, Command):
            found.append(step.meaning)
    return tuple(found)


# What the oracle says


class PatientModel(ModelSystem):
    """The model as a system that nobody looks at."""

    def answer(self, command: Command, /) -> Exchange:
        """Return what the model answers to the command."""
        return Exchange(command, self.submit(command), None)


@cache
def tree_without_looks(silent: frozenset[str]) -> PrefixTree:
    """Return the tree in which these requirements are silent, for a system that answers as the
    model does, and gives no reasons.
    """
    oracle = Oracle(machine_without(silent), Shown(reasons=False, audit=False))
    return PrefixTree(oracle, PatientModel())


@cache
def end_of(silent: frozenset[str], commands: tuple[Command, ...]) -> End:
    """Return how a sequence of commands ends where these requirements are silent; raises
    `TooManyStates`.
    """
    first = commands[:-1]
    tree = tree_without_looks(silent)
    answers = []
    for command in first:
        tree = tree.after(command)
        answers.append(allowed_answers(tree.oracle))
    oracle = oracle_at_the_end(silent, commands)
    answers.append(allowed_answers(oracle))
    starts_from = seen_after(first)
    demanded = demanded_whatever_is_shown(oracle, seen_after(commands), starts_from)
    return End(tuple(answers), starts_from, demanded)


@cache
def oracle_at_the_end(silent: frozenset[str], commands: tuple[Command, ...]) -> Oracle:
    """Return the oracle after the last command, with a look before it; raises `TooManyStates`."""
    *first, last = commands
    tree = tree_without_looks(silent)
    for command in first:
        tree = tree.after(command)
    oracle = copy(tree.seen)
    oracle.narrow(None, seen_after(first))
    oracle.submit(last)
    return oracle


def seen_after(commands: Iterable[Command]) -> Observation:
    """Return what the model shows after these commands."""
    model = ModelSystem()
    for command in commands:
        model.submit(command)
    return model.observe()


def resting_on(
    fact: Fact, names: Sequence[str], silent: frozenset[str], commands: tuple[Command, ...]
) -> list[str]:
    """Return those of the requirements without which the fact is not demanded; all if none is."""
    if len(names) < 2:
        return list(names)
    found = []
    for name in names:
        # it can't be silent
        if name in NAMES_ARE_RESOLVED_FIRST:
            continue
        with suppress(TooManyStates):  # nobody can say
            if not oracle_at_the_end(silent | {name}, commands).demands(fact):
                found.append(name)
    return found or list(names)


def allowed_answers(oracle: Oracle) -> tuple[str, ...]:
    """Return the answers that are allowed to the last command."""
    outcomes = [transition.outcome for transition in oracle.last.possible]
    accepted = [isinstance(outcome, Accepted) for outcome in outcomes]
    # the answer to a command about what is not specified is not compared
    if all(accepted) and oracle.last.compared:
        return ("accepted",)
    if any(accepted) or not oracle.last.compared:
        return ANY_ANSWER
    return ("refused",)


def facts_stated(pickle: Pickle, end: End) -> Iterator[Fact]:
    """Yield the facts that the Thens of a scenario state, each once."""
    stated = dict.fromkeys(facts_of(pickle))
    if asserts(pickle, "no customer's key"):
        for name in end.demanded["resource"]:
            stated[Fact("resource", name, "key_source", MICROSOFT)] = None
    if asserts(pickle, "unchanged", "otherwise unchanged"):
        mentioned = {(fact.kind, fact.name) for fact in stated}
        for kind, entities in end.starts_from.items():
            for name, fields in entities.items():
                if (kind, name) not in mentioned:
                    stated[Fact(kind, name, "exists", True)] = None
                    stated.update((Fact(kind, name, *each), None) for each in fields.items())
    yield from stated
