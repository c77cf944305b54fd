"""What a `Then` can say besides a fact: sentences about the request itself, about change, and about the audit trail."""

from typing import Any, NamedTuple

from ..phrases import Phrase


class Claim(NamedTuple):
    """A sentence about what came of the `When`."""

    about: str
    values: dict[str, Any]


class ClaimPhrase(Phrase):
    """The sentence of one claim, with an explanation for readers."""

    def __init__(self, about: str, pattern: str, explanation: str) -> None:
        super().__init__(pattern)
        self.about = about
        self.explanation = explanation

    def read(self, text: str) -> Claim | None:
        """The claim that the text makes, or None where it makes another."""
        values = self.parse(text)
        return None if values is None else Claim(self.about, values)


CLAIM_PHRASES = (
    ClaimPhrase("accepted", "the request is accepted", "The system carried out what the When asks for."),
    ClaimPhrase(
        "refused",
        "the request is refused",
        "The system refused what the When asks for.  Where it gives reasons, they are the requirements that the scenario "
        "is tagged with, all of them and no other.",
    ),
    ClaimPhrase("unchanged", "nothing has changed", "Everything that can be observed is as it was before the When."),
    ClaimPhrase(
        "otherwise unchanged",
        "nothing else has changed",
        "What can be observed differs from before the When only in what the other Thens of the scenario mention.",
    ),
    ClaimPhrase(
        "key use",
        "the use of the key {key} of {vault} is recorded for {resource}",
        "The audit trail of the When has a use of this key for this resource.",
    ),
    ClaimPhrase("no key use", "no use of a key is recorded", "The audit trail of the When is empty."),
)
"""All of them speak of the When, so that a scenario without one has none of them."""
