"""All sessions of a run: a system that declares `parallel` is asked in several at once."""

from collections.abc import Callable

from . import Fault
from .session import Session
from .subject import Subject


class SessionPool:
    """All sessions of a run, each with its subject."""

    def __init__(self, new_session: Callable[[], Session], seed: int) -> None:
        self.new_session = new_session
        self.seed = seed
        self.sessions: list[Session] = []
        self.subjects: list[Subject] = []

    def subject(self) -> Subject:
        """Return the system in one more session; raises `Fault`."""
        session = self.new_session()
        session.number = len(self.sessions)
        self.sessions.append(session)
        subject = Subject(session, self.seed + session.number)
        if subject.declaration != self.sessions[0].declared:
            raise Fault("changed", "declared something else in another session")
        self.subjects.append(subject)
        return subject

    def unsupported(self) -> set[str]:
        """Return the commands that were answered `unsupported`, and never accepted or refused."""
        unsupported = set[str]()
        supported = set[str]()
        for subject in self.subjects:
            unsupported |= subject.unsupported
            supported |= subject.supported
        return unsupported - supported

    def bye(self) -> str:
        """End them all; return why the system did not say bye in the first where it did not."""
        reasons = [session.bye() for session in self.sessions]
        return next(filter(None, reasons), "")
