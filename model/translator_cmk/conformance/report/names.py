"""What the files of a report are called."""

import re
from pathlib import Path

ENVELOPE, MESSAGES, COUNTEREXAMPLES, TRACES = "report.json", "messages.ndjson", "counterexamples", "traces"


def draft_of(file: Path) -> Path:
    """Where a file is written before it takes the place of an earlier one."""
    return file.with_name(f".{file.name}.draft")


def whole_name(file: Path) -> str:
    """What the file is called, or is going to be called where it is a draft."""
    draft = re.fullmatch(r"\.(.+)\.draft", file.name)
    return draft[1] if draft else file.name
