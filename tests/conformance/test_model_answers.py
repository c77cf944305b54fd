"""A log of the model has the model's answers, each of them in full; any other log has not."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.conftest import FULL, MODEL, WRONG, verify
from tests.conformance.forgeries import Forgery
from translator_cmk.conformance.model_answers import contradictions
from translator_cmk.conformance.report.folder import MESSAGES
from translator_cmk.conformance.report.reading import read

CHOSEN = (*FULL, "--requirement", "keys.change", "--requirement", "environment.train")
"""Scenarios with a refusal, a use of a key, and a command of which nothing is specified."""


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return verify(tmp_path_factory.mktemp("model"), "--python", MODEL, *CHOSEN).folder


def problems(folder: Path) -> list[str]:
    return list(contradictions(folder, read(folder)))


def answers(forgery: Forgery) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield each answer in a log, with the number of its line."""
    for number, entry in enumerate(forgery.log, start=1):
        if "answer" in entry:
            yield number, entry["answer"]


def accept_what_is_not_specified(forgery: Forgery) -> int:
    for number, answer in answers(forgery):
        if answer["answer"] == "refused" and "because" not in answer:
            answer["answer"] = "accepted"
            return number
    raise LookupError


def accept_what_is_refused(forgery: Forgery) -> int:
    for number, answer in answers(forgery):
        if answer.pop("because", None):
            answer["answer"] = "accepted"
            return number
    raise LookupError


def give_another_reason(forgery: Forgery) -> int:
    for number, answer in answers(forgery):
        if answer.get("because"):
            answer["because"] = ["keys.enable"]
            return number
    raise LookupError


def leave_the_reasons_out(forgery: Forgery) -> int:
    for number, answer in answers(forgery):
        if answer.pop("because", None):
            return number
    raise LookupError


def leave_out_a_use_of_a_key(forgery: Forgery) -> int:
    for number, answer in answers(forgery):
        if answer.get("audit"):
            answer["audit"].pop()
            return number
    raise LookupError


def show_something_else(forgery: Forgery) -> int:
    for number, answer in answers(forgery):
        for vault in answer.get("observation", {}).get("vault", {}).values():
            vault["purge_protection"] = not vault["purge_protection"]
            return number
    raise LookupError


def lack_a_capability(forgery: Forgery) -> int:
    number, hello = next(answers(forgery))
    hello["capabilities"].remove("clock")
    return number


def say_null(forgery: Forgery) -> int:
    for number, answer in answers(forgery):
        if answer["answer"] == "accepted":
            answer["code"] = None
            return number
    raise LookupError


def test_log_of_the_model_has_its_answers(record: Path) -> None:
    assert problems(record) == []


@pytest.mark.parametrize(
    "edit",
    [
        accept_what_is_not_specified,
        accept_what_is_refused,
        give_another_reason,
        leave_the_reasons_out,
        leave_out_a_use_of_a_key,
        show_something_else,
        lack_a_capability,
        say_null,
    ],
)
def test_changed_answer_is_found_by_its_line(
    record: Path, tmp_path: Path, edit: Callable[[Forgery], int]
) -> None:
    forgery = Forgery(record, tmp_path / "forged")
    line = edit(forgery)
    forgery.write_log()
    [problem] = problems(forgery.folder)
    assert problem.startswith(f"{forgery.folder / MESSAGES}:{line}: ")


def test_answers_are_the_models_under_any_name(record: Path, tmp_path: Path) -> None:
    forgery = Forgery(record, tmp_path / "renamed")
    for _, answer in answers(forgery):
        if answer["answer"] == "hello":
            answer |= {"product": "Azure AI Translator", "version": "West Europe"}
    forgery.write_log()
    assert problems(forgery.folder) == []


def test_wrong_system_has_other_answers_than_the_model(tmp_path: Path) -> None:
    wrong = verify(tmp_path, "--python", WRONG, *FULL, "--requirement", "revocation.key-disabled")
    assert problems(wrong.folder)
