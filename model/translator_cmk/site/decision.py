"""Look up the answer to the four questions of data/decision.yaml for every combination of choices."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from ..requirements import Register
from ..requirements.report import register_json
from .sourced import data

CHOICES = {"yes": "yes", "no": "no", "unknown": "don't know"}


def decided() -> dict[str, Any]:
    """Return the answers by the choices in the order of the questions, so the page applies no rule."""
    found = data("decision")
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
    """Yield the numbers of the rules that fit a choice for each question; a test shows that it is always one."""
    for number, rule in enumerate(rules):
        if all(chosen[name] in choices for name, choices in rule["when"].items()):
            yield number


def register_digest(register: Register) -> str:
    """Return the SHA-256, in hexadecimal, of all requirements as JSON with sorted keys and no blanks."""
    text = json.dumps(register_json(register), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
