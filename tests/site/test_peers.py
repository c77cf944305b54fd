"""The page on other model checkers says what was found, where they differ, and which goals were missed."""

import json
from pathlib import Path
from typing import Any

import pytest

from translator_cmk.digest import digest
from translator_cmk.site.peers import load_foreign, load_peers, peers_page
from translator_cmk.site.strength import MeasurementError

FOREIGN: dict[str, Any] = {
    "digest": digest(),
    "versions": {"spin": "Spin Version 6.5.2", "rumur": "Rumur version v2025"},
    "scopes": [
        {
            "scope": "small",
            "ours": {"states": 1400, "steps": 2000, "depth": 3, "moves": None},
            "spin": {"states": 1400, "steps": 2000, "depth": 3, "moves": 43},
            "rumur": {"states": 1400, "steps": 1999, "depth": None, "moves": 43},
        }
    ],
    "theorems": [
        {"machine": "wrong", "scope": "small", "theorem": "a", "ours": 3, "spin": 3, "rumur": 3},
        {"machine": "other", "scope": "small", "theorem": "a", "ours": 9, "spin": 9, "rumur": 8},
    ],
}

FIGURE = {"unit": "x", "goal": 3, "at_most": False}

PEERS: dict[str, Any] = {
    "digest": digest(),
    "machine": {"cores": 2, "processor": "a processor", "load": 0.5},
    "rounds": 3,
    "contests": [
        {
            "contest": "dense",
            "scope": "small",
            "sentence": "A scope.",
            "contenders": [
                {
                    "name": "Spin, moves only",
                    "version": "Spin 6.5.2, gcc 12",
                    "made_in": 3.5,
                    "states": 1400,
                    "transitions": 2000,
                    "state_bytes": 20,
                    "median": {"seconds": 2.345, "cpu": 1.5, "kilobytes": 120_400},
                    "seconds": [2.345],
                },
                {
                    "name": "musil",
                    "version": "musil 0.36.7",
                    "made_in": 0.0,
                    "states": 1400,
                    "median": {"seconds": 20.0, "cpu": 19.0, "kilobytes": 332_000},
                    "seconds": [20.0],
                },
            ],
            "missing": ["rumur is not installed"],
            "waited": 1.5,
            "figures": [
                {"name": "sets against Spin", "figure": 2.999, "by_processor": 3.129, "met": False, **FIGURE},
                {"name": "the same", "figure": 4.0, "by_processor": 4.0, "met": True, **FIGURE},
                {
                    "name": "memory",
                    "figure": 2.711,
                    "by_processor": 2.711,
                    "unit": "GB",
                    "goal": 4,
                    "at_most": True,
                    "met": True,
                },
            ],
        }
    ],
}


def test_counts_are_given_once_where_all_have_the_same_and_apart_where_they_differ() -> None:
    text = peers_page(None, FOREIGN)
    assert "| small | 1,400 | **ours 2,000, spin 2,000, rumur 1,999** | 43 | 3 |" in text
    assert "In 1 of 2 cases, with 2 models, all three need the same number of steps; the longest way has 9." in text
    assert "Stale" not in text


def test_contenders_and_goals_are_told_with_what_was_missed_and_who_is_absent() -> None:
    text = peers_page(PEERS, None)
    assert "| Spin, moves only | Spin 6.5.2, gcc 12 | 2.35 | 1.50 | 120 | 1,400 | 2,000 | 20 | 3.5 s |" in text
    assert "| musil | musil 0.36.7 | 20.00 | 19.00 | 332 | 1,400 | not told |  |  |" in text
    assert "Absent: rumur is not installed." in text
    assert "A second of processor time took up to 1.50 s by the clock" in text
    assert "| sets against Spin | **missed** | 2.99 x | 3.12 x | at least 3 x |" in text
    assert "| the same | met | 4.00 x |  | at least 3 x |" in text
    assert "| memory | met | 2.72 GB |  | at most 4 GB |" in text


def test_what_was_not_measured_or_of_another_state_is_said_to_be() -> None:
    text = peers_page(None, None)
    assert "This has not been measured: `make evidence` does it." in text
    assert "This has not been measured: `make bench` does it." in text
    assert peers_page(PEERS | {"digest": "old"}, FOREIGN | {"digest": "old"}).count("**Stale:**") == 2


def test_broken_measurements_are_reported_with_what_to_do(tmp_path: Path) -> None:
    assert load_peers(tmp_path / "peers.json") is None
    (tmp_path / "peers.json").write_text(json.dumps({"digest": "x"}), "utf-8")
    with pytest.raises(MeasurementError, match=r"peers\.json: not what make evidence writes"):
        load_peers(tmp_path / "peers.json")
    (tmp_path / "foreign.json").write_text("{", "utf-8")
    with pytest.raises(MeasurementError, match=r"foreign\.json: can't be read"):
        load_foreign(tmp_path / "foreign.json")
