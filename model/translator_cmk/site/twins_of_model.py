"""Tables of what was tried out on the model, as data."""

from collections.abc import Iterable, Iterator
from typing import Any

from ..explore.scopes import Scope
from ..language import command_to_wire, observation_to_wire, outcome_to_wire
from ..machine import observe
from ..requirements import Register
from .cascade import Finding, answer, model
from .cascade_page import Case, cases
from .causes import ACTIONS, CAUSES, HARMLESS, Loss
from .content import Content
from .graph import graph


def cascade_data(content: Content) -> dict[str, Any]:
    """What breaks what, what costs nothing, and what stops working meanwhile."""
    register = content.evidence.register
    return {
        "causes": [case_data(each, register) for each in cases(CAUSES, content)],
        "harmless": [case_data(each, register) for each in cases(HARMLESS, content)],
        "meanwhile": [
            {"cause": cause.name, "command": ACTIONS[action], "outcome": outcome_to_wire(answer(cause, action))}
            for cause in CAUSES
            for action in ACTIONS
        ],
    }


def case_data(case: Case, register: Register) -> dict[str, Any]:
    """A cause with what it costs and what comes back."""
    return {
        "cause": case.cause.name,
        "commands": list(case.cause.commands),
        "remedies": list(case.cause.remedies),
        "lost": list(findings_data(case.lost, register)),
        "back": list(findings_data(case.remedied, register)),
    }


def findings_data(found: Iterable[tuple[Loss, Finding]], register: Register) -> Iterator[dict[str, Any]]:
    """What was seen of each thing, and the requirements that it takes for that."""
    for loss, finding in found:
        after = "intact" if finding.intact else "deleted" if finding.gone else "lost"
        basis = finding.basis(register)
        seen = {"what": loss.what, "after": after, "requirements": list(finding.grounds)}
        yield seen | ({"basis": basis} if basis else {})


def graph_data(scope: Scope) -> dict[str, Any]:
    """A scope as a graph; commands, outcomes and states are told once, and edges name them by their place."""
    found = graph(scope)
    commands = {command: place for place, command in enumerate(scope.alphabet)}
    outcomes: dict[Any, int] = {}
    edges = [
        [before, commands[edge.command], edge.after, outcomes.setdefault(edge.outcome, len(outcomes))]
        for before, leaving in enumerate(found.edges)
        for edge in leaving
    ]
    return {
        "scope": scope.name,
        "sentence": scope.sentence,
        "start": [command_to_wire(each) for each in scope.start],
        "commands": [command_to_wire(each) for each in scope.alphabet],
        "outcomes": [outcome_to_wire(each) for each in outcomes],
        "states": [observation_to_wire(observe(model().world(state))) for state in found.states],
        "edges": edges,
    }
