"""The page on what the article leaves open: silences, assumptions, and the questions behind them."""

from collections.abc import Iterable

from ..requirements import Question, Requirement
from .content import Content
from .last_run import run_line
from .markup import basis, page, table, titled
from .topics import decision_link, requirement_badge


def open_points_page(content: Content) -> str:
    """The page."""
    evidence = content.evidence
    register = evidence.register.values()
    silences = [each for each in register if each.kind == "silence"]
    assumed = [each for each in register if each.basis == "assumed" and each.kind != "silence"]
    implied = [each for each in register if each.basis == "implied"]
    return page(
        "What the article leaves open",
        "Where the article is silent or can be read in two ways, and what was made of it.",
        "An article that describes a service leaves gaps. Each is one of these here: **left open**, so that nothing is demanded; "
        "**assumed**, so that the model shows one way it may be; or **implied**, so that it follows from what is stated. "
        "None of it has been observed on Azure.",
        run_line(evidence),
        "## Left open { #silences }",
        "The article says nothing, and neither does the specification: whatever a system does here is no deviation.",
        listing(silences, content),
        "## Assumed { #assumptions }",
        "The article is silent and we chose, each time with a reason and an outside source. Check these in your own tenant before "
        "you rely on them. A check of another system by the profile `article` does not demand them.",
        listing(assumed, content),
        "## Implied { #implied }",
        "The article does not say it, and what it does say leaves no other reading that we could find.",
        listing(implied, content),
        "## Questions { #questions }",
        "Questions that the article raises (A), and other public sources that say otherwise (C).",
        table(
            ["", "Question", "Answered by"],
            (
                [f'<span id="{each.id.lower()}">{each.id}</span>', each.title, "; ".join(answers(each, content)) or "not answered"]
                for each in evidence.register.questions.values()
            ),
        ),
    )


def listing(requirements: Iterable[Requirement], content: Content) -> str:
    """A table of requirements with what each says and the decision behind it."""
    return table(
        ["Requirement", "What it says", "Decision", "Evidence"],
        (
            [
                f"{titled(each)} {basis(each)}",
                each.wording,
                decision_link(each.decision, content) if each.decision else "none was needed",
                requirement_badge(each, content),
            ]
            for each in requirements
        ),
    )


def answers(question: Question, content: Content) -> Iterable[str]:
    """The requirements and the decisions that answer a question."""
    yield from (titled(each) for each in content.evidence.register.values() if question.id in each.resolves)
    yield from (each.link for each in content.decisions.values() if question.id in each.resolves)
