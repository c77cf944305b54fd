"""Replace what a published page may not have: identifiers of tenants and subscriptions, addresses,
and anything that may be a secret.

A system's own messages may name any of these.  What looks like one is replaced, whoever wrote it.
"""

import re

GUID = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"

PATTERNS: tuple[tuple[str, str], ...] = (
    (r"\beyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]+){0,2}", "(token)"),
    (r"\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}", r"\1 (secret)"),
    (
        r"\b(sig|token|password|secret|client_secret|api[-_]?key|subscription-key)"
        r"(\"?\s*[=:]\s*\"?)[^\s\"'&;,]{6,}",
        r"\1\2(secret)",
    ),
    (rf"\b{GUID}\b", "(id)"),
    (r"(/subscriptions/|/tenants/)[^/\s\"'(]+", r"\1(id)"),
    (r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b", "(e-mail address)"),
    (r"\b[\w-]+\.onmicrosoft\.com\b", "(domain)"),
    (r"\b(?:\d{1,3}\.){3}\d{1,3}\b", "(IP address)"),
    (r"\b[0-9a-f]{32,}\b", "(key or digest)"),
    (r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{60,}={0,2}(?![A-Za-z0-9+/])", "(key or digest)"),
)
"""Each form that an identifier or a secret may have, with its replacement."""

REPLACEMENTS = tuple((re.compile(form, re.IGNORECASE), put) for form, put in PATTERNS)


def redacted(text: str) -> str:
    """Return the text with everything replaced that looks like an identifier or a secret."""
    for form, replacement in REPLACEMENTS:
        text = form.sub(replacement, text)
    return text
