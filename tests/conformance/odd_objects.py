"""Objects that answer with what is no message, or do more to the process that they are in than to answer."""

import os
import signal
import sys
import time
from collections.abc import Callable
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


def doing(act: Callable[[], object]) -> type[ModelSystem]:
    """A system that does this over each command, and then answers as the model."""

    class Doing(ModelSystem):
        """It."""

        def submit(self, command: Command) -> Outcome:
            act()
            return super().submit(command)

    return Doing


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
