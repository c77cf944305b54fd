"""Objects that answer with what is no message, or do more to the process that they are in than to answer."""

import os
import signal
import sys
import time
from enum import StrEnum
from threading import Thread
from typing import Any

from translator_cmk.machine import DEFAULT_STAGE, Accepted, Command, KeyUse, Observation, Outcome, Refused, Stage
from translator_cmk.machine.commands import CreateVault
from translator_cmk.system import ModelSystem

CIRCLE: dict[str, Any] = {}
CIRCLE["vault"] = CIRCLE


class ShowsACircle(ModelSystem):
    """What it shows contains itself."""

    def observe(self) -> Observation:
        return CIRCLE


class NumbersVaults(ModelSystem):
    """A vault is called 5."""

    def observe(self) -> Observation:
        numbered: Any = {"vault": {5: {"region": "westeurope"}}}
        return numbered  # type: ignore[no-any-return]  # wrong on purpose


class Exits(ModelSystem):
    """Ends the process that it is in."""

    def submit(self, command: Command) -> Outcome:
        if isinstance(command, CreateVault):
            raise SystemExit(0)
        return super().submit(command)


class ExitsAtOnce(ModelSystem):
    """Ends the process that makes it."""

    def __init__(self) -> None:
        raise SystemExit(0)


class Words(StrEnum):
    """Words that are texts of a kind of their own."""

    MICROSOFT = "microsoft-managed"
    CUSTOMER = "customer-managed"
    VAULT = "vault"


class ShowsWords(ModelSystem):
    """What it shows it takes from an enumeration."""

    def observe(self) -> Observation:
        words: dict[Any, Any] = {word.value: word for word in Words}
        return {
            kind: {
                words.get(name, name): {field: words.get(value, value) for field, value in fields.items()}
                for name, fields in entities.items()
            }
            for kind, entities in super().observe().items()
        }


class Untold(Exception):
    """Has no words for itself."""

    def __str__(self) -> str:
        raise SystemExit(0)


class ExitsWhenAsked(ModelSystem):
    """Raises what ends the process once somebody wants to know more."""

    def submit(self, command: Command) -> Outcome:
        if isinstance(command, CreateVault):
            raise Untold
        return super().submit(command)


class GoesElsewhere(ModelSystem):
    """Makes another folder the current one, and leaves a thread behind."""

    def __init__(self) -> None:
        super().__init__()
        Thread(target=time.sleep, args=(600,)).start()

    def reset(self, stage: Stage = DEFAULT_STAGE) -> None:
        super().reset(stage)
        os.chdir("/")


class EndsTheProcess(ModelSystem):
    """Ends the process that it is in, and says that all is well."""

    def submit(self, _: Command) -> Outcome:
        os._exit(0)


class ClosesEverything(ModelSystem):
    """Closes every file of the process."""

    def submit(self, command: Command) -> Outcome:
        os.closerange(0, 256)
        return super().submit(command)


class NeverAnswers(ModelSystem):
    """Goes in circles."""

    def submit(self, _: Command) -> Outcome:
        while True:
            pass


class KillsItself(ModelSystem):
    """Kills the process that it is in."""

    def submit(self, command: Command) -> Outcome:
        os.kill(os.getpid(), signal.SIGKILL)
        return super().submit(command)


class InterruptsTheKit(ModelSystem):
    """Interrupts who has started it."""

    def submit(self, command: Command) -> Outcome:
        os.kill(os.getppid(), signal.SIGTERM)
        return super().submit(command)


class ChangesTheKit(ModelSystem):
    """Refuses everything, and has the kit that it is in find that right."""

    def submit(self, _: Command) -> Outcome:
        for name, module in sys.modules.items():
            if name.startswith("translator_cmk.conformance"):
                for each in ("exit_code", "weighed", "difference", "play"):
                    setattr(module, each, lambda *_: 0)
        return Refused()


class Chatters(ModelSystem):
    """Reads what comes in, and prints."""

    def submit(self, command: Command) -> Outcome:
        print(sys.stdin.read())
        os.write(1, b"junk\n")
        return super().submit(command)


class RecordsAnObject(ModelSystem):
    """The audit trail names a key by itself."""

    def submit(self, command: Command) -> Outcome:
        key: Any = self
        outcome = super().submit(command)
        return Accepted(audit=(KeyUse(key, "vault"),)) if isinstance(outcome, Accepted) else outcome
