"""A family of broken implementations: the examples of docs/examples, each with one mistake of broken.yaml in its code.

Every third one is held out: budgets were chosen without looking at it.
"""

from pathlib import Path
from typing import NamedTuple

import yaml

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"
FILES = {"python": "emulator.py", "node": "emulator.mjs", "perl": "emulator.pl"}


class Broken(NamedTuple):
    """One mistake: what it is, in one sentence, which topic it is about, and each text to replace, found once.

    ``profile`` is the one in which it is a mistake; most contradict the article, some only what is assumed.
    """

    mistake: str
    topic: str
    language: str
    edits: tuple[tuple[str, str], ...]
    profile: str = "article"

    @property
    def source(self) -> str:
        """The code of the example with the mistake; raises `ValueError` where a text to replace is not there once."""
        text = (EXAMPLES / self.language / FILES[self.language]).read_text("utf-8")
        for was, is_ in self.edits:
            if text.count(was) != 1:
                raise ValueError(f"{self.mistake}: {was!r} is there {text.count(was)} times")
            text = text.replace(was, is_)
        return text


def family(file: str) -> tuple[Broken, ...]:
    """All of a file, in its order."""
    rows = yaml.safe_load(Path(__file__).with_name(file).read_text("utf-8"))
    return tuple(Broken(**row | {"edits": tuple((edit["was"], edit["is"]) for edit in row["edits"])}) for row in rows)


FAMILY = family("broken.yaml")
MADE_TO_BE_MISSED = family("subtle.yaml")
HELD_OUT = FAMILY[2::3]
