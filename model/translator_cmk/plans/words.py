"""What a report says to people, as a document: text and Markdown are written from it."""

from calendar import month_name
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..document import Block, Box, Code, Folded, Items, Lines, Link, Mark, Paragraph, Table
from ..document.markdown import document_md
from ..document.text import document_text
from ..errors import DEVIATIONS, INCOMPLETE, OK
from ..machine import Command
from ..machine.commands import EnableIdentity, GrantKeyAccess, RecoverKey, RecoverVault
from ..words import listed
from .advice import advised
from .consequences import Consequence
from .demands import all_demands
from .estate import OTHERS, address_in_words, holds_of
from .finding import Finding, Part, Report
from .plan import CREATE, DELETE, FORGET, PERHAPS, UPDATE
from .verdicts import BY_NAME, LOSES, REFUSED, TABLE

BECOMES: Mapping[str, Mapping[str, str]] = {
    "lost": {
        "account": "the account is deleted",
        "data": "data can't be read",
        "documents": "uploaded documents are deleted",
        "models": "deployed models are undeployed",
    },
    "may be lost": {
        "account": "the account may be deleted",
        "data": "data may be unreadable",
        "documents": "uploaded documents may be deleted",
        "models": "deployed models may be undeployed",
    },
    "back": {
        "account": "the account is there again",
        "data": "data can be read again",
        "documents": "uploaded documents are there again",
        "models": "models are deployed again",
    },
    "may be back": {
        "account": "whether the account comes back is not specified",
        "data": "whether data can be read again is not specified",
        "documents": "whether documents come back is not specified",
        "models": "whether models are deployed again is not specified",
    },
    "stays lost": {
        "account": "the account stays deleted",
        "data": "data stays unreadable",
        "documents": "uploaded documents stay deleted",
        "models": "models stay undeployed",
    },
    "refused": {
        "": "would be refused",
    },
    "not specified": {
        "": "not stated",
        "data": "whether data can still be read",
        "documents": "whether uploaded documents are kept",
        "models": "whether models stay deployed",
    },
    "demanded": {
        "": "needs",
    },
    "refusal": {
        "": "refused without",
    },
}
"""What becomes of something, or of a request, in words."""

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

STORED = {
    "nothing": "holds nothing",
    "documents": "holds uploaded documents",
    "models": "holds uploaded documents and a deployed model",
}
"""What is assumed to be in an account."""

PARTIAL = (
    "the plan is partial (-target, or deferred changes): what it leaves out is not judged, "
    "and another round follows"
)
NOT_EVALUATED = (
    "what-if did not evaluate some resources; run it with --result-format FullResourcePayloads, "
    "which is the default, to have them judged"
)
WHAT_IF = "what-if shows no order and no replacement, and leaves out what it does not look at"
PAST = "before the plan: by the article the loss is past"
NOTES = {
    "key-not-told": "which key {name} uses can't be told from this plan",
    "lacked-access": f"{{name}} had no access to its key {PAST}",
    "lacked-identity": f"{{name}} had no identity {PAST}",
    "not-followed": "{name} is not followed: what it changes is not judged",
}
NOT_SHOWN = "the account {name} is not in the plan: its kind is assumed to be judged"
UNFIT = "an exception fits nothing in this plan: {address}, {verdict} ({reason})"
EXCEPTIONS = {
    "known": "Known until {until}: {reason}",
    "over": "The exception ({reason}) was over on {until}.",
    "new": "The exception ({reason}) is new and doesn't count yet.",
}
"""By the status of an exception what is said of it."""

OUTSIDE = "accounts, policies and roles outside this plan are not seen, and assumed to be in order"
SILENCE = "silence means that nothing was found which the article names; it does not mean safe"
REFUSALS = "no refusal was observed on Azure: what breaks a demand may have no effect instead"
BASES = {
    "stated": "by the article",
    "implied": "it follows from the article",
    "environment": "a general fact about Azure",
    "assumed": "not in the article, this tool assumes it",
}
"""What the words for a basis mean."""

FOUNDRY_SAYS = (
    "Microsoft's Foundry pages (August 2026) on that kind say otherwise than the article:"
)
FOUNDRY_OPEN = (
    "They do not name Translator; which of both holds for it, nobody says, so plan for the "
    "article's, the graver one."
)

WAYS_BACK: Mapping[type[Command] | None, str] = {
    GrantKeyAccess: "access given back",
    EnableIdentity: "identity on again",
    RecoverVault: "vault recovered",
    RecoverKey: "key recovered",
}
"""By command: what was done, in a few words."""

