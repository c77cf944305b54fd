"""The report as one page of HTML that needs nothing else, runs no script and fetches nothing."""

from collections.abc import Iterator
from typing import Any

from ...badges import LOOKS, Status
from ...escaping import html
from ..summary import counted, headline, narrowed, product, reached

STATUS = {
    "passed": Status.PASSED,
    "failed": Status.FAILED,
    "known": Status.FAILED,
    "differs": Status.NOT_APPLICABLE,
    "not-applicable": Status.NOT_APPLICABLE,
    "inconclusive": Status.INCONCLUSIVE,
    "not-run": Status.NOT_RUN,
}

STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; } caption { text-align: left; font-weight: 600; padding: .5rem 0; }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid #8884; }
pre { overflow-x: auto; padding: .75rem; border: 1px solid #8884; } td { overflow-wrap: anywhere; }
.mark { white-space: nowrap; }
"""


def text(envelope: dict[str, Any]) -> str:
    """The page."""
    return "\n".join(lines(envelope)) + "\n"


def lines(envelope: dict[str, Any]) -> Iterator[str]:
    """Its lines."""
    name = html(product(envelope))
    yield '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    yield "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    yield '<meta name="viewport" content="width=device-width">'
    yield f"<title>{name}: {headline(envelope)}</title><style>{STYLE}</style></head><body><main>"
    yield f"<h1>{name}: {headline(envelope)}</h1>"
    yield f"<p>{' · '.join(html(each) for each in facts(envelope))}</p>"
    if not envelope["complete"]:
        yield f"<p><strong>Not complete:</strong> {html(envelope.get('trouble', 'it was broken off'))}</p>"
    yield "<table><caption>What came out</caption>"
    yield row("th", "what", "came out")
    yield row("td", "all that counts", counted(envelope["counts"]["scored"]))
    for part in ("levels", "lanes"):
        yield from (
            row("td", each, counted(tally)) for each, tally in envelope["counts"][part].items() if tally["total"]
        )
    yield from (row("td", what, told) for what, told in reached(envelope))
    yield "</table>"
    yield from failures(envelope)
    yield "<table><caption>Every case</caption>"
    yield row("th", "case", "came out", "reason")
    for case in envelope["cases"]:
        scored = "" if case["scored"] else "does not count; "
        yield row("td", case["id"], mark(case["status"]), scored + case.get("reason", ""))
    yield "</table></main></body></html>"


def facts(envelope: dict[str, Any]) -> list[str]:
    """How the run was made."""
    return [
        f"profile {envelope['profile']}",
        f"lanes {', '.join(envelope['lanes'])}",
        *narrowed(envelope),
        f"{envelope['started']} to {envelope['finished']}",
        f"kit {envelope['kit']}, protocol {envelope['protocol']}",
        f"seed {envelope['seed']}",
        f"specification {envelope['digest'][:12]}",
    ]


def failures(envelope: dict[str, Any]) -> Iterator[str]:
    """What failed, by cause, each in full."""
    by_id = {case["id"]: case for case in envelope["cases"]}
    for group in envelope["groups"]:
        yield f"<h2>{html(group['cause'] or 'Laid to no requirement')}: {len(group['cases'])}</h2>"
        for case in (by_id[name] for name in group["cases"]):
            yield f"<h3>{mark(case['status'])} {html(case['id'])}</h3><p>{html(case.get('reason', ''))}</p>"
            if case.get("known"):
                yield f"<p>Known: {html(case['known'])}</p>"
            if case.get("shown"):
                yield f"<pre>{chr(10).join(kept(line) for line in case['shown'].splitlines())}</pre>"


def kept(line: str) -> str:
    """A line with its indentation."""
    return " " * (len(line) - len(line.lstrip(" "))) + html(line)


def mark(status: str) -> str:
    """A status with its glyph."""
    return f'<span class="mark">{LOOKS[STATUS[status]].glyph} {html(status.replace("-", " "))}</span>'


def row(cell: str, *texts: str) -> str:
    """A row of a table; what is a mark already stays as it is."""
    cells = (each if each.startswith('<span class="mark">') else html(each) for each in texts)
    return f"<tr>{''.join(f'<{cell}>{each}</{cell}>' for each in cells)}</tr>"
