"""Compare the answers in a message log with those of the model.

A log of the model is known by its answers, not by the name in it.  The model is here, so it is
asked again what it was asked then, session by session, and each answer has to be the same: its
kind, its reasons, its uses of keys and everything that was observed.  Which requirements a change
rests on is in no log: who reads it asks the model.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..system import ModelSystem
from .judgement.cases import Envelope
from .report.comparison import differences
from .report.folder import MESSAGES
from .report.recorded import LogEntry, MessageLog, shortened
from .report.wording import is_called_the_model
from .wire.answering import Answer, Answering

OF_THE_RUN = ("session", "product", "version")
"""Fields of an answer that chance decides, or by which a system names itself."""


class ModelSession:
    """A session with the model, in which it is asked what it was asked in a session of a log."""

    def __init__(self) -> None:
        self.answering = Answering(ModelSystem)
        self.token = ""

    def ask(self, request: dict[str, Any]) -> Answer:
        """Return the model's answer as JSON has it."""
        if request["verb"] != "hello":
            request = request | {"session": self.token}
        answer: Answer = json.loads(json.dumps(self.answering.answer(request)))
        self.token = answer.get("session", self.token)
        return answer


def could_be_the_models(folder: Path, envelope: Envelope) -> bool:
    """Return whether a report of another subject has the model's answers alone, so that its log
    shows nothing of that subject; raises `CommandError`.
    """
    if is_called_the_model(envelope):
        return False
    return not any(contradictions(folder, envelope))


def contradictions(folder: Path, envelope: Envelope) -> Iterator[str]:
    """Yield where the log of a report has another answer than the model's; raises
    `CommandError`.
    """
    sessions: dict[int, ModelSession] = {}
    for entry in MessageLog(folder / MESSAGES, envelope["messages"]).entries:
        was_answered = entry.verb and "answer" in entry.content
        if not was_answered:
            continue
        session = sessions.setdefault(entry.content.get("session", 0), ModelSession())
        difference = first_difference(session, entry)
        if difference:
            yield f"{folder / MESSAGES}:{entry.number}: the model answers otherwise: {difference}"


def first_difference(session: ModelSession, entry: LogEntry) -> str:
    """Return where an answer in a log differs from the model's; empty if it is the same."""
    recorded = without_names(entry.content["answer"])
    expected = without_names(session.ask(entry.content["request"]))
    if recorded == expected:
        return ""
    # a null in the place of nothing is no difference of values
    otherwise = f"answer: was {shortened(recorded)}, is {shortened(expected)}"
    return next(differences(recorded, expected, "answer", ignored=()), otherwise)


def without_names(answer: Any) -> Any:
    """Return an answer without what chance decides, and without names of the system."""
    if not isinstance(answer, dict):
        return answer
    return {name: value for name, value in answer.items() if name not in OF_THE_RUN}
