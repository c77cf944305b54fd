"""One session at work: runs cases one after another, and begins anew where the system broke."""

from collections.abc import Callable

from ..requirements import Register
from ..wire.declaration import Declaration
from .cases import Case
from .channels import Fault
from .session import Session
from .shadow import Coverage
from .subject import Subject
from .verdicts import Came

IN_A_ROW = 5
"""How many cases in a row may break the system before the run gives up."""


class Crew:
    """All sessions of a run."""

    def __init__(self, session: Callable[[], Session], register: Register, seed: int) -> None:
        self.session = session
        self.register = register
        self.seed = seed
        self.sessions: list[Session] = []

    def worker(self, coverage: Coverage) -> "Worker":
        """One more session at work; raises `Fault`."""
        session = self.session()
        self.sessions.append(session)
        worker = Worker(session, self.register, self.seed + len(self.sessions) - 1)
        worker.begin()
        worker.subject.shadow.coverage = coverage
        return worker

    def faults(self) -> int:
        """How often the system broke, in all sessions."""
        return sum(session.faults for session in self.sessions)

    def bye(self) -> None:
        """End them all."""
        for session in self.sessions:
            session.bye()


class GaveUp(Exception):
    """The system broke so often in a row that nothing more is to be learned."""


class Worker:
    """A session with its subject."""

    def __init__(self, session: Session, register: Register, seed: int) -> None:
        self.session = session
        self.register = register
        self.seed = seed
        self.broken = 0  # in a row

    def begin(self) -> Declaration:
        """Say hello; raises `Fault`."""
        declared = self.session.hello()
        self.subject = Subject(self.session, declared, frozenset(self.register), self.seed)
        return declared

    def attempt(self, case: Case, act: Callable[[Subject], Came]) -> Came:
        """What comes of the case; raises `GaveUp`."""
        self.session.case = case.id
        came = act(self.subject)
        if not came.fault:
            self.broken = 0
            return came
        if stderr := self.session.channel.told():
            came = came._replace(shown="\n".join(["The end of its standard error:", stderr]))
        self.broken += 1
        return came

    def recover(self) -> None:
        """Begin anew after a fault; raises `GaveUp`."""
        if not self.broken:
            return
        if self.broken >= IN_A_ROW:
            raise GaveUp(f"given up: the system broke in {self.broken} cases in a row")
        self.session.case = ""
        try:
            self.session.restart()
        except Fault as fault:
            raise GaveUp(f"given up: the system does not start again: {fault}") from None
