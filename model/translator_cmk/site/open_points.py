"""The page on what the article leaves open: silences, assumptions, and the questions behind them."""

from collections.abc import Iterable

from ..requirements import Question, Requirement
from .content import Content
from .last_run import run_line
from .markup import filled, in_cell, linked, table, titled
from .topics import decision_link, requirement_badge


def open_points_page(content: Content) -> str:
    """The page."""
    evidence = content.evidence
    found = open_points(content)
    return filled(
        "left-open",
        run=run_line(evidence),
        silences=listing(found["left_open"], content),
        assumptions=listing(found["assumed"], content),
        implied=listing(found["implied"], content),
        questions=table(
            ["Id", "Question", "Answered by"],
            (
                [f'<span id="{name.lower()}">{name}</span>', each.title, in_cell("ul", answers(each, content))]
                for name, each in evidence.register.questions.items()
            ),
        ),
    )


def open_points(content: Content) -> dict[str, list[Requirement]]:
    """The requirements that the article does not state: left open, assumed, or implied."""
    register = content.evidence.register.values()
    return {
        "left_open": [each for each in register if each.kind == "silence"],
        "assumed": [each for each in register if each.basis == "assumed" and each.kind != "silence"],
        "implied": [each for each in register if each.basis == "implied"],
    }


def listing(requirements: Iterable[Requirement], content: Content) -> str:
    """A table of requirements with what each says and the decision behind it."""
    return table(
        ["Requirement", "What it says", "Decision", "Evidence"],
        (
            [
                titled(each),
                linked(each.wording, content.evidence.register),
                decision_link(each.decision, content) if each.decision else "none was needed",
                requirement_badge(each, content),
            ]
            for each in requirements
        ),
    )


def answers(question: Question, content: Content) -> Iterable[str]:
    """The requirements and the decisions that answer a question, as links."""
    requirements, decisions = answering(question, content)
    yield from (titled(content.evidence.register[name]) for name in requirements)
    yield from (content.decisions[file].link for file in decisions)


def answering(question: Question, content: Content) -> tuple[list[str], list[str]]:
    """The ids of the requirements, and the files of the decisions, that answer a question."""
    register = content.evidence.register.values()
    return (
        [each.id for each in register if question.id in each.resolves],
        [each.file for each in content.decisions.values() if question.id in each.resolves],
    )
