"""The page on which one tries requests out, and the files that it loads."""

import json
from functools import cache
from importlib import resources
from typing import Any

from ...explore.what_if import WHAT_IF
from ...machine import ROWS, Machine, RowsContradict
from ...requirements import load_register
from ..last_run import OBSERVED
from ..markup import filled
from .charted import Charted, charted
from .tables import Tables

SCHEMA = "what-if.schema.json"


@cache
def chart() -> Charted | None:
    """All that can happen in the scope to ask "what if" in; none of a model whose rows contradict each other."""
    try:
        return charted(WHAT_IF, Machine(ROWS))
    except RowsContradict:
        return None


@cache
def tables() -> dict[str, Any] | None:
    """The tables of the scope."""
    found = chart()
    return Tables(found, load_register()).as_json() if found else None


def what_if_page() -> str:
    """The page."""
    found = tables()
    states, steps = (found["scope"]["states"], found["scope"]["steps"]) if found else (0, 0)
    return filled("what-if", states=f"{states:,}", steps=f"{steps:,}")


def what_if_files() -> dict[str, str]:
    """The tables as a script, for a page that may be opened from a file; and as JSON with its schema."""
    found = tables()
    text = json.dumps(found and {"observed_on_azure": OBSERVED, **found}, separators=(",", ":"), ensure_ascii=False)
    return {
        "data/what-if.js": f"const WHAT_IF = {text};\n",
        "data/what-if.json": text + "\n",
        f"data/{SCHEMA}": resources.files(__package__).joinpath(SCHEMA).read_text("utf-8"),
    }
