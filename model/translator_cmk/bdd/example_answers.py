"""Whether the example emulator answers and shows what the model does.

It is the cheapest question that finds the example left behind by a change: the commands of every
scenario are written to the program at once, without the kit, and its answers are compared with
those of the model.  What is not specified ends a scenario here.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from .. import features_dir
from ..language.messages import (
    PROTOCOL,
    command_to_wire,
    observation_to_wire,
    outcome_to_wire,
    stage_to_wire,
)
from ..machine import DEFAULT_STAGE, Unspecified
from ..system import ModelSystem
from .diagnostics import Diagnostic, format_path
from .feature_records import Pickle
from .vocabulary import commands_of

Message = dict[str, Any]
Files = Mapping[Pickle, Path]
"""The feature file of each scenario."""

EXAMPLE = features_dir().parent / "docs" / "examples" / "python" / "emulator.py"

LONGEST = 120.0
"""Seconds that an example has for all scenarios; it needs about one."""


class Question(NamedTuple):
    """A request of a scenario, and what the model answers to it."""

    pickle: Pickle
    request: Message
    expected: Message

    @property
    def kind(self) -> str:
        """Return the name of the command, or the verb of a request without one."""
        if "command" in self.request:
            return str(self.request["command"]["command"])
        return str(self.request["verb"])


def example_diagnostics(example: Path, files: Files) -> Iterator[Diagnostic]:
    """Yield a diagnostic for each kind of request that an example answers otherwise."""
    questions = list(questions_of(files))
    answers, last_words = asked(example, questions)
    if len(answers) == len(questions):
        yield from differences(example, questions, answers, files)
        return
    unanswered = questions[len(answers)]
    text = f"it gives no answer to {unanswered.kind}{where(unanswered, files)}: {last_words}"
    yield Diagnostic(example, 1, text, "mend the example")


def asked(example: Path, questions: Sequence[Question]) -> tuple[list[Message], str]:
    """Return the answers of an example, as many as it gave, and the last line of its errors."""
    try:
        done = subprocess.run(
            [sys.executable, str(example)],
            input=written(questions),
            capture_output=True,
            encoding="utf-8",
            timeout=LONGEST,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return [], f"after {LONGEST:.0f} seconds it had not ended"
    # the first of them is that to the greeting
    answers: list[Message] = []
    for line in done.stdout.splitlines():
        try:
            answers.append(json.loads(line))
        except ValueError:
            return answers[1:], f"it wrote {line!r}"
    words = done.stderr.strip().splitlines() or [f"it ended with exit code {done.returncode}"]
    return answers[1 : len(questions) + 1], words[-1]


def where(question: Question, files: Files) -> str:
    """Return in which scenario a question is asked, as words that follow others."""
    return f" in the scenario of {format_path(files[question.pickle])}:{question.pickle.line}"


def questions_of(files: Files) -> Iterator[Question]:
    """Yield the requests of every scenario, up to the first that is not specified, and a look at
    the end.
    """
    stage = stage_to_wire(DEFAULT_STAGE)
    for pickle in files:
        model = ModelSystem()
        yield Question(pickle, {"verb": "reset", "stage": stage}, {"answer": "done"})
        for command in commands_of(pickle):
            outcome = model.submit(command)
            if isinstance(outcome, Unspecified):
                break
            request = {"verb": "submit", "command": command_to_wire(command)}
            yield Question(pickle, request, {"answer": outcome_to_wire(outcome)["outcome"]})
        else:
            seen = observation_to_wire(model.observe())
            expected = {"answer": "observed", "observation": seen}
            yield Question(pickle, {"verb": "observe"}, expected)


def written(questions: Sequence[Question]) -> str:
    """Return the requests as lines, after a greeting and before a farewell."""
    greeting = {"verb": "hello", "protocol": PROTOCOL, "kit": "ties"}
    requests = [greeting, *(each.request for each in questions), {"verb": "bye"}]
    lines = []
    for number, request in enumerate(requests):
        lines.append(json.dumps({"id": str(number), **request}) + "\n")
    return "".join(lines)


def differences(
    example: Path, questions: Sequence[Question], answers: Sequence[Message], files: Files
) -> Iterator[Diagnostic]:
    """Yield a diagnostic for each kind of request that is answered otherwise, once.

    What comes after a difference in a scenario may follow from it, and is not compared.
    """
    differing: set[Pickle] = set()
    named: set[str] = set()
    for question, answer in zip(questions, answers, strict=True):
        if question.pickle in differing or agrees(answer, question.expected):
            continue
        differing.add(question.pickle)
        if question.kind in named:
            continue
        named.add(question.kind)
        text = "it shows something else than the model"
        if question.kind != "observe":
            expected = question.expected["answer"]
            text = f"it answers {answer.get('answer')!r} to {question.kind}, the model {expected!r}"
        yield Diagnostic(example, 1, text + where(question, files), "change the example")


def agrees(answer: Message, expected: Message) -> bool:
    """Return whether an answer has all that is expected; it may have more, as reasons."""
    return all(answer.get(field) == value for field, value in expected.items())
