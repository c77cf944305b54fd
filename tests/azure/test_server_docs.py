"""The tables of docs/azure-server.md say what the server does; run as a program, this writes them."""

import re
from collections.abc import Iterable
from pathlib import Path

from translator_cmk.azure.choices import ANSWERS, Answer
from translator_cmk.azure.routes import ROUTES
from translator_cmk.machine import ROWS
from translator_cmk.machine.rows import Refuse, Silent

PAGE = Path(__file__).resolve().parents[2] / "docs" / "azure-server.md"
APIS = {
    "login": "Microsoft Entra",
    "metadata": "the cloud",
    "manager": "Resource Manager",
    "vault": "Key Vault",
    "account": "Custom Translator",
    "text": "Translator",
}


def table(*rows: Iterable[str]) -> str:
    """Return a Markdown table, the first row of which is its head."""
    head, *rest = (f"| {' | '.join(row)} |" for row in rows)
    return "\n".join((head, "|---" * head.count(" | ") + "|---|", *rest))


def link(requirement: str) -> str:
    return f"[{requirement}](specification/{requirement.partition('.')[0]}.md#{requirement})"


def answered(answer: Answer) -> str:
    return f"{answer.status} `{answer.code}`"


def routes() -> str:
    """Return the routes, one row for each path."""
    methods: dict[tuple[str, str], list[str]] = {}
    for route in ROUTES:
        methods.setdefault((APIS[route.api], route.path), []).append(route.method)
    return table(("API", "methods", "path"), *((api, ", ".join(m), f"`{path}`") for (api, path), m in methods.items()))


def requirements(kind: type[Refuse] | type[Silent]) -> list[str]:
    return sorted({row.requirement for row in ROWS if isinstance(row, kind)})


def refusals() -> str:
    open_ = requirements(Silent)
    known = [
        (link(name), answered(ANSWERS[name]), ANSWERS[name].source or "our choice")
        for name in ANSWERS
        if name not in open_
    ]
    return table(("requirement", "answer", "seen"), *known, ("all others", answered(Answer()), "our choice"))


def unspecified() -> str:
    names = requirements(Silent)
    accepted = {name: ", ".join(f"`{each}`" for each in ANSWERS.get(name, Answer()).carried_out) for name in names}
    rows = ((link(name), answered(ANSWERS.get(name, Answer())), accepted[name] or "none") for name in names)
    return table(("requirement", "answer", "carried out nevertheless"), *rows)


TABLES = {
    "routes": routes(),
    "refusals": refusals(),
    "unspecified": unspecified(),
}


def written(page: str) -> str:
    """Return the page with its tables as they have to be."""
    for name, text in TABLES.items():
        begin = f"<!-- {name}: written by tests/azure/test_server_docs.py -->\n"
        page = re.sub(f"{begin}.*?<!-- end -->", lambda _: f"{begin}{text}\n<!-- end -->", page, flags=re.DOTALL)  # noqa: B023  # called at once
    return page


def test_the_page_has_the_tables_of_the_code() -> None:
    page = PAGE.read_text("utf-8")
    assert written(page) == page, "write them with python -m tests.azure.test_server_docs"
    assert all(f"<!-- {name}:" in page for name in TABLES)


def test_each_answer_that_we_chose_is_for_a_requirement_that_gives_it() -> None:
    assert ANSWERS.keys() <= {*requirements(Refuse), *requirements(Silent), "environment.exists"}
    silent = {(row.requirement, row.on.__name__) for row in ROWS if isinstance(row, Silent)}
    assert {(name, command) for name, answer in ANSWERS.items() for command in answer.carried_out} <= silent


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text("utf-8")), "utf-8")
