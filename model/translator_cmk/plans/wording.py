"""What a report says in words, in all its formats."""

from collections.abc import Iterator, Mapping, Sequence

from ..escaping import plain
from ..words import listed
from .causes import new_identities
from .consequences import Consequence
from .finding import Explained, Finding, Part
from .findings import Report
from .plan import CREATE, DELETE, FORGET, PERHAPS, UPDATE
from .things import word_after
from .verdicts import NOT_SPECIFIED, REFUSED, TABLE
from .without_finding import WithoutFinding

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
    ("", "not specified"): "not stated",
    ("", "demanded"): "needs",
    ("", "refusal"): "refused without",
    ("data", "not specified"): "whether data can still be read",
    ("documents", "not specified"): "whether uploaded documents are kept",
    ("models", "not specified"): "whether models stay deployed",
}
"""What becomes of something, in words."""

KEPT = {
    "data": "data can still be read",
    "documents": "uploaded documents are kept",
    "models": "models stay deployed",
}
"""What is assumed to be kept, in words."""

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
    ("environment",): "a general fact about Azure",
    ("assumed",): "not in the article, this tool assumes it",
}
"""What the words for a basis mean."""
REFUSALS = "no refusal was observed on Azure: what breaks a demand may have no effect instead"
FOUNDRY_SAYS = (
    "Microsoft's Foundry pages (August 2026) on that kind say otherwise than the article:"
)
FOUNDRY_OPEN = (
    "They do not name Translator; which of both holds for it, nobody says, so plan for the "
    "article's, the graver one."
)


REMARKS = {"key-given-up-with-more": "which sets the account to Microsoft-managed keys"}
"""By kind of change: what the deletion of something does to the account that goes after it."""

MISSING = {
    "key-given-up-with-more": "its key setting",
    "policy-deleted-with-more": "its access policy",
    "key-deleted-with-more": "its key",
}
"""By kind of change: what an account lacks that is recovered after it."""

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
    names = [name for name, kind in finding.kinds.items() if kind == "AIServices"]
    if not names:
        return []
    found: dict[str, None] = {}
    for part in finding.parts:
        if part.verdict is not None and part.advice.foundry:
            found[part.advice.foundry] = None
    are = "is" if len(names) == 1 else "are"
    head = f"{', '.join(names)} {are} of kind AIServices. {FOUNDRY_SAYS}"
    return [f"{head} {sentence} {FOUNDRY_OPEN}" for sentence in found]


def explained_by(finding: Finding) -> str:
    """Return what goes with a deletion and is no finding of its own; empty if nothing does."""
    before = [explained_in_words(each) for each in finding.explains if each.is_before]
    beside = [explained_in_words(each) for each in finding.explains if not each.is_before]
    said: list[str] = []
    if before:
        said.append(
            f"Destroyed before it, without a finding of their own: {', '.join(before)}. If "
            f"deleting the account then fails, it has none of them.{recovered_without(finding)}"
        )
    if beside:
        said.append(f"These go with it, and have no finding of their own: {', '.join(beside)}.")
    return " ".join(said)


def recovered_without(finding: Finding) -> str:
    """Return what an account lacks that is recovered after its deletion."""
    missing: dict[str, None] = {}
    for each in finding.explains:
        if each.is_before and each.kind in MISSING:
            missing[MISSING[each.kind]] = None
    account = finding.parts[0].names.get("recovered", "")
    if not missing or not account:
        return ""
    return f" {account} comes back without {listed(missing)}."


def explained_in_words(explained: Explained) -> str:
    """Return the address of what goes with an account, and what its deletion alone does to it."""
    remark = REMARKS.get(explained.kind, "")
    return f"{explained.address} ({remark})" if remark else explained.address


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
    return f"{words} ({finding.why})" if finding.why else words


def actions_named(actions: tuple[str, ...]) -> str:
    """Return what is done to a resource."""
    return ACTIONS.get(actions, ", ".join(actions))


def without_finding(report: Report) -> str:
    """Return of which changes nothing was found, some by name; empty if there are none."""
    if not report.without_finding:
        return ""
    return (
        f"Nothing found on: {with_what_they_do(report.without_finding, remarks_on_causes(report))}."
    )


def remarks_on_causes(report: Report) -> dict[str, str]:
    """Return by address what a finding has to do with a change that has none itself."""
    found: dict[str, str] = {}
    for finding in report.findings:
        if any(part.advice.kind == "policies-unknown" for part in finding.parts):
            for address in new_identities(report.plan):
                found[address] = "the list above may depend on it"
    for finding in report.findings:
        if finding.cause is not None:
            found[finding.cause.address] = "what it forces is above"
    return found


def others(report: Report) -> str:
    """Return which changes concern no account that is judged, some by name; empty if none do."""
    if not report.others:
        return ""
    changes = count(len(report.others), "other change concerns", "other changes concern")
    named = with_what_they_do(report.others, remarks_on_causes(report))
    return f"{changes} no judged account: {named}"


