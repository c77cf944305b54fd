"""The page on what breaks what: each cause with what it costs, what comes back, and on what grounds."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ..machine import Accepted, Outcome, Refused
from ..requirements import Register
from .cascade import WEAKEST, Finding, answer, commands_of, find
from .causes import ACTIONS, CAUSES, HARMLESS, LOSSES, Cause, Loss
from .content import Content
from .last_run import run_line
from .markup import filled, in_cell, mark, requirement_path, table, titled
from .what_if.page import chart
from .what_if.ways import link


class Case(NamedTuple):
    """A cause with what the model says of each loss, at once and after the remedies."""

    cause: Cause
    lost: list[tuple[Loss, Finding]]
    remedied: list[tuple[Loss, Finding]]


def cases(causes: Iterable[Cause], content: Content) -> Iterator[Case]:
    """Causes, tried out."""
    register, pickles = content.evidence.register, content.evidence.pickles.values()
    for cause in causes:
        yield Case(
            cause,
            [(loss, find(loss, cause, register, pickles, remedied=False)) for loss in LOSSES],
            [(loss, find(loss, cause, register, pickles, remedied=True)) for loss in LOSSES],
        )


def cascade_page(content: Content) -> str:
    """The page on what breaks what."""
    found = list(cases(CAUSES, content))
    harmless = cases(HARMLESS, content)
    losses = [loss.what for loss in LOSSES]
    return filled(
        "what-breaks-what",
        ways=str(len(CAUSES)),
        **{each: mark(each) for each in WEAKEST},
        run=run_line(content.evidence),
        lost=table(["Cause", *losses, "Because"], (lost_line(case, found, content) for case in found)),
        back=table(["Cause", "The customer …", *losses], (back_line(case, content) for case in found)),
        harmless=table(["What happens", *losses, "Because"], (harmless_line(case, content) for case in harmless)),
        meanwhile=table(["Cause", *ACTIONS], (meanwhile_line(cause) for cause in (None, *CAUSES))),
    )


def lost_line(case: Case, cases: Sequence[Case], content: Content) -> list[str]:
    """What a cause costs, and what brings that about in this case and not in most others."""
    cells = (
        cell("✔ not lost" if finding.intact else f"✘ {lost(loss, finding)}", finding, says_so(loss, finding), content)
        for loss, finding in case.lost
    )
    register = content.evidence.register
    return [
        f"**{case.cause.name}**{trial(case.cause)}",
        *cells,
        in_cell("ul", (titled(register[name]) for name in reasons(case, cases, register))),
    ]


def says_so(loss: Loss, finding: Finding) -> list[str]:
    """The requirement that says that something is lost: that of the loss, unless it is gone for another reason."""
    return [name for name in finding.grounds if name == loss.requirement] or list(finding.grounds[:1])


def reasons(case: Case, cases: Sequence[Case], register: Register) -> list[str]:
    """The requirements that tell a cause from most others: what puts the key out of reach, or else what is done."""
    usual = Counter(name for other in cases for name in {*grounds(other.lost)})
    own = [name for name in grounds(case.lost) if usual[name] <= len(cases) / 2]
    telling = [name for name in own if register[name].kind in ("meaning", "consequence")]
    return telling or own


def grounds(found: Iterable[tuple[Loss, Finding]]) -> list[str]:
    """The grounds of all findings."""
    return list(dict.fromkeys(name for _, finding in found for name in finding.grounds))


def lost(loss: Loss, finding: Finding) -> str:
    """How something is lost, in a word."""
    return "deleted" if finding.gone else loss.lost


def back_line(case: Case, content: Content) -> list[str]:
    """What a customer does, and what is there then."""
    does = in_cell("ol", way_back(case.cause)) or "nothing brings it back"
    cells = (
        cell(
            f"✔ {loss.back}" if finding.intact else f"✘ stays {lost(loss, finding)}",
            finding,
            restoring(finding),
            content,
        )
        for loss, finding in case.remedied
    )
    return [f"**{case.cause.name}**{trial(case.cause, remedied=True)}", does, *cells]


def way_back(cause: Cause) -> Iterator[str]:
    """What the customer does to bring back what can be, without saying each time who does it."""
    return (each.removeprefix("the customer ") for each in cause.remedies)


def restoring(finding: Finding) -> list[str]:
    """The requirements that say what comes back and what does not."""
    return [name for name in finding.grounds if name.startswith("restoration.")]


def harmless_line(case: Case, content: Content) -> list[str]:
    """What something that costs nothing leaves as it was, and on what grounds."""
    told = (
        cell("✔ not lost" if finding.intact else f"✘ {lost(loss, finding)}", finding, [], content)
        for loss, finding in case.lost
    )
    register = content.evidence.register
    because = (titled(register[name]) for name in grounds(case.lost) if register[name].kind == "permission")
    return [f"**{case.cause.name}**{trial(case.cause)}", *told, in_cell("ul", because)]


def trial(cause: Cause, remedied: bool = False) -> str:
    """A link to the cause, or to its remedies, on the page to try it out; nothing where its small world lacks it."""
    situation, *more = cause.start
    if more or (remedied and not cause.remedies):
        return ""
    found = link(chart(), situation, commands_of(cause, remedied))
    return f"<br>{found}" if found else ""


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
