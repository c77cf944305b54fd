"""The pages for whoever decides: what breaks what, and what enabling customer-managed keys demands."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ..machine import ROWS, Accepted, Outcome, Refused
from ..machine.commands import EnableCustomerManagedKeys
from ..machine.rows import Refuse
from .cascade import ACTIONS, CAUSES, LOSSES, WEAKEST, Cause, Finding, Loss, answer, find
from .content import Content
from .last_run import run_line
from .markup import basis, filled, in_cell, linked, mark, requirement_path, table, titled
from .topics import requirement_badge


class Case(NamedTuple):
    """A cause with what the model says of each loss, at once and after the remedies."""

    cause: Cause
    lost: list[tuple[Loss, Finding]]
    remedied: list[tuple[Loss, Finding]]


def cases(content: Content) -> Iterator[Case]:
    """Every cause, tried out."""
    register, pickles = content.evidence.register, content.evidence.pickles.values()
    for cause in CAUSES:
        yield Case(
            cause,
            [(loss, find(loss, cause, register, pickles, remedied=False)) for loss in LOSSES],
            [(loss, find(loss, cause, register, pickles, remedied=True)) for loss in LOSSES],
        )


def cascade_page(content: Content) -> str:
    """The page on what breaks what."""
    found = list(cases(content))
    common = set.intersection(*(set(finding.grounds) for case in found for _, finding in case.lost))
    losses = [loss.what for loss in LOSSES]
    return filled(
        "what-breaks-what",
        ways=str(len(CAUSES)),
        **{each: mark(each) for each in WEAKEST},
        run=run_line(content.evidence),
        lost=table(["Cause", *losses, "Because"], (lost_line(case, common, content) for case in found)),
        back=table(["Cause", "What the customer does", *losses], (back_line(case, content) for case in found)),
        meanwhile=table(["Cause", *ACTIONS], (meanwhile_line(cause) for cause in (None, *CAUSES))),
    )


def lost_line(case: Case, common: set[str], content: Content) -> list[str]:
    """What a cause costs, and what puts the key out of reach in this case and not in every other."""
    register = content.evidence.register
    grounds = dict.fromkeys(name for _, finding in case.lost for name in finding.grounds if name not in common)
    said = {loss.requirement for loss in LOSSES}
    own = [name for name in grounds if name not in said and register[name].kind in ("meaning", "consequence")]
    cells = (
        cell("✔ not lost" if finding.intact else f"✘ {loss.lost}", finding, [loss.requirement], content)
        for loss, finding in case.lost
    )
    return [f"**{case.cause.name}**", *cells, in_cell("ul", (titled(register[name]) for name in own))]


def back_line(case: Case, content: Content) -> list[str]:
    """What a customer does, and what is there then."""
    does = in_cell("ol", case.cause.remedies)
    cells = (
        cell(
            f"✔ {loss.back}" if finding.intact else f"✘ stays {loss.lost}",
            finding,
            [name for name in finding.grounds if name.startswith("restoration.")],
            content,
        )
        for loss, finding in case.remedied
    )
    return [f"**{case.cause.name}**", does, *cells]


def cell(words: str, finding: Finding, said_by: Sequence[str], content: Content) -> str:
    """What was seen, as a link to the requirement that says so, with the weakest basis that it rests on.

    A model that disagrees with its scenarios may show what no requirement says, and rest on nothing.
    """
    told = f"[{words}]({requirement_path(said_by[0])})" if said_by else words
    basis = finding.basis(content.evidence.register)
    return f"{told} {mark(basis)}" if basis else told


def meanwhile_line(cause: Cause | None) -> list[str]:
    """What comes of each action."""
    return [f"**{cause.name if cause else 'Key in reach'}**", *(outcome(answer(cause, action)) for action in ACTIONS)]


def outcome(found: Outcome) -> str:
    """An outcome, a refusal as a link to the requirement that it breaks."""
    if not isinstance(found, Refused):
        return "✔ accepted" if isinstance(found, Accepted) else "left open"
    return "<br>".join(f"[✘ refused]({requirement_path(name)})" for name in sorted(found.because))


def conditions_page(content: Content) -> str:
    """The page on what has to be so before customer-managed keys can be enabled."""
    register = content.evidence.register
    demands = {row.requirement for row in ROWS if isinstance(row, Refuse) and row.on is EnableCustomerManagedKeys}
    return filled(
        "before-enabling",
        count=str(len(demands)),
        run=run_line(content.evidence),
        demands=table(
            ["Demand", "What it says", "Evidence"],
            (
                [f"{titled(each)} {basis(each)}", linked(each.wording, register), requirement_badge(each, content)]
                for name, each in register.items()
                if name in demands
            ),
        ),
    )
