"""The report as a page of Markdown, for the summary of a pipeline."""

from collections.abc import Iterator
from typing import Any

from ...escaping import markdown
from ..summary import counted, headline, narrowed, product, reached


def text(envelope: dict[str, Any]) -> str:
    """The page."""
    return "\n".join(lines(envelope)) + "\n"


def lines(envelope: dict[str, Any]) -> Iterator[str]:
    """Its lines."""
    yield f"# {markdown(product(envelope))}: {headline(envelope)}"
    yield ""
    yield f"Profile `{envelope['profile']}`, {envelope['started']} to {envelope['finished']}, seed {envelope['seed']}"
    yield from map(markdown, narrowed(envelope))
    yield (
        "" if envelope["complete"] else f"**Not complete:** {markdown(envelope.get('trouble', 'it was broken off'))}"
    )
    yield ""
    yield "| | came out |"
    yield "|---|---|"
    yield f"| all that counts | {counted(envelope['counts']['scored'])} |"
    for part in ("levels", "lanes"):
        for name, tally in envelope["counts"][part].items():
            if tally["total"]:
                yield f"| {name} | {counted(tally)} |"
    for what, told in reached(envelope):
        yield f"| {markdown(what)} | {markdown(told)} |"
    yield ""
    yield from failures(envelope)
    for case in envelope["cases"]:
        if case["status"] == "differs":
            yield f"- `{case['id']}`: {markdown(case['reason'])}"
    for stale in envelope["stale_deviations"]:
        yield f"- {markdown(stale)}"


def failures(envelope: dict[str, Any]) -> Iterator[str]:
    """What failed, by cause."""
    by_id = {case["id"]: case for case in envelope["cases"]}
    for group in envelope["groups"]:
        yield f"## {group['cause'] or 'Laid to no requirement'}: {len(group['cases'])}"
        yield ""
        for name in group["cases"]:
            case = by_id[name]
            known = f" (known: {markdown(case['known'])})" if case.get("known") else ""
            yield f"- `{name}`: {markdown(case.get('reason', ''))}{known}"
        yield ""
