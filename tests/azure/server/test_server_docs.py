"""The tables of docs/azure-server.md say what the server does; run as a program, this writes
them.
"""

from collections.abc import Iterable
from pathlib import Path

from translator_cmk.azure.server.problems import ANSWERS, USUAL
from translator_cmk.azure.server.routing import ROUTES
from translator_cmk.machine import ROWS
from translator_cmk.machine.rows import Refuse, Silent

PAGE = Path(__file__).resolve().parents[3] / "docs" / "azure-server.md"
APIS = {
    "login": "Microsoft Entra",
    "metadata": "the cloud",
    "manager": "Resource Manager",
    "vault": "Key Vault",
    "account": "Custom Translator",
    "text": "Translator",
}
REFUSED, OPEN = (
    sorted({row.requirement for row in ROWS if isinstance(row, kind)} | more)
    for kind, more in ((Refuse, {"environment.exists"}), (Silent, set()))
)


def table(*rows: Iterable[str]) -> str:
    """Return a Markdown table, the first row of which is its head."""
    head, *rest = (f"| {' | '.join(row)} |" for row in rows)
    return "\n".join((head, "|---" * head.count(" | ") + "|---|", *rest))


def link(requirement: str) -> str:
    return f"[{requirement}](specification/{requirement.partition('.')[0]}.md#{requirement})"


def answered(requirement: str) -> str:
    answer = ANSWERS.get(requirement, USUAL)
    return f"{answer['status']} `{answer['code']}`"


def carried_out(requirement: str) -> list[str]:
    found: list[str] = ANSWERS.get(requirement, USUAL).get("carried_out", [])
    return found


def routes() -> str:
    """Return the routes, one row for each path."""
    methods: dict[tuple[str, str], list[str]] = {}
    for route in ROUTES:
        methods.setdefault((APIS[route.api], route.path), []).append(route.method)
    return table(
        ("API", "methods", "path"),
        *((api, ", ".join(m), f"`{path}`") for (api, path), m in methods.items()),
    )


def refusals() -> str:
    known = [
        (link(name), answered(name), ANSWERS[name].get("source", "our choice"))
        for name in REFUSED
        if name in ANSWERS
    ]
    return table(
        ("requirement", "answer", "seen"), *known, ("all others", answered("others"), "our choice")
    )


def unspecified() -> str:
    accepted = {name: ", ".join(f"`{command}`" for command in carried_out(name)) for name in OPEN}
    rows = ((link(name), answered(name), accepted[name] or "none") for name in OPEN)
    return table(("requirement", "answer", "carried out nevertheless"), *rows)


def written(page: str) -> str:
    """Return the page with its tables as they have to be."""
    for make in (routes, refusals, unspecified):
        begin, end = (
            f"<!-- {make.__name__}: written by tests/azure/server/test_server_docs.py -->\n",
            "\n<!-- end -->",
        )
        before, _, rest = page.partition(begin)
        page = before + begin + make() + end + rest.partition(end)[2]
    return page


def test_the_page_has_the_tables_of_the_code() -> None:
    page = PAGE.read_text("utf-8")
    assert written(page) == page, "write them with python -m tests.azure.server.test_server_docs"


def test_each_answer_that_we_chose_is_for_a_requirement_that_gives_it() -> None:
    assert ANSWERS.keys() <= {*REFUSED, *OPEN}
    silent = {(row.requirement, row.on.__name__) for row in ROWS if isinstance(row, Silent)}
    assert {(name, command) for name in ANSWERS for command in carried_out(name)} <= silent


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text("utf-8")), "utf-8")
