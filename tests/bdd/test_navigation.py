"""Editors that look for step definitions in source files find all in tests/features/steps.py.

One function runs all steps, by its own reader, so there would be nothing to find.
`python tests/bdd/test_navigation.py` writes the file again from the sentences and situations.
"""

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from translator_cmk import features_dir
from translator_cmk.bdd.assertions import ASSERTION_PHRASES
from translator_cmk.language.phrases import COMMAND_PHRASES, FACT_PHRASES, Phrase
from translator_cmk.language.situations import situations

ROOT = Path(__file__).resolve().parents[2]
STEPS = ROOT / "tests" / "features" / "steps.py"
HEAD = '''"""Every sentence that a step may have, for editors to find; it is never run.

Written by `python tests/bdd/test_navigation.py`.  A `<word>` stands for what the examples of an
outline put there.
"""

from pytest_bdd import step
'''
PLACEHOLDER = "<[^>]+>"
IN_PARENTHESES = "(?: [(].+[)])?"
"""What a situation is said to have made."""
IN_EXAMPLES = (f"^({PLACEHOLDER}){IN_PARENTHESES}$", f"^the customer (.* )?({PLACEHOLDER}).*$")
"""The steps of outlines of which the examples have the verb."""


def expression(phrase: Phrase) -> str:
    """Return the sentence as a regular expression without backslashes.

    A sentence in which nothing varies is returned as it is.
    """

    def slot(match: re.Match[str]) -> str:
        name = match[1]
        if name in phrase.words:
            return f"({'|'.join(phrase.words[name])}|{PLACEHOLDER})"
        if name in phrase.numbers:
            return f"([0-9]+|{PLACEHOLDER})"
        return '"([^"]+)"'

    if not re.search(r"[\[{]", phrase.pattern):
        return phrase.pattern
    clauses = re.sub(r"\[([^]]*)]", r"(?:\1)?", phrase.pattern)
    return "^" + re.sub("{(.+?)}", slot, clauses) + "$"


def sections() -> Iterator[tuple[str, list[str]]]:
    """Yield where sentences are defined, with their expressions."""
    language = "model/translator_cmk/language"
    names = [f"^{name}{IN_PARENTHESES}$" for name in situations()]
    yield f"Situations: {language}/situations.yaml", names
    yield f"Commands: {language}/sentences.yaml", [expression(each) for each in COMMAND_PHRASES]
    yield (
        "Assertions: model/translator_cmk/bdd/assertions.py",
        [expression(each) for each in ASSERTION_PHRASES],
    )
    yield f"Facts: {language}/sentences.yaml", [expression(each) for each in FACT_PHRASES]
    yield "Steps of outlines whose examples have the verb", list(IN_EXAMPLES)


def glue() -> str:
    """Return the file as it has to be."""
    parts = [HEAD]
    for title, expressions in sections():
        parts.append(f"# {title}\n")
        for text in expressions:
            quote = "'" if '"' in text else '"'
            parts.append(f"@step({quote}{text}{quote})\ndef _() -> None: ...\n")
    return "\n".join(parts)


def texts() -> set[str]:
    """Return every step as it stands in the features, placeholders included."""
    every = "\n".join(file.read_text("utf-8") for file in features_dir().glob("*.feature"))
    return set(re.findall(r"^ +(?:Given|When|Then|And|But) (.+)$", every, flags=re.MULTILINE))


def test_every_step_has_a_definition_that_editors_find() -> None:
    patterns: list[str] = []
    for _, expressions in sections():
        patterns += expressions
    regular = [re.compile(pattern) for pattern in patterns if pattern.startswith("^")]
    for text in texts():
        is_found = text in patterns or any(pattern.search(text) for pattern in regular)
        assert is_found, text
    assert len(texts()) > 250


def test_file_of_definitions_is_current() -> None:
    assert STEPS.read_text("utf-8") == glue(), "run `python tests/bdd/test_navigation.py`"


def test_committed_setting_names_the_features_and_the_definitions() -> None:
    settings = json.loads((ROOT / "translator-cmk.code-workspace").read_text("utf-8"))["settings"]
    assert settings["cucumber.features"] == ["features/*.feature"]
    assert settings["cucumber.glue"] == [STEPS.relative_to(ROOT).as_posix()]


# The language server of VS Code's Cucumber extension

FEATURES = sorted((ROOT / "features").glob("*.feature"))
TOOLS = ROOT / ".venv-qa-tools"
SERVER = "node/node_modules/@cucumber/language-server/bin/cucumber-language-server.cjs"
WANTED = {
    "textDocument": {"definition": {}, "formatting": {}},
    "workspace": {"configuration": True},
}


