"""What a report says in words, in all its formats."""

from collections.abc import Iterator

from ..escaping import plain
from .causes import Cause
from .consequences import Consequence
from .finding import LOSES, MAY_LOSE, NOT_SPECIFIED, REFUSED, Finding, Part
from .findings import Report
from .plan import CREATE, DELETE, FORGET, PERHAPS, UPDATE
from .things import word_after

BECOMES = {
    ("account", "lost"): "the account is deleted",
    ("account", "may be lost"): "the account may be deleted",
    ("account", "back"): "the account is there again",
    ("account", "may be back"): "whether the account comes back is not specified",
    ("account", "stays lost"): "the account stays deleted",
    ("data", "lost"): "data can't be read",
    ("data", "may be lost"): "data may be unreadable",
    ("data", "back"): "data can be read again",
    ("data", "may be back"): "whether data can be read again is not specified",
    ("data", "stays lost"): "data stays unreadable",
    ("documents", "lost"): "uploaded documents are deleted",
    ("documents", "may be lost"): "uploaded documents may be deleted",
    ("documents", "back"): "uploaded documents are there again",
    ("documents", "may be back"): "whether documents come back is not specified",
    ("documents", "stays lost"): "uploaded documents stay deleted",
    ("models", "lost"): "deployed models are undeployed",
    ("models", "may be lost"): "deployed models may be undeployed",
    ("models", "back"): "models are deployed again",
    ("models", "may be back"): "whether models are deployed again is not specified",
    ("models", "stays lost"): "models stay undeployed",
    ("", "refused"): "would be refused",
    ("", "not specified"): "the article does not say that",
    ("", "demanded"): "needs",
    ("", "refusal"): "that it is refused is assumed",
}
"""What becomes of something, in words."""

ACTIONS = {
    (CREATE,): "created",
    (UPDATE,): "changed",
    (DELETE,): "destroyed",
    (FORGET,): "forgotten",
    (PERHAPS,): "not evaluated",
    (DELETE, CREATE): "destroyed, then created",
    (CREATE, DELETE): "created, then the old one destroyed",
    (CREATE, FORGET): "created, the old one forgotten",
}

PROFILES = {"article": "by the article", "full": "by all that the specification assumes"}

VERDICTS = {
    LOSES: ("loses data", "lose data"),
    MAY_LOSE: ("may lose data", "may lose data"),
    REFUSED: ("would be refused or have no effect", "would be refused or have no effect"),
    NOT_SPECIFIED: ("is not specified", "are not specified"),
}

DELAY = "how soon the service notices is not stated; a gap of seconds may do no harm"
STORED = {
    "nothing": "nothing is assumed to be in an account, so lost access to a key is no finding",
    "documents": "documents are assumed to be in each account; --holds says otherwise",
    "models": "documents and a deployed model are assumed in each account; --holds says otherwise",
}
"""What was assumed to be in each account."""
OUTSIDE = "accounts, policies and roles outside this plan are not seen, and assumed to be in order"
SILENCE = "silence means that nothing was found which the article names; it does not mean safe"
LEGEND = {
    ("stated", "implied"): "by the article",
    ("environment",): "by a fact about Azure",
    ("assumed",): "by us alone",
}
"""What the words for a basis mean."""
REFUSALS = "no refusal was observed on Azure: what breaks a demand may have no effect instead"
FOUNDRY = (
    "Microsoft's Foundry pages (August 2026) are about kind AIServices and name no Translator: "
    "which page holds there, nobody says"
)
FOUNDRY_SAYS = "Microsoft's Foundry pages say otherwise of kind AIServices:"


MOST_NAMED = 4
"""So many changes without a finding are named."""


def count(number: int, one: str, several: str = "") -> str:
    """Return a number with its noun."""
    noun = one if number == 1 else several or f"{one}s"
    return f"{number} {noun}"


def heading(report: Report) -> str:
    """Return what was read and judged."""
    changes = count(report.changes, "change")
    judged = count(len(report.accounts), "account")
    failed = "PLANNING FAILED, judged in part only: " if report.plan.failed else ""
    return (
        f"{failed}{report.plan.source}: {changes}; {judged} judged, {PROFILES[report.profile]} "
        f"(revision {report.revision})"
    )


def foundry_on(finding: Finding) -> list[str]:
    """Return what Microsoft's Foundry pages say otherwise of a finding, each sentence once."""
    found: dict[str, None] = {}
    if "AIServices" in finding.kinds:
        for part in finding.parts:
            if part.verdict is not None and part.advice.foundry:
                found[part.advice.foundry] = None
    return list(found)


def explained_by(finding: Finding) -> str:
    """Return what goes with a deletion and is no finding of its own; empty if nothing does."""
    if not finding.explains:
        return ""
    return f"With it go, and are no findings of their own: {', '.join(finding.explains)}."


def address_in_words(address: str) -> str:
    """Return an address; an id in Azure without what all ids have: `Microsoft.X/y/z in group`."""
    _, found, rest = address.rpartition("/providers/")
    if not found or not address.startswith("/"):
        return address
    group = word_after("resourcegroups", address)
    return f"{rest} in {group}" if isinstance(group, str) else rest


