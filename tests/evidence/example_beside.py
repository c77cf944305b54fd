"""Whether a mutant of an example in another language can be told from the example: both are asked the same.

They are asked over standard input, through random walks that the example in Python leads: half of them over two or
more of everything, half in the scopes that the tour has.  What a customer sees is asked for wherever one changes it.
Nothing is said of what no walk comes to.
"""

import json
import shlex
import subprocess
import tempfile
from functools import cached_property
from itertools import chain, cycle, islice, zip_longest
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any, NamedTuple

from tests.evidence.example_code import PROGRAM
from tests.evidence.example_tokens import Language
from tests.evidence.example_worlds import WALKS, Answer, Worlds, wire
from translator_cmk.language import stage_to_wire
from translator_cmk.machine import DEFAULT_STAGE

PATIENCE = 20
"""How many times as long as the example a mutant may take."""


class Walks(NamedTuple):
    """What both are asked, as lines of the protocol, and how many of these are commands."""

    requests: list[dict[str, Any]]
    steps: int


def walks(number: int = WALKS) -> Walks:
    """So many random walks."""
    requests: list[dict[str, Any]] = []
    steps = 0
    worlds, random = Worlds(PROGRAM.read_text("utf-8"), walks=number // 2), Random(1)
    in_scopes = (
        worlds.walk(random, scope.start, scope.alphabet) for scope in islice(cycle(worlds.scopes), number - number // 2)
    )
    for walk in chain(worlds.walked(), in_scopes):
        requests.append({"verb": "reset", "stage": stage_to_wire(DEFAULT_STAGE)})
        for step in walk:
            requests.append({"verb": "submit", "command": wire(step.command)})
            if step.after != step.before:
                requests.append({"verb": "observe"})
        requests.append({"verb": "observe"})
        steps += len(walk)
    return Walks([{"id": str(n), "session": "walks", **each} for n, each in enumerate(requests)], steps)


class Beside:
    """An example, and what it answers."""

    def __init__(self, language: Language, asked: Walks) -> None:
        self.language = language
        self.asked = asked
        self.text = "".join(f"{json.dumps(each)}\n" for each in asked.requests)

    @cached_property
    def answers(self) -> list[str]:
        """What the example answers; it sets the time that its mutants have."""
        before = monotonic()
        answers = self.ask(self.language.program.read_text("utf-8"), None)
        self.seconds = monotonic() - before
        if answers is None or len(answers) != len(self.asked.requests):
            raise AssertionError(f"the example in {self.language.name} leaves something unanswered")
        return answers

    def ask(self, source: str, seconds: float | None) -> list[str] | None:
        """The lines that a program answers; None where it takes longer than that."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, self.language.file)
            file.write_text(source, "utf-8")
            try:
                ran = subprocess.run(
                    [*shlex.split(self.language.run), str(file)],
                    input=self.text,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    text=True,
                    check=False,
                    timeout=seconds,
                )
            except subprocess.TimeoutExpired:
                return None
        return ran.stdout.splitlines()

    def difference(self, source: str) -> str | None:
        """Where a mutant differs first, in one sentence; None where it does not."""
        ours = self.answers
        theirs = self.ask(source, PATIENCE * self.seconds)
        if theirs is None:
            return "comes to no end"
        command = ""
        for request, our, their in zip_longest(self.asked.requests, ours, theirs):
            if request is None:
                return "says something unasked"
            command = request["command"]["command"] if "command" in request else command
            if our != their and (told := differs(our, their)):
                return told.format(command=command)
        return None


def differs(ours: str, theirs: str | None) -> str:
    """In what way two answers differ; empty where either is as good as the other."""
    if theirs is None:
        return "ends at {command}"
    try:
        told, other = json.loads(ours), json.loads(theirs)
    except ValueError:
        return "does not answer in JSON to {command}"
    if told["answer"] == "observed":
        return "" if told == other else "shows another state after {command}"
    if answer(told).may_be(answer(other)):
        return ""
    if told["answer"] == other["answer"]:
        return f"answers {told['answer']} to {{command}} with other words"
    return f"answers {other['answer']} to {{command}}, and the example {told['answer']}"


def answer(told: Any) -> Answer:
    """What came of a command."""
    return Answer(told["answer"], frozenset(told.get("because") or ()), told.get("audit"))
