"""Families of implementations: the examples of docs/examples, broken or permitted, each by a change of its code."""

from pathlib import Path
from typing import Any, NamedTuple

from tests.command_line import tables

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"
FILES = {"python": "emulator.py", "node": "emulator.mjs"}


class Broken(NamedTuple):
    """One mistake: what it is, in one sentence, which topic it is about, and each text to replace, found once.

    ``expected``: the requirements of which a report should name one first, written from the sentence alone, before
    anything was run; `reset` where that is what fails.
    ``profile`` is the one in which it is a mistake; most contradict the article, some only what is assumed.
    """

    mistake: str
    topic: str
    expected: tuple[str, ...]
    language: str
    edits: tuple[tuple[str, str], ...]
    profile: str = "article"
    held_out: bool = False
    """Whether nobody looks at what a report names first for it while that is improved."""

    @property
    def source(self) -> str:
        """The code of the example with the mistake; raises `ValueError` where a text to replace is not there once."""
        return edited(self.language, self.edits, self.mistake)


class Permitted(NamedTuple):
    """A system that honours the article, and how it differs from the model: the example in Python, changed."""

    differs: str
    about: tuple[str, ...]
    """The requirements that leave it free."""
    edits: tuple[tuple[str, str], ...]

    @property
    def source(self) -> str:
        """The code of the changed example; raises `ValueError` where a text to replace is not there once."""
        return edited("python", self.edits, self.differs)


def edited(language: str, edits: tuple[tuple[str, str], ...], what: str) -> str:
    """The code of an example with these texts replaced; raises `ValueError` where one is not there once."""
    text = (EXAMPLES / language / FILES[language]).read_text("utf-8")
    for was, is_ in edits:
        if text.count(was) != 1:
            found = f"{what}: {was!r} is {text.count(was)} times in docs/examples/{language}/{FILES[language]}"
            raise ValueError(f"{found}; leave that line as it was, or mend the edit in tests/conformance/*.yaml")
        text = text.replace(was, is_)
    return text


def family(file: str) -> list[dict[str, Any]]:
    """All of a file, in its order, with its edits as pairs."""
    [rows] = tables(__file__, file)
    return [
        row
        | {"edits": tuple((edit["was"], edit["is"]) for edit in row["edits"])}
        | {name: tuple(row[name]) for name in ("expected", "about") if name in row}
        for row in rows
    ]


ONCE_HELD_OUT = tuple(Broken(language="python", **row) for row in family("held_out.yaml"))
LOOKED_AT = (*(Broken(**row) for row in family("broken.yaml")), *ONCE_HELD_OUT)
HELD_OUT = tuple(Broken(language="python", held_out=True, **row) for row in family("held_out_next.yaml"))
WITHDRAWN = {
    "The name of a document can be given again in another workspace, which takes the document there.",
    "The name of a resource in use can be given again in another resource group.",
}
"""Mistakes that were held out and contradict nothing any more: the register leaves these names open now."""
FAMILY = tuple(each for each in (*LOOKED_AT, *HELD_OUT) if each.mistake not in WITHDRAWN)
MADE_TO_BE_MISSED = tuple(Broken(**row) for row in family("subtle.yaml"))
PERMITTED = tuple(Permitted(**row) for row in family("permitted.yaml"))
