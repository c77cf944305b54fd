"""Each pattern reads what it writes, each sentence has one meaning, and the situations made of them
are reached."""

from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.command_line import each_refused
from tests.machine.worlds import TWO_AT_WORK, random_command
from translator_cmk.errors import InvalidFile
from translator_cmk.language.facts import ABSENT, Fact, holds
from translator_cmk.language.phrases import COMMAND_PHRASES, FACT_PHRASES, load_sentences
from translator_cmk.language.sentences import (
    UnknownSentence,
    format_command,
    format_fact,
    read_command,
    read_fact,
)
from translator_cmk.language.situations import (
    CommandList,
    Situation,
    load_situations,
    situations,
)
from translator_cmk.machine import Accepted
from translator_cmk.machine.observation import OBSERVED_KINDS
from translator_cmk.system import ModelSystem


@given(st.randoms(use_true_random=False))
@settings(max_examples=100)
def test_every_command_is_read_back_from_its_sentence(random: Random) -> None:
    command = random_command(random)
    assert read_command(format_command(command)) == command


@given(st.randoms(use_true_random=False))
@settings(max_examples=20)
def test_every_observation_is_read_back_from_its_sentences(random: Random) -> None:
    system = ModelSystem()
    for command in (*TWO_AT_WORK, *(random_command(random) for _ in range(15))):
        system.submit(command)
    observation = system.observe()
    for kind, entities in observation.items():
        for name, fields in entities.items():
            facts = [Fact(kind, name, field, value) for field, value in fields.items()]
            for fact in [*facts, Fact(kind, name, "exists", True)]:
                if (kind, fact.field) not in {
                    ("grant", "vault"),
                    ("grant", "resource"),
                    ("role", "vault"),
                    ("role", "resource"),
                    ("subscription", "exists"),
                }:
                    assert read_fact(format_fact(fact)) == fact
                    assert holds(fact, observation)


def test_every_kind_of_entity_that_is_observed_has_sentences() -> None:
    words = {observed.kind.word for observed in OBSERVED_KINDS}
    assert words == {phrase.kind for phrase in FACT_PHRASES}


def test_no_text_is_the_sentence_of_two_commands() -> None:
    random = Random(5)
    for _ in range(500):
        sentence = format_command(random_command(random))
        assert sum(phrase.read(sentence) is not None for phrase in COMMAND_PHRASES) == 1


def test_commands_and_observations_share_no_sentence() -> None:
    random = Random(6)
    for _ in range(200):
        with pytest.raises(UnknownSentence):
            read_fact(format_command(random_command(random)))


@pytest.mark.parametrize(
    "text",
    [
        "the customer deletes the vault vault",
        'the customer deletes the vault "two words"',
        'the customer deletes the vault ""',
        'the customer deletes the vault "kv-prod" ',
        'the customer generates the key "cmk-2048" in "kv-prod" of type RSA and 0 bits',
        'the customer creates the Speech resource "speech"',
        "",
    ],
)
def test_text_that_only_resembles_a_sentence_is_unknown(text: str) -> None:
    with pytest.raises(UnknownSentence):
        read_command(text)


def test_what_is_not_there_is_a_fact_too() -> None:
    fact = read_fact('"translator-prod" has no key of its own')
    assert fact == Fact("resource", "translator-prod", "key", ABSENT)
    assert holds(fact, {"resource": {"translator-prod": {}}})
    assert not holds(fact, {"resource": {"translator-prod": {"key": "kv-prod/cmk-2048"}}})


def test_true_is_not_one() -> None:
    fact = Fact("key", "vault/key", "version", 1)
    assert not holds(fact, {"key": {"vault/key": {"version": True}}})


@pytest.mark.parametrize(
    "situation", situations().values(), ids=lambda situation: str(situation.name)
)
def test_situation_comes_about(situation: Situation) -> None:
    system = ModelSystem()
    before = system.observe()
    for command in situation.commands:
        assert isinstance(system.submit(command), Accepted), command
        assert system.observe() != before, f"{command} changes nothing"
        before = system.observe()


def test_name_of_an_empty_list_stands_for_no_commands() -> None:
    assert CommandList({"nothing": ()}).read(["nothing"]) == ()


@each_refused("language")
def test_malformed_file_is_named_with_its_line(
    tmp_path: Path, kind: str, text: str, says: str
) -> None:
    (tmp_path / "s.yaml").write_text(text, "utf-8")
    with pytest.raises(InvalidFile) as error:
        {"situations": load_situations, "sentences": load_sentences}[kind](tmp_path / "s.yaml")
    assert str(error.value).startswith(says)
