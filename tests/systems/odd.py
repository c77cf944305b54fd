"""Objects that answer with what is no message, or do more to their process than to answer."""

import os
import signal
import sys
import time
from enum import StrEnum
from threading import Thread
from typing import Any

from translator_cmk.machine import (
    DEFAULT_STAGE,
    Accepted,
    Command,
    KeyUse,
    Observation,
    Outcome,
    Refused,
    Stage,
)
from translator_cmk.machine.commands import CreateVault, EnableCustomerManagedKeys
from translator_cmk.system import ModelSystem

# Replies that are no answers


CIRCLE: dict[str, Any] = {}
CIRCLE["vault"] = CIRCLE


class ShowsACircle(ModelSystem):
    """Shows a dictionary that contains itself."""

    def observe(self) -> Observation:
        return CIRCLE


class NumbersVaults(ModelSystem):
    """Shows a key vault under a number."""

    def observe(self) -> Any:
        return {"vault": {5: {"region": "westeurope"}}}


class RecordsAnObject(ModelSystem):
    """The audit trail names a key by itself."""

    def submit(self, command: Command) -> Outcome:
        outcome = super().submit(command)
        if not isinstance(outcome, Accepted):
            return outcome
        key: Any = self
        return Accepted(audit=(KeyUse(key, "vault"),))


class Words(StrEnum):
    """Words that are texts of a kind of their own."""

    MICROSOFT = "microsoft-managed"
    CUSTOMER = "customer-managed"
    VAULT = "vault"


def in_words(value: Any) -> Any:
    """Return what is shown, with words from an enumeration."""
    if isinstance(value, dict):
        return {in_words(name): in_words(inner) for name, inner in value.items()}
    return Words(value) if value in list(Words) else value


class ShowsWords(ModelSystem):
    """Shows texts of a kind of their own, which are texts all the same."""

    def observe(self) -> Observation:
        return {kind: in_words(entities) for kind, entities in super().observe().items()}


# What is raised


class Crashes(ModelSystem):
    """Raises an error over customer-managed keys."""

    def submit(self, command: Command) -> Outcome:
        if isinstance(command, EnableCustomerManagedKeys):
            raise ConnectionError("nobody listens")
        return super().submit(command)


class IsInterrupted(ModelSystem):
    """Is interrupted over any command."""

    def submit(self, _: Command) -> Outcome:
        raise KeyboardInterrupt


class Exits(ModelSystem):
    """Exits over a key vault."""

    def submit(self, command: Command) -> Outcome:
        if isinstance(command, CreateVault):
            raise SystemExit(0)
        return super().submit(command)


def exits_at_once() -> ModelSystem:
    """Exit, where a system is to be made."""
    raise SystemExit(0)


class Untold(Exception):
    """Has no words for itself."""

    def __str__(self) -> str:
        raise SystemExit(0)


class ExitsWhenAsked(ModelSystem):
    """Raises an error over a key vault that exits when it is asked for its words."""

    def submit(self, command: Command) -> Outcome:
        if isinstance(command, CreateVault):
            raise Untold
        return super().submit(command)


# What is done to the process


class GoesElsewhere(ModelSystem):
    """Makes another folder the current one, and leaves a thread behind."""

    def __init__(self) -> None:
        super().__init__()
        Thread(target=time.sleep, args=(600,)).start()

    def reset(self, stage: Stage = DEFAULT_STAGE) -> None:
        super().reset(stage)
        os.chdir("/")


class Acting(ModelSystem):
    """Does something over each command, and then answers as the model."""

    def act(self) -> None:
        """Do something to the process."""

    def submit(self, command: Command) -> Outcome:
        self.act()
        return super().submit(command)


class KillsItself(Acting):
    def act(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


class InterruptsTheKit(Acting):
    def act(self) -> None:
        os.kill(os.getppid(), signal.SIGTERM)


class Chatters(Acting):
    """Reads what comes in, and prints."""

    def act(self) -> None:
        print(sys.stdin.read())
        os.write(1, b"junk\n")


class ChangesTheKit(ModelSystem):
    """Refuses everything, and has the kit that it is in find that right."""

    def submit(self, _: Command) -> Outcome:
        for name, module in sys.modules.items():
            if name.startswith("translator_cmk.conformance"):
                for function in ("exit_code", "weighed", "difference", "play"):
                    setattr(module, function, lambda *_: 0)
        return Refused()
