"""The families of broken and permitted implementations: the ones are caught, the others conform.

The features are enough here, and a sample of each family; `make evidence` puts all of both through every lane.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache, partial
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.broken import (
    FAMILY,
    FILES,
    HELD_OUT,
    LOOKED_AT,
    MADE_TO_BE_MISSED,
    ONCE_HELD_OUT,
    PERMITTED,
    Broken,
    Permitted,
    edited,
)
from tests.conformance.conftest import verify
from tests.conftest import some
from tests.evidence.lanes import PROGRAMS, InProcess, features, put_to
from translator_cmk.bdd.feature_files import pickles
from translator_cmk.bdd.vocabulary import commands_of
from translator_cmk.conformance.cases import Scenario, scenarios
from translator_cmk.conformance.lanes.features import play
from translator_cmk.conformance.session import Session
from translator_cmk.conformance.subject import Subject
from translator_cmk.language.messages import command_to_wire, stage_to_wire
from translator_cmk.machine import DEFAULT_STAGE, Command
from translator_cmk.requirements import TOPICS, Requirement, load_register


def test_every_edit_still_finds_its_place() -> None:
    for broken in (*FAMILY, *MADE_TO_BE_MISSED):
        assert broken.source
        if broken.language == "python":
            compile(broken.source, broken.mistake, "exec")
    for permitted in PERMITTED:
        compile(permitted.source, permitted.differs, "exec")


def test_family_is_varied() -> None:
    everything = (*FAMILY, *MADE_TO_BE_MISSED)
    assert len({broken.mistake for broken in everything}) == len(everything)
    topics = Counter(broken.topic for broken in FAMILY)
    assert {topic: topics[topic] for topic in TOPICS if topics[topic] < 3} == {}
    assert len(HELD_OUT) >= 0.3 * len(FAMILY)


FROZEN = {
    ONCE_HELD_OUT[:57]: "f6097e46466d8d1bc458326dcb7ffc7ffafb8285f22435f88c0bd3e42072c2ae",
    ONCE_HELD_OUT[57:151]: "e874797cdd50c679aae2520df180cfbe2494adb5975450f562080e060d4c90c0",
    ONCE_HELD_OUT[151:241]: "92f5345730d63175d31f619c395597429b84233c749b6e75518a9251f520513a",
    ONCE_HELD_OUT[241:]: "ed55cd857c245ddb01833fc18f73e5e6a0aa2dc2d235b38c3ecf3ec0d0c87610",
    HELD_OUT: "fdeafb7af8a38782213fd88e7ea47cd790577b038ee5033cee953a5ad2ad521b",
}
"""The hashes of the mistakes of each family that is or was held out, and of what is expected of each, before any run.

