"""One session at work: runs cases one after another, and begins anew where the system broke."""

from collections.abc import Callable

from ..language.declaration import Declaration
from ..requirements import Register
from .cases import Case, Result
from .channels import Fault
from .session import Session
from .subject import Subject
from .summary import SAID

IN_A_ROW = 5
"""How many cases in a row may break the system at once, or keep it silent, before the run gives up."""


class SessionPool:
    """All sessions of a run."""

    def __init__(self, session: Callable[[], Session], register: Register, seed: int) -> None:
        self.session = session
        self.register = register
        self.seed = seed
        self.sessions: list[Session] = []
        self.workers: list[Worker] = []

    def worker(self) -> "Worker":
        """One more session at work; raises `Fault`."""
        session = self.session()
        session.number = len(self.sessions)
        self.sessions.append(session)
        worker = Worker(session, self.register, self.seed + len(self.sessions) - 1)
        if worker.begin() != self.sessions[0].declared:
            raise Fault("changed", "declared something else in another session")
        self.workers.append(worker)
        return worker

    def unsupported(self) -> set[str]:
        """The commands that any of them has answered `unsupported` to."""
        return set[str]().union(*(worker.subject.unsupported for worker in self.workers))

    def bye(self) -> None:
        """End them all."""
        for session in self.sessions:
            session.bye()


class Aborted(Exception):
    """The system broke so often in a row that nothing more is to be learned."""


class Worker:
    """A session with its subject."""

    def __init__(self, session: Session, register: Register, seed: int) -> None:
        self.session = session
        self.register = register
        self.seed = seed
        self.broke = False  # in the last case
        self.in_a_row = 0

    def begin(self) -> Declaration:
        """Say hello; raises `Fault`."""
        declared = self.session.hello()
        self.subject = Subject(self.session, declared, frozenset(self.register), self.seed)
        return declared

    def attempt(self, case: Case, act: Callable[[Subject], Result]) -> Result:
        """What comes of the case; raises `Aborted`."""
        self.session.case = case.id
        result = act(self.subject)
        self.note(result)
        if result.fault and (stderr := self.session.channel.told()):
            result = result._replace(shown="\n".join([SAID, stderr]))
        return result

    def note(self, result: Result) -> None:
        """Keep in mind whether a case broke the system, and whether the system was of any use before."""
        self.broke = bool(result.fault)
        of_use = not self.broke or (self.subject.answered and result.fault != "too-late")
        self.in_a_row = 0 if of_use else self.in_a_row + 1

    def recover(self) -> None:
        """Begin anew if the last case broke the system; raises `Aborted`."""
        if self.in_a_row >= IN_A_ROW:
            raise Aborted(f"given up: the system broke in {self.in_a_row} cases in a row")
        if self.broke:
            self.restart()

    def restart(self) -> None:
        """Begin anew; raises `Aborted`."""
        self.session.case = ""
        try:
            self.session.restart()
        except Fault as fault:
            raise Aborted(f"given up: the system does not start again: {fault}") from None