class Editor:
    """The other side of a language server.

    It opens features, asks about them, and gives the committed settings.
    """

    def __init__(self, server: subprocess.Popen[bytes]) -> None:
        assert server.stdin
        assert server.stdout
        self.requests = server.stdin
        self.messages = server.stdout
        self.asked = 0
        self.log: list[str] = []
        workspace = json.loads((ROOT / "translator-cmk.code-workspace").read_text("utf-8"))
        self.settings = {
            name.removeprefix("cucumber."): value
            for name, value in workspace["settings"].items()
            if name.startswith("cucumber.")
        }
        self.ask("initialize", processId=None, rootUri=ROOT.as_uri(), capabilities=WANTED)
        self.tell("initialized")
        self.until(lambda message: "suggestions for auto complete" in "".join(self.log[-1:]))

    def send(self, **message: Any) -> None:
        """Send a message."""
        content = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.requests.write(b"Content-Length: %d\r\n\r\n%s" % (len(content), content))
        self.requests.flush()

    def tell(self, method: str, **params: Any) -> None:
        """Send a notification."""
        self.send(method=method, params=params)

    def ask(self, method: str, **params: Any) -> Any:
        """Return the answer to a request."""
        self.asked += 1
        self.send(id=self.asked, method=method, params=params)
        return self.until(lambda message: message.get("id") == self.asked and "result" in message)[
            "result"
        ]

    def until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Return the first message that is wanted; answer what the server asks meanwhile."""
        while True:
            message = self.receive()
            if "method" in message and "id" in message:
                asked = message.get("params", {}).get("items", ())
                self.send(id=message["id"], result=[self.settings for _ in asked])
            if message.get("method") == "window/logMessage":
                self.log.append(message["params"]["message"])
            if wanted(message):
                return message

    def receive(self) -> dict[str, Any]:
        """Return the next message."""
        head = b"".join(iter(self.messages.readline, b"\r\n"))
        length = re.search(rb"Content-Length: (\d+)", head)
        assert length, f"the server has ended; it said: {self.log}"
        return dict(json.loads(self.messages.read(int(length[1]))))

    def open(self, file: Path) -> list[dict[str, Any]]:
        """Open a feature, and return what the server warns of."""
        self.tell(
            "textDocument/didOpen",
            textDocument={
                "uri": file.as_uri(),
                "languageId": "cucumber",
                "version": 1,
                "text": file.read_text("utf-8"),
            },
        )
        message = self.until(lambda each: each.get("method") == "textDocument/publishDiagnostics")
        assert message["params"]["uri"] == file.as_uri()
        return list(message["params"]["diagnostics"])


@pytest.fixture(scope="module")
def editor() -> Iterator[Editor]:
    """An editor in which the project is open."""
    program = TOOLS / SERVER
    if not program.exists():
        pytest.skip("missing tool: Cucumber's language server, which `make qa-tools` installs")
    with subprocess.Popen(
        ["node", str(program), "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    ) as server:
        yield Editor(server)
        server.kill()


@pytest.mark.qa
@pytest.mark.slow
@pytest.mark.parametrize("file", FEATURES, ids=lambda file: file.name)
def test_every_step_has_a_definition_and_none_is_undefined(editor: Editor, file: Path) -> None:
    assert editor.open(file) == []
    found = 0
    for number, line in enumerate(file.read_text("utf-8").splitlines()):
        step = re.match(" +(?:Given|When|Then|And|But) ", line)
        if step is None:
            continue
        document = {"uri": file.as_uri()}
        position = {"line": number, "character": step.end() + 1}
        links = editor.ask("textDocument/definition", textDocument=document, position=position)
        assert {Path(link["targetUri"]).name for link in links} == {"steps.py"}, line
        found += 1
    assert found > 0


@pytest.mark.qa
@pytest.mark.slow
@pytest.mark.parametrize("file", FEATURES, ids=lambda file: file.name)
def test_official_formatter_changes_nothing(editor: Editor, file: Path) -> None:
    editor.open(file)
    options = {"tabSize": 2, "insertSpaces": True}
    [edit] = editor.ask(
        "textDocument/formatting", textDocument={"uri": file.as_uri()}, options=options
    )
    assert edit["newText"] == file.read_text("utf-8")


if __name__ == "__main__":
    STEPS.write_text(glue(), "utf-8")
    print(f"wrote {STEPS.relative_to(ROOT)}")
