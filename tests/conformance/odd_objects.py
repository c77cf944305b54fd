"""Objects that answer with what is no message, or do more to the process that they are in than to answer."""

import os
import signal
import sys
import time
from collections.abc import Callable
from enum import StrEnum
from threading import Thread
from typing import Any

from tests.bdd.wrong_systems import answering, instead, raises, showing
from translator_cmk.machine import DEFAULT_STAGE, Accepted, Command, KeyUse, Outcome, Refused, Stage
from translator_cmk.machine.commands import CreateVault
from translator_cmk.system import ModelSystem

CIRCLE: dict[str, Any] = {}
CIRCLE["vault"] = CIRCLE


class Untold(Exception):
    """Has no words for itself."""

    def __str__(self) -> str:
        raise SystemExit(0)


class Words(StrEnum):
    """Words that are texts of a kind of their own."""

    MICROSOFT = "microsoft-managed"
    CUSTOMER = "customer-managed"
    VAULT = "vault"


def in_words(value: Any) -> Any:
    """Return what is shown, with words from an enumeration."""
    if isinstance(value, dict):
        return {in_words(name): in_words(each) for name, each in value.items()}
    return Words(value) if value in list(Words) else value


ShowsACircle = showing("ShowsACircle", lambda _: CIRCLE)
NumbersVaults = showing("NumbersVaults", lambda _: {"vault": {5: {"region": "westeurope"}}})
ShowsWords = showing("ShowsWords", lambda seen: {kind: in_words(entities) for kind, entities in seen.items()})
Exits = answering("Exits", instead(CreateVault, raises(SystemExit, 0)))
ExitsAtOnce = raises(SystemExit, 0)
ExitsWhenAsked = answering("ExitsWhenAsked", instead(CreateVault, raises(Untold)))


class GoesElsewhere(ModelSystem):
    """Makes another folder the current one, and leaves a thread behind."""

    def __init__(self) -> None:
        super().__init__()
        Thread(target=time.sleep, args=(600,)).start()

    def reset(self, stage: Stage = DEFAULT_STAGE) -> None:
        super().reset(stage)
        os.chdir("/")


def doing(act: Callable[[], object]) -> type[ModelSystem]:
    """A class of systems that do this over each command, and then answer as the model."""
    return answering("Doing", lambda _, model: (act(), model())[1])


def chatter() -> None:
    """Read what comes in, and print."""
    print(sys.stdin.read())
    os.write(1, b"junk\n")


EndsTheProcess = doing(lambda: os._exit(0))
ClosesEverything = doing(lambda: os.closerange(0, 256))
NeverAnswers = doing(lambda: time.sleep(600))
KillsItself = doing(lambda: os.kill(os.getpid(), signal.SIGKILL))
InterruptsTheKit = doing(lambda: os.kill(os.getppid(), signal.SIGTERM))
Chatters = doing(chatter)


class ChangesTheKit(ModelSystem):
    """Refuses everything, and has the kit that it is in find that right."""

    def submit(self, _: Command) -> Outcome:
        for name, module in sys.modules.items():
            if name.startswith("translator_cmk.conformance"):
                for each in ("exit_code", "weighed", "difference", "play"):
                    setattr(module, each, lambda *_: 0)
        return Refused()


class RecordsAnObject(ModelSystem):
    """The audit trail names a key by itself."""

    def submit(self, command: Command) -> Outcome:
        key: Any = self
        outcome = super().submit(command)
        return Accepted(audit=(KeyUse(key, "vault"),)) if isinstance(outcome, Accepted) else outcome