REASONS = {
    "delete_because_no_resource_config": "no longer in the configuration",
    "delete_because_no_module": "its module is no longer in the configuration",
    "delete_because_no_move_target": "nothing is configured where it was moved to",
    "delete_because_wrong_repetition": "count or for_each was added or left out",
    "delete_because_count_index": "count{reads} no longer reaches [{instance}]",
    "delete_because_each_key": "for_each{reads} no longer has {instance}",
    "replace_because_tainted": "tainted",
    "replace_by_request": "by -replace",
    "replace_by_triggers": "by replace_triggered_by",
}
"""By Terraform's word for it: why a resource goes or is replaced."""

TAGS_ONLY = "changed: tags only"
POTENTIAL = "what-if lists it as a potential change"

SECONDS = (
    "How soon the service notices is not stated; a gap of seconds may do no harm. If the apply "
    "stops before, the access stays away."
)
GAPS = {
    "back": f"The access to the key is given back by {{names}}. {SECONDS}",
    "back if later": (
        f"The access to the key is given back by {{names}}, if it comes after it. {SECONDS}"
    ),
    "perhaps": "Whether the access to the key is given back by {names} is not specified.",
    "never": (
        "{no} change in this plan restores the access to the key: it stays away until you "
        "restore it."
    ),
}
"""How the access to a key that goes comes back."""

MOST_NAMED = 4
"""So many changes without a finding, or that give access back, are named."""

LONGEST_COMMENT = 60_000
"""So many characters of Markdown go into a comment; GitHub takes 65,536 with what stands around."""


# The whole report


def format_text(report: Report, exit_code: int, colours: Mapping[str, str]) -> str:
    """Return the report for a terminal."""
    blocks = [*beginning(report), *map(box_of, report.findings), *ending(report, exit_code)]
    return document_text(tuple(blocks), colours=colours) + "\n"


def format_markdown(report: Report, exit_code: int) -> str:
    """Return the report for a comment on a pull request, cut where it is too long for one.

    Where no account is judged and nothing was found it is one line.
    """
    if not report.accounts and not report.findings:
        return document_md((beginning(report)[0],))
    kept: list[Block] = list(beginning(report))
    last = tuple(ending(report, exit_code))
    size = len(document_md((*kept, *last)))
    for number, finding in enumerate(report.findings):
        box = box_of(finding)
        size += len(document_md((box,)))
        if size > LONGEST_COMMENT:
            more = count(len(report.findings) - number, "more finding")
            kept.append(Paragraph((f"{more}, too long for a comment: see the whole report.",)))
            break
        kept.append(box)
    return document_md((*kept, *last))


def beginning(report: Report) -> list[Block]:
    """Return what was checked, and how it came out, the gravest first."""
    return [Paragraph((heading(report),)), Paragraph((summary(report),))]


def ending(report: Report, exit_code: int) -> Iterator[Block]:
    """Yield what had no finding, what the report can't say, and the exit code."""
    if report.quiet:
        yield Paragraph((without_finding(report),))
    limits_of_it = tuple((each,) for each in (*legend(report), *limits(report)))
    yield Folded(("What this plan can't tell",), (Items(limits_of_it),))
    yield Paragraph((last_line(report, exit_code),))


def heading(report: Report) -> str:
    """Return what was checked against which page."""
    year, month, day = report.revision.split("-")
    of_day = f"{int(day)} {month_name[int(month)]} {year}"
    judged = count(len(report.accounts), "Translator account")
    if not report.accounts:
        judged = "no Translator account, as the plan shows none that is judged,"
    besides = ", and all that we assume besides" if report.profile == "full" else ""
    return (
        f"Checked {judged} in {report.plan.source} ({count(report.changes, 'change')}) against "
        f"Microsoft's article on customer-managed keys for Azure AI Translator ({of_day}){besides}."
    )


def summary(report: Report) -> str:
    """Return how many changes have which verdict, the gravest first."""
    found: list[str] = []
    for verdict in TABLE:
        mine = [finding for finding in report.findings if finding.verdict == verdict.name]
        known = sum(1 for finding in mine if finding.known)
        if mine:
            remark = f" ({known} known)" if known else ""
            found.append(f"{verdict.label}: {count(len(mine), 'change')}{remark}.")
    return " ".join(found) or "NOTHING found that loses data."


