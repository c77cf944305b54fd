"""The page on whether to bring your own keys: questions, the rules that answer them, and a record of the decision."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from ..requirements import Register
from ..requirements.report import register_json
from .content import Content
from .history_page import run_address
from .last_run import OBSERVED, run_line
from .markup import filled, linked, table, titled
from .sourced import Notes, cell, data

CHOICES = {"yes": "yes", "no": "no", "unknown": "don't know"}


def should_you_page(content: Content) -> str:
    """The page."""
    found = data("decision")
    register = content.evidence.register
    notes = Notes(register)
    return filled(
        "should-you",
        run=run_line(content.evidence),
        questions="\n\n".join(question(number, each, register) for number, each in enumerate(found["questions"], 1)),
        rules=rules_table(found),
        decided=json.dumps(decided(found), ensure_ascii=False),
        mine="\n".join(f"- {notes.told(cell(each))}" for each in found["customer-managed"]),
        theirs="\n".join(f"- {notes.told(cell(each))}" for each in found["microsoft-managed"]),
        cost=table(
            ["What", "What is known"], ([each["what"], notes.told(cell(each["known"]))] for each in found["cost"])
        ),
        answers="\n".join(f"- **{each['title']}.** {each['next']}" for each in found["answers"]),
        asked="\n".join(asked(each) for each in found["questions"]),
        assumptions="\n".join(f"- {titled(each)}" for each in register.values() if each.basis == "assumed"),
        article=f"[{register.article.title}]({register.article.url}), revision of {register.article.revision}",
        digest=register_digest(register),
        evidence=evidence_line(content),
        sources=notes.listing(),
    )


def question(number: int, asked: Mapping[str, Any], register: Register) -> str:
    """A question with its choices, as part of a form."""
    name = asked["id"]
    choices = " ".join(
        f'<label><input type="radio" name="{name}" value="{value}"> {word}</label>' for value, word in CHOICES.items()
    )
    return (
        f'<fieldset class="question" markdown="1">\n<legend>{number}. {asked["title"]}</legend>\n\n'
        f"{linked(asked['asks'], register)}\n\n{choices}\n{{: .choices }}\n\n</fieldset>"
    )


def asked(question: Mapping[str, Any]) -> str:
    """A line of the record for a question, to be filled in by hand or by the page."""
    return f'- {question["title"]}: <span data-fill="{question["id"]}">yes / no / don\'t know</span>'


def rules_table(found: Mapping[str, Any]) -> str:
    """The rules as a table: one line a rule, one column a question."""
    titles = {each["id"]: each["title"] for each in found["answers"]}
    lines = (
        [
            f"**{titles[rule['answer']]}**",
            *(
                " or ".join(CHOICES[choice] for choice in rule["when"].get(each["id"], ())) or "any"
                for each in found["questions"]
            ),
            rule["because"],
        ]
        for rule in found["rules"]
    )
    return table(["Answer", *(each["title"] for each in found["questions"]), "Because"], lines)


def decided(found: Mapping[str, Any]) -> dict[str, Any]:
    """What the form answers, looked up by the choices in the order of the questions: no rule is applied in the page."""
    names = [each["id"] for each in found["questions"]]
    titles = {each["id"]: each["title"] for each in found["answers"]}
    return {
        "questions": names,
        "words": CHOICES,
        "rules": [[titles[rule["answer"]], rule["because"]] for rule in found["rules"]],
        "fits": {
            " ".join(choices): number
            for choices in product(CHOICES, repeat=len(names))
            for number in fitting(found["rules"], dict(zip(names, choices, strict=True)))
        },
    }


def fitting(rules: Sequence[Mapping[str, Any]], chosen: Mapping[str, str]) -> Iterator[int]:
    """The numbers of the rules that fit a choice for each question; a test shows that it is always one."""
    for number, rule in enumerate(rules):
        if all(chosen[name] in choices for name, choices in rule["when"].items()):
            yield number


def register_digest(register: Register) -> str:
    """SHA-256, in hexadecimal, of all requirements as JSON with sorted keys and no blanks."""
    text = json.dumps(register_json(register), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def evidence_line(content: Content) -> str:
    """What was run, in a line of the record."""
    evidence = content.evidence
    counts = f"{evidence.subject}: {evidence.whole.words}"
    lasting = run_address(content)  # where the run was kept, the record leads to it and not to later ones
    return f"[{counts}](../evidence/{lasting or 'last-run.md'}); observed on Azure: {OBSERVED}"
