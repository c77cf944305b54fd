"""The pages for whoever decides: what breaks what, and what has to be so before customer-managed keys can be enabled."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ..machine import ROWS, Accepted, Outcome, Refused
from ..machine.commands import EnableCustomerManagedKeys
from ..machine.rows import Refuse
from .cascade import ACTIONS, CAUSES, LOSSES, Cause, Finding, Loss, answer, find
from .content import Content
from .last_run import run_line
from .markup import UP, basis, mark, page, requirement_path, table, titled
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
    return page(
        "What breaks what",
        "Each way to lose the key, what is lost with it, and what comes back when the key does.",
        f"The key can get out of reach in {len(CAUSES)} ways, and each costs the same. These tables are not written by hand: the "
        "commands were carried out on the model, from a deployed model under customer-managed keys on, and each cell says "
        "what was seen.",
        f"A cell is marked with the weakest basis that it rests on: {mark('stated')} by the article, {mark('implied')} by what "
        f"it states, or {mark('assumed')} where it is silent. The word in a cell leads to the requirement and its evidence.",
        run_line(content.evidence),
        "## What is lost { #lost }",
        table(["Cause", *losses, "Because"], (lost_line(case, common, content) for case in found)),
        "## What comes back { #back }",
        "After the customer has done all that is in the second column, in this order.",
        table(["Cause", "What the customer does", *losses], (back_line(case, content) for case in found)),
        "## What stops working meanwhile { #meanwhile }",
        "What comes of a request while the key is out of reach, and for comparison while it is in reach.",
        table(["", *ACTIONS], (meanwhile_line(cause) for cause in (None, *CAUSES))),
        "## Not in these tables { #not-here }",
        f"An expired key, single permissions taken away, and network rules of the key vault are in neither the article nor the "
        f"model. How soon the losses follow is not stated either. See [what the article leaves open]({UP}specification/left-open.md).",
    )


def lost_line(case: Case, common: set[str], content: Content) -> list[str]:
    """What a cause costs, and what puts the key out of reach in this case and not in every other."""
    register = content.evidence.register
    grounds = dict.fromkeys(name for _, finding in case.lost for name in finding.grounds if name not in common)
    said = {loss.requirement for loss in LOSSES}
    own = [name for name in grounds if name not in said and register[name].kind in ("meaning", "consequence")]
    cells = (cell(f"✘ {loss.lost}", finding, [loss.requirement], content) for loss, finding in case.lost)
    return [f"**{case.cause.name}**", *cells, "<br>".join(titled(register[name]) for name in own)]


def back_line(case: Case, content: Content) -> list[str]:
    """What a customer does, and what is there then."""
    does = "<br>".join(f"{number}. {sentence}" for number, sentence in enumerate(case.cause.remedies, start=1))
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
    """What was seen, with the weakest basis it rests on, as a link to the requirement that says so."""
    (name,) = said_by
    return f"[{words}]({requirement_path(name)}) {mark(finding.basis(content.evidence.register))}"


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
    demands = dict.fromkeys(
        row.requirement for row in ROWS if isinstance(row, Refuse) and row.on is EnableCustomerManagedKeys
    )
    return page(
        "Before you enable it",
        "Everything that has to be so before customer-managed keys can be enabled.",
        f"The {len(demands)} demands on enabling customer-managed keys, read off the rows of the model. A request that breaks "
        "one of them is refused.",
        run_line(content.evidence),
        table(
            ["", "Demand", "What it says", "Evidence"],
            (
                ["☐", f"{titled(register[name])} {basis(register[name])}", register[name].wording, badge(name, content)]
                for name in sorted(demands, key=list(register).index)
            ),
        ),
        "## And in which order { #order }",
        "1. Create the resource in a region. It starts "
        f"[with Microsoft-managed keys]({requirement_path('encryption.default-key')}), and "
        f"[customer-managed keys can't be asked for in the same request]({requirement_path('resource.not-at-creation')}).\n"
        "2. Enable customer-managed keys. In the portal this "
        f"[turns the managed identity on]({requirement_path('identity.assigned-by-portal')}) and "
        f"[gives it access to the key vault]({requirement_path('vault.granted-by-portal')}); "
        f"[through the API you do both beforehand]({requirement_path('vault.access-policy')}).\n"
        "3. Create a new Custom Translator workspace. "
        f"[One made earlier is not under your key]({requirement_path('workspace.earlier-uncovered')}).",
    )


def badge(name: str, content: Content) -> str:
    """The badge of the requirement of this id."""
    return requirement_badge(content.evidence.register[name], content)