def actions_in_words(finding: Finding) -> str:
    """Return what is done to a resource, and why it is replaced or deleted."""
    words = actions_named(finding.actions)
    if finding.forced_by:
        forced = f"forced by {', '.join(finding.forced_by)}"
        if finding.cause is not None:
            forced += f"; {finding.cause.address} is {cause_in_words(finding.cause)}"
        words += f" ({forced})"
    return words


def cause_in_words(cause: Cause) -> str:
    """Return what is done to the resource that forces a change."""
    if DELETE in cause.actions and CREATE in cause.actions:
        return "replaced"
    return actions_named(cause.actions)


def actions_named(actions: tuple[str, ...]) -> str:
    """Return what is done to a resource."""
    return ACTIONS.get(actions, ", ".join(actions))


def without_finding(report: Report) -> str:
    """Return of which changes nothing was found, some by name; empty if there are none."""
    named: list[str] = []
    for change in report.without_finding[:MOST_NAMED]:
        what = change.does or actions_named(change.actions)
        named.append(f"{plain(address_in_words(change.address))} ({what})")
    if not named:
        return ""
    more = len(report.without_finding) - len(named)
    if more:
        named.append(f"and {more} more")
    return f"Nothing found on: {', '.join(named)}."


def part_heading(part: Part) -> str:
    """Return what one change does, and whether only in some orders."""
    text = part.advice.does
    if part.only_in_some_orders:
        text += " In an order that is permitted, not in every one:"
    return text


def consequence_in_words(consequence: Consequence) -> str:
    """Return what becomes of something."""
    words = BECOMES[consequence.what, consequence.becomes]
    if consequence.becomes == "may be lost" and consequence.basis != "assumed":
        return f"if so: {BECOMES[consequence.what, 'lost']}"
    title = consequence.title
    if not title or consequence.becomes == "refusal":
        return words
    if consequence.becomes == "demanded":
        return f"{words} {title}"
    title = title[0].lower() + title[1:]
    if title.endswith("is not specified"):
        return title
    if consequence.becomes == "not specified":
        return f"{words} {title}"
    return f"{words}: {title}"


def legend(report: Report) -> Iterator[str]:
    """Yield what the words for a basis mean that a report has."""
    used: set[str] = set()
    for finding in report.findings:
        for part in finding.parts:
            used.update(consequence.basis for consequence in part.consequences)
    meanings: list[str] = []
    for bases, meaning in LEGEND.items():
        named = [basis for basis in bases if basis in used]
        if named:
            meanings.append(f"{', '.join(named)}: {meaning}")
    if meanings:
        yield "; ".join(meanings)


def instead_of(finding: Finding) -> list[str]:
    """Return what to do instead, each sentence once."""
    found: dict[str, None] = {}
    for part in finding.parts:
        if part.verdict is not None and part.advice.instead:
            found[part.advice.instead] = None
    return list(found)


def finding_in_words(finding: Finding) -> Iterator[str]:
    """Yield what a finding says as sentences, for formats that have no layout of their own."""
    for part in finding.parts:
        yield part_heading(part)
        for each in part.consequences:
            grounds = f" ({each.requirement}, {each.basis})" if each.requirement else ""
            yield f"{consequence_in_words(each)}{grounds}."
    if finding.explains:
        yield explained_by(finding)
    for sentence in foundry_on(finding):
        yield f"{FOUNDRY_SAYS} {sentence}"
    for advice in instead_of(finding):
        yield f"Instead: {advice}"


def summary(report: Report) -> str:
    """Return how many changes have which verdict."""
    found: list[str] = []
    for verdict, (one, several) in VERDICTS.items():
        number = sum(1 for finding in report.findings if finding.verdict == verdict)
        if number:
            found.append(f"{count(number, 'change')} {one if number == 1 else several}")
    text = f"{'; '.join(found)}." if found else "Nothing found that loses data."
    if report.not_judged:
        kinds: list[str] = []
        for kind, number in sorted(report.not_judged.items()):
            kinds.append(f"{count(number, 'account')} of kind {kind}")
        text += f" Not judged: {', '.join(kinds)}."
    if report.findings:
        text += " Replay: --commands; details: --format json."
    return text


def makes_again(report: Report) -> bool:
    """Return whether something that goes comes back, so that there is a gap between both."""
    going: set[str] = set()
    coming: set[str] = set()
    for finding in report.findings:
        if finding.verdict in (LOSES, MAY_LOSE) and DELETE in finding.actions:
            going.add(finding.type)
    for resource in report.plan.changes():
        if CREATE in resource.actions:
            coming.add(resource.type)
    return bool(going & coming)


def limits(report: Report) -> Iterator[str]:
    """Yield what this report can't say."""
    yield from report.notes
    verdicts = {finding.verdict for finding in report.findings}
    if makes_again(report):
        yield DELAY
    if report.accounts:
        yield STORED[report.holds]
    yield OUTSIDE
    if REFUSED in verdicts:
        yield REFUSALS
    if any("AIServices" in finding.kinds for finding in report.findings):
        yield FOUNDRY
    yield SILENCE
