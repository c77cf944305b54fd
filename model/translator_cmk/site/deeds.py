"""Commands in a few words, without the names of what they are done to: `deletes the vault`."""

import re
from functools import cache

from ..language.phrasebook import COMMAND_PHRASES


@cache
def deed(command: str) -> str:
    """What the customer does with a command of this name; what happens without the customer is told as it is."""
    phrase = next(each for each in COMMAND_PHRASES if each.command.__name__ == command)
    text = re.sub(r"\[[^]]*]", "", phrase.pattern)
    return re.sub(r"(?: (?:of|to|for|in|into))? \{\w+}", "", text).removeprefix("the customer ")
