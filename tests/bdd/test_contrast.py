"""A cause tells where its rule fails and where it holds."""

from translator_cmk.bdd.contrast import Outcome, contrast_of

RULE = "revocation.undeploys"


def outcome(name: str, fails: bool, requirement: str = RULE, **cells: str) -> Outcome:
    """A scenario that passed, or failed for the rule."""
    return Outcome(name, (requirement,), cells, RULE if fails else "")


def test_one_cell_that_tells_both_sides_apart_is_named_with_its_values() -> None:
    outcomes = []
    for start in ("a", "b"):
        for channel in ("portal", "API"):
            outcomes.append(outcome("x", channel == "portal", start=start, channel=channel))
    assert list(contrast_of(RULE, outcomes)) == [
        ("fails", "where channel is portal (2 of 2)"),
        ("holds", "where channel is API (2 of 2)"),
    ]


def test_scenarios_are_named_where_no_cell_tells_both_sides_apart() -> None:
    """The cell would, but for the outline that passes whatever the channel."""
    outcomes = [
        outcome("x", True, channel="portal"),
        outcome("x", False, channel="API"),
        outcome("y", False, channel="portal"),
    ]
    assert list(contrast_of(RULE, outcomes)) == [
        ("fails", "x (1 of 2)"),
        ("holds", "x (1 of 2), y (1 of 1)"),
    ]


def test_cells_are_compared_within_one_outline_only() -> None:
    outcomes = [outcome("x", True, channel="portal"), outcome("y", False, channel="API")]
    assert list(contrast_of(RULE, outcomes)) == [("fails", "x (1 of 1)"), ("holds", "y (1 of 1)")]


def test_most_frequent_titles_are_named_and_the_rest_is_counted() -> None:
    outcomes = [outcome("x", True)]
    for times, name in enumerate("abcde", start=1):
        outcomes += [outcome(name, False)] * times
    _, holds = contrast_of(RULE, outcomes)
    assert holds == ("holds", "e (5 of 5), d (4 of 4), c (3 of 3), and 2 more")


def test_only_scenarios_of_the_rule_that_passed_or_fail_for_it_are_told() -> None:
    outcomes = [
        outcome("x", True),
        outcome("of another rule", False, "keys.create"),
        Outcome("fails for something else", (RULE,), {}, "keys.create"),
    ]
    assert list(contrast_of(RULE, outcomes)) == [
        ("fails", "x (1 of 1)"),
        ("holds", "in none of its scenarios"),
    ]


def test_nothing_is_told_where_no_scenario_of_the_rule_fails() -> None:
    assert not list(contrast_of(RULE, [outcome("x", True, "keys.create"), outcome("y", False)]))
