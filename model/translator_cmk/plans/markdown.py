"""Findings as Markdown, for a comment on a pull request."""

from collections.abc import Iterator

from ..escaping import markdown
from .finding import Finding
from .findings import Report
from .verdicts import BY_NAME
from .wording import (
    actions_in_words,
    address_in_words,
    basis_in_words,
    consequence_in_words,
    explained_by,
    foundry_on,
    heading,
    instead_of,
    legend,
    limits,
    part_heading,
    sources_of,
    summary,
    without_finding,
)

MARK = "<!-- translator-cmk check-plan -->"
"""The first line, by which a comment is found again that is to be written anew."""


def format_markdown(report: Report) -> str:
    """Return the whole report."""
    lines = [MARK, f"**{markdown(heading(report))}**", ""]
    for finding in report.findings:
        lines += format_finding(finding)
        lines.append("")
    lines += [
        markdown(summary(report)),
        "",
        markdown(without_finding(report)),
        "",
        *[f"- **Not judged:** {markdown(reason)}" for reason in report.undecided],
        "",
        "<details><summary>What no plan can tell</summary>",
        "",
    ]
    for limit in (*legend(report), *limits(report)):
        lines.append(f"- {markdown(limit)}")
    lines += ["", "</details>"]
    return "\n".join(lines) + "\n"


def format_finding(finding: Finding) -> Iterator[str]:
    """Yield the lines of one finding."""
    address = code(address_in_words(finding.address))
    what = markdown(actions_in_words(finding))
    yield f"### {BY_NAME[finding.verdict].label}: `{address}` {what}"
    for part in finding.parts:
        yield ""
        yield markdown(part_heading(part))
        if part.consequences:
            yield ""
            yield "| consequence | requirement | basis |"
            yield "|---|---|---|"
        for each in part.consequences:
            words = markdown(consequence_in_words(each))
            requirement = f"`{each.requirement}`" if each.requirement else ""
            yield f"| {words} | {requirement} | {basis_in_words(each)} |"
    if finding.until:
        yield ""
        yield markdown(finding.until)
    if finding.explains:
        yield ""
        yield markdown(explained_by(finding))
    for advice in instead_of(finding):
        yield ""
        yield f"**Instead:** {markdown(advice)}"
    for source in sources_of(finding):
        yield ""
        yield f"<{source}>"
    for sentence in foundry_on(finding):
        yield ""
        yield markdown(sentence)


def code(text: str) -> str:
    """Return a text for the inside of a code span, which no letter of it ends."""
    return text.replace("`", "'").replace("\n", " ")
