"""What the files of a report are called."""

import re
from pathlib import Path

ENVELOPE, MESSAGES, COUNTEREXAMPLES, TRACES = "report.json", "messages.ndjson", "counterexamples", "traces"


def whole_name(file: Path) -> str:
    """What the file is called, or is going to be called where it is a draft."""
    draft = re.fullmatch(r"\.(.+)\.draft", file.name)
    return draft[1] if draft else file.name
