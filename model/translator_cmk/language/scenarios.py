"""Gherkin text of generated scenarios, such as counterexamples."""

from collections.abc import Iterable, Iterator, Sequence


def format_scenario(
    title: str, given: Iterable[str], when: str, then: Sequence[str], tags: Sequence[str] = ()
) -> Iterator[str]:
    """Yield the lines of a scenario; ``given`` are lines of steps already, since comments may stand
    between them."""
    if tags:
        yield " ".join(f"@{tag}" for tag in tags)
    yield f"Scenario: {title}"
    yield from given
    yield from format_steps("When", [when])
    yield from format_steps("Then", then)


def format_steps(keyword: str, texts: Sequence[str]) -> Iterator[str]:
    """Yield the lines of steps of one kind, from the second on with And."""
    for number, text in enumerate(texts):
        word = keyword if number == 0 else "And"
        yield f"  {word} {text}"


def format_title(step: str) -> str:
    """Return a step as the title of a scenario."""
    return step[0].upper() + step[1:]