def last_line(report: Report, exit_code: int) -> str:
    """Return the exit code, and why."""
    label = BY_NAME[report.red_from].label
    why = {
        DEVIATIONS: f"{count(len(report.reds), 'finding')} of the verdict {label} or a graver one",
        INCOMPLETE: "not everything was judged",
        OK: f"no finding of the verdict {label} or a graver one, apart from those that are known",
    }
    return f"Exit code {exit_code}: {why[exit_code]}."


def count(number: int, one: str) -> str:
    """Return a number with its noun."""
    return f"{number} {one}" if number == 1 else f"{number} {one}s"


def without_finding(report: Report) -> str:
    """Return of which changes nothing was found, some by name."""
    named: list[str] = []
    for finding in report.quiet[:MOST_NAMED]:
        what = does_in_words(finding).rstrip(".") or actions_in_words(finding)
        named.append(f"{address_in_words(finding.address)} ({what})")
    more = len(report.quiet) - len(named)
    if more:
        named.append(f"and {more} more")
    return f"Nothing found on {count(len(report.quiet), 'other change')}: {', '.join(named)}."


def limits(report: Report) -> Iterator[str]:
    """Yield what this report can't say."""
    if report.plan.is_partial:
        yield PARTIAL
    if report.plan.not_evaluated:
        yield NOT_EVALUATED
    if report.plan.tool == "what-if":
        yield WHAT_IF
    for note in report.notes:
        yield NOTES[note.kind].format(name=note.name)
    for name, is_assumed in report.accounts.items():
        if is_assumed:
            yield NOT_SHOWN.format(name=name)
    for each in report.unfit:
        yield UNFIT.format_map(each._asdict())
    for kind, number in sorted(report.not_judged.items()):
        yield f"not judged: {count(number, 'account')} of kind {kind}"
    if report.accounts:
        others = STORED[holds_of(report.holds, OTHERS)]
        yield f"a plan doesn't show what an account holds; assumed: each {others}"
        for account in report.accounts:
            if account in report.holds:
                yield f"{account} {STORED[report.holds[account]]}, by the file of exceptions"
    yield OUTSIDE
    if any(finding.verdict == REFUSED for finding in report.findings):
        yield REFUSALS
    yield SILENCE


def legend(report: Report) -> Iterator[str]:
    """Yield what the words for a basis mean that a report has."""
    used: set[str] = set()
    for finding in report.findings:
        used.update(map(basis_in_words, finding.consequences))
    meanings = [f"{basis}: {meaning}" for basis, meaning in BASES.items() if basis in used]
    if meanings:
        yield "; ".join(meanings)


# One finding


def box_of(finding: Finding) -> Box:
    """Return one finding."""
    return Box(tuple(blocks_of(finding)))


def blocks_of(finding: Finding) -> Iterator[Block]:
    """Yield what is said of a finding; of what goes with another one, only that."""
    verdict = BY_NAME[finding.verdict]
    address = address_in_words(finding.address)
    actions = f"  {actions_in_words(finding)}" if finding.resource.actions else ""
    yield Paragraph((Mark(verdict.label, finding.verdict), "  ", Code(address), actions))
    exception = finding.exception
    if exception is not None:
        yield Paragraph((EXCEPTIONS[exception.status].format_map(exception._asdict()),))
    if finding.goes_with:
        yield Paragraph(
            (f"It goes with {address_in_words(finding.goes_with)}, whose finding says the rest.",)
        )
        return
    for part, advice in advised(finding):
        yield from blocks_of_part(part, advice.does)
    if finding.gaps:
        yield Paragraph((until_in_words(finding),))
    for remedy in texts_of_advice(finding, "instead"):
        yield Paragraph((f"Instead: {remedy}",))
    for paste in texts_of_advice(finding, "paste"):
        yield Lines(tuple(paste.splitlines()))
    for source in texts_of_advice(finding, "source"):
        yield Paragraph((Link(source, source),))
    for sentence in foundry_on(finding):
        yield Paragraph((sentence,))


def blocks_of_part(part: Part, does: str) -> Iterator[Block]:
    """Yield what one change does."""
    orders = " It depends on the order of the changes. In one that is permitted:"
    yield Paragraph((does + (orders if part.only_in_some_orders else ""),))
    rows = [
        ((consequence_in_words(each),), (each.requirement,), (basis_in_words(each),))
        for each in part.consequences
    ]
    if rows:
        yield Table(("consequence", "requirement", "basis"), tuple(rows))