They are not of the edits, since they follow the example.  The profile of one of the first was corrected, and its hash
taken again: the article permits that access to another key vault is enough through the API (decision 0011).
In the last three the profile was not written down: it is *full* where all that is expected is assumed.  Of the third,
two more were found to be free in `article` once they had escaped, of the fourth eleven, and the hashes were taken
again.
"""


def test_the_part_that_is_held_out_is_as_it_was_frozen() -> None:
    for held_out, hash_then in FROZEN.items():
        frozen = [f"{each.profile}: {each.mistake} {' '.join(each.expected)}" for each in held_out]
        assert sha256("\n".join(frozen).encode()).hexdigest() == hash_then


def test_each_expects_requirements_that_there_are() -> None:
    known = {*load_register(), "reset"}
    assert {
        each.mistake for each in (*FAMILY, *MADE_TO_BE_MISSED) if not each.expected or set(each.expected) - known
    } == set()


SAMPLE = [next(broken for broken in FAMILY if broken.language == language) for language in FILES]


@pytest.mark.parametrize("broken", SAMPLE, ids=lambda broken: broken.mistake)
def test_broken_implementation_is_caught_by_the_features(tmp_path: Path, broken: Broken) -> None:
    file = tmp_path / FILES[broken.language]
    file.write_text(broken.source, "utf-8")
    program = f"{PROGRAMS[broken.language]} {file}"
    found = verify(tmp_path, "--stdio", program, "--lane", "features", "--topic", broken.topic)
    assert found.exit_code == 1


def is_sampled(broken: Broken) -> bool:
    return int(sha256(broken.mistake.encode()).hexdigest(), 16) % 10 < (1 if broken in ONCE_HELD_OUT else 3)


NAMED = [broken for broken in LOOKED_AT if broken.language == "python" and is_sampled(broken)]


def test_first_failure_names_an_expected_requirement_first() -> None:
    named = {each: put_to(InProcess(each.source), partial(features, topic=each.topic))[1] for each in NAMED}
    named = {each: name for each, name in named.items() if name is not None}
    wrong = {each.mistake: name for each, name in named.items() if name not in each.expected}
    assert (len(named) >= 20, wrong) == (True, {})  # the features of other topics catch others of them


REGISTER = load_register()


def is_free(requirement: Requirement) -> bool:
    return requirement.basis == "assumed" or requirement.kind == "silence"


WAYS: dict[str, tuple[Command, ...]] = {pickle.id: tuple(commands_of(pickle)) for pickle in pickles()}
"""The commands of each scenario."""


FIRST: list[dict[str, Any]] = [{"verb": "hello"}, {"verb": "reset", "stage": stage_to_wire(DEFAULT_STAGE)}]


def answers(source: str) -> dict[tuple[Command, ...], list[Any]]:
    """What an example in Python answers along each of the ways, with a look after each command, without the kit."""
    answer = InProcess(source).module["answer"]

    def along(way: tuple[Command, ...]) -> Iterator[Any]:
        emulator = None
        submits = ([{"verb": "submit", "command": command_to_wire(each)}, {"verb": "observe"}] for each in way)
        for request in chain(FIRST, *submits):
            emulator, found = answer(emulator, request)
            yield found

    return {way: list(along(way)) for way in WAYS.values()}


EXAMPLE = edited("python", (), "the example")


@cache
def answers_of_the_example() -> dict[tuple[Command, ...], list[Any]]:
    """What the example answers, which passes every scenario: whoever answers the same passes as well."""
    return answers(EXAMPLE)


def fails(subject: Subject, scenario: Scenario) -> bool:
    return play(subject, scenario).status not in ("passed", "not-applicable")


def test_example_fails_no_scenario() -> None:
    subject = Subject(Session(InProcess(EXAMPLE)), seed=1)
    assert [each.case.id for each in scenarios("full", ()) if fails(subject, each)] == []


@pytest.mark.parametrize("system", some(PERMITTED, 9), ids=lambda system: system.differs)
def test_it_fails_no_scenario_of_the_article_and_some_of_what_we_assume(system: Permitted) -> None:
    subject = Subject(Session(InProcess(system.source)), seed=1)
    found, example = answers(system.source), answers_of_the_example()

    def failing(among: Iterable[Scenario]) -> Iterator[str]:
        otherwise = (each for each in among if found[WAYS[each.case.id]] != example[WAYS[each.case.id]])
        return (each.case.id for each in otherwise if fails(subject, each))

    assert list(failing(each for each in scenarios("article", ()) if each.case.scored)) == []
    assumed = (each for each in scenarios("article", ()) if not each.case.scored)
    about_what_we_assume = any(REGISTER[name].kind != "silence" and is_free(REGISTER[name]) for name in system.about)
    assert any(failing(assumed)) == about_what_we_assume


def test_every_assumption_and_every_silence_has_one() -> None:
    free = {each.id for each in REGISTER.values() if is_free(each)}
    lacking = free - {name for system in PERMITTED for name in system.about}
    assert not lacking, "add a system that does otherwise to tests/conformance/permitted.yaml, about these"
