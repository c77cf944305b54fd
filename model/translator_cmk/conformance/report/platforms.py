"""What a report was made on: two of its files name it, and nothing else of them depends on where they are made."""

import json
import platform
import re
from pathlib import Path
from typing import NamedTuple

WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,39}")


class Platform(NamedTuple):
    """The version of Python, the operating system and the processor, each in one word or empty."""

    python: str
    system: str
    machine: str


def this_one() -> Platform:
    """The platform that this runs on."""
    return Platform(platform.python_version(), platform.system(), platform.machine())


def platform_in(messages: Path) -> Platform:
    """The platform that the first of the Cucumber Messages names, or this one where it names none."""
    if not messages.is_file():
        return this_one()
    try:
        with messages.open("rb") as file:
            meta = json.loads(file.readline(10_000))["meta"]
        found = Platform(meta["runtime"]["version"], meta["os"]["name"], meta["cpu"]["name"])
        named = WORD.fullmatch(found.python) and all(not each or WORD.fullmatch(each) for each in found)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return this_one()
    return found if named else this_one()