def finding_in_words(finding: Finding) -> list[str]:
    """Return what a finding says in lines, for formats that have no layout of their own."""
    return document_text((box_of(finding),), width=10_000).splitlines()


def until_in_words(finding: Finding) -> str:
    """Return how long it lasts what a finding takes away."""
    no = "No" if finding.verdict == LOSES else "If so, no"
    told = [GAPS[gap.back].format(names=listed_in_part(gap.by), no=no) for gap in finding.gaps]
    return " ".join(told)


def listed_in_part(addresses: Sequence[str]) -> str:
    """Return addresses in a sentence, of many some: `a, b, c, d and 3 more`."""
    named = [address_in_words(address) for address in addresses[:MOST_NAMED]]
    more = len(addresses) - len(named)
    return listed([*named, f"{more} more"] if more else named)


def actions_in_words(finding: Finding) -> str:
    """Return what is done to a resource, and why it is replaced or deleted."""
    actions = finding.resource.actions
    words = ACTIONS.get(actions, ", ".join(actions))
    if finding.resource.is_potential:
        words = f"may be {words}"
    why = why_in_words(finding)
    return f"{words} ({why})" if why else words


def does_in_words(finding: Finding) -> str:
    """Return what a change does that has no finding; empty if nobody judges it."""
    told = " ".join(advice.does for _, advice in advised(finding))
    return told or why_in_words(finding)


def why_in_words(finding: Finding) -> str:
    """Return why a resource goes, may go or is replaced, in a few words; empty if nothing tells."""
    resource = finding.resource
    if resource.is_potential:
        return POTENTIAL
    # Why something goes that no account needs is of no interest here.
    if not finding.accounts:
        return TAGS_ONLY if resource.changes_only_tags else ""
    if finding.forced is None:
        reads = f", which reads {', '.join(resource.repeated_by)}," if resource.repeated_by else ""
        return REASONS.get(resource.reason, "").format(reads=reads, instance=resource.instance)
    words = f"forced by {', '.join(resource.forced_by)}"
    origin, before, after = finding.forced
    difference = f" from {before} to {after}" if before else ""
    if origin is resource:
        return f"{words},{difference}" if difference else words
    done = "replaced" if len(origin.actions) > 1 else ACTIONS[origin.actions]
    if origin.changes_only_tags:
        done = TAGS_ONLY
    words += f"; {origin.address} is {done}"
    return f"{words}, as its {origin.forced_by[0]} changes{difference}" if difference else words


def texts_of_advice(finding: Finding, field: str) -> Iterable[str]:
    """Return one field of the advice on a finding, such as `instead` or `paste`: each text once."""
    texts = [getattr(advice, field) for part, advice in advised(finding) if part.verdict]
    return dict.fromkeys(filter(None, texts))


def foundry_on(finding: Finding) -> Iterator[str]:
    """Yield what Microsoft's Foundry pages say otherwise of a finding, each sentence once."""
    names = [name for name, kind in finding.accounts.items() if kind == "AIServices"]
    if not names:
        return
    are = "is" if len(names) == 1 else "are"
    for sentence in texts_of_advice(finding, "foundry"):
        head = f"{', '.join(names)} {are} of kind AIServices. {FOUNDRY_SAYS}"
        yield f"{head} {sentence} {FOUNDRY_OPEN}"


def consequence_in_words(consequence: Consequence) -> str:
    """Return what becomes of something."""
    if consequence.assumed == "kept":
        return KEPT[consequence.what]
    words = BECOMES[consequence.assumed or consequence.becomes][consequence.what]
    # What was done is said once: documents stay deleted whenever something else stays lost.
    way_back = WAYS_BACK.get(consequence.after)
    if way_back and consequence.what == "documents":
        return f"{words} ({way_back})"
    if consequence.demanded:
        return f"{words} {all_demands()[consequence.demanded].needs}"
    if consequence.assumed:
        return words
    # The basis is that of the loss, and whether it comes is open.
    if consequence.becomes == "may be lost" and consequence.basis != "assumed":
        return f"if so: {BECOMES['lost'][consequence.what]}"
    title = consequence.title
    if not title:
        return words
    title = title[0].lower() + title[1:]
    # The column of its basis has the words that are left out.
    if consequence.becomes == "not specified":
        return title.removesuffix(" is not specified")
    return f"{words}: {title}"


def basis_in_words(consequence: Consequence) -> str:
    """Return how firmly a consequence holds."""
    return "not specified" if consequence.is_open else consequence.basis