def with_what_they_do(changes: Sequence[WithoutFinding], remarks: Mapping[str, str]) -> str:
    """Return changes with what they do, of many some by name; ``remarks`` has more on some."""
    named: list[str] = []
    for change in changes[:MOST_NAMED]:
        what = change.does or actions_named(change.actions)
        if change.address in remarks:
            what += f"; {remarks[change.address]}"
        named.append(f"{plain(address_in_words(change.address))} ({what})")
    more = len(changes) - len(named)
    if more:
        named.append(f"and {more} more")
    return ", ".join(named)


def part_heading(part: Part) -> str:
    """Return what one change does, and whether only in some orders."""
    text = part.advice.does
    if part.only_in_some_orders:
        text += " In an order that is permitted, not in every one:"
    return text


def consequence_in_words(consequence: Consequence) -> str:
    """Return what becomes of something."""
    if consequence.assumed == "kept":
        return KEPT[consequence.what]
    words = BECOMES[consequence.what, consequence.assumed or consequence.becomes]
    if consequence.once and consequence.what == "documents":
        return f"{words} ({consequence.once})"
    if consequence.assumed:
        return words
    if consequence.becomes == "may be lost" and consequence.basis != "assumed":
        return f"if so: {BECOMES[consequence.what, 'lost']}"
    title = consequence.title
    if not title:
        return words
    if consequence.becomes == "refusal":
        return f"{words} {title}"
    title = title[0].lower() + title[1:]
    if consequence.becomes == "demanded":
        return f"{words} {title}"
    if consequence.becomes == "not specified":
        return title.removesuffix(" is not specified")  # its basis says so
    return f"{words}: {title}"


def basis_in_words(consequence: Consequence) -> str:
    """Return how firmly a consequence holds."""
    return "not specified" if consequence.is_open else consequence.basis


def legend(report: Report) -> Iterator[str]:
    """Yield what the words for a basis mean that a report has."""
    used: set[str] = set()
    for finding in report.findings:
        for part in finding.parts:
            used.update(basis_in_words(consequence) for consequence in part.consequences)
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


def sources_of(finding: Finding) -> list[str]:
    """Return where it is said what to do instead, each address once."""
    found: dict[str, None] = {}
    for part in finding.parts:
        if part.verdict is not None and part.advice.instead and part.advice.source:
            found[part.advice.source] = None
    return list(found)


def finding_in_words(finding: Finding) -> Iterator[str]:
    """Yield what a finding says as sentences, for formats that have no layout of their own."""
    for part in finding.parts:
        yield part_heading(part)
        for each in part.consequences:
            grounds = f" ({each.requirement}, {basis_in_words(each)})" if each.requirement else ""
            yield f"{consequence_in_words(each)}{grounds}."
    if finding.until:
        yield finding.until
    if finding.explains:
        yield explained_by(finding)
    for advice in instead_of(finding):
        yield f"Instead: {advice}"
    yield from foundry_on(finding)


def summary(report: Report) -> str:
    """Return how many changes have which verdict."""
    found: list[str] = []
    for verdict in TABLE:
        number = sum(1 for finding in report.findings if finding.verdict == verdict.name)
        does = verdict.one if number == 1 else verdict.several
        if number:
            found.append(f"{count(number, 'change')} {does}")
    text = "; ".join(found) or "Nothing found that loses data"
    if not report.accounts:
        text = "No account is judged, so no loss can be found"
    text += "; not everything was judged." if report.undecided else "."
    if report.not_judged:
        kinds: list[str] = []
        for kind, number in sorted(report.not_judged.items()):
            kinds.append(f"{count(number, 'account')} of kind {kind}")
        text += f" Not judged: {', '.join(kinds)}."
    if report.findings:
        text += " Replay: --commands; details: --format json."
    return text


def nothing_lost(report: Report) -> str:
    """Return that nothing is lost, as far as that is known."""
    verdicts = [finding.verdict for finding in report.findings]
    unsaid = verdicts.count(NOT_SPECIFIED)
    if not unsaid:
        return "Nothing here loses data."
    changes = count(unsaid, "change is not specified", "changes are not specified")
    return f"Nothing here is known to lose data; {changes}."


def is_refused_without_a_demand(finding: Finding) -> bool:
    """Return whether a finding is a refusal, and does not say itself what else may come of it."""
    if finding.verdict != REFUSED:
        return False
    told = [each.becomes for part in finding.parts for each in part.consequences]
    return "demanded" not in told


def limits(report: Report) -> Iterator[str]:
    """Yield what this report can't say."""
    yield from report.notes
    if report.others:
        yield others(report)
    if report.accounts:
        yield STORED[report.holds]
    yield OUTSIDE
    if any(is_refused_without_a_demand(finding) for finding in report.findings):
        yield REFUSALS
    yield SILENCE
